import type { Contract, StreamDialect } from "../runtime/contract";
import { isRecord, parseJson } from "../runtime/json";
import { isMediaType, MEDIA_TYPE_SOURCE } from "../runtime/media-type";
import type { OptionReport } from "./option-report";
import type { StandInAnswer } from "./ready-made";

/**
 * The option of ready-made contracts for a container that answers in a stream. The endpoint must run on instances, or must
 * already exist.
 *
 * @example { type: "text/event-stream", when: "stream" }
 */
export interface StreamOption {
  /** Media type of the streamed answer, which the caller receives unchanged, e.g. `text/event-stream` or `text/plain`. */
  readonly type: string;
  /**
   * The property of a JSON request that wants a stream, e.g. `stream`: the answer is a stream if the property is `true`. Any other
   * request has a whole answer.
   *
   * @default - every answer is a stream
   */
  readonly when?: string;
}

/** Adds the stream to a contract whose container receives the type of the stream in Accept. */
export function withStream<Request>(
  contract: Contract<Request, unknown>,
  { type, when }: StreamOption,
): Contract<Request, unknown> {
  const isWanted = (request: unknown) => when === undefined || (isRecord(request) && request[when] === true);
  const stream: StreamDialect<Request> = { answerType: type };
  return {
    ...contract,
    stream: when === undefined ? stream : { ...stream, wants: isWanted },
    encode(request, caller) {
      const encoded = contract.encode(request, caller);
      return isWanted(request) ? { ...encoded, accept: type } : encoded;
    },
    ...(when === undefined && ofWholeStream(contract, type)),
  };
}

/** Every answer is a stream, which no handler decodes. The example's answer is the text of the whole stream. */
function ofWholeStream<Request>(
  { passThrough }: Contract<Request, unknown>,
  accept: string,
): Pick<Contract<Request, unknown>, "decode" | "passThrough"> {
  return {
    decode: (body) => body,
    ...(passThrough !== undefined && { passThrough: { ...passThrough, accept } }),
  };
}

/** Options whose every answer is a stream. */
type WholeStream = { readonly stream: StreamOption };

/** Whether every answer of a contract with these options is a stream. */
export function isWholeStream(options: { readonly stream?: StreamOption }): options is WholeStream {
  return options.stream !== undefined && options.stream.when === undefined;
}

/**
 * The container's streamed answer for the example: the text of the example; or, if the request wants a stream, the example's
 * answer as one server-sent event, or as one line of JSON.
 *
 * @param sent - the body that the contract sends to the endpoint
 * @returns `undefined` if the answer is not a stream
 */
export function streamAnswer(
  answer: unknown,
  stream: StreamOption | undefined,
  sent: string,
): StandInAnswer | undefined {
  if (stream === undefined) return undefined;
  const { type, when } = stream;
  if (when === undefined) return { contentType: type, body: typeof answer === "string" ? answer : "" };
  const request = parseJson(sent);
  if (!isRecord(request) || request[when] !== true) return undefined;
  const json = JSON.stringify(answer);
  return { contentType: type, body: type === "text/event-stream" ? `data: ${json}\n\n` : `${json}\n` };
}

/** @param isJson - whether the request is JSON with properties */
export function checkStreamOption(
  stream: StreamOption | undefined,
  isJson: boolean,
  example: unknown,
  report: OptionReport,
): void {
  if (stream === undefined) return;
  const isObject = report.require(
    isRecord(stream) && typeof stream.type === "string",
    "stream",
    stream,
    'an object with type, e.g. { type: "text/event-stream" }',
    "the caller receives the stream with this media type",
  );
  if (!isObject) return;
  for (const name of Object.keys(stream)) {
    const isKnown = name === "type" || name === "when";
    report.require(
      isKnown,
      `stream.${name}`,
      Reflect.get(stream, name),
      "type and when",
      "the option has no such property",
    );
  }
  report.require(
    isMediaType(stream.type),
    "stream.type",
    stream.type,
    "a media type in lower case, e.g. text/event-stream, without parameters and wildcards",
    MEDIA_TYPE_SOURCE,
  );
  if (stream.when === undefined) {
    report.require(
      isRecord(example) && typeof example.answer === "string",
      "example.answer",
      isRecord(example) ? example.answer : undefined,
      "a text",
      "every answer is a stream, and the example shows its whole text",
    );
    return;
  }
  report.require(
    isJson && typeof stream.when === "string" && stream.when !== "",
    "stream.when",
    stream.when,
    isJson ? "the name of a property of the request" : "no when",
    "only a request in JSON has properties",
  );
}
