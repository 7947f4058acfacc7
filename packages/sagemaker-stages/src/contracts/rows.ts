import * as z from "zod/mini";
import {
  type About,
  type Contract,
  requireOnePredictionPerRow,
  SERVERLESS_PAYLOAD_IN_BYTES,
  splitPredictions,
  UnreadablePredictions,
} from "../runtime/contract";
import { fault } from "../runtime/faults";
import { isRecord, MAX_JSON_PARTS, parseJson } from "../runtime/json";
import { readDecimal } from "../runtime/numbers";
import { ARCHIVE_KEY_ALLOWED, isArchiveKey } from "./archive-key";
import { COMMON_OPTIONS, type OptionReport } from "./option-report";
import { type ContractTexts, ReadyMade, type StandInAnswer } from "./ready-made";
import { aboutOf, listOf, routeOf } from "./texts";

/**
 * Options of {@link rows}: a model that accepts rows of features, e.g. of scikit-learn, XGBoost, Linear Learner,
 * TensorFlow Serving, MLflow or AutoGluon.
 */
export interface RowsOptions extends ContractTexts {
  /** The features, in the order of the training data. A string is the name of a numeric feature. */
  readonly features: readonly Feature[];
  /**
   * The format of the container's answer:
   * - `json`: a list with one member per row, e.g. of SageMaker's scikit-learn container
   *   (https://github.com/aws/sagemaker-scikit-learn-container)
   * - `csv`: numbers, separated by commas or line breaks, e.g. of SageMaker's XGBoost container
   *   (https://github.com/aws/sagemaker-xgboost-container)
   * - `predictions`: `{"predictions": […]}`, e.g. of TensorFlow Serving
   *   (https://www.tensorflow.org/tfx/serving/api_rest), MLflow, and Linear Learner
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/LL-in-formats.html)
   * - an object with the names of the list and of the value in each member: `{ list: "scores", value: "score" }` for
   *   `{"scores": [{"score": 0.02}]}` of Random Cut Forest
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/rcf-in-formats.html)
   * - an object with the column of a table that pandas writes as JSON: `{ column: "price" }` for `[{"price": 9.5}]` and for
   *   `{"price": {"0": 9.5}}`, e.g. of AutoGluon: {@link AnswerColumn}
   */
  readonly answer: "json" | "csv" | "predictions" | AnswerNames | AnswerColumn;
  /**
   * The format of the container's request: `csv` (`text/csv`), `json` (a list of lists), `records` (a list of objects, e.g.
   * for `pandas.read_json`), `instances` (`{"instances": […]}`, TensorFlow Serving) or `dataframe` (`{"dataframe_split": …}`,
   * MLflow (https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/)).
   *
   * SageMaker's scikit-learn container reads one row of CSV as a flat list, which a model refuses. Use `json` for this
   * container.
   *
   * @default - `json` if the answer is `json`, otherwise `csv`
   */
  readonly sends?: "csv" | "json" | "records" | "instances" | "dataframe";
  /**
   * Whether the first line of CSV contains the names of the features, for containers that read CSV with pandas, e.g.
   * AutoGluon's `tabular_serve.py`
   * (https://github.com/autogluon/autogluon-cloud/blob/master/src/autogluon/cloud/scripts/sagemaker_scripts/tabular_serve.py).
   * pandas also reads line breaks in quotes, so that texts can contain line breaks.
   *
   * @default false
   */
  readonly header?: boolean;
  /**
   * The kind of prediction for a row:
   * - `number`: one number
   * - `label`: one of `classes`. The container answers the name or the index of the class.
   * - `scores`: one number for each of `classes`, e.g. XGBoost's `multi:softprob`
   * - `probability`: the probability of the second of two `classes`, e.g. XGBoost's `binary:logistic`
   * - `numbers`: one number for each of `outputs`, e.g. the quantiles of a forecast
   *
   * @default - `numbers` if `outputs` is set, `label` if `classes` is set, otherwise `number`
   */
  readonly predicts?: "number" | "numbers" | "label" | "scores" | "probability";
  /**
   * The names of the classes, in the order of their indices in the model.
   *
   * @default - none
   */
  readonly classes?: readonly string[];
  /**
   * The names of the numbers that the model predicts for a row, in the order of the model. The caller receives each number by
   * its name.
   *
   * @default - none
   * @example ["p10", "p50", "p90"] // answer {"predictions": [{"p10": 3, "p50": 5, "p90": 9}]}
   */
  readonly outputs?: readonly string[];
  /**
   * The maximum number of rows in one request.
   *
   * @default 1000
   */
  readonly maxRows?: number;
  /**
   * Callers name the model of a multi-model endpoint: a request is then `{"model": "17", "rows": […]}`. The environment
   * names the models that callers may choose in `targetModels`
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html).
   *
   * @default - the endpoint has one model, or the environment's `targetModel` names the model
   */
  readonly targetModel?: RowsTargetModel;
  /**
   * A request and its answer.
   *
   * @default - made from features and classes. The values are valid, but no model predicted them.
   */
  readonly example?: { readonly request: RowsRequest; readonly answer: RowsAnswer };
}

/** The names in a container's answer, which is an object of JSON. */
export interface AnswerNames {
  /** The property with one member for each row. */
  readonly list: string;
  /**
   * The property of a member with the predicted value.
   *
   * @default - a member is the value, or an object with `score` or `predicted_label`, or with the names of `outputs` or `classes`
   */
  readonly value?: string;
}

