import { createHash } from "node:crypto";
import { UnexpectedData } from "./script";

/** Rows in two parts that have no row in common. */
export interface Split<Row> {
  readonly trained: readonly Row[];
  readonly heldOut: readonly Row[];
}

/**
 * Holds about a fifth of the rows out: the rows whose key has a SHA-256 that starts with a byte divisible by 5. The part
 * of a row depends only on its key, not on its position in the file or on other rows.
 *
 * @param keyOf - returns the key of a row; rows with the same key are in the same part
 * @param isPublished - whether the documentation uses the row as a request: such rows are always held out
 * @throws UnexpectedData if a part has no rows
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
