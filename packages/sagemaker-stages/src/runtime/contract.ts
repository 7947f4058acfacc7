import type * as z from "zod/mini";

export {
  ASYNC_PAYLOAD_IN_BYTES,
  ENCODED_ASYNC_PAYLOAD_IN_BYTES,
  INSTANCES_PAYLOAD_IN_BYTES,
  SERVERLESS_PAYLOAD_IN_BYTES,
} from "./payload-limits";

/** The method and the path of a model on a stage. */
export interface Route {
  /** `POST`: the request is the body. `GET`: the request is the query, and every value is a string. */
  readonly method: "GET" | "POST";
  /**
   * Path below the stage, e.g. `/iris` or `/v1/iris`. No other model has the same path. The path has no parameters. API
   * Gateway reserves `/ping` and `/sping`.
   */
  readonly path: `/${string}`;
}

/**
 * Bytes with their media type, as JSON. A direct invocation sends and receives bytes in this form. Over HTTP, the body of
 * the request or of the answer is the bytes themselves.
 *
 * @example { "contentType": "image/jpeg", "base64": "/9j/4AAQ…" }
 */
export interface Bytes {
  /** Media type of the bytes, e.g. `image/jpeg`. */
  readonly contentType: string;
  /** The bytes, in base64 with padding. */
  readonly base64: string;
}

/**
 * The request that a contract sends to InvokeEndpoint.
 *
 * @example { contentType: "text/csv", accept: "application/json", body: "5.1,3.5\n6.2,2.9", rows: 2 }
 */
export interface EndpointRequest {
  /** Media type of `body`, e.g. `text/csv`. */
  readonly contentType: string;
  /** Media type that the endpoint must answer with. */
  readonly accept: string;
  /** The payload: bytes, or text that is sent as UTF-8. */
  readonly body: string | Uint8Array;
  /** The number of predictions that the endpoint must return: one per row. */
  readonly rows: number;
  /**
   * Further headers of InvokeEndpoint. A header contains a value of the caller only if `encode` copies the value.
   *
   * @default - none
   */
  readonly headers?: EndpointHeaders;
}

/**
 * Headers of InvokeEndpoint that a contract can set
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
 */
export interface EndpointHeaders {
  /** `X-Amzn-SageMaker-Custom-Attributes`: at most 1,024 visible US-ASCII characters. */
  readonly customAttributes?: string;
  /** `X-Amzn-SageMaker-Inference-Id`: at most 64 characters; data capture records the value. */
  readonly inferenceId?: string;
  /** `X-Amzn-SageMaker-Target-Model`: the model to invoke on a multi-model endpoint, e.g. `eu/iris.tar.gz`. */
  readonly targetModel?: string;
  /**
   * `X-Amzn-SageMaker-Session-Id`: the stateful session of the request, at most 256 letters, digits and hyphens that
   * neither begin nor end with a hyphen; or `NEW_SESSION`.
   */
  readonly sessionId?: string;
}

/** The values of a caller that a contract can read in addition to the request. */
export interface CallerValues {
  /**
   * The caller's headers that the contract's `callerHeaders` lists, by lower-case name. Empty in a direct invocation.
   */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The media type that the caller receives, chosen by the caller's `Accept`: `application/json`, `text/plain` if the
   * request is a text, or one of the contract's `answerTypes`.
   */
  readonly accept: string;
}

/** The endpoint's answer with its media type and headers. */
export interface EndpointReply {
  /** Media type of the answer, without parameters, in lower case, e.g. `image/png`; empty if the header is missing. */
  readonly contentType: string;
  /**
   * The unchanged header Content-Type, with its parameters, e.g. Triton's
   * `application/vnd.sagemaker-triton.binary+json;json-header-size=185`; empty if the header is missing.
   */
  readonly contentTypeHeader: string;
  /** The unchanged body of the answer. */
  readonly bytes: Uint8Array;
  /** `X-Amzn-SageMaker-Custom-Attributes` of the answer. */
  readonly customAttributes?: string;
}

