import type * as z from "zod/mini";

/** Where a model is reached on a stage. */
export interface Route {
  /** `POST`: the request is the body. `GET`: it is the query, every value a text. */
  readonly method: "GET" | "POST";
  /**
   * Path below the stage, e.g. `/iris` or `/v1/iris`, of this model alone. It has no parameters, and API Gateway
   * reserves `/ping` and `/sping`.
   */
  readonly path: `/${string}`;
}

/**
 * Bytes with their media type, in the form that JSON can hold. A direct invocation sends and receives bytes in this
 * form; over HTTP the body of the request or of the answer is the bytes themselves.
 *
 * @example { "contentType": "image/jpeg", "base64": "/9j/4AAQ…" }
 */
export interface Bytes {
  /** Media type of the bytes, e.g. `image/jpeg`. */
  readonly contentType: string;
  /** The bytes, in base64 with padding. */
  readonly base64: string;
}

/** What is sent to InvokeEndpoint. */
export interface EndpointRequest {
  /** Media type of `body`, e.g. `text/csv`. */
  readonly contentType: string;
  /** Media type that the endpoint is to answer with. */
  readonly accept: string;
  /** The payload: text, which is sent as UTF-8, or bytes. */
  readonly body: string | Uint8Array;
  /** The number of predictions that the endpoint is to answer: one per row. */
  readonly rows: number;
  /**
   * Further headers of InvokeEndpoint. A value of the caller reaches a header only where `encode` writes it there.
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

/** The values of a caller, beside the request itself, that a contract can read. */
export interface CallerValues {
  /**
   * The headers that the contract's `callerHeaders` names and that the caller sent, by their lower-case names. Empty
   * in a direct invocation.
   */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The media type that the caller is to receive, chosen by the caller's `Accept`: `application/json`, `text/plain`
   * where the request is a text, or one of the contract's `answerTypes`.
   */
  readonly accept: string;
}

/** The endpoint's answer, beside its text. */
export interface EndpointReply {
  /** Media type of the answer, without parameters, in lower case, e.g. `image/png`; empty where there is none. */
  readonly contentType: string;
  /**
   * The header Content-Type as it came, with its parameters, e.g. Triton's
   * `application/vnd.sagemaker-triton.binary+json;json-header-size=185`; empty where there is none.
   */
  readonly contentTypeHeader: string;
  /** The answer as it came. */
  readonly bytes: Uint8Array;
  /** `X-Amzn-SageMaker-Custom-Attributes` of the answer. */
  readonly customAttributes?: string;
}

/** The most a model takes in one request; beyond it the caller gets a 413. */
export interface RequestLimits {
  /** Rows in one request. */
  readonly rows: number;
  /**
   * The property of the bare request whose list holds the rows, e.g. `instances`. The handler counts this list before
   * it looks at any row; a request where the property is no list has one row. The example of `about` has this property.
   *
   * @default - rows are counted when the request is encoded. The limit holds as well, but a batch that is too large
   * costs more time until its 413.
   */
  readonly rowsIn?: string;
  /**
   * Bytes sent to the endpoint. A serverless endpoint takes 4 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html), an endpoint on instances 6 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). Through a function, about
   * 4.5 MB of bytes fit, because Lambda counts their base64.
   */
  readonly payloadInBytes: number;
}

/**
 * How one model is spoken to. A contract is pure: it knows neither AWS nor HTTP, and does no I/O.
 *
 * @typeParam Request - the bare request, as a caller writes it
 * @typeParam Answer - the bare answer, as a caller reads it; plain JSON
 */
export interface Contract<Request, Answer> {
  /**
   * The model's name, which is also the name of its folder and its entry in the catalog: 1–30 characters `a-z`, `0-9`,
   * `-`, words that single hyphens join. It becomes part of every resource's name.
   */
  readonly model: string;
  /** Where the stage serves it. */
  readonly route: Route;
  /**
   * Written once: the handler parses with it, and the API's request model is made from it. Its type is the
   * request's input and output alike: a schema that transforms would not fit the API's model.
   */
  readonly schema: z.ZodMiniType<Request, Request>;
  /** The most that one request may hold. */
  readonly limits: RequestLimits;
  /**
   * How the model is spoken to in `text/plain`, for pages and people.
   *
   * @default - in JSON alone
   */
  readonly text?: TextDialect<Request, Answer>;
  /**
   * The media types of bytes that the model takes, such as an image.
   *
   * @default - none
   */
  readonly bytes?: BytesDialect<Request>;
  /**
   * The media types of answers that are bytes, e.g. `image/png` or `application/x-npy`, the preferred type first. Such
   * an answer is of the type {@link Bytes}. A caller whose `Accept` takes the type receives the bytes themselves; a
   * caller that takes JSON only, and a direct invocation, receive the JSON of {@link Bytes}.
   *
   * @default - none: every answer is JSON, or the text that answers a text
   */
  readonly answerTypes?: readonly string[];
  /**
   * The caller's headers that `encode` can read, in lower case, e.g. `x-correlation-id`. No other header of a caller
   * reaches the contract, and none of a direct invocation. Headers of credentials and of connections are refused.
   *
   * @default - none
   */
  readonly callerHeaders?: readonly string[];
  /**
   * The headers that `decode` can set on the answer to the caller, in lower case, e.g. `x-model-version`. The handler
   * refuses every other header. Headers of cookies, CORS and of the message's form are refused.
   *
   * @default - none
   */
  readonly answerHeaders?: readonly string[];
  /**
   * Set where the endpoint takes the caller's body as it stands and its answer is the caller's answer: the handler then
   * changes neither. `encode` makes the same request, for direct invocations and for the JSON form of bytes. API Gateway can invoke the endpoint of such a contract without a function: `via: "gateway"`.
   *
   * @default - none: `encode` and `decode` make request and answer
   */
  readonly passThrough?: PassThrough;
  /** The request as the endpoint wants it. */
  encode(request: Request, caller: CallerValues): EndpointRequest;
  /**
   * The endpoint's answer as the caller wants it.
   *
   * @param body - the answer as text; empty where the answer's media type is one of `answerTypes`, see `reply`
   * @throws UnreadablePredictions where the answer is not what this contract can read, or has another number
   * of predictions than the request has rows
   */
  decode(body: string, request: Request, reply: EndpointReply): Answer | CallerAnswer<Answer>;
}

/** Bytes in. */
export interface BytesDialect<Request> {
  /** Media types of the body, e.g. `image/jpeg`; no JSON, no `text/plain`, no `multipart/`. */
  readonly takes: readonly string[];
  /** The request that the bytes are. */
  read(bytes: Bytes): Request;
}

/** The media types of a contract that changes neither request nor answer. */
export interface PassThrough {
  /** Media type that the endpoint receives; `undefined`: the type of the caller's body. */
  readonly contentType?: string;
  /**
   * Media type that the endpoint is to answer with, for callers that accept JSON only; for others, the one of
   * `answerTypes` that they prefer.
   */
  readonly accept: string;
}

/** An answer with a status and headers for the caller, as `decode` may return it: see {@link respond}. */
export class CallerAnswer<Answer> {
  constructor(
    readonly answer: Answer,
    readonly response: CallerResponse,
  ) {}

