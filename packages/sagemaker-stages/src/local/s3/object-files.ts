import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** An object in a bucket of this machine. */
export interface LocalObject {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
  readonly etag: string;
  readonly modifiedAt: number;
}

/** A condition of a write: only if the object does not exist, or only if it has this ETag. */
export type LocalCondition = "new" | { readonly etag: string };

/** The folder of unfinished files. The name is no part of a key. */
const UNFINISHED = ".unfinished";

/** The folder of media types. The name is no part of a key. */
const TYPES = ".content-types";

/**
 * The objects of one bucket as files: the content of the object with the key `a/b` is the file `<folder>/a/b`. Each change is
 * one operation of the file system, so that a file is complete or absent after the end of the process at any moment.
 */
export class ObjectFiles {
  /**
   * @param folder - the folder of the bucket
   * @param daysOf - the days after which an object with a key expires; `undefined`: never
   * @param now - the current time in milliseconds since 1970
   */
  constructor(
    private readonly folder: string,
    private readonly daysOf: (key: string) => number | undefined,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns the ETag; `undefined` if the condition does not hold */
  put(
    key: string,
    bytes: Buffer | string,
    contentType: string | undefined,
    condition?: LocalCondition,
  ): string | undefined {
    const file = this.fileOf(key);
    const known = this.get(key);
    if (condition === "new" && known !== undefined) return undefined;
    if (typeof condition === "object" && known?.etag !== condition.etag) return undefined;
    if (contentType !== undefined) this.write(join(this.folder, TYPES, key), contentType, false);
    return this.write(file, bytes, condition === "new") ? etagOf(bytes) : undefined;
  }

  /** @returns `undefined` if the object does not exist, or has expired */
  get(key: string): LocalObject | undefined {
    const file = this.fileOf(key);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) return undefined;
    const days = this.daysOf(key);
    if (days !== undefined && this.now() >= expiryOf(found.mtimeMs, days)) {
      rmSync(file, { force: true });
      return undefined;
    }
    const bytes = readFileSync(file);
    const type = join(this.folder, TYPES, key);
    return {
      bytes,
      contentType: existsSync(type) ? readFileSync(type, "utf8") : undefined,
      etag: etagOf(bytes),
      modifiedAt: found.mtimeMs,
    };
  }

  /** @returns `false` if `isNew` and the file exists */
  private write(file: string, content: Buffer | string, isNew: boolean): boolean {
    const unfinished = join(this.folder, UNFINISHED, randomUUID());
    // Data of callers: only this user may read the files.
    for (const one of [unfinished, file]) mkdirSync(dirname(one), { recursive: true, mode: 0o700 });
    writeFileSync(unfinished, content, { mode: 0o600 });
    if (!isNew) {
      renameSync(unfinished, file);
      return true;
    }
    try {
      linkSync(unfinished, file);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    } finally {
      unlinkSync(unfinished);
    }
  }

  private fileOf(key: string): string {
    return join(this.folder, key);
  }
}

/**
 * Whether a key is the path of a file in the folder. S3 has further keys, e.g. with an empty part.
 *
 * @example isKeyOfFile("../secret"); // false
 */
export function isKeyOfFile(key: string): boolean {
  return key.split("/").every((part) => /^[\w!*'()-][\w!.*'()-]*$/.test(part));
}

const DAY_IN_MS = 86_400_000;

/**
 * The end of an object's time: S3 adds the days, and rounds up to the next midnight UTC
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html).
 */
function expiryOf(createdAt: number, days: number): number {
  return Math.ceil((createdAt + days * DAY_IN_MS) / DAY_IN_MS) * DAY_IN_MS;
}

/** The ETag of an object that was written in one part: its MD5 in quotes. */
function etagOf(bytes: Buffer | string): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}
