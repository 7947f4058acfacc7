import { toBytes } from "./base64";
import { type Contract, type EndpointReply, type EndpointRequest, UnreadablePredictions } from "./contract";
import type { IncomingRequest } from "./event";
import { isRecord, parseJson } from "./json";
import { JSON_TYPE } from "./media-type";
import type { ReadyAnswer } from "./ready-answer";
import { decodeBody } from "./text-body";

type Passing = Pick<Contract<unknown, unknown>, "passThrough" | "route" | "answerTypes"> & {
  readonly bytes?: { readonly takes: readonly string[] };
};

/**
 * Creates the endpoint's request with the caller's unchanged body, except for a byte order mark. JSON keeps its notation,
 * e.g. of `1.0` and of numbers beyond 2⁵³.
 *
 * @param accept - the media type that the caller receives
 * @param contentType - media type of the caller's body
 * @returns `undefined` if the contract encodes the request. A direct invocation, a query and the JSON form of bytes have
 * no body that the endpoint can receive unchanged.
 */
function passRequest(
  contract: Passing,
  { kind, event }: IncomingRequest,
  accept: string,
  contentType: string,
): EndpointRequest | undefined {
  const { passThrough, route, bytes } = contract;
  const { body, isBase64Encoded } = isRecord(event) ? event : {};
  if (passThrough === undefined || kind === "direct" || route.method === "GET" || typeof body !== "string") {
    return undefined;
  }
  if (bytes?.takes.includes(contentType) === false) return undefined;
  return {
    contentType: passThrough.contentType ?? contentType,
    accept: acceptOf(contract, accept),
    body:
      bytes === undefined ? decodeBody(event) : isBase64Encoded === true ? Buffer.from(body, "base64") : body,
    rows: 1,
  };
}

/** The media type that the endpoint must answer with: the caller's choice of bytes, or the contract's type. */
function acceptOf({ answerTypes = [], passThrough }: Passing, accept: string): string {
  return answerTypes.includes(accept) ? accept : (passThrough?.accept ?? accept);
}

/** Media types of JSON documents, e.g. `application/problem+json`. */
const ANY_JSON = /^application\/(?:[^;]+\+)?json$/;

/**
 * Creates the caller's answer from the endpoint's unchanged answer. An answer without a media type has the type that the
 * request to the endpoint accepted.
 *
 * @param accept - the media type that the caller receives
 * @returns `undefined` if the contract decodes answers, and for a direct invocation
 * @throws UnreadablePredictions for an answer with a media type of JSON that is not JSON
 */
function passAnswer(
  contract: Passing,
  { kind }: IncomingRequest,
  accept: string,
  body: string,
  reply: EndpointReply,
): ReadyAnswer | undefined {
  const { passThrough, answerTypes } = contract;
  if (passThrough === undefined || kind === "direct") return undefined;
  const contentType = reply.contentType || acceptOf(contract, accept);
  if (answerTypes?.includes(contentType)) {
    const bare = toBytes({ ...reply, contentType });
    return accept === JSON_TYPE
      ? { bare, contentType: JSON_TYPE }
      : { bare, body: bare.base64, contentType, isBase64: true };
  }
  if (ANY_JSON.test(contentType) && parseJson(body) === undefined) {
    throw new UnreadablePredictions(`the answer of the type ${contentType} is not JSON`);
  }
  return { bare: body, body, contentType };
}

/** The part of a handler that changes neither request nor answer. */
export const passThrough = { request: passRequest, answer: passAnswer };
