import type { Model } from "../models";
import { isRecord, parseJson } from "../runtime/json";
import { findShapeFault } from "./answer-shape";
import type { HttpAnswer } from "./http";

/** The bytes of a contract's example, for a request whose body is the bytes themselves. */
export interface ExampleBytes {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** The value of the header Accept. */
  readonly accept: string;
}

/**
 * The bytes of a contract's example. `undefined` if the contract takes no bytes, or if the example request does not
 * have the form `{contentType, base64}`: another form does not contain the bytes.
 */
export function exampleBytesOf({ bytes, example, answerTypes }: Model): ExampleBytes | undefined {
  const sent = readBytes(example.request);
  if (sent === undefined || bytes === undefined || !bytes.takes.includes(sent.contentType)) return undefined;
  const answer = readBytes(example.answer);
  const isBytes = answer !== undefined && answerTypes?.includes(answer.contentType) === true;
  return { ...sent, accept: isBytes ? answer.contentType : "application/json" };
}

/** The fault of the answer to {@link ExampleBytes}, without a value of the answer; `undefined` if it has none. */
export function findAnswerFault(
  { headers, body }: HttpAnswer,
  { accept }: ExampleBytes,
  { example }: Model,
): string | undefined {
  if (accept === "application/json") return findShapeFault(parseJson(body), example.answer);
  const [mediaType] = (headers.get("content-type") ?? "").split(";");
  if (mediaType !== accept) return `no ${accept}`;
  return body === "" ? "the answer is empty" : undefined;
}

function readBytes(value: unknown): Omit<ExampleBytes, "accept"> | undefined {
  if (!isRecord(value)) return undefined;
  const { contentType, base64 } = value;
  if (typeof contentType !== "string" || typeof base64 !== "string") return undefined;
  return { contentType, bytes: Buffer.from(base64, "base64") };
}
