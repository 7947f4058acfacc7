import { randomFillSync } from "node:crypto";

/** Enough bytes for the ids of about 100 requests. */
const BYTES_OF_BLOCK = 4096;

const block = Buffer.allocUnsafe(BYTES_OF_BLOCK);
let used = BYTES_OF_BLOCK;

/**
 * Random bytes for ids, as text. The bytes come from a block that is filled at once: one call of the system's generator
 * takes longer than all ids of a request.
 *
 * @param bytes - the number of random bytes, up to 4,096
 */
export function randomText(bytes: number, encoding: "hex" | "base64"): string {
  if (used + bytes > BYTES_OF_BLOCK) {
    randomFillSync(block);
    used = 0;
  }
  used += bytes;
  return block.toString(encoding, used - bytes, used);
}
