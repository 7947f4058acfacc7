import {
  type CapturedFields,
  type FlatRecord,
  flatten,
  isNamed,
  isStoredIn,
  isWholeStored,
  type Part,
} from "./fields";
import { ANYWHERE, itemOf, memberOf, type Place } from "./places";

/** A request with its answer, as the caller sends and receives them. */
export interface Exchange {
  /** The id that the caller receives. */
  readonly requestId: string;
  /** The time of the answer. */
  readonly time: Date;
  readonly request: unknown;
  readonly answer: unknown;
  /** Whether a body is no JSON: no name selects a part of it, so that only `keep` with the name of the whole stores it. */
  readonly isText: Partial<Record<"request" | "answer", boolean>>;
  /** The schemas of the request. */
  readonly place: Place;
  /** Whether the contract passes answers through, so that nothing names their members. */
  readonly isOpenAnswer: boolean;
  /** The member of the request with the list of rows. @default - none: the request is one row */
  readonly rowsIn?: string | undefined;
}

/**
 * The maximum size of the records of one request, in bytes. Further rows are omitted. Lambda accepts at most 6 MB, but each
 * row repeats the names of its fields.
 */
export const MAX_RECORDS_IN_BYTES = 4 * 1024 * 1024;

/** The names of a request and of an answer that are not objects. */
const REQUEST = "request";
const ANSWER = "answer";

/** Records as JSON lines. */
export interface Records {
  /** One line per record, each with a line break. */
  readonly lines: string;
  /** The number of rows without a record, because the size is limited. */
  readonly omitted: number;
}

/**
 * Writes a request and its answer in the format of SageMaker's data capture: one JSON line per row of the request, so that
 * each line contains flat JSON
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html,
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html).
 */
export function toRecords(exchange: Exchange, fields: CapturedFields): Records {
  const { requestId, time } = exchange;
  const rows = rowsOf(exchange, fields);
  const inferenceTime = time.toISOString().replace(/\.\d+/, "");
  let lines = "";
  let bytes = 0;
  for (const [index, row] of rows.entries()) {
    const id = rows.length === 1 ? requestId : `${requestId}-${index}`;
    const line = `${JSON.stringify({
      captureData: {
        endpointInput: side("INPUT", row.request, fields),
        endpointOutput: side("OUTPUT", row.answer, fields),
      },
      eventMetadata: { eventId: id, inferenceId: id, inferenceTime },
      eventVersion: "0",
    })}\n`;
    bytes += Buffer.byteLength(line);
    if (bytes > MAX_RECORDS_IN_BYTES) return { lines, omitted: rows.length - index };
    lines += line;
  }
  return { lines, omitted: 0 };
}

/** Parts of a request or an answer, each with the name that it has if it is not an object. */
type Side = readonly (Part & { readonly name: string })[];

function side(mode: "INPUT" | "OUTPUT", parts: Side, fields: CapturedFields) {
  const flat: FlatRecord = {};
  for (const part of parts) flatten(flat, part, part.name, fields);
  return { observedContentType: "application/json", mode, data: JSON.stringify(flat), encoding: "JSON" };
}

/** The rows of the request, each with its part of the answer; one row if the answer has no part for each row. */
function rowsOf(
  exchange: Exchange,
  fields: CapturedFields,
): { readonly request: Side; readonly answer: Side }[] {
  const { request, answer, rowsIn, place, isText } = exchange;
  const ofRequest = {
    isStored: isText.request
      ? fields.keep?.includes(REQUEST) === true
      : isWholeStored(request, REQUEST, fields),
    place,
  };
  const ofAnswer = {
    name: ANSWER,
    isStored: isText.answer ? fields.keep?.includes(ANSWER) === true : isWholeStored(answer, ANSWER, fields),
    place: exchange.isOpenAnswer ? ANYWHERE : undefined,
  };
  const list = rowsIn !== undefined && isNamed(request) ? request[rowsIn] : undefined;
  const answers = Array.isArray(list) ? answersOf(answer, list.length) : undefined;
  if (rowsIn === undefined || !isNamed(request) || !Array.isArray(list) || answers === undefined) {
    return [
      {
        request: [{ ...ofRequest, value: request, name: REQUEST }],
        answer: [{ ...ofAnswer, value: answer }],
      },
    ];
  }
  const { [rowsIn]: _, ...shared } = request;
  const ofRow = {
    // The name of the list stays the name of a row that is not an object.
    name: rowsIn,
    isStored: isStoredIn(rowsIn, ofRequest.isStored, fields),
    place: itemOf(memberOf(place, rowsIn) ?? ANYWHERE),
  };
  return list.map((row: unknown, index) => ({
    request: [
      { ...ofRequest, value: shared, name: REQUEST },
      { ...ofRow, value: row },
    ],
    answer: [{ ...ofAnswer, value: answers[index] }],
  }));
}

/** The answer of each row; `undefined` if the answer contains not exactly one list with a member per row. */
function answersOf(answer: unknown, rows: number): unknown[] | undefined {
  if (Array.isArray(answer)) return answer.length === rows ? answer : undefined;
  if (!isNamed(answer)) return rows === 1 ? [answer] : undefined;
  const lists = Object.keys(answer).filter((name) => {
    const list = answer[name];
    return Array.isArray(list) && list.length === rows;
  });
  const [name] = lists;
  if (name === undefined || lists.length > 1) return rows === 1 ? [answer] : undefined;
  const list = answer[name];
  return Array.isArray(list) ? list.map((item: unknown) => ({ ...answer, [name]: item })) : undefined;
}
