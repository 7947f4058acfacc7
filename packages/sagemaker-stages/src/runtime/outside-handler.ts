import { CallerAnswer, type CallerValues, type EndpointReply } from "./contract";
import { mediaTypeOf } from "./media-type";

/**
 * Values of a caller that sent no header and receives JSON, for code that encodes a request outside a handler.
 *
 * @example contract.encode(about.example.request, NO_CALLER)
 */
export const NO_CALLER: CallerValues = { headers: {}, accept: "application/json" };

/**
 * The endpoint's answer for code that decodes an answer outside a handler.
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

/** The bare answer of what `decode` returned, without status and headers. */
export function bareAnswer<Answer>(decoded: Answer | CallerAnswer<Answer>): Answer {
  return decoded instanceof CallerAnswer ? decoded.answer : decoded;
}
