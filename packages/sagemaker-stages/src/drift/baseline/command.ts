import { createReadStream, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { appFolder } from "../../lib/app-folder";
import { type CommandForm, UsageError } from "../../lib/arguments";
import { type Command, defineCommand } from "../../lib/command";
import { isObject, parseJson } from "../../lib/json";
import type { Model, Models } from "../../models";
import { BASELINE, type BaselineArguments, readBaselineArguments } from "../arguments";
import { rowDecoderOf } from "../captured/decode-row";
import { readRecord } from "../captured/record";
import { requiredRowsOf } from "../compare";
import { parseCsv, readCsv } from "../csv";
import { codeOf, DriftError } from "../errors";
import { type RequestForm, type Row, rowsOf } from "../rows";
import { countOf, listNames } from "../words";
import { type Baseline, baselineFile, printBaseline } from "./baseline";
import { makeBaseline } from "./make-baseline";
import { dayOf, numberOf } from "./value";

/** The part of an app that the command reads. */
export interface AppWithModels {
  readonly models: Models;
}

/**
 * The command that writes a model's baseline.
 *
 * @param load - loads the app; called after the command line is parsed
 */
export function baselineCommand(load: () => AppWithModels): Command {
  return defineCommand(BASELINE satisfies CommandForm, async (line) => {
    const args = readBaselineArguments(line);
    process.stdout.write(await writeBaseline(load().models, args));
    return 0;
  });
}

/**
 * Writes the baseline of a model.
 *
 * @returns a description of the baseline
 * @throws UsageError if the model is unknown
 * @throws DriftError if the file is no training sample of the model
 */
export async function writeBaseline(models: Models, args: BaselineArguments): Promise<string> {
  const model = Object.hasOwn(models, args.model) ? models[args.model] : undefined;
  if (model === undefined) {
    throw new UsageError(`<model>: got ${args.model}; allowed: ${Object.keys(models).join(", ")}`);
  }
  requireFile(args.data);
  const isJson = /\.(?:jsonl|ndjson)$/i.test(args.data);
  const { names, rows, left } = isJson ? await jsonRows(model, args) : await csvRows(model, args);
  const baseline = await makeBaseline(args.model, names, rows, args.data, dayReader(args, names.length));
  requireDates(baseline, args);
  const file = join(appFolder(), baselineFile(args.model));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, printBaseline(baseline));
  return describe(baseline, left);
}

/**
 * Returns the function that reads the day of a row.
 *
 * @param index - the place of the column of `--at` in a row, behind the features
 */
function dayReader({ at, data }: BaselineArguments, index: number) {
  const day = dayOf(at);
  if (at === undefined || day !== undefined) return () => day;
  return (values: readonly unknown[]) => {
    // A time begins with its day.
    const [text = ""] = String(values[index]).split(/[T ]/);
    const found = dayOf(text);
    if (found !== undefined) return found;
    throw new DriftError(
      `${data}: got a row without a day in the column ${at} of --at; allowed: a day or a time of UTC in each row, e.g. 2026-11-30 or 2026-11-30T06:00:00Z`,
    );
  };
}

/** Without a date, `--at` has no effect. */
function requireDates({ features }: Baseline, { at, data }: BaselineArguments): void {
  if (at === undefined || features.some(({ type }) => type === "age")) return;
  throw new DriftError(
    `--at: got ${at}, but no feature of ${data} is a date, e.g. 2026-11-30; allowed: no --at for this sample`,
  );
}

/** @throws UsageError if `--at` is neither a day nor one of the columns */
function requireColumn({ at }: BaselineArguments, columns: readonly string[]): void {
  if (at === undefined || dayOf(at) !== undefined || columns.includes(at)) return;
  throw new UsageError(
    `--at: got ${at}; allowed: a day, e.g. 2026-11-30, or the name of one of the ${countOf(columns.length, "column")} of the file`,
  );
}

function requireFile(data: string): void {
  const allowed = "allowed: a file with the training sample, CSV or JSON lines";
  if (!existsSync(data)) throw new DriftError(`--data: got ${data}, which does not exist; ${allowed}`);
  const status = statSync(data);
  if (status.isDirectory()) throw new DriftError(`--data: got the folder ${data}; ${allowed}`);
  if (status.isFile() && status.size === 0)
    throw new DriftError(`--data: got the empty file ${data}; ${allowed}`);
}

