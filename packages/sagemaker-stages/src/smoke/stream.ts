import { isRecord, parseJson } from "../runtime/json";
import type { HttpAnswer } from "./http";

/** Media types of streamed answers whose last part shows whether the answer is complete. */
const EVENT_STREAM = "text/event-stream";
const NDJSON = ["application/x-ndjson", "application/jsonl", "application/jsonlines"];

/**
 * The fault of a streamed answer: another media type, no part, or an incomplete last part. A stream that ends with the event
 * `error`, or that contains `{"error": …}`, failed in the middle, after the status 200.
 *
 * @param answerType - the media type of the contract's streamed answers
 * @returns without a value of the answer; `undefined` if it has none
 */
export function findStreamFault(
  { headers, body }: Pick<HttpAnswer, "headers" | "body">,
  answerType: string,
): string | undefined {
  const mediaType = mediaTypeOf(headers.get("content-type") ?? "");
  const expected = mediaTypeOf(answerType);
  if (mediaType !== expected) return `no ${expected}`;
  if (body === "") return "the stream is empty";
  if (mediaType === EVENT_STREAM) return findEventFault(body);
  if (NDJSON.includes(mediaType)) return findLineFault(body);
  return undefined;
}

function mediaTypeOf(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

/** A blank line ends an event (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation). */
function findEventFault(body: string): string | undefined {
  const text = body.replace(/\r\n?/g, "\n");
  if (!text.endsWith("\n\n")) return "the last event is incomplete";
  const events = text
    .split("\n\n")
    .map((event) => event.split("\n").filter((line) => line !== "" && !line.startsWith(":")))
    .filter((lines) => lines.length > 0);
  const last = events.at(-1);
  if (last === undefined) return "the stream has no event";
  if (last.some((line) => /^event: ?error$/.test(line))) return "the stream ended with an error";
  const documents = events.map(dataOf);
  if (documents.some(isError)) return "the stream contains an error";
  // The streams of OpenAI's API have a last event, without which a client cannot distinguish the end from an interruption
  // (https://platform.openai.com/docs/api-reference/chat/create#chat_create-stream).
  const isChat = documents.some((document) => isRecord(document) && document.object === CHAT_CHUNK);
  return isChat && !last.includes("data: [DONE]") ? "the stream does not end with [DONE]" : undefined;
}

/** The value of `object` in the events of a chat completion. */
const CHAT_CHUNK = "chat.completion.chunk";

/** The data of an event as JSON. @returns `undefined` for other data */
function dataOf(lines: readonly string[]): unknown {
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice("data:".length));
  return parseJson(data.join("\n"));
}

/** Whether a document has the form in which containers report an error after the status 200: `{"error": …}`. */
function isError(document: unknown): boolean {
  return isRecord(document) && document.error !== undefined && document.error !== null;
}

function findLineFault(body: string): string | undefined {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const last = lines.at(-1);
  if (last === undefined) return "the stream has no line";
  if (parseJson(last) === undefined) return "the last line is not JSON";
  return lines.some((line) => isError(parseJson(line))) ? "the stream contains an error" : undefined;
}
