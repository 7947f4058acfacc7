import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join, sep } from "node:path";
import { version } from "../../../package.json";
import { isObject, parseJson } from "../../lib/json";
import { PURPOSE_VARIABLE } from "../../lib/synthesis-purpose";
import { DEFAULT_PROGRAM, programOfApp } from "../../lib/synthesize-app";
import { engineFile, engineSource } from "../../paths";
import { digestEnvironment } from "./environment";
import { type Input, isUnchanged, sha256, treeInputs } from "./inputs";
import type { Recording } from "./recording";

/** The variables that the local stage sets for a synthesis. */
export const SYNTHESIS_VARIABLES = { [PURPOSE_VARIABLE]: "environments" } as const;

/** The interval in which a process that serves calls {@link LastSynthesis.keepAlive}. */
export const KEEP_ALIVE_IN_MS = 60_000;

/**
 * The age of the folder of another machine's process, since its last {@link LastSynthesis.keepAlive}, at which the process
 * has ended. A margin for clocks that differ, and for a machine that slept.
 */
const ENDED_AFTER_IN_MS = 60 * KEEP_ALIVE_IN_MS;

/** The record of the last successful synthesis for the local stage. */
interface Record {
  readonly engine: string;
  /** The start of the synthesis, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The name of the folder with the Terraform. */
  readonly folder: string;
  readonly inputs: readonly Input[];
  readonly names: readonly string[] | undefined;
  /** The digest of the variables and of the machine, see {@link digestEnvironment}. */
  readonly environment: string;
  /** The synthesized files. */
  readonly outputs: readonly OutputFile[];
}

interface OutputFile {
  /** The path from the folder. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** The settings of {@link LastSynthesis}. */
export interface LastSynthesisSettings {
  /** The app's folder. */
  readonly app: string;
  /** The files and folders of the app that every synthesis depends on. */
  readonly sources: readonly string[];
  /** The environment variables of the synthesis. */
  readonly variables: Readonly<{ [name: string]: string | undefined }>;
  /** @default - the clock of the machine */
  readonly now?: () => Date;
}

/**
 * The Terraform of the local stage in `cdktf.out/local-stage/`: one folder for each process that serves, and the record
 * of the last synthesis, `last-synthesis.json`. A start uses the folder of the last synthesis if nothing has changed that
 * the synthesis depended on.
 *
 * A folder belongs to one process. A later process takes over the folder of a process that has ended, so that no process
 * changes a folder that another process serves. The time of a folder is the time at which its process last ran, because
 * the processes of another machine are unknown, e.g. of a container with the same files.
 */
export class LastSynthesis {
  /** The folder of this process. */
  readonly outdir: string;
  private readonly root: string;
  private readonly recordFile: string;
  private readonly prefix = `synthesis-${sha256(hostname()).slice(0, 8)}-`;
  private readonly folder = `${this.prefix}${process.pid}`;
  private readonly now: () => Date;
  private used: Pick<Record, "startedAt" | "inputs"> = { startedAt: 0, inputs: [] };

  constructor(private readonly settings: LastSynthesisSettings) {
    this.root = join(settings.app, "cdktf.out", "local-stage");
    this.recordFile = join(this.root, "last-synthesis.json");
    this.outdir = join(this.root, this.folder);
    this.now = settings.now ?? (() => new Date());
  }

  /**
   * Takes over the folder of the last synthesis, if a synthesis would give the same Terraform.
   *
   * @returns the time of the last synthesis; `undefined` if a synthesis is necessary
   */
  reuse(): Date | undefined {
    const record = this.read();
    if (record === undefined || attempt(() => this.isCurrent(record)) !== true) return undefined;
    const folder = join(this.root, record.folder);
    if (!isComplete(folder, record.outputs)) return undefined;
    if (record.folder !== this.folder) {
      if (this.isInUse(record.folder)) return undefined;
      try {
        rmSync(this.outdir, { recursive: true, force: true });
        renameSync(folder, this.outdir);
      } catch {
        // Another process was faster.
        return undefined;
      }
      // Without the record, this process serves the Terraform, and the next start synthesizes.
      attempt(() => this.write({ ...record, folder: this.folder }));
    }
    this.keepAlive();
    this.used = record;
    return new Date(record.startedAt);
  }

  /** Prepares the folder of this process for a synthesis. @returns what {@link finish} needs */
  begin(): StartedSynthesis {
    // An interrupted synthesis leaves a folder without a record.
    if (this.read()?.folder === this.folder) rmSync(this.recordFile, { force: true });
    mkdirSync(this.outdir, { recursive: true });
    this.keepAlive();
    const startedAt = this.now();
    const roots = [
      ...this.settings.sources,
      join(this.settings.app, "package.json"),
      // The packages of a workspace are installed in a folder above the app.
      ...foldersTo(this.settings.app).flatMap((folder) => [
        join(folder, "package-lock.json"),
        join(folder, "node_modules", ".package-lock.json"),
      ]),
      engineFile("package.json"),
      // The folder has programs of the local stage, too.
      engineSource("local"),
    ];
    const inputs = attempt(() => roots.flatMap((path) => treeInputs(path, startedAt.getTime())));
    this.used = { startedAt: startedAt.getTime(), inputs: inputs ?? [] };
    return { startedAt, inputs };
  }

