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

/** What is sent to InvokeEndpoint. */
export interface EndpointRequest {
  /** Media type of `body`, e.g. `text/csv`. */
  readonly contentType: string;
  /** Media type that the endpoint is asked to answer with. */
  readonly accept: string;
  /** The payload, UTF-8. */
  readonly body: string;
  /** How many predictions are asked for: one per row. */
  readonly rows: number;
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
   * Bytes sent to the endpoint. A serverless endpoint takes 4 MB
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html).
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
  /** The request as the endpoint wants it. */
  encode(request: Request): EndpointRequest;
  /**
   * The endpoint's answer as the caller wants it.
   *
   * @throws UnreadablePredictions where the answer is not what this contract can read, or has another number
   * of predictions than the request has rows
   */
  decode(body: string, request: Request): Answer;
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
