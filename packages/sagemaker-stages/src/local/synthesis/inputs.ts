import { createHash } from "node:crypto";
import fs, { type Stats } from "node:fs";
import { basename, join, sep } from "node:path";

// Taken at load, because the recorder replaces the functions of `node:fs`.
const { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } = fs;

/** A file that a synthesis read. */
export interface FileInput {
  readonly kind: "file";
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** The SHA-256 of the content; absent for a file of an installed package, and for a large file. */
  readonly sha256?: string;
}

/** A folder that a synthesis listed. */
export interface FolderInput {
  readonly kind: "folder";
  readonly path: string;
  readonly recursive: boolean;
  /** The SHA-256 of the names. */
  readonly sha256: string;
}

/** A path whose existence a synthesis checked. */
export interface PathInput {
  readonly kind: "path";
  readonly path: string;
  readonly found: "file" | "folder" | "nothing";
}

/** A path whose properties a synthesis read, e.g. the size and the times of a file. */
export interface PropertiesInput {
  readonly kind: "properties";
  readonly path: string;
  /** Whether the properties are those of a symbolic link itself. */
  readonly ofLink: boolean;
  /** The SHA-256 of the properties. */
  readonly sha256: string;
}

/** A path whose symbolic links a synthesis followed. */
export interface LinkInput {
  readonly kind: "link";
  readonly path: string;
  /** Whether every link of the path is followed. */
  readonly real: boolean;
  /** The target; `undefined` if nothing exists, or if the path is no link. */
  readonly target: string | undefined;
}

/** Something in the file system that a synthesis depends on, as the synthesis found it. */
export type Input = FileInput | FolderInput | PathInput | PropertiesInput | LinkInput;

/**
 * The precision of file times that every file system has, with a margin: FAT stores even seconds. A file that changed
 * within this time before a synthesis can change again without a new time, so only its content identifies it.
 */
const PRECISION_OF_TIMES_IN_MS = 2_500;

/**
 * The content of larger files is not hashed, because an app can contain models of gigabytes. Their size and times identify
 * them, unless they are younger than {@link PRECISION_OF_TIMES_IN_MS}: then the next start synthesizes.
 */
const MAX_HASHED_BYTES = 1024 * 1024;

/**
 * The properties of a path.
 *
 * @param read - `lstatSync`: the properties of a symbolic link itself
 * @returns `undefined` if nothing exists: also below a file, e.g. `README.md/__init__.py`, for which Node.js throws `ENOTDIR`
 */
