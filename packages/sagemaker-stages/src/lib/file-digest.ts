import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

const CHUNK_IN_BYTES = 1024 * 1024;

/**
 * The SHA-256 of a file, 64 hexadecimal digits. The function reads the file in chunks: an artifact can be larger than the memory.
 *
 * @throws Error if the file cannot be read
 */
export function sha256Of(file: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.alloc(CHUNK_IN_BYTES);
  const descriptor = openSync(file, "r");
  try {
    for (let read = -1; read !== 0; ) {
      read = readSync(descriptor, chunk);
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest("hex");
}