  /**
   * Refuses a status or a header that the contract may not set.
   *
   * @param answerHeaders - the headers that it may set
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

/** Statuses of success that a caller can receive with a body. */
const STATUSES = [200, 201, 202, 203, 206];

/** Visible US-ASCII and blanks: neither line breaks nor characters that a header has no encoding for. */
export const HEADER_VALUE = /^[ -~]{0,1024}$/;

/** A contract set a header, a status or a media type that it may not set. */
export class ForbiddenByContract extends Error {
  override readonly name = "ForbiddenByContract";

  /** What was set, e.g. `inferenceId`; the log holds it, and never its value. */
  readonly field: string;

  constructor(field: string) {
    super("got a forbidden value");
    // A name that a contract makes of a caller's data is data as well.
    this.field = /^[\w-]{1,64}$/.test(field) ? field : "a header";
  }
}

/** Status and headers of an answer to a caller over HTTP; a direct invocation receives the answer alone. */
export interface CallerResponse {
  /**
   * Status of success, one of 200, 201, 202, 203, 206.
   *
   * @default 200
   */
  readonly status?: number;
  /**
   * Headers by their lower-case names, each of which the contract's `answerHeaders` names.
   *
   * @default - none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Answers with a status or headers, in a contract's `decode`.
 *
 * @example return respond({ label }, { headers: { "x-model-version": "7" } });
 */
export function respond<Answer>(answer: Answer, response: CallerResponse): CallerAnswer<Answer> {
  return new CallerAnswer(answer, response);
}

/** `text/plain` in, `text/plain` out. */
export interface TextDialect<Request, Answer> {
  /** The request that a text is. */
  read(text: string): Request;
  /** The answer as text. */
  write(answer: Answer): string;
}

/** What documents, plans and pages say of a model; no part of the function's bundle. */
export interface About<Request, Answer> {
  /** What people call the model. */
  readonly title: string;
  /** One sentence: what is asked and what is answered. */
  readonly description: string;
  /** What a request looks like, in one line; stands in errors that API Gateway answers by itself. */
  readonly allowed: string;
  /** A request that works, with its answer. */
  readonly example: { readonly request: Request; readonly answer: Answer };
  /**
   * The most bytes of a file that the model takes, for documents and for the page, which refuses a larger file before it is
   * sent. The handler does not read this number: it checks `limits.payloadInBytes`.
   *
   * @default - documents state no limit
   */
  readonly maxBytes?: number;
}

/**
 * The endpoint answered something that the contract cannot read. The log holds the message only where the environment
 * says `stage.logErrorMessages`; it should not quote the answer even so.
 */
export class UnreadablePredictions extends Error {
  override readonly name = "UnreadablePredictions";

  constructor(
    message: string,
    /** Where rows and predictions differ in number, both numbers: the log holds them always. */
    readonly counts?: { readonly rows: number; readonly predictions: number },
  ) {
    super(message);
  }
}

/**
 * Refuses a batch that came back with another length than it was sent with: a shifted list would give a caller
 * somebody else's answer.
 *
 * @throws UnreadablePredictions
 */
export function requireOnePredictionPerRow(predictions: number, rows: number): void {
  if (predictions !== rows) {
    throw new UnreadablePredictions(`${rows} row(s) were sent, ${predictions} prediction(s) came back`, {
      rows,
      predictions,
    });
  }
}

/**
 * Splits an answer in text into one prediction for each row. The predictions are counted before they become a list:
 * an answer of 6 MB can have millions of cells, and a list of millions of texts takes more memory than a function has.
 *
 * @param separator - what stands between two predictions, with the flag `g`, by which all of them are counted
 * @param rows - the number of rows that the request has
 * @throws UnreadablePredictions where the answer has another number of predictions
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

/** The payload limit of a serverless endpoint, in bytes. */
export const SERVERLESS_PAYLOAD_IN_BYTES = 4 * 1024 * 1024;

/** The payload limit of an endpoint on instances, in bytes (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). */
export const INSTANCES_PAYLOAD_IN_BYTES = 6 * 1024 * 1024;