/** The limits of one request. The caller of a larger request receives a 413. */
export interface RequestLimits {
  /** Rows in one request. */
  readonly rows: number;
  /**
   * The property of the bare request that contains the list of rows, e.g. `instances`. The handler counts this list
   * before it validates any row. A request whose property is not a list has one row. The example of `about` must have
   * this property.
   *
   * @default - the handler counts rows after it encodes the request. The limit applies, but the caller of a batch that is
   * too large waits longer for the 413.
   */
  readonly rowsIn?: string;
  /**
   * Bytes sent to the endpoint. A serverless endpoint accepts 4 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html), an endpoint on instances 6 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). A function can pass about
   * 4.5 MB of bytes, because Lambda counts the size of their base64.
   */
  readonly payloadInBytes: number;
}

/**
 * The contract of one model. It converts a request to the body that the endpoint receives, and the endpoint's body to
 * the answer. A contract is pure: its functions depend neither on AWS nor on HTTP, and do no I/O.
 *
 * @typeParam Request - the bare request, as a caller sends it
 * @typeParam Answer - the bare answer, as a caller receives it; plain JSON
 * @example
 * const schema = z.strictObject({ celsius: z.number() });
 *
 * export const contract: Contract<z.infer<typeof schema>, number> = {
 *   model: "ice-cream",
 *   route: { method: "POST", path: "/ice-cream" },
 *   schema,
 *   limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },
 *   encode: ({ celsius }) => ({ contentType: "text/csv", accept: "text/csv", body: String(celsius), rows: 1 }),
 *   decode(body) {
 *     const sold = readDecimal(body.trim());
 *     if (Number.isNaN(sold)) throw new UnreadablePredictions("the answer is not a number");
 *     return sold;
 *   },
 * };
 */
