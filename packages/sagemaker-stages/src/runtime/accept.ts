import type { Contract } from "./contract";
import { type IncomingRequest, readHeader } from "./event";
import { cut } from "./faults";
import { JSON_TYPE, TEXT_TYPE } from "./media-type";
import { ProblemError } from "./problem";

/** What a contract says of the media types of its requests and answers. */
type Dialects = Pick<Contract<unknown, unknown>, "answerTypes"> & {
  readonly bytes?: { readonly takes: readonly string[] };
};

/**
 * The media type that the caller is to receive, chosen by the header Accept
 * (https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.1): the type with the highest quality; of equal types, the
 * type that the contract prefers, i.e. `answerTypes` in their order, then `text/plain` for a request in text, then
 * `application/json`.
 *
 * Where there is one media type only, Accept has no influence, which RFC 9110 allows: clients of a model that answers
 * JSON send any Accept, e.g. `text/html`, and receive JSON.
 *
 * API Gateway turns a function's base64 into bytes only where the first media type of Accept is, exactly, one of the
 * API's binary media types
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html). Other callers of
 * the REST API, e.g. with `*` + `/*`, would receive base64 under the name of the bytes, hence JSON is chosen for them.
 *
 * @throws ProblemError 406 where Accept takes none of the types
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
  // As it stands: AWS does not document that API Gateway compares media types without regard to case.
  const [firstAccepted = ""] = accept.split(",", 1);
  const isRest = kind === "rest-api";
  const isBinary = !isRest || [...answerTypes, ...(bytes?.takes ?? [])].includes(firstAccepted);
  const chosen = chooseMediaType(accept, isBinary ? all : plain);
  if (chosen !== undefined) return chosen;
  const place = isRest ? " (as the first media type)" : "";
  const allowed = [...answerTypes.map((type) => type + place), ...plain].join(" or ");
  throw new ProblemError({
    status: 406,
    detail: `Accept: got ${JSON.stringify(cut(accept))}; allowed: ${allowed}`,
  });
}

/**
 * The one of `available` that the value of a header Accept prefers, by quality and then by the order of `available`. The
 * most specific range decides about a type. Parameters beside `q` have no influence; no header is the same as `*` + `/*`.
 */
export function chooseMediaType(accept: string, available: readonly string[]): string | undefined {
  const qualities = new Map<string, number>();
  for (const part of (accept || "*/*").toLowerCase().split(",")) {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    // Java's HttpURLConnection writes `*` for all types.
    const name = range === "*" ? "*/*" : range;
    // A quality that is no number says nothing.
    qualities.set(name, Math.max(qualities.get(name) ?? 0, Number.isNaN(quality) ? 1 : quality));
  }
  const qualityOf = (type: string) =>
    qualities.get(type) ?? qualities.get(type.replace(/\/.*/, "/*")) ?? qualities.get("*/*") ?? 0;
  const best = Math.max(...available.map(qualityOf));
  return best > 0 ? available.find((type) => qualityOf(type) === best) : undefined;
}