function statsOf(path: string, read: typeof statSync = statSync): Stats | undefined {
  try {
    return read(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

/**
 * A file as an input.
 *
 * @param startedAt - the start of the synthesis, in milliseconds since 1970
 * @returns `undefined` if the path is not a file
 */
export function fileInput(path: string, startedAt: number): FileInput | undefined {
  const stats = statsOf(path);
  if (!stats?.isFile()) return undefined;
  const { size, mtimeMs, ctimeMs } = stats;
  const hasOldTimes = ctimeMs < startedAt - PRECISION_OF_TIMES_IN_MS;
  const isIdentified = size > MAX_HASHED_BYTES || (hasOldTimes && isInstalled(path));
  return { kind: "file", path, size, mtimeMs, ctimeMs, ...(isIdentified ? {} : { sha256: hashFile(path) }) };
}

/** A list of the names in a folder as an input. @returns `undefined` if the folder cannot be listed */
export function folderInput(path: string, recursive: boolean): FolderInput | undefined {
  try {
    const names = readdirSync(path, { recursive, encoding: "utf8" }).sort();
    return { kind: "folder", path, recursive, sha256: sha256(JSON.stringify(names)) };
  } catch {
    return undefined;
  }
}

/** The existence of a path as an input. */
export function pathInput(path: string): PathInput {
  const stats = statsOf(path);
  const found = stats === undefined ? "nothing" : stats.isDirectory() ? "folder" : "file";
  return { kind: "path", path, found };
}

/**
 * The properties of a path as an input: of a file also its size and its times. The times of a folder change with every
 * temporary file of an editor, and npm changes an installed package only as a whole, so only their existence counts.
 */
export function propertiesInput(path: string, ofLink: boolean): PropertiesInput | PathInput {
  if (isInstalled(path)) return pathInput(path);
  const stats = statsOf(path, ofLink ? lstatSync : statSync);
  if (stats === undefined || stats.isDirectory()) return pathInput(path);
  const { size, mtimeMs, mode, uid, gid } = stats;
  return {
    kind: "properties",
    path,
    ofLink,
    sha256: sha256(JSON.stringify([size, mtimeMs, mode, uid, gid])),
  };
}

/** The target of a path's symbolic links as an input. npm changes the links to installed packages. */
export function linkInput(path: string, real: boolean): LinkInput | PathInput {
  if (isInstalled(path)) return pathInput(path);
  try {
    return { kind: "link", path, real, target: real ? realpathSync.native(path) : readlinkSync(path) };
  } catch {
    return { kind: "link", path, real, target: undefined };
  }
}

/**
 * Whether a folder contains no sources, but what other programs installed or keep: packages, a virtual environment of
 * Python, or a hidden folder. What a synthesis itself reads there is recorded nevertheless.
 */
export function isFolderOfTools(path: string): boolean {
  const name = basename(path);
  return (
    name === "node_modules" ||
    name === "__pycache__" ||
    name.startsWith(".") ||
    statsOf(join(path, "pyvenv.cfg")) !== undefined
  );
}

/**
 * Every file and folder below `path` as inputs, without {@link isFolderOfTools}; the existence of `path` if nothing exists.
 */
export function treeInputs(path: string, startedAt: number): Input[] {
  // A link is followed only at the top, so that a link to a parent folder ends.
  const stats = statsOf(path);
  if (stats === undefined) return [pathInput(path)];
  if (!stats.isDirectory()) return [fileInput(path, startedAt) ?? pathInput(path)];
  const names = readdirSync(path).sort();
  const list: FolderInput = { kind: "folder", path, recursive: false, sha256: sha256(JSON.stringify(names)) };
  return [
    list,
    ...names.flatMap((name) => {
      const file = join(path, name);
      const entry = lstatSync(file, { throwIfNoEntry: false });
      if (entry?.isDirectory() === true && isFolderOfTools(file)) return [];
      if (entry?.isSymbolicLink() !== true) return treeInputs(file, startedAt);
      return [fileInput(file, startedAt) ?? folderInput(file, false) ?? pathInput(file)];
    }),
  ];
}

/**
 * Whether a file or folder changed after the start of a synthesis, or no longer exists. Each change updates ctime, which no
 * program can set. The clock of file times is some milliseconds late: a change in these milliseconds happened before the
 * process of the synthesis read anything.
 *
 * @param startedAt - the start of the synthesis, in milliseconds since 1970
 */
export function hasChangedSince(path: string, startedAt: number): boolean {
  const stats = statsOf(path);
  return stats === undefined || Math.floor(stats.ctimeMs) > startedAt;
}

/**
 * Whether an input is as the synthesis found it.
 *
 * @param startedAt - the start of the synthesis, in milliseconds since 1970
 */
export function isUnchanged(input: Input, startedAt: number): boolean {
  if (input.kind === "path") return pathInput(input.path).found === input.found;
  if (input.kind === "link") {
    const now = linkInput(input.path, input.real);
    return now.kind === "link" && now.target === input.target;
  }
  if (input.kind === "properties") {
    const now = propertiesInput(input.path, input.ofLink);
    return now.kind === "properties" && now.sha256 === input.sha256;
  }
  if (input.kind === "folder") return folderInput(input.path, input.recursive)?.sha256 === input.sha256;
  const stats = statsOf(input.path);
  if (!stats?.isFile() || stats.size !== input.size) return false;
  const sameTimes = stats.ctimeMs === input.ctimeMs && stats.mtimeMs === input.mtimeMs;
  if (sameTimes && input.ctimeMs < startedAt - PRECISION_OF_TIMES_IN_MS) return true;
  return input.sha256 !== undefined && hashFile(input.path) === input.sha256;
}

/** Whether a path is in an installed package, which npm changes only as a whole. */
export function isInstalled(path: string): boolean {
  return path.includes(`${sep}node_modules${sep}`);
}

function hashFile(path: string): string {
  return sha256(readFileSync(path));
}

/** The SHA-256 of a text or of bytes, in hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