export interface Contract<Request, Answer> {
  /**
   * The model's name. Its folder and its entry in the catalog have the same name: 1–30 characters `a-z`, `0-9`, `-`,
   * with single hyphens between words. Every resource's name contains the model's name.
   */
  readonly model: string;
  /** The method and the path on the stage. */
  readonly route: Route;
  /**
   * The schema of the request. The handler parses requests with this schema, and the engine makes API Gateway's request
   * model from it. The schema must not transform values, because API Gateway's model cannot.
   */
  readonly schema: z.ZodMiniType<Request, Request>;
  /** The limits of one request. */
  readonly limits: RequestLimits;
  /**
   * The form of requests and answers in `text/plain`, e.g. for web pages.
   *
   * @default - the model accepts and answers JSON only
   */
  readonly text?: TextDialect<Request, Answer>;
  /**
   * The media types of files that the model accepts, e.g. of images.
   *
   * @default - none
   */
  readonly bytes?: BytesDialect<Request>;
  /**
   * The media types of answers that are bytes, e.g. `image/png` or `application/x-npy`, the preferred type first. For
   * such an answer, `decode` returns {@link Bytes}. A caller whose `Accept` includes the type receives the bytes
   * themselves. A caller that accepts only JSON, and a direct invocation, receive {@link Bytes} as JSON.
   *
   * @default - none: every answer is JSON, or a text if the request was a text
   */
  readonly answerTypes?: readonly string[];
  /**
   * The caller's headers that `encode` can read, in lower case, e.g. `x-correlation-id`. The contract receives no other
   * header of a caller. A direct invocation has no headers. The rules of the catalog refuse the names of headers for
   * credentials and connections.
   *
   * @default - none
   */
  readonly callerHeaders?: readonly string[];
  /**
   * The headers that `decode` can set on the answer to the caller, in lower case, e.g. `x-model-version`. The handler
   * refuses every other header. The rules of the catalog refuse the names of headers for cookies, for CORS and for the
   * encoding of the message.
   *
   * @default - none
   */
  readonly answerHeaders?: readonly string[];
  /**
   * Set if the endpoint receives the caller's unchanged body, and the caller receives the endpoint's unchanged answer.
   * `encode` creates the same request for direct invocations and for the JSON form of bytes. API Gateway can invoke the
   * endpoint of such a contract without a function: `via: "gateway"`.
   *
   * @default - none: `encode` creates the endpoint's request, and `decode` creates the answer
   */
  readonly passThrough?: PassThrough;
  /**
   * Set if the endpoint answers in a stream, e.g. a generated text token by token. The caller receives each part of the
   * answer as soon as the endpoint sends it. The endpoint must run on instances, or must already exist: AWS documents
   * streams for real-time endpoints only.
   *
   * @default - none: `decode` converts the whole answer
   */
  readonly stream?: StreamDialect<Request>;
  /**
   * The header in which callers send the key of a customer, for the access `API_KEY`. `authorization`: the key is a bearer
   * token, `Authorization: Bearer <key>`, as the clients of OpenAI's API send it. Only an authorizer can read this header, so
   * that the environment must have `customers`.
   *
   * @default "x-api-key"
   */
  readonly keyHeader?: KeyHeader;
  /** Converts the caller's request to the endpoint's request. */
  encode(request: Request, caller: CallerValues): EndpointRequest;
  /**
   * Converts the endpoint's answer to the caller's answer.
   *
   * @param body - the answer as text; empty if the answer's media type is one of `answerTypes`, see `reply.bytes`
   * @throws UnreadablePredictions if the contract cannot read the answer, or if the number of predictions differs from
   * the number of rows in the request
   */
  decode(body: string, request: Request, reply: EndpointReply): Answer | CallerAnswer<Answer>;
  /**
   * Further members of each problem document, e.g. the error in the form that the callers' client library reads
   * (https://www.rfc-editor.org/rfc/rfc9457#section-3.2).
   *
   * @returns an object of JSON, of at most 100,000 characters. Another value, and an error, are a fault of the contract: a 500.
   * The members `type`, `title`, `status`, `detail` and `requestId` keep the values of the problem
   * @default - none
   */
  problemMembers?(problem: {
    readonly status: number;
    readonly detail: string;
    /** The code of {@link ContainerProblem}. */
    readonly code?: string | undefined;
  }): Readonly<Record<string, unknown>>;
  /**
   * Describes the container's refusal of a request, e.g. of a text that is too long: the caller receives the returned problem in
   * place of a 502, so that the caller's client does not repeat the request. The failure of an asynchronous
   * request does not call this method.
   *
   * The container's message can contain paths, versions, and data of other requests. Return your own text, and no part of the
   * message except values that you have recognized, e.g. a number of tokens.
   *
   * @returns the problem; `undefined` for a 502. Another status, and an error, are a fault of the contract: a 500
   * @default - each refusal is a 502
   */
  containerProblem?(refusal: ContainerRefusal): ContainerProblem | undefined;
}

/**
 * A container's answer with a status from 400 to 499, before the first part of an answer. Without the container's status in
 * SageMaker's answer, the contract is not called.
 */
export interface ContainerRefusal {
  /** The status of the container, e.g. 400 or 422. */
  readonly status: number;
  /** The body of the container's answer; empty if SageMaker did not pass the body. */
  readonly message: string;
}

/** The caller's problem after a {@link ContainerRefusal}. */
export interface ContainerProblem {
  /** 429 also has the header Retry-After. */
  readonly status: 400 | 404 | 413 | 429;
  /** The detail of the problem document. */
  readonly detail: string;
  /** A code for `problemMembers`. @default - none */
  readonly code?: string;
}

/** The header with the key of a customer. */
export type KeyHeader = "x-api-key" | "authorization";

/** Requests whose body is a file. */
export interface BytesDialect<Request> {
  /** Media types of the body, e.g. `image/jpeg`; neither JSON, nor `text/plain`, nor `multipart/`. */
  readonly takes: readonly string[];
  /** Converts the bytes to a request. */
  read(bytes: Bytes): Request;
}