/**
 * The columns of a container's answer, which is a table that pandas writes as JSON: `[{"class": "yes", "yes_proba": 0.9}]`
 * (`orient="records"`) or `{"class": {"0": "yes"}, "yes_proba": {"0": 0.9}}` (the default)
 * (https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_json.html). Some versions of
 * AutoGluon's `tabular_serve.py` write the first form, and some the second form.
 *
 * @example { column: "class" } // with predicts: "label" or "number": AutoGluon names the column as the training data do
 * @example { column: "*_proba" } // with predicts: "scores": a column for each class
 * @example { column: "*" } // with outputs: ["0.1", "0.5", "0.9"]: the columns of AutoGluon's quantiles
 */
export interface AnswerColumn {
  /**
   * The name of the column. If `predicts` is `scores` or `numbers`, the name contains one `*`, in place of the name of each class
   * or output.
   */
  readonly column: string;
}

/** The models of a multi-model endpoint from which callers choose. @example { archive: "shop-*.tar.gz", example: "17" } */
export interface RowsTargetModel {
  /** The archive below the endpoint's prefix in S3. The caller's `model` replaces the only `*`. */
  readonly archive: string;
  /** The `model` of the example, with which the smoke test calls the route: an existing model. */
  readonly example: string;
  /**
   * The names that callers may send as `model`, each with 1 to 100 letters, digits, `_` and `-`. A caller of another name receives
   * a 400. A further name needs a deployment.
   *
   * @default - every name. A name without an archive is a failure of the endpoint (502), and counts for the alarms.
   */
  readonly names?: readonly string[];
}

/** A column of the model's input. A string is the name of a numeric feature. */
export type Feature = string | NumberFeature | ChoiceFeature | TextFeature | DateFeature;

/** The settings of every feature. */
export interface CommonFeature {
  /** The name of the property in each row. */
  readonly name: string;
  /**
   * Whether the value can be missing: a row then lacks the property, or has `null`. The container receives an empty cell of CSV,
   * or `null` in JSON. Set this only if the model handles missing values, as XGBoost does, or a pipeline with an imputer.
   *
   * @default false
   */
  readonly optional?: boolean;
}

/** A numeric feature. @example { name: "age", type: "integer", min: 0, max: 120 } */
export interface NumberFeature extends CommonFeature {
  /** @default "number" */
  readonly type?: "number" | "integer";
  /** @default - none */
  readonly min?: number;
  /** @default - none */
  readonly max?: number;
}

/**
 * A categorical feature: callers send one of the values.
 *
 * @example { name: "sex", values: ["f", "m"] } // the container receives the text f or m
 * @example { name: "weather", values: { clear: 1, mist: 2, rain: 3 } } // the container receives 1, 2 or 3
 * @example { name: "season", values: ["fall", "spring"], oneHot: true } // the container receives 1,0 or 0,1
 */
export interface ChoiceFeature extends CommonFeature {
  /**
   * The values that callers send. With a list, the container receives the value unchanged. With an object, the container receives
   * the number of the value, as in the training data.
   */
  readonly values: readonly string[] | Readonly<Record<string, number>>;
  /**
   * Whether the container receives a column for each value of the list, with 1 for the value of the row and 0 for the others. The
   * columns have the order of the list; in `dataframe`, their names are those of `pandas.get_dummies`, e.g. `season_fall`. A
   * missing value of an `optional` feature is 0 in each column.
   *
   * @default false
   */
  readonly oneHot?: boolean;
}

/** A text feature. The container receives the text unchanged; in CSV, the text is quoted according to RFC 4180. */
export interface TextFeature extends CommonFeature {
  readonly type: "text";
  /** @default 1000 */
  readonly maxCharacters?: number;
}

/** A day of the calendar: the container receives the text `YYYY-MM-DD`. @example { name: "signed on", type: "date" } */
export interface DateFeature extends CommonFeature {
  readonly type: "date";
}

/** One or more rows. Each row contains the values by the names of the features. */
export interface RowsRequest {
  /** The model that answers. Required if the contract has the option `targetModel`, and refused otherwise. */
  readonly model?: string | undefined;
  readonly rows: readonly Readonly<Record<string, Cell | undefined>>[];
}

/** The value of a feature. Only an optional feature can be `null`. */
export type Cell = number | string | null;

/** One prediction for each row, in the order of the rows. */
export interface RowsAnswer {
  readonly predictions: readonly Prediction[];
}

/** A number, the numbers by their names, a class, or the classes with their scores, the highest score first. */
export type Prediction = number | Readonly<Record<string, number>> | string | readonly LabelScore[];

/** A class with its score. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/**
 * Creates a ready-made contract for rows of features. A caller sends each value with the name of its feature: a list of
 * numbers in the wrong order would give wrong predictions without an error.
 *
 * @example
 * export const models = defineModels({
 *   iris: rows({ features: ["sepal length", "sepal width", "petal length", "petal width"], answer: "json" }),
 * });
 * // request  {"rows": [{"sepal length": 5.1, "sepal width": 3.5, "petal length": 1.4, "petal width": 0.2}]}
 * // answer   {"predictions": [0]}
 */
export function rows(options: RowsOptions): ReadyMade<RowsRequest, RowsAnswer> {
  return new ReadyMade({
    file: "rows",
    options,
    check: (report) => checkOptions(options, report),
    createContract: (model) => createContract(model, options),
    describe: (model) => describe(model, options),
    answerExample: (example, sent) => answerExample(options, example.answer, sent),
  });
}

