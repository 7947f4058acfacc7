import { requireOnePredictionPerRow, splitPredictions, UnreadablePredictions } from "../../runtime/contract";
import { isRecord, parseJson } from "../../runtime/json";
import { readDecimal } from "../../runtime/numbers";
import {
  answerColumnsOf,
  isColumn,
  type LabelScore,
  namesOf,
  type Prediction,
  predictsOf,
  type RowsOptions,
} from "./options";

/** Reads one value of the endpoint's answer for each row. */
export function readValues(body: string, count: number, options: RowsOptions): unknown[] {
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

/** Returns the function that reads the prediction of one row. */
export function predictionReader(options: RowsOptions): (value: unknown) => Prediction {
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

export function withLabels(scores: readonly number[], classes: readonly string[]): LabelScore[] {
  return scores
    .map((score, index) => ({ label: classes[index] ?? "", score }))
    .sort((one, other) => other.score - one.score);
}