/** The media types of a contract that changes neither request nor answer. */
export interface PassThrough {
  /** Media type that the endpoint receives; `undefined`: the type of the caller's body. */
  readonly contentType?: string;
  /**
   * Media type that the endpoint must answer with, for callers that accept only JSON. For other callers, the handler
   * sends the type of `answerTypes` that the caller prefers.
   */
  readonly accept: string;
}

/**
 * Answers in a stream, from InvokeEndpointWithResponseStream
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html).
 *
 * @example
 * stream: { answerType: "text/event-stream", wants: ({ stream }) => stream === true }
 */
export interface StreamDialect<Request> {
  /** Media type of the streamed answer, e.g. `text/event-stream`, `text/plain` or `application/x-ndjson`. */
  readonly answerType: string;
  /**
   * Whether the answer to this request is a stream. For any other request, the handler calls InvokeEndpoint, and `decode`
   * converts the answer.
   *
   * @default - every answer is a stream
   */
  wants?(request: Request): boolean;
  /**
   * Creates the converter of one answer.
   *
   * @default - the caller receives the container's bytes unchanged
   */
  convert?(request: Request): StreamConverter;
}

/** Converts one streamed answer for the caller, part by part. */
export interface StreamConverter {
  /**
   * Converts the next part of the container's answer.
   *
   * @param text - the next text: UTF-8 in which no character is split. The boundaries of the parts have no meaning
   * @returns the text for the caller; empty if the converter waits for more
   * @throws UnreadablePredictions if the contract cannot read the answer
   */
  push(text: string): string;
  /**
   * Converts the rest after the last part of the container's answer.
   *
   * @throws UnreadablePredictions if the answer is incomplete
   */
  end(): string;
}

/** An answer with a status and headers for the caller. `decode` creates such an answer with {@link respond}. */
export class CallerAnswer<Answer> {
  constructor(
    readonly answer: Answer,
    readonly response: CallerResponse,
  ) {}

  /**
   * Refuses a status or a header that the contract must not set.
   *
   * @param answerHeaders - the headers that the contract can set
   * @throws ForbiddenByContract
   */
  requireAllowed(answerHeaders: readonly string[] = []): void {
    const { status = 200, headers = {} } = this.response;
    if (!STATUSES.includes(status)) throw new ForbiddenByContract("status");
    for (const [name, value] of Object.entries<unknown>(headers)) {
      const isValue = typeof value === "string" && HEADER_VALUE.test(value);
      if (!isValue || !answerHeaders.includes(name)) throw new ForbiddenByContract(name);
    }
  }
}

/** The successful statuses that allow a body. */
const STATUSES = [200, 201, 202, 203, 206];

/** Visible US-ASCII and spaces. A header can contain neither line breaks nor other characters. */
export const HEADER_VALUE = /^[ -~]{0,1024}$/;

/** A contract set a header, a status or a media type that the contract must not set. */
export class ForbiddenByContract extends Error {
  override readonly name = "ForbiddenByContract";

  /** The name of the forbidden field, e.g. `inferenceId`. The log contains the name, and never the value. */
  readonly field: string;

  constructor(field: string) {
    super("got a forbidden value");
    // A contract can build a name from the caller's data, but the log must not contain the caller's data.
    this.field = /^[\w-]{1,64}$/.test(field) ? field : "a header";
  }
}

