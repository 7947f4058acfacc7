import type { LambdaContext } from "../event";

/** The members of a `Writable` of Node.js that a handler uses. */
export interface BodyStream {
  readonly destroyed: boolean;
  readonly writableNeedDrain: boolean;
  write(chunk: string | Uint8Array): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
  on(event: "drain" | "finish" | "close" | "error", listener: () => void): this;
  once(event: "drain" | "finish" | "close" | "error", listener: () => void): this;
  off(event: "drain" | "finish" | "close" | "error", listener: () => void): this;
}

/** The stream through which a function answers: a `Writable` of Lambda's Node.js runtimes. */
export interface ResponseStream extends BodyStream {
  /** Sets the media type of the whole payload, before the first write. */
  setContentType(contentType: string): void;
}

/** Status and headers of a streamed HTTP answer. */
export interface HttpMetadata {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly cookies?: readonly string[];
}

/** A function that writes its answer to a stream. */
export type StreamingFunction = (
  event: unknown,
  responseStream: ResponseStream,
  context: LambdaContext,
) => Promise<void>;

/**
 * The global object `awslambda` of Lambda's Node.js runtimes
 * (https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html).
 */
export interface AwsLambda {
  /** Makes Lambda read the function's answer from the stream. */
  streamifyResponse(handler: StreamingFunction): unknown;
  readonly HttpResponseStream: {
    /**
     * Returns a stream for the body of an HTTP answer. The first write sends the metadata before the body, in the format
     * that API Gateway and function URLs require
     * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html).
     */
    from(responseStream: ResponseStream, metadata: HttpMetadata): BodyStream;
  };
}

/**
 * Makes a function answer through Lambda's response stream.
 *
 * @param lambda - default: the global object `awslambda`
 * @throws Error in Lambda's init phase, if the runtime has no response streams
 */
export function streamify(
  handler: StreamingFunction,
  lambda: AwsLambda | undefined = globalLambda(),
): unknown {
  return requireLambda(lambda).streamifyResponse(handler);
}

/**
 * The object itself.
 *
 * @throws Error if the object is missing
 */
export function requireLambda(lambda: AwsLambda | undefined = globalLambda()): AwsLambda {
  if (lambda === undefined) {
    throw new Error(
      "awslambda: got nothing; allowed: a Node.js runtime of Lambda, which has this global object",
    );
  }
  return lambda;
}

function globalLambda(): AwsLambda | undefined {
  return (globalThis as { readonly awslambda?: AwsLambda }).awslambda;
}
