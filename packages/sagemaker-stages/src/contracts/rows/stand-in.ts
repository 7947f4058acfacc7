import { isRecord, parseJson } from "../../runtime/json";
import type { StandInAnswer } from "../ready-made";
import {
  answerColumnsOf,
  isColumn,
  type LabelScore,
  type Prediction,
  predictsOf,
  type RowsAnswer,
  type RowsOptions,
  sendsOf,
} from "./options";

/** Repeats the example's predictions, one for each row that was sent. */
export function answerExample(
  options: RowsOptions,
  { predictions }: RowsAnswer,
  sent: string,
): StandInAnswer {
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