/** Status and headers of an answer to a caller over HTTP. A direct invocation receives only the answer. */
export interface CallerResponse {
  /**
   * A successful status: 200, 201, 202, 203 or 206.
   *
   * @default 200
   */
  readonly status?: number;
  /**
   * Headers by lower-case name. The contract's `answerHeaders` must list each header.
   *
   * @default - none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Adds a status or headers to an answer, in a contract's `decode`.
 *
 * @example return respond({ label }, { headers: { "x-model-version": "7" } });
 */
export function respond<Answer>(answer: Answer, response: CallerResponse): CallerAnswer<Answer> {
  return new CallerAnswer(answer, response);
}

/** Requests and answers in `text/plain`. */
export interface TextDialect<Request, Answer> {
  /** Converts a text to a request. */
  read(text: string): Request;
  /** Converts an answer to a text. */
  write(answer: Answer): string;
}

/**
 * The description of a model for documents, plans and pages. The function's bundle does not contain the description.
 *
 * @example
 * export const about: About<Request, number> = {
 *   title: "Ice cream sales",
 *   description: "Predicts the number of ice creams sold on a day from the temperature.",
 *   allowed: '{"celsius": <number>}',
 *   example: { request: { celsius: 21.5 }, answer: 340 },
 * };
 */
export interface About<Request, Answer> {
  /** The display name of the model. */
  readonly title: string;
  /** One sentence that describes the request and the answer. */
  readonly description: string;
  /** The form of a request, in one line. API Gateway's own errors show this line. */
  readonly allowed: string;
  /**
   * A valid request and its answer. If the contract has `stream.wants`, the answer to this request is not a stream; else the
   * answer of a contract with `stream` is a text: the whole stream.
   */
  readonly example: { readonly request: Request; readonly answer: Answer };
  /**
   * A valid request whose answer is a stream, if the contract has `stream.wants`. The smoke test and the proof of the
   * permissions send the request.
   *
   * @default - the example's request with `stream: true`
   */
  readonly streamedRequest?: Request;
  /**
   * The maximum size of a file that the model accepts, in bytes, for documents and for the page. The page refuses a larger
   * file before sending. The handler does not read this number, but checks `limits.payloadInBytes`.
   *
   * @default - documents state no limit
   */
  readonly maxBytes?: number;
  /**
   * Whether documents state the limits of the request's numbers, texts and lists, which the handler checks. The request model of API
   * Gateway contains no limits: its errors name no field.
   *
   * @default - documents state types and required properties only
   */
  readonly statesLimits?: true;
}

/**
 * The contract cannot read the endpoint's answer. The log contains the message only if the environment sets
 * `stage.logErrorMessages`. Even so, the message should not quote the answer.
 *
 * @example throw new UnreadablePredictions("the answer is not a number");
 */
export class UnreadablePredictions extends Error {
  override readonly name = "UnreadablePredictions";

  constructor(
    message: string,
    /** The numbers of rows and predictions, if they differ. The log always contains both numbers. */
    readonly counts?: { readonly rows: number; readonly predictions: number },
  ) {
    super(message);
  }
}

/**
 * Refuses an answer whose number of predictions differs from the number of rows. A shifted list would assign predictions
 * to the wrong rows.
 *
 * @throws UnreadablePredictions
 * @example requireOnePredictionPerRow(predictions.length, request.instances.length);
 */
export function requireOnePredictionPerRow(predictions: number, rows: number): void {
  if (predictions !== rows) {
    throw new UnreadablePredictions(`sent ${rows} row(s), received ${predictions} prediction(s)`, {
      rows,
      predictions,
    });
  }
}

/**
 * Splits a text into one prediction for each row. The predictions are counted before the list is created. An answer of
 * 6 MB can have millions of cells, and a list of millions of strings needs more memory than a function has.
 *
 * @param separator - the separator of two predictions; the flag `g` is necessary to count all separators
 * @param rows - the number of rows in the request
 * @throws UnreadablePredictions if the number of predictions differs from `rows`
 *
 * @example
 * ```ts
 * splitPredictions("0.25,0.5\n", /[\n,]/g, 2); // ["0.25", "0.5"]
 * ```
 */
export function splitPredictions(body: string, separator: RegExp, rows: number): string[] {
  const text = body.trim();
  const cells = text.split(separator, rows + 1);
  let predictions = 1;
  if (cells.length > rows) for (const _ of separator[Symbol.matchAll](text)) predictions++;
  requireOnePredictionPerRow(Math.max(cells.length, predictions), rows);
  return cells;
}
