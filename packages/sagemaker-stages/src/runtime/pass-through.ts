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
 * The caller's body for an endpoint that takes it as it stands: JSON keeps its spelling, e.g. of `1.0` and of numbers
 * beyond 2⁵³. A byte order mark is no part of JSON.
 *
 * @param accept - the media type that the caller is to receive
 * @param contentType - media type of the caller's body
 * @returns `undefined` where the contract encodes requests: also the JSON form of bytes, a direct invocation and a query,
 * which have no body that the endpoint could take
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

/** The media type that the endpoint is to answer with: the caller's choice of bytes, or the contract's type. */
function acceptOf({ answerTypes = [], passThrough }: Passing, accept: string): string {
  return answerTypes.includes(accept) ? accept : (passThrough?.accept ?? accept);
}

/** Media types of JSON documents, e.g. `application/problem+json`. */
const ANY_JSON = /^application\/(?:[^;]+\+)?json$/;

/**
 * The endpoint's answer as it came. An answer without a media type has the type that the endpoint was to answer with.
 *
 * @param accept - the media type that the caller is to receive
 * @returns `undefined` where the contract decodes answers, and for a direct invocation
 * @throws UnreadablePredictions for an answer that its media type calls JSON, and that is none
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
    throw new UnreadablePredictions(`the answer of the type ${contentType} is no JSON`);
  }
  return { bare: body, body, contentType };
}

/** The part of a handler that changes neither request nor answer. */
export const passThrough = { request: passRequest, answer: passAnswer };
