import { DriftError } from "./errors";

/**
 * Reads the records of CSV (RFC 4180) from parts of a text. A quoted field can contain commas, line breaks and doubled
 * quotes. Empty lines are skipped.
 *
 * @param parts - the text, in parts of any size
 * @param name - the name of the text in messages
 * @throws DriftError if the text ends in a quoted field
 */
export async function* readCsv(parts: AsyncIterable<string>, name: string): AsyncGenerator<string[]> {
  const reader = new CsvReader();
  let records = 0;
  for await (const part of parts) {
    for (const record of reader.read(part)) {
      records++;
      yield record;
    }
  }
  if (reader.isInQuotes) {
    throw new DriftError(
      `${name}: record ${records + 1}: got a quote that no second quote closes; allowed: CSV as in RFC 4180`,
    );
  }
  yield* reader.end();
}

/**
 * Reads the records of a complete text.
 *
 * @returns `undefined` if the text ends in a quoted field
 * @see {@link readCsv}
 */
export function parseCsv(text: string): string[][] | undefined {
  const reader = new CsvReader();
  const records = [...reader.read(text)];
  return reader.isInQuotes ? undefined : [...records, ...reader.end()];
}

class CsvReader {
  private record: string[] = [];
  private field = "";
  private isQuoted = false;
  /** Whether the last character was a quote in a quoted field: it ends the field, or is the first of two quotes. */
  private isAfterQuote = false;

  /** Whether the text ends in a quoted field. */
  get isInQuotes(): boolean {
    return this.isQuoted && !this.isAfterQuote;
  }

  *read(text: string): Generator<string[]> {
    for (const character of text) {
      if (this.isQuoted && !this.isAfterQuote) {
        if (character === '"') this.isAfterQuote = true;
        else this.field += character;
      } else if (character === '"') {
        if (this.isAfterQuote) this.field += '"';
        this.isQuoted = true;
        this.isAfterQuote = false;
      } else {
        this.isQuoted = false;
        this.isAfterQuote = false;
        if (character === ",") this.endField();
        else if (character === "\n") yield* this.endRecord();
        else if (character !== "\r") this.field += character;
      }
    }
  }

  *end(): Generator<string[]> {
    yield* this.endRecord();
  }

  private endField(): void {
    this.record.push(this.field);
    this.field = "";
  }

  private *endRecord(): Generator<string[]> {
    this.endField();
    const { record } = this;
    this.record = [];
    if (record.length > 1 || record[0] !== "") yield record;
  }
}