const DEFAULT_MAX_ROWS = 1000;
const DEFAULT_MAX_CHARACTERS = 1000;
const A_DATE = 'a date, such as "2026-11-30"';

/** Creates the contract of {@link rows}. A generated handler contains only this part of the module. */
export function createContract(model: string, options: RowsOptions): Contract<RowsRequest, RowsAnswer> {
  const { features, header, maxRows = DEFAULT_MAX_ROWS, targetModel } = options;
  const columns = features.flatMap(columnsOf);
  const sends = sendsOf(options);
  const isOneLine = sends === "csv" && !header;
  const row = z.strictObject(
    Object.fromEntries(features.map((feature) => [nameOf(feature), cellOf(feature, isOneLine)])),
  );
  const list = z.array(row).check(z.minLength(1, "at least one row"));
  return {
    model,
    route: routeOf(model, options),
    schema:
      targetModel === undefined
        ? z.strictObject({ rows: list })
        : z.strictObject({ model: targetNameOf(targetModel), rows: list }),
    limits: { rows: maxRows, rowsIn: "rows", payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

    encode(request) {
      const table = request.rows.map((values) =>
        features.flatMap((feature) => cellsFor(feature, values[nameOf(feature)] ?? null)),
      );
      return {
        contentType: sends === "csv" ? "text/csv" : "application/json",
        accept: options.answer === "csv" ? "text/csv" : "application/json",
        body: writeTable(table, sends, columns, header),
        rows: table.length,
        ...(targetModel && {
          headers: { targetModel: targetModel.archive.replace("*", () => request.model ?? "") },
        }),
      };
    },

    decode(body, request) {
      const read = predictionReader(options);
      return { predictions: readValues(body, request.rows.length, options).map(read) };
    },
  };
}

/** No slash and no dot: a caller cannot choose an archive below another prefix. */
const TARGET_NAME = /^[A-Za-z0-9][\w-]{0,99}$/;
const MAX_TARGET_NAME_LENGTH = 100;
const TARGET_NAME_ALLOWED = "1 to 100 letters, digits, _ and -, not starting with _ or -";

/** The name of the property in each row. */
export function nameOf(feature: Feature): string {
  return typeof feature === "string" ? feature : feature.name;
}

/** The columns of a feature in the container's request. */
function columnsOf(feature: Feature): string | string[] {
  return isOneHot(feature) ? valuesOf(feature).map((value) => `${feature.name}_${value}`) : nameOf(feature);
}

/** The value of a feature, or the values of its columns, in the container's request. */
function cellsFor(feature: Feature, value: Cell): Cell | Cell[] {
  if (isOneHot(feature)) return valuesOf(feature).map((one) => Number(one === value));
  if (!isChoice(feature) || isNames(feature.values)) return value;
  return feature.values[String(value)] ?? null;
}

function isChoice(feature: Feature): feature is ChoiceFeature {
  return typeof feature !== "string" && "values" in feature;
}

function isOneHot(feature: Feature): feature is ChoiceFeature {
  return isChoice(feature) && feature.oneHot === true;
}

/** The values that callers send. */
function valuesOf({ values }: ChoiceFeature): readonly string[] {
  return isNames(values) ? values : Object.keys(values);
}

function isNames(values: ChoiceFeature["values"]): values is readonly string[] {
  return Array.isArray(values);
}

/** Whether the container receives texts: a model without an encoder, e.g. of XGBoost, cannot read them. */
export function isSentAsText(feature: Feature): boolean {
  if (typeof feature === "string") return false;
  if (isChoice(feature)) return isNames(feature.values) && feature.oneHot !== true;
  return feature.type === "text" || feature.type === "date";
}

/** The format of the container's request. */
export function sendsOf({
  sends,
  answer,
}: Pick<RowsOptions, "answer"> & { readonly sends?: RowsOptions["sends"] | undefined }): NonNullable<
  RowsOptions["sends"]
> {
  return sends ?? (answer === "json" ? "json" : "csv");
}

function targetNameOf({ names }: RowsTargetModel): z.ZodMiniType<string, string> {
  return names === undefined
    ? z.string().check(z.regex(TARGET_NAME, TARGET_NAME_ALLOWED))
    : z.enum(names as string[]);
}

function cellOf(feature: Feature, isOneLine: boolean): z.ZodMiniType<Cell | undefined, Cell | undefined> {
  const value = requiredCellOf(feature, isOneLine);
  // An alternative, so that the fault of a wrong value names both: zod's `nullable` would name the value only.
  return isOptional(feature) ? z.optional(z.union([value, z.null("null")])) : value;
}

function isOptional(feature: Feature): boolean {
  return typeof feature !== "string" && feature.optional === true;
}

function requiredCellOf(
  feature: Feature,
  isOneLine: boolean,
): z.ZodMiniType<number | string, number | string> {
  if (typeof feature === "string") return z.number();
  if (isChoice(feature)) return z.enum(valuesOf(feature) as string[]);
  if (feature.type === "date") return z.iso.date(A_DATE);
  if (feature.type === "text") {
    const { maxCharacters = DEFAULT_MAX_CHARACTERS } = feature;
    const text = z.string().check(z.maxLength(maxCharacters));
    return isOneLine ? text.check(requireOneLine) : text;
  }
  const { type, min = -Infinity, max = Infinity } = feature;
  return (type === "integer" ? z.int() : z.number()).check(z.gte(min), z.lte(max));
}

/** RFC 4180 allows line breaks in quotes, but containers without pandas split CSV into lines before they parse quotes. */
function requireOneLine(payload: z.core.ParsePayload<string>): void {
  if (!/[\r\n\0]/.test(payload.value)) return;
  payload.issues.push(fault(payload.value, { got: "text with a line break", allowed: "text in one line" }));
}

type Table = readonly (readonly Cell[])[];

function writeTable(
  table: Table,
  sends: RowsOptions["sends"],
  columns: readonly string[],
  header: boolean | undefined,
): string {
  switch (sends) {
    case "csv":
      return (header ? [columns, ...table] : table).map((cells) => cells.map(writeCell).join(",")).join("\n");
    case "records":
      return JSON.stringify(
        table.map((cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index]]))),
      );
    case "instances":
      return JSON.stringify({ instances: table });
    case "dataframe":
      return JSON.stringify({ dataframe_split: { columns, data: table } });
    default:
      return JSON.stringify(table);
  }
}

