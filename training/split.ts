import { createHash } from "node:crypto";
import { UnexpectedData } from "./script";

/** Rows in two parts that have no row in common. */
export interface Split<Row> {
  readonly trained: readonly Row[];
  readonly heldOut: readonly Row[];
}

/**
 * Holds about a fifth of the rows out: those whose key's SHA-256 starts with a byte divisible by 5. A row's part
 * depends on its key alone, not on its place in the file or on the other rows.
 *
 * @param keyOf - rows with the same key come into the same part
 * @param isPublished - rows that the documentation asks about: held out, whatever their key
 * @throws UnexpectedData where a part has no rows
 */
export function split<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  isPublished: (row: Row) => boolean = () => false,
): Split<Row> {
  const isHeldOut = (row: Row) => isPublished(row) || firstByte(keyOf(row)) % 5 === 0;
  const trained = rows.filter((row) => !isHeldOut(row));
  const heldOut = rows.filter(isHeldOut);
  if (trained.length === 0 || heldOut.length === 0) {
    throw new UnexpectedData(`got ${rows.length} row(s); expected enough to hold a fifth of them out`);
  }
  return { trained, heldOut };
}

function firstByte(key: string): number {
  return createHash("sha256").update(key).digest().readUInt8(0);
}