/** The description of a baseline: the features, and the captured rows that a statement needs. */
function describe(baseline: Baseline, left: readonly string[]): string {
  const required = requiredRowsOf(baseline);
  const features = baseline.features.map(({ name, type }) => {
    const rows = required.get(name) ?? Number.POSITIVE_INFINITY;
    const need = Number.isFinite(rows)
      ? `a statement needs ${countOf(rows, "captured row")}`
      : `no number of captured rows suffices for the statement that the feature does not drift`;
    return `  ${name}: ${DESCRIPTIONS[type]}; ${need}`;
  });
  const endless = baseline.features
    .map(({ name }) => name)
    .filter((name) => required.get(name) === Number.POSITIVE_INFINITY);
  return [
    `${baselineFile(baseline.model)}: ${baseline.rows} rows, ${baseline.features.length} features`,
    ...features,
    ...(endless.length > 0
      ? [
          `Warning: ${countOf(baseline.rows, "row")} are too few for the bins of ${listNames(endless)}: drift can have the exit status 1, and otherwise has 3. Use a larger training sample, or leave these columns out with --drop.`,
        ]
      : []),
    ...(left.length > 0
      ? [`Left out, because the model's example request does not contain them: ${left.join(", ")}`]
      : []),
    "",
  ].join("\n");
}

const DESCRIPTIONS = {
  number: "number",
  category: "category",
  text: "text; only the numbers of characters are compared",
  age: "date; its age is compared, the number of days from the date to the day of --at or of the request",
  date: "date; only missing values are compared, and with --at also ages",
} as const;

/** The rows of a training sample, and the names of its features. */
interface Sample {
  readonly names: readonly string[];
  /** The values of each row: of the features, and of the column of `--at`. */
  readonly rows: AsyncIterable<readonly unknown[]>;
  /** The columns of the file that no request contains, without the column of `--at`. */
  readonly left: readonly string[];
}

async function csvRows(model: Model, args: BaselineArguments): Promise<Sample> {
  const { data, columns, drop, at } = args;
  const header = columns ?? (await firstRecord(data));
  requireHeader(data, header, columns !== undefined);
  requireDropped(drop, header);
  requireColumn(args, header);
  const kept = header.filter((name) => !drop.includes(name) && !isOnlyDay(model, name, at));
  const names = featuresOf(model, data, kept);
  const indexes = [...names, ...(at === undefined ? [] : [at])].map((name) => header.indexOf(name));
  async function* rows(): AsyncGenerator<readonly unknown[]> {
    let line = 0;
    for await (const record of readCsv(textOf(data), data)) {
      line++;
      if (line === 1 && columns === undefined) continue;
      if (record.length !== header.length) {
        throw new DriftError(
          `${data}: record ${line}: got ${countOf(record.length, "value")}; allowed: ${header.length}, one for each column.${separatorHint(record)}`,
        );
      }
      yield indexes.map((index) => record[index]);
    }
  }
  return { names, rows: rows(), left: kept.filter((name) => !names.includes(name)) };
}

/** The first line can be a row of the sample, so that no message contains its values. */
function requireHeader(data: string, header: readonly string[], isGiven: boolean): void {
  const isNumeric = !isGiven && header.some((name) => numberOf(name) !== undefined);
  const isUnique = new Set(header).size === header.length;
  const hint = isGiven ? "" : separatorHint(header);
  if (header.length > 0 && !isNumeric && !header.includes("") && isUnique && hint === "") return;
  throw new DriftError(
    `${data}: got a first line with ${countOf(header.length, "value")}; allowed: the names of the columns, each once and no number, with commas between them.${hint} For a file without names: --columns NAMES`,
  );
}

/** The separators of other programs, e.g. of a spreadsheet in a language that writes 1,5. */
const OTHER_SEPARATORS = { semicolons: ";", tabs: "\t" } as const;

/** The remedy for a record whose only value contains another separator. */
function separatorHint(record: readonly string[]): string {
  if (record.length !== 1) return "";
  const found = Object.entries(OTHER_SEPARATORS).find(([, separator]) => record[0]?.includes(separator));
  return found === undefined
    ? ""
    : ` The line contains ${found[0]}: write the file with commas between the values, and with points in numbers.`;
}

function requireDropped(drop: readonly string[], columns: readonly string[]): void {
  const unknown = drop.filter((name) => !columns.includes(name));
  if (unknown.length > 0) {
    throw new DriftError(
      `--drop: got ${unknown.join(", ")}; allowed: names of the ${countOf(columns.length, "column")} of the file`,
    );
  }
}

/**
 * The columns that are features of requests. A request with names has these features. A request without names, and CSV for
 * the endpoint, have as many values as the file has columns.
 */
function featuresOf(model: Model, data: string, columns: readonly string[]): readonly string[] {
  const example = exampleRow(model);
  // An example without any optional feature names none.
  if (example?.names?.length === 0) return columns;
  if (example?.names?.every((name) => columns.includes(name))) return example.names;
  const lengths = [
    ...(example?.names === undefined ? [example?.values.length] : []),
    endpointColumns(model),
  ].filter((length) => length !== undefined);
  if (example === undefined || lengths.includes(columns.length)) return columns;
  const allowed = [
    ...(example.names === undefined
      ? []
      : [`the names of the request's features, ${listNames(example.names)}`]),
    ...[...new Set(lengths)].map((length) => `${length} columns in the order of a row`),
  ];
  const absent = (example.names ?? []).filter((name) => !columns.includes(name));
  const without = absent.length === 0 ? "" : `, without ${listNames(absent)}`;
  throw new DriftError(
    `${data}: got ${countOf(columns.length, "column")}${without}; allowed: ${allowed.join(", or ")}. Leave out the other columns: --drop NAMES`,
  );
}