/**
 * A cell of CSV, in quotes if RFC 4180 requires them (https://www.rfc-editor.org/rfc/rfc4180#section-2). A missing value is an
 * empty cell, which containers read as NaN; an empty text is an empty cell in quotes, for containers that read quotes.
 */
function writeCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number" || !/^$|[",\r\n]|^\s|\s$/.test(cell)) return String(cell);
  return `"${cell.replaceAll('"', '""')}"`;
}

/** Reads one value of the endpoint's answer for each row. */
function readValues(body: string, count: number, options: RowsOptions): unknown[] {
  if (options.answer === "csv") return readCsv(body, count, options);
  const document = parseJson(body);
  const { answer } = options;
  if (isColumn(answer)) return readColumns(document, count, answerColumnsOf(answer, options));
  const name = typeof answer === "object" ? answer.list : "predictions";
  const list = answer === "json" ? document : isRecord(document) && document[name];
  if (!Array.isArray(list)) throw new UnreadablePredictions("the answer has no list of predictions");
  requireOnePredictionPerRow(list.length, count);
  return list;
}

function isColumn(answer: unknown): answer is AnswerColumn {
  return isRecord(answer) && "column" in answer;
}

/** The names of the columns with the prediction of a row: one, or one for each class or output. */
function answerColumnsOf({ column }: AnswerColumn, options: RowsOptions): readonly string[] {
  return namesOf(options)?.map((name) => column.replace("*", () => name)) ?? [column];
}

/**
 * Reads the list of the columns' values for each row. pandas writes a list of rows, or an object with an object for each column.
 * The properties of this object are the indices of the rows, which JavaScript orders as numbers.
 */
function readColumns(document: unknown, count: number, columns: readonly string[]): unknown[] {
  const values = columns.map((column) => {
    const cells = isRecord(document) && document[column];
    const rows: unknown[] = Array.isArray(document)
      ? document.map((row) => isRecord(row) && row[column])
      : Object.values(isRecord(cells) ? cells : {});
    if (rows[0] === undefined) throw new UnreadablePredictions(`the answer has no column ${column}`);
    requireOnePredictionPerRow(rows.length, count);
    return rows;
  });
  return Array.from({ length: count }, (_, row) => values.map((rows) => rows[row]));
}

/**
 * Reads one value or one list of numbers for each row of CSV. SageMaker's XGBoost container separates rows by commas or
 * line breaks, and writes several numbers of a row in brackets: `[0.1, 0.9],[0.8, 0.2]`. The numbers (rows times columns)
 * are counted before they become a list.
 */
function readCsv(body: string, count: number, options: RowsOptions): unknown[] {
  if (predictsOf(options) === "label") {
    return splitPredictions(body, /\r?\n|,/g, count).map((cell) => {
      const text = cell.trim().replace(/^"(.*)"$/, "$1");
      const value = readDecimal(text);
      return Number.isNaN(value) ? text : value;
    });
  }
  const columns = namesOf(options)?.length ?? 1;
  const trimmed = body.trim();
  const numbers = trimmed.replace(/^\[|\]$/g, "");
  const cells = splitPredictions(numbers, SEPARATOR, count * columns).map(readDecimal);
  if (columns === 1) return cells;
  // A line within brackets is a part of a list: NumPy breaks long lists into lines.
  if (/[[\]]/.test(numbers)) requireColumns(numbers, columns, /[[\]]/);
  else if (trimmed === numbers && /[\r\n]/.test(numbers)) requireColumns(numbers, columns, /[\r\n]/);
  return Array.from({ length: count }, (_, index) => cells.slice(index * columns, (index + 1) * columns));
}

/** The characters between two numbers of an answer in CSV. */
const SEPARATOR = /[\s,[\]]+/g;

/**
 * Requires as many numbers as there are names between two ends of a row.
 *
 * @param numbers - the numbers of all rows, as text
 * @param endOfRow - matches a separator that ends a row
 */
function requireColumns(numbers: string, columns: number, endOfRow: RegExp): void {
  let read = 0;
  for (const [separator] of numbers.matchAll(SEPARATOR)) {
    read++;
    if (endOfRow.test(separator) !== (read % columns === 0)) {
      throw new UnreadablePredictions(`a prediction has no list of ${columns} numbers`);
    }
  }
}

function predictsOf({ predicts, classes, outputs }: RowsOptions): NonNullable<RowsOptions["predicts"]> {
  if (predicts !== undefined) return predicts;
  if (outputs !== undefined) return "numbers";
  return classes === undefined ? "number" : "label";
}

