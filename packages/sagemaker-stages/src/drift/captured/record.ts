import { isObject, parseJson } from "../../lib/json";
import { parseCsv } from "../csv";
import { type Row, rowsOf } from "../rows";

/** One captured request. */
export interface CapturedRequest {
  /** The time of the request; `undefined` if the record contains no time. */
  readonly time: Date | undefined;
  readonly rows: readonly Row[];
}

/**
 * Reads one line of a file of SageMaker's data capture
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html).
 *
 * @param rowsIn - the property of a request in JSON that contains the list of rows
 * @returns `undefined` if the line is not a record with the request: data capture can be set to answers only
 */
export function readRecord(line: string, rowsIn: string | undefined): CapturedRequest | undefined {
  const record = parseJson(line);
  if (!isObject(record) || !isObject(record.captureData)) return undefined;
  const { endpointInput } = record.captureData;
  if (!isObject(endpointInput) || typeof endpointInput.data !== "string") return undefined;
  const { data, encoding, observedContentType } = endpointInput;
  // Without content types in its settings, SageMaker captures base64.
  const text = encoding === "BASE64" ? Buffer.from(data, "base64").toString("utf8") : data;
  const type = encoding === "CSV" || encoding === "JSON" ? encoding : kindOf(observedContentType);
  const rows = rowsOfText(text, type, rowsIn);
  return rows === undefined ? undefined : { time: timeOf(record.eventMetadata), rows };
}

function kindOf(contentType: unknown): "CSV" | "JSON" | undefined {
  const type = typeof contentType === "string" ? contentType.toLowerCase() : "";
  if (/^text\/csv\b/.test(type)) return "CSV";
  return /^(?:application\/(?:[\w.-]+\+)?json|application\/jsonlines|application\/x-jsonlines|text\/json)\b/.test(
    type,
  )
    ? "JSON"
    : undefined;
}

function rowsOfText(
  text: string,
  type: "CSV" | "JSON" | undefined,
  rowsIn: string | undefined,
): Row[] | undefined {
  if (type === "CSV") return parseCsv(text)?.map((values) => ({ names: undefined, values }));
  if (type === undefined) return undefined;
  const document = parseJson(text);
  if (document !== undefined) return rowsOf(document, rowsIn);
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(parseJson);
  return lines.length === 0 || lines.includes(undefined)
    ? undefined
    : lines.flatMap((line) => rowsOf(line, rowsIn));
}

function timeOf(metadata: unknown): Date | undefined {
  if (!isObject(metadata) || typeof metadata.inferenceTime !== "string") return undefined;
  const time = new Date(metadata.inferenceTime);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
