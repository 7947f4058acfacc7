import { isObject, parseJson } from "../../lib/json";
import { parseCsv } from "../csv";
import { type RequestForm, type Row, rowsOf } from "../rows";

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
 * @returns `undefined` if the line is not a record with the request: data capture can be set to answers only
 */
export function readRecord(line: string, form: RequestForm): CapturedRequest | undefined {
  const record = parseJson(line);
  if (!isObject(record) || !isObject(record.captureData)) return undefined;
  const { endpointInput } = record.captureData;
  if (!isObject(endpointInput) || typeof endpointInput.data !== "string") return undefined;
  const { data, encoding, observedContentType } = endpointInput;
  // Without content types in its settings, SageMaker captures base64.
  const text = encoding === "BASE64" ? Buffer.from(data, "base64").toString("utf8") : data;
  const type = encoding === "CSV" || encoding === "JSON" ? encoding : kindOf(observedContentType);
  const rows = rowsOfText(text, type, form);
  if (rows === undefined) return undefined;
  const { decode = (row) => row } = form;
  return {
    time: timeOf(record.eventMetadata),
    rows: rows.map((row) => decode(row, type === "CSV")),
  };
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
  { rowsIn, header }: RequestForm,
): Row[] | undefined {
  if (type === "CSV") return rowsOfCsv(text, header);
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

/** The rows of CSV, with the names of the first line if the line is the header of the model's requests. */
function rowsOfCsv(text: string, header: readonly string[] | undefined): Row[] | undefined {
  const records = parseCsv(text);
  const first = records?.[0];
  // Requests before the contract had a header have no such line.
  const hasHeader =
    header !== undefined && first?.length === header.length && first.every((name, i) => name === header[i]);
  return records
    ?.slice(hasHeader ? 1 : 0)
    .map((values) =>
      hasHeader ? { names: header, values, isNamedByHeader: true } : { names: undefined, values },
    );
}

function timeOf(metadata: unknown): Date | undefined {
  if (!isObject(metadata) || typeof metadata.inferenceTime !== "string") return undefined;
  const time = new Date(metadata.inferenceTime);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