/** The names of the numbers that a container predicts for a row; `undefined` for a prediction of one value. */
function namesOf(options: RowsOptions): readonly string[] | undefined {
  const predicts = predictsOf(options);
  if (predicts === "numbers") return options.outputs;
  return predicts === "scores" ? options.classes : undefined;
}

/** Returns the function that reads the prediction of one row. */
function predictionReader(options: RowsOptions): (value: unknown) => Prediction {
  const { answer, classes = [], outputs = [] } = options;
  const property = typeof answer === "object" && !isColumn(answer) ? answer.value : undefined;
  switch (predictsOf(options)) {
    case "label":
      return (value) => {
        const label = singleValue(value, property ?? "predicted_label");
        // In a column, a number is the name of a class, as in the training data: not the index of a class.
        return readLabel(isColumn(answer) ? String(label) : label, classes);
      };
    case "scores":
      return (value) => withLabels(readNumbers(value, classes, property), classes);
    case "numbers":
      return (value) => {
        const numbers = readNumbers(value, outputs, property);
        return Object.fromEntries(outputs.map((name, index) => [name, numbers[index] ?? 0]));
      };
    case "probability":
      return (value) => {
        const probability = readNumber(singleValue(value, property ?? "score"));
        if (probability < 0 || probability > 1)
          throw new UnreadablePredictions("a prediction is not a probability");
        return withLabels([complementOf(probability), probability], classes);
      };
    default:
      return (value) => readNumber(singleValue(value, property ?? "score"));
  }
}

/** One minus a probability, without the error of binary fractions: 0.1 for 0.9, not 0.09999999999999998. */
function complementOf(probability: number): number {
  return Number((1 - probability).toFixed(15));
}

/** Reads a value, a list of one value (TensorFlow), or a property of an object (Linear Learner). */
function singleValue(value: unknown, property: string): unknown {
  if (Array.isArray(value)) return value.length === 1 ? value[0] : value;
  return isRecord(value) ? value[property] : value;
}

/**
 * Reads a list of numbers, or an object with the numbers: Linear Learner has the list in `score`, and k-means has a property for
 * each number. One number needs no list.
 */
function readNumbers(value: unknown, names: readonly string[], property = "score"): number[] {
  let list: unknown = value;
  if (isRecord(value) && !Array.isArray(value)) {
    const found = value[property];
    // With several outputs, an output can have the name of this property.
    const isFound = Array.isArray(found) || (names.length === 1 && found !== undefined);
    list = isFound ? found : names.map((name) => value[name]);
  }
  if (names.length === 1 && !Array.isArray(list)) list = [list];
  if (!Array.isArray(list) || list.length !== names.length) {
    throw new UnreadablePredictions(`a prediction has no list of ${names.length} numbers`);
  }
  return list.map(readNumber);
}

function readNumber(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new UnreadablePredictions("a prediction is not a finite number");
}

function readLabel(value: unknown, classes: readonly string[]): string {
  const label = typeof value === "number" ? classes[value] : value;
  if (typeof label === "string" && classes.includes(label)) return label;
  throw new UnreadablePredictions("a prediction is neither one of the classes nor the index of a class");
}

function withLabels(scores: readonly number[], classes: readonly string[]): LabelScore[] {
  return scores
    .map((score, index) => ({ label: classes[index] ?? "", score }))
    .sort((one, other) => other.score - one.score);
}

/** The options that only this contract has. */
const OPTIONS = [
  "features",
  "answer",
  "sends",
  "header",
  "predicts",
  "classes",
  "outputs",
  "maxRows",
  "targetModel",
];

/** A name is a property of the request or the answer, and errors quote it. */
const MAX_NAME_LENGTH = 100;

/** Whether a name can be a property: every object of JavaScript has some names, e.g. `constructor`, which would seem to be there. */
function isPropertyName(name: string): boolean {
  return !(name in {}) && new RegExp(`^[^\\p{C}]{1,${MAX_NAME_LENGTH}}$`, "u").test(name);
}

function checkOptions(options: RowsOptions, report: OptionReport): void {
  const { features, sends, predicts, maxRows } = options;
  report.requireKnown(options, [...OPTIONS, ...COMMON_OPTIONS]);
  checkAnswer(options, report);
  report.requireOneOfIfSet(
    sends,
    "sends",
    ["csv", "json", "records", "instances", "dataframe"],
    "the formats of a container's request",
  );
  checkHeader(options, report);
  const isList = Array.isArray(features) && features.length > 0;
  if (report.require(isList, "features", features, "a list of at least one feature", "a row has features")) {
    for (const [index, feature] of features.entries())
      checkFeature(feature, `features[${index}]`, features, report);
    checkOptional(options, report);
  }
  const kinds = ["number", "numbers", "label", "scores", "probability"];
  report.requireOneOfIfSet(predicts, "predicts", kinds, "the kinds of prediction");
  checkClasses(options, report);
  checkOutputs(options, report);
  checkTargetModel(options.targetModel, report);
  // `JSON.parse` needs up to 300 bytes for each object and property.
  const max = Math.floor(MAX_JSON_PARTS / ((isList ? features.length : 1) + 1));
  report.requireCount(
    maxRows,
    "maxRows",
    max,
    `a handler reads at most ${MAX_JSON_PARTS} objects and properties`,
  );
}

