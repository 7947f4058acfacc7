import { createReadStream, type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { codeOf, DriftError } from "../errors";

/** A file with captured requests. */
export interface CapturedFile {
  /** The path in the store, with slashes. */
  readonly path: string;
}

/** A folder or a bucket with captured requests. */
export interface Store {
  /** The store in messages, e.g. `s3://amzn-s3-demo-bucket`. */
  readonly name: string;
  /**
   * The files whose path starts with the prefix.
   *
   * @param prefix - empty, or with a slash at the end
   * @param max - the number of files per request. Default: as many as possible
   */
  list(prefix: string, max?: number): AsyncIterable<CapturedFile>;
  read(file: CapturedFile): Promise<Readable>;
}

/** A local folder. */
export class FolderStore implements Store {
  constructor(readonly name: string) {}

  async *list(prefix: string): AsyncGenerator<CapturedFile> {
    for (const entry of await this.entriesOf(prefix)) {
      const path = `${prefix}${entry.name}`;
      // A name with a dot at its start is not a capture, e.g. .DS_Store.
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) yield* this.list(`${path}/`);
      else yield { path };
    }
  }

  private async entriesOf(prefix: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(join(this.name, prefix), { withFileTypes: true });
      return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      // A folder without the subfolder of an endpoint is an empty store.
      if (code === "ENOENT" && prefix !== "") return [];
      const got = code === "ENOENT" ? "a folder that does not exist" : code;
      throw new DriftError(
        `${this.name}: got ${got}; allowed: a folder with captured requests. The local stage writes to .sagemaker-stages/capture/<environment>: docs/drift.md`,
      );
    }
  }

  async read({ path }: CapturedFile): Promise<Readable> {
    return createReadStream(join(this.name, path));
  }
}