/** Whether a column is the column of `--at`, and no feature of the requests. */
function isOnlyDay(model: Model, name: string, at: string | undefined): boolean {
  return name === at && exampleRow(model)?.names?.includes(name) !== true;
}

/** The first row of the example request. */
function exampleRow(model: Model): Row | undefined {
  return rowsOf(model.example.request, rowsInOf(model))[0];
}

/** The property of a request that contains the list of rows. */
export function rowsInOf(model: Model): string | undefined {
  return "limits" in model ? model.limits.rowsIn : undefined;
}

/** The number of columns in the endpoint's request, if the request is CSV: SageMaker's own data capture stores it. */
function endpointColumns(model: Model): number | undefined {
  return endpointRecords(model)?.records[0]?.length;
}

/** The first line of the endpoint's requests in CSV, if this line is no row: a header. */
export function headerOf(model: Model): readonly string[] | undefined {
  const { records = [], rows } = endpointRecords(model) ?? {};
  return records.length - 1 === rows ? records[0] : undefined;
}

/** The lines and the number of rows in the endpoint's request to the example, if the request is CSV. */
function endpointRecords(
  model: Model,
): { readonly records: readonly string[][]; readonly rows: number } | undefined {
  if (!("encode" in model)) return undefined;
  const { contentType, body, rows } = model.encode(model.example.request, {
    headers: {},
    accept: "application/json",
  });
  const isCsv = contentType.startsWith("text/csv") && typeof body === "string";
  const records = isCsv ? parseCsv(body) : undefined;
  return records && { records, rows };
}

async function jsonRows(model: Model, args: BaselineArguments): Promise<Sample> {
  const { data, drop, at } = args;
  const form = { rowsIn: rowsInOf(model), header: headerOf(model), decode: rowDecoderOf(model) };
  const names: string[] = [];
  // The first pass finds the names: a row does not contain every optional feature.
  for await (const row of jsonLines(data, form)) {
    for (const name of namesOf(row)) if (!names.includes(name)) names.push(name);
  }
  requireDropped(drop, names);
  requireColumn(args, names);
  const kept = names.filter((name) => !drop.includes(name) && !isOnlyDay(model, name, at));
  const features = kept.length === 0 ? kept : featuresOf(model, data, kept);
  async function* rows(): AsyncGenerator<readonly unknown[]> {
    for await (const row of jsonLines(data, form)) {
      const byName = new Map(namesOf(row).map((name, index) => [name, row.values[index]]));
      yield [...features, ...(at === undefined ? [] : [at])].map((name) => byName.get(name));
    }
  }
  const left = kept.filter((name) => !features.includes(name));
  return { names: features, rows: rows(), left };
}

/** The names of a row's values. Values without names get their position as a name. */
function namesOf({ names, values }: Row): readonly string[] {
  return names ?? values.map((_, index) => String(index));
}

async function* jsonLines(data: string, form: RequestForm): AsyncGenerator<Row> {
  let number = 0;
  for await (const line of linesOf(data)) {
    number++;
    if (line.trim() === "") continue;
    const document = parseJson(line);
    if (document === undefined)
      throw new DriftError(`${data}: line ${number}: got no JSON; allowed: one document per line`);
    const isRecord = isObject(document) && Object.hasOwn(document, "captureData");
    yield* isRecord ? (readRecord(line, form)?.rows ?? []) : rowsOf(document, form.rowsIn);
  }
}

async function firstRecord(data: string): Promise<readonly string[]> {
  for await (const record of readCsv(textOf(data), data)) return record.map((name) => name.trim());
  return [];
}

async function* linesOf(data: string): AsyncGenerator<string> {
  let rest = "";
  for await (const part of textOf(data)) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

/**
 * The text of a file, without the byte order mark that Excel writes.
 *
 * @throws DriftError if the file cannot be read
 */
async function* textOf(file: string): AsyncGenerator<string> {
  let isFirst = true;
  const parts: AsyncIterator<string> = createReadStream(file, "utf8")[Symbol.asyncIterator]();
  const next = async () => {
    try {
      return await parts.next();
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      throw new DriftError(`--data: got ${file}, which cannot be read: ${code}; allowed: a readable file`);
    }
  };
  try {
    for (let part = await next(); part.done !== true; part = await next()) {
      yield isFirst ? part.value.replace(/^\uFEFF/, "") : part.value;
      isFirst = false;
    }
  } finally {
    // A reader of the first line stops here: the file is closed.
    await parts.return?.();
  }
}
