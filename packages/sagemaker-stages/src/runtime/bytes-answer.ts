import { isBase64 } from "./base64";
import { type Bytes, ForbiddenByContract } from "./contract";
import { isRecord } from "./json";
import type { ReadyAnswer } from "./ready-answer";

/**
 * Presents an answer that is {@link Bytes}.
 *
 * @param answerTypes - the media types of bytes that the contract may answer
 * @param accept - the media type that the caller is to receive
 * @returns `undefined` for another answer, and where the caller is to receive JSON
 * @throws ForbiddenByContract for a media type that the contract does not name, and for what is no base64
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

/** Whether `value` has the form of {@link Bytes}; its base64 can be wrong. */
export function isBytes(value: unknown): value is Bytes {
  return isRecord(value) && typeof value.contentType === "string" && typeof value.base64 === "string";
}