function checkHeader(options: RowsOptions, report: OptionReport): void {
  const { header } = options;
  const because = "the first line of a request in CSV";
  if (!report.require([undefined, true, false].includes(header), "header", header, "true, false", because)) {
    return;
  }
  report.require(
    header !== true || sendsOf(options) === "csv",
    "header",
    header,
    "false, or csv as the value of sends",
    because,
  );
}

function checkAnswer(options: RowsOptions, report: OptionReport): void {
  const answer: unknown = options.answer;
  const because = "the formats of a container's answer";
  if (!isRecord(answer) || Array.isArray(answer)) {
    report.requireOneOf(answer, "answer", ["json", "csv", "predictions"], because);
    return;
  }
  const isName = (name: unknown) => typeof name === "string" && isPropertyName(name);
  if (isColumn(answer)) {
    checkColumn(answer, options, report);
    return;
  }
  const allowed = 'the name of a property, e.g. "scores"';
  report.require(isName(answer.list), "answer.list", answer.list, allowed, because);
  report.require(
    answer.value === undefined || isName(answer.value),
    "answer.value",
    answer.value,
    allowed,
    because,
  );
  for (const name of Object.keys(answer)) {
    report.require(["list", "value"].includes(name), `answer.${name}`, name, "list, value", because);
  }
}

function checkColumn(answer: AnswerColumn, options: RowsOptions, report: OptionReport): void {
  const column: unknown = answer.column;
  const predicts = predictsOf(options);
  const hasNames = predicts === "scores" || predicts === "numbers";
  const isName = typeof column === "string" && isPropertyName(column);
  report.require(
    isName && (!hasNames || column.split("*").length === 2),
    "answer.column",
    column,
    hasNames
      ? `a name with one * in place of ${predicts === "scores" ? 'the class, e.g. "*_proba"' : 'the output, e.g. "*"'}`
      : 'the name of a column, e.g. "class"',
    hasNames ? `predicts is ${predicts}` : "the formats of a container's answer",
  );
  for (const name of Object.keys(answer)) {
    report.require(name === "column", `answer.${name}`, name, "column", "the answer is a column of a table");
  }
}

/** Refuses missing values where the container could not read them. */
function checkOptional(options: RowsOptions, report: OptionReport): void {
  const sends = sendsOf(options);
  for (const [index, feature] of options.features.entries()) {
    if (!isRecord(feature) || feature.optional !== true) continue;
    const field = `features[${index}].optional`;
    report.require(
      sends !== "instances",
      field,
      true,
      "false, or another value of sends",
      "TensorFlow Serving reads no null: https://github.com/tensorflow/serving/issues/1960",
    );
    report.require(
      sends !== "csv" || options.features.length > 1,
      field,
      true,
      "false, or a second feature",
      "a row with one empty cell is an empty line of CSV, which containers skip",
    );
  }
}

function checkOutputs(options: RowsOptions, report: OptionReport): void {
  const { outputs } = options;
  if (predictsOf(options) === "numbers") {
    if (!report.requireNames(outputs, "outputs", "predicts is numbers")) return;
    for (const [index, name] of outputs.entries()) {
      const allowed = `a name of 1 to ${MAX_NAME_LENGTH} visible characters`;
      report.require(
        isPropertyName(name),
        `outputs[${index}]`,
        name,
        allowed,
        "the name is a property of the answer",
      );
    }
    return;
  }
  report.require(
    outputs === undefined,
    "outputs",
    outputs,
    "no outputs, or numbers as the value of predicts",
    "only these predictions have several numbers",
  );
}

