import { CallerAnswer, type CallerValues, type EndpointReply } from "./contract";
import { mediaTypeOf } from "./media-type";

/**
 * The values of a caller that sends no headers and accepts JSON, for code that encodes a request outside of a handler.
 *
 * @example contract.encode(about.example.request, NO_CALLER)
 */
export const NO_CALLER: CallerValues = { headers: {}, accept: "application/json" };

/**
 * Creates an endpoint's answer, for code that decodes an answer outside of a handler.
 *
 * @param contentType - the answer's header Content-Type
 * @example contract.decode(body, request, replyOf(body))
 */
export function replyOf(body: string | Uint8Array, contentType = "application/json"): EndpointReply {
  return {
    contentType: mediaTypeOf(contentType),
    contentTypeHeader: contentType,
    bytes: typeof body === "string" ? Buffer.from(body) : body,
  };
}

/**
 * The answer in the return value of `decode`, without status and headers.
 *
 * @example expect(bareAnswer(contract.decode(body, request, replyOf(body)))).toEqual(about.example.answer);
 */
export function bareAnswer<Answer>(decoded: Answer | CallerAnswer<Answer>): Answer {
  return decoded instanceof CallerAnswer ? decoded.answer : decoded;
}
