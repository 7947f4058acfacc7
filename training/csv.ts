import { UnexpectedData } from "./script";

/** A quoted field or a plain one, and what ends it. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/gy;

/**
 * The records of a CSV text (RFC 4180): fields may be quoted, and a quoted field may hold commas, line ends and
 * doubled quotes.
 *
 * @returns one list of fields a record, the header's among them; an empty line is no record
 * @throws UnexpectedData where a quote stands in a plain field or is never closed
 */
export function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let read = 0;
  for (const match of text.matchAll(FIELD)) {
    const [all, quoted, plain = "", end] = match;
    read = match.index + all.length;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  }
  if (read !== text.length) {
    throw new UnexpectedData(`record ${records.length + 1}: a quote is not closed or not opened`);
  }
  return records;
}

/**
 * The rows below the header.
 *
 * @param records - as from readCsv
 * @param header - the names of the columns, in order
 * @throws UnexpectedData where the header is another, or a row has another number of fields
 */
export function rowsBelow(header: readonly string[], records: readonly string[][]): string[][] {
  const [found = [], ...rows] = records;
  if (found.join() !== header.join()) {
    throw new UnexpectedData(`expected the columns ${header.join()}; got ${found.join().slice(0, 200)}`);
  }
  const odd = rows.findIndex((row) => row.length !== header.length);
  if (odd >= 0)
    throw new UnexpectedData(`row ${odd + 1}: expected ${header.length} fields, got ${rows[odd]?.length}`);
  return rows;
}