/** Visible ASCII characters with one `*`. IAM interprets `?` and `${`, and Terraform interprets `${` and `%{`. */
const ARCHIVE = /^(?!.*[$%]\{)[\x21-\x29\x2b-\x3e\x40-\x7e]*\*[\x21-\x29\x2b-\x3e\x40-\x7e]*$/;
const INVOKE_ENDPOINT =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html";
/** The maximum length of a target model (INVOKE_ENDPOINT). */
const MAX_TARGET_MODEL_LENGTH = 1024;

function checkTargetModel(targetModel: unknown, report: OptionReport): void {
  if (targetModel === undefined) return;
  const because =
    "callers choose an archive of a multi-model endpoint: https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html";
  const { archive, example, names, ...others } = isRecord(targetModel) ? targetModel : {};
  const isKnown = Object.keys(others).length === 0;
  report.require(isKnown, "targetModel", targetModel, "an object with archive, example and names", because);
  const isPattern = report.require(
    typeof archive === "string" && ARCHIVE.test(archive),
    "targetModel.archive",
    archive,
    'the key of an archive below the prefix, with one * in place of the caller\'s model, without ?, ${ and %{, e.g. "shop-*.tar.gz"',
    because,
  );
  if (isPattern) {
    const key = String(archive);
    report.require(isArchiveKey(key), "targetModel.archive", key, ARCHIVE_KEY_ALLOWED, because);
    const longest = key.length - 1 + MAX_TARGET_NAME_LENGTH;
    report.require(
      longest <= MAX_TARGET_MODEL_LENGTH,
      "targetModel.archive",
      `${key.slice(0, 20)}… with ${key.length} characters`,
      `at most ${MAX_TARGET_MODEL_LENGTH - MAX_TARGET_NAME_LENGTH + 1} characters, so that each name of a caller fits`,
      INVOKE_ENDPOINT,
    );
  }
  report.require(
    typeof example === "string" && TARGET_NAME.test(example),
    "targetModel.example",
    example,
    TARGET_NAME_ALLOWED,
    because,
  );
  if (names === undefined || !report.requireNames(names, "targetModel.names", because)) return;
  const wrong = names.find((name) => !TARGET_NAME.test(name));
  report.require(wrong === undefined, "targetModel.names", wrong, TARGET_NAME_ALLOWED, because);
  report.require(
    names.some((name) => name === example),
    "targetModel.example",
    example,
    "one of names",
    "the smoke test calls the route with this model",
  );
}

function checkClasses(options: RowsOptions, report: OptionReport): void {
  const { classes, answer } = options;
  const predicts = predictsOf(options);
  if (predicts === "number" || predicts === "numbers") {
    report.require(
      classes === undefined,
      "classes",
      classes,
      "no classes, or another value of predicts",
      "a numeric prediction has no classes",
    );
    return;
  }
  if (!report.requireNames(classes, "classes", `predicts is ${predicts}`)) return;
  report.require(
    predicts !== "probability" || classes.length === 2,
    "classes",
    classes,
    "two classes",
    "the container answers the probability of the second class",
  );
  report.require(
    answer !== "csv" || predicts !== "label" || classes.every((name) => !/[,"\r\n]/.test(name)),
    "classes",
    classes,
    "names without commas, quotes and line breaks",
    "these characters separate predictions in CSV",
  );
}

function checkFeature(feature: unknown, field: string, all: readonly Feature[], report: OptionReport): void {
  const settings = typeof feature === "string" ? { name: feature } : feature;
  if (
    !report.require(
      isRecord(settings),
      field,
      feature,
      "a name, or an object with a name",
      "a feature has a name",
    )
  ) {
    return;
  }
  const { name, type, values, oneHot, min, max, maxCharacters, optional } = settings as Readonly<
    Record<string, unknown>
  >;
  report.require(
    typeof name === "string" &&
      isPropertyName(name) &&
      all.filter((other) => nameOf(other) === name).length === 1,
    field,
    name,
    `a unique name of 1 to ${MAX_NAME_LENGTH} visible characters`,
    "the name is a property of each row",
  );
  const because = "the settings of a feature";
  report.requireOneOfIfSet(type, `${field}.type`, ["number", "integer", "text", "date"], because);
  if (values !== undefined) checkValues(values, `${field}.values`, report);
  const isForm = oneHot === undefined || typeof oneHot === "boolean";
  report.require(isForm, `${field}.oneHot`, oneHot, "true, false", because);
  report.require(
    oneHot !== true || Array.isArray(values),
    `${field}.values`,
    values,
    "a list of names, or no oneHot",
    "the container receives a column for each name, and no number",
  );
  const [known, kind] =
    values !== undefined
      ? [["name", "values", "oneHot", "optional"], "a choice"]
      : type === "text"
        ? [["name", "type", "maxCharacters", "optional"], "a text"]
        : type === "date"
          ? [["name", "type", "optional"], "a date"]
          : [["name", "type", "min", "max", "optional"], "a number"];
  for (const setting of Object.keys(settings as object)) {
    const at = `${field}.${setting}`;
    report.require(known.includes(setting), at, setting, known.join(", "), `the settings of ${kind}`);
  }
  for (const [bound, value] of Object.entries({ min, max })) {
    report.require(
      value === undefined || Number.isFinite(value),
      `${field}.${bound}`,
      value,
      "a finite number",
      because,
    );
  }
  const isFlag = optional === undefined || typeof optional === "boolean";
  report.require(isFlag, `${field}.optional`, optional, "true, false", because);
  const isRange = typeof min !== "number" || typeof max !== "number" || min <= max;
  report.require(isRange, `${field}.min`, min, `at most max, ${String(max)}`, because);
  report.requireCount(maxCharacters, `${field}.maxCharacters`, SERVERLESS_PAYLOAD_IN_BYTES, because);
}

/** Checks the values of a choice: a list of names, or an object with a number for each name. */
function checkValues(values: unknown, field: string, report: OptionReport): void {
  const because = "a row has one of these values";
  if (!isRecord(values) || Array.isArray(values)) {
    report.requireNames(values, field, because);
    return;
  }
  report.requireNames(Object.keys(values), field, because);
  for (const [name, number] of Object.entries(values)) {
    report.require(
      Number.isFinite(number),
      `${field}.${name}`,
      number,
      "a finite number",
      "the container receives this number in place of the name",
    );
  }
}

/** The form of a request must be short, because API Gateway's own errors show the form. */
const MAX_FEATURES_IN_TEXT = 10;

/** Creates the description of {@link rows}. A generated handler does not contain this part of the module. */
export function describe(model: string, options: RowsOptions): About<RowsRequest, RowsAnswer> {
  const names = options.features.map(nameOf);
  const list = names.join(", ").length > 120 ? `${names.length} features` : listOf(names, "and");
  const cells = options.features.map(
    (feature) => `${JSON.stringify(nameOf(feature))}: ${allowedOf(feature)}`,
  );
  const rest = cells.length - MAX_FEATURES_IN_TEXT;
  const shown = rest > 0 ? [...cells.slice(0, MAX_FEATURES_IN_TEXT), `… (${rest} more)`] : cells;
  const { targetModel } = options;
  const chosen = targetModel === undefined ? "" : `"model": ${allowedNamesOf(targetModel)}, `;
  return aboutOf(model, options, {
    description: `Predicts ${predictedBy(options)} from ${list}, for one or more rows${targetModel === undefined ? "" : ", with the model that the caller names"}.`,
    allowed: `{${chosen}"rows": [{${shown.join(", ")}}, …]}`,
    example: options.example ?? {
      request: {
        ...(targetModel && { model: targetModel.example }),
        rows: [Object.fromEntries(options.features.map((feature) => [nameOf(feature), valueFor(feature)]))],
      },
      answer: { predictions: [predictionFor(options)] },
    },
  });
}

function allowedNamesOf({ names = [] }: RowsTargetModel): string {
  if (names.length === 0 || names.length > MAX_FEATURES_IN_TEXT) return '"<name>"';
  return listOf(
    names.map((name) => JSON.stringify(name)),
    "or",
  );
}

function predictedBy(options: RowsOptions): string {
  const { classes = [], outputs = [] } = options;
  const predicts = predictsOf(options);
  if (predicts === "number") return "a number";
  if (predicts === "numbers") {
    return outputs.join(", ").length > 80 ? `${outputs.length} numbers` : listOf(outputs, "and");
  }
  const list = classes.join(", ").length > 80 ? `one of ${classes.length} classes` : listOf(classes, "or");
  return predicts === "label" ? list : `the score of ${list}`;
}

function allowedOf(feature: Feature): string {
  const allowed = allowedValueOf(feature);
  return isOptional(feature) ? `${allowed} or null` : allowed;
}

function allowedValueOf(feature: Feature): string {
  if (typeof feature === "string") return "<number>";
  if (isChoice(feature))
    return listOf(
      valuesOf(feature).map((value) => JSON.stringify(value)),
      "or",
    );
  if (feature.type === "text" || feature.type === "date") return `<${feature.type}>`;
  const { type, min, max } = feature;
  const kind = type === "integer" ? "whole number" : "number";
  if (min !== undefined && max !== undefined) return `<${kind} from ${min} to ${max}>`;
  if (min !== undefined) return `<${kind} from ${min}>`;
  return max === undefined ? `<${kind}>` : `<${kind} up to ${max}>`;
}

function valueFor(feature: Feature): number | string {
  if (typeof feature === "string") return 1;
  if (isChoice(feature)) return valuesOf(feature)[0] ?? "";
  if (feature.type === "text") return "a text".slice(0, feature.maxCharacters);
  if (feature.type === "date") return "2026-11-30";
  const { type, min = -Infinity, max = Infinity } = feature;
  const value = Math.min(Math.max(1, min), max);
  return type === "integer" ? Math.min(Math.ceil(value), Math.floor(max)) : value;
}

function predictionFor(options: RowsOptions): Prediction {
  const { classes = [], outputs = [] } = options;
  switch (predictsOf(options)) {
    case "numbers":
      return Object.fromEntries(outputs.map((name, index) => [name, index + 1]));
    case "label":
      return classes[0] ?? "";
    case "scores":
      return classes.map((label, index) => ({ label, score: index === 0 ? 1 : 0 }));
    case "probability":
      return withLabels([0.25, 0.75], classes);
    default:
      return 0;
  }
}

/** Repeats the example's predictions, one for each row that was sent. */
function answerExample(options: RowsOptions, { predictions }: RowsAnswer, sent: string): StandInAnswer {
  const values = Array.from({ length: countRows(sent, options) }, (_, index) =>
    writePrediction(predictions[index % predictions.length] ?? 0, options),
  );
  if (options.answer === "csv") return { contentType: "text/csv", body: values.map(String).join("\n") };
  return { contentType: "application/json", body: JSON.stringify(answerOf(values, options)) };
}

/** The container's document with these values. */
function answerOf(values: readonly (Written | readonly Written[])[], options: RowsOptions): unknown {
  const { answer } = options;
  if (typeof answer !== "object") return answer === "json" ? values : { predictions: values };
  if (isColumn(answer)) {
    const columns = answerColumnsOf(answer, options);
    return values.map((value) => {
      const cells = [value].flat();
      return Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
    });
  }
  const { list, value } = answer;
  return { [list]: value === undefined ? values : values.map((one) => ({ [value]: one })) };
}

function countRows(sent: string, options: RowsOptions): number {
  // Without the quoted texts, whose line breaks end no row.
  if (sendsOf(options) === "csv") {
    return sent.replaceAll(/"[^"]*"/g, "").split("\n").length - (options.header ? 1 : 0);
  }
  const document = parseJson(sent);
  const frame = isRecord(document) ? document.dataframe_split : undefined;
  const lists = [document, isRecord(document) && document.instances, isRecord(frame) && frame.data];
  return lists.find(Array.isArray)?.length ?? 0;
}

/** A value of a container's answer. */
type Written = number | string;

/** Converts a prediction to the container's format. */
function writePrediction(prediction: Prediction, options: RowsOptions): Written | readonly Written[] {
  const { answer, classes = [], outputs = [] } = options;
  if (typeof prediction === "number") return prediction;
  if (typeof prediction === "string") return isColumn(answer) ? prediction : classes.indexOf(prediction);
  if (!isScores(prediction)) return outputs.map((name) => prediction[name] ?? 0);
  const scores = classes.map((name) => prediction.find(({ label }) => label === name)?.score ?? 0);
  return predictsOf(options) === "probability" ? (scores[1] ?? 0) : scores;
}

function isScores(
  prediction: Readonly<Record<string, number>> | readonly LabelScore[],
): prediction is readonly LabelScore[] {
  return Array.isArray(prediction);
}
