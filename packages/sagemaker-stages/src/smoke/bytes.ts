import type { Model } from "../models";
import { isRecord, parseJson } from "../runtime/json";
import { findMisfit } from "./answer-shape";
import type { HttpAnswer } from "./http";

/** Bytes of an example, to be sent as the body. */
export interface ExampleBytes {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Value of Accept. */
  readonly accept: string;
}

/**
 * The bytes of a contract's example. `undefined` where the contract takes no bytes, or where its request is not of the
 * form `{contentType, base64}`: the bytes that such a request comes from are not known.
 */
export function exampleBytesOf({ bytes, example, answerTypes }: Model): ExampleBytes | undefined {
  const sent = readBytes(example.request);
  if (sent === undefined || bytes === undefined || !bytes.takes.includes(sent.contentType)) return undefined;
  const answer = readBytes(example.answer);
  const isBytes = answer !== undefined && answerTypes?.includes(answer.contentType) === true;
  return { ...sent, accept: isBytes ? answer.contentType : "application/json" };
}

/** What is wrong with the answer to {@link ExampleBytes}, without a word of the answer. */
export function findAnswerFault(
  { headers, body }: HttpAnswer,
  { accept }: ExampleBytes,
  { example }: Model,
): string | undefined {
  if (accept === "application/json") return findMisfit(parseJson(body), example.answer);
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