  /** Whether one of the settings' `sources` has changed since {@link reuse} or {@link begin}. */
  haveSourcesChanged(): boolean {
    const { startedAt, inputs } = this.used;
    const { sources } = this.settings;
    const isSource = (path: string) =>
      sources.some((source) => path === source || path.startsWith(`${source}${sep}`));
    return inputs.some(
      (input) => isSource(input.path) && attempt(() => isUnchanged(input, startedAt)) !== true,
    );
  }

  /**
   * Records a successful synthesis for later starts, if everything is known that the synthesis depended on.
   *
   * @param recording - the recording of the process; `undefined` if the process recorded nothing
   * @returns the reason why the next start synthesizes again; `undefined` if the synthesis is recorded
   */
  finish(started: StartedSynthesis, recording: Recording | undefined): string | undefined {
    try {
      return this.record(started, recording);
    } catch (error) {
      // The stage needs only the Terraform, which exists.
      return `the synthesis cannot be recorded: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      attempt(() => this.prune());
    }
  }

  private record(
    { startedAt, inputs }: StartedSynthesis,
    recording: Recording | undefined,
  ): string | undefined {
    if (recording === undefined) {
      return `the process that cdktf.json starts did not record its inputs; app: got ${programOfApp(this.settings.app)}; expected: ${DEFAULT_PROGRAM}, whose process ends with the event "exit"`;
    }
    if (inputs === undefined) return "this user cannot read all files of the app";
    if (recording.unrecordable !== undefined) return recording.unrecordable;
    this.write({
      engine: version,
      startedAt: startedAt.getTime(),
      folder: this.folder,
      inputs: [...inputs, ...recording.inputs],
      names: recording.names,
      environment: digestEnvironment(this.variables(), recording.names, this.settings.app, startedAt),
      outputs: outputsOf(this.outdir),
    });
    return undefined;
  }

  /** Shows the processes of other machines that this process runs, see {@link KEEP_ALIVE_IN_MS}. */
  keepAlive(): void {
    // Another program can have removed the folder.
    attempt(() => utimesSync(this.outdir, this.now(), this.now()));
  }

  /** Removes the folder of this process, unless a later start can use the folder. */
  close(): void {
    if (this.read()?.folder !== this.folder) remove(this.outdir);
  }

  private isCurrent(record: Record): boolean {
    const { names, environment, startedAt, inputs } = record;
    return (
      environment === digestEnvironment(this.variables(), names, this.settings.app, this.now()) &&
      inputs.every((input) => isUnchanged(input, startedAt))
    );
  }

  /** The variables of a synthesis, without the folder, which differs from process to process. */
  private variables(): Readonly<{ [name: string]: string | undefined }> {
    return { ...this.settings.variables, ...SYNTHESIS_VARIABLES, CDKTF_OUTDIR: undefined };
  }

  private read(): Record | undefined {
    let text: string;
    try {
      text = readFileSync(this.recordFile, "utf8");
    } catch {
      return undefined;
    }
    const stored = parseJson(text);
    if (!isObject(stored) || typeof stored.record !== "string") return undefined;
    // The digest makes sure that this class wrote the record, and that the record is complete.
    if (stored.sha256 !== sha256(stored.record)) return undefined;
    const record = JSON.parse(stored.record) as Record;
    return record.engine === version ? record : undefined;
  }

  private write(record: Record): void {
    const text = JSON.stringify(record);
    const unfinished = `${this.recordFile}.${process.pid}`;
    writeFileSync(unfinished, JSON.stringify({ sha256: sha256(text), record: text }));
    renameSync(unfinished, this.recordFile);
  }

  /** Whether the process of a folder runs. */
  private isInUse(folder: string): boolean {
    if (!folder.startsWith(this.prefix)) {
      const stats = statSync(join(this.root, folder), { throwIfNoEntry: false });
      return stats !== undefined && stats.mtimeMs > this.now().getTime() - ENDED_AFTER_IN_MS;
    }
    const pid = Number(folder.slice(this.prefix.length));
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== "ESRCH";
    }
  }

  /** Removes the folders of processes that have ended without {@link close}. */
  private prune(): void {
    const recorded = this.read()?.folder;
    for (const name of readdirSync(this.root)) {
      if (!name.startsWith("synthesis-") || name === recorded || name === this.folder) continue;
      if (!this.isInUse(name)) remove(join(this.root, name));
    }
  }
}

/** A folder and every folder above. */
function foldersTo(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersTo(parent)];
}

/** A synthesis that has started. */
export interface StartedSynthesis {
  readonly startedAt: Date;
  /** The app's files before the synthesis; `undefined` if this user cannot read all of them. */
  readonly inputs: readonly Input[] | undefined;
}

/** The result of `action`; `undefined` if it throws, e.g. because this user cannot read a file. */
function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** Removes a folder, if this user can: another user of the app can have created the folder, e.g. root in a container. */
function remove(folder: string): void {
  attempt(() => rmSync(folder, { recursive: true, force: true }));
}

function outputsOf(folder: string): OutputFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((path) => {
    const stats = statSync(join(folder, path), { throwIfNoEntry: false });
    return stats?.isFile() ? [{ path, size: stats.size, mtimeMs: stats.mtimeMs }] : [];
  });
}

/** Whether a folder has every synthesized file, unchanged. */
function isComplete(folder: string, outputs: readonly OutputFile[]): boolean {
  return outputs.every(({ path, size, mtimeMs }) => {
    const stats = statSync(join(folder, path), { throwIfNoEntry: false });
    return stats !== undefined && stats.size === size && stats.mtimeMs === mtimeMs;
  });
}
