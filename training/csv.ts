import { UnexpectedData } from "./script";

/** A quoted or an unquoted field, and the delimiter after the field. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/gy;

/**
 * Reads the records of a CSV text (RFC 4180). A quoted field can contain commas, line breaks and doubled quotes.
 *
 * @returns a list of fields for each record, including the header; empty lines are skipped
 * @throws UnexpectedData if an unquoted field contains a quote, or a quoted field has no closing quote
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
 * Checks the header, and returns the rows below the header.
 *
 * @param records - the result of `readCsv`
 * @param header - the names of the columns, in order
 * @throws UnexpectedData if the header differs, or a row has another number of fields
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
