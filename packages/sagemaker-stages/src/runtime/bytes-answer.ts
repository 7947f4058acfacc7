import { isBase64 } from "./base64";
import { type Bytes, ForbiddenByContract } from "./contract";
import { isRecord } from "./json";
import type { ReadyAnswer } from "./ready-answer";

/**
 * Converts an answer of the type {@link Bytes} for the caller.
 *
 * @param answerTypes - the media types of bytes that the contract can answer with
 * @param accept - the media type that the caller receives
 * @returns `undefined` for another answer, and if the caller receives JSON
 * @throws ForbiddenByContract for a media type that the contract does not list, and for invalid base64
 */
export function presentBytes(
  answerTypes: readonly string[] = [],
  answer: unknown,
  accept: string,
): ReadyAnswer | undefined {
  if (answerTypes.length === 0 || !isBytes(answer)) return undefined;
  const { contentType, base64 } = answer;
  if (!answerTypes.includes(contentType)) throw new ForbiddenByContract("contentType");
  if (!isBase64(base64)) throw new ForbiddenByContract("base64");
  return answerTypes.includes(accept)
    ? { bare: answer, body: base64, contentType, isBase64: true }
    : undefined;
}

/** Whether `value` has the properties of {@link Bytes}. The base64 can be invalid. */
export function isBytes(value: unknown): value is Bytes {
  return isRecord(value) && typeof value.contentType === "string" && typeof value.base64 === "string";
}
