import type { Contract } from "./contract";
import { type IncomingRequest, readHeader } from "./event";
import { cut } from "./faults";
import { JSON_TYPE, TEXT_TYPE } from "./media-type";
import { notAllowed } from "./problem";

/** The media types in a contract's requests and answers. */
type Dialects = Pick<Contract<unknown, unknown>, "answerTypes"> & {
  readonly bytes?: { readonly takes: readonly string[] };
};

/**
 * Chooses the media type of the caller's answer by the header Accept
 * (https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.1): the type with the highest quality. If several types have
 * the same quality, the order is `answerTypes`, then `text/plain` for a request in text, then `application/json`.
 *
 * If the contract has only one media type, Accept has no influence. RFC 9110 allows this behaviour: a client of a model
 * that answers JSON can send any Accept, e.g. `text/html`, and receives JSON.
 *
 * API Gateway decodes a function's base64 only if the first media type of Accept is exactly one of the API's binary
 * media types (https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html). Other callers
 * of the REST API, e.g. with `*` + `/*`, would receive base64 with the media type of bytes. They receive JSON instead.
 *
 * @throws ProblemError 406 if Accept includes none of the types
 */
export function chooseAnswerType(
  { answerTypes = [], bytes }: Dialects,
  { kind, event }: IncomingRequest,
  isText: boolean,
): string {
  const plain = isText ? [TEXT_TYPE, JSON_TYPE] : [JSON_TYPE];
  const all = [...answerTypes, ...plain];
  const [first = JSON_TYPE] = plain;
  if (kind === "direct" || all.length === 1) return first;

  const accept = readHeader(event, "accept");
  // Not in lower case: AWS does not document that API Gateway ignores the case of media types.
  const [firstAccepted = ""] = accept.split(",", 1);
  const isRest = kind === "rest-api";
  const isBinary = !isRest || [...answerTypes, ...(bytes?.takes ?? [])].includes(firstAccepted);
  const chosen = chooseMediaType(accept, isBinary ? all : plain);
  if (chosen !== undefined) return chosen;
  const place = isRest ? " (as the first media type)" : "";
  const allowed = [...answerTypes.map((type) => type + place), ...plain].join(" or ");
  throw notAllowed(406, "Accept", JSON.stringify(cut(accept)), allowed);
}

/**
 * The type of `available` that the value of a header Accept prefers, by quality and then by the order of `available`. The
 * most specific range of Accept determines a type's quality. Parameters other than `q` have no influence. A missing header
 * means `*` + `/*`.
 */
export function chooseMediaType(accept: string, available: readonly string[]): string | undefined {
  const qualities = new Map<string, number>();
  for (const part of (accept || "*/*").toLowerCase().split(",")) {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    // Java's HttpURLConnection writes `*` for all types.
    const name = range === "*" ? "*/*" : range;
    // A quality that is not a number is ignored.
    qualities.set(name, Math.max(qualities.get(name) ?? 0, Number.isNaN(quality) ? 1 : quality));
  }
  const qualityOf = (type: string) =>
    qualities.get(type) ?? qualities.get(type.replace(/\/.*/, "/*")) ?? qualities.get("*/*") ?? 0;
  const best = Math.max(...available.map(qualityOf));
  return best > 0 ? available.find((type) => qualityOf(type) === best) : undefined;
}
