import { presentAnswer, toAnswer } from "../answer";
import { stopAtFirstFaults } from "../bounded-schema";
import type { Contract } from "../contract";
import { exposedHeaders } from "../cors";
import {
  createEndpointClient,
  EndpointFailure,
  type Refusal,
  readEndpointAddress,
  TIME_IS_OVER,
} from "../endpoint";
import { readEvent } from "../event";
import type { Handler } from "../handler-core";
import { MAX_SILENCE_IN_MS, RESERVE_IN_MS } from "../limits";
import type { LogLine } from "../log";
import { JSON_TYPE, TEXT_TYPE } from "../media-type";
import { writeLine } from "../metrics";
import type { HandlerParts } from "../parts";
import { type Failure, toProblem } from "../problem";
import { encodeRequest, parseRequest, readBareRequest } from "../request";
import { endWith, sendAnswer, whenWritable } from "./answer";
import { explainFor } from "./container-failure";
import { createStreamClient, type EndpointStream } from "./endpoint-stream";
import { TextFault, toOutput } from "./output";
import {
  type AwsLambda,
  type BodyStream,
  type HttpMetadata,
  requireLambda,
  type StreamingFunction,
  streamify,
} from "./response-stream";
import { EVENT_STREAM_TYPE, EventCutter, HEARTBEAT } from "./server-sent-events";

/**
 * The time without data after which the handler sends a heartbeat
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes recommends 15 seconds). API Gateway closes a
 * stream without data after 5 minutes
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html).
 */
export const HEARTBEAT_IN_MS = 15_000;

/** The status in the log of a request whose caller closed the connection before the end of the answer. */
export const CALLER_LEFT_STATUS = 499;

/** The reason for the end of the endpoint's request when the caller has left. No caller receives the status. */
const CALLER_LEFT: Refusal = { status: 503, type: "CallerLeft", origin: "connection" };

/** The contract converts text, but the endpoint's answer is not UTF-8. */
const NO_TEXT: Refusal = { status: 502, type: "AnswerNotUtf8", origin: "container" };

/** A log line of a contract with `stream`. */
interface StreamLogLine extends LogLine {
  /** Milliseconds until the first part of a streamed answer; absent if the caller received no part. */
  firstByteMs?: number;
}

/** Names the origin of a request in the headers of an answer: `nameOrigin` of `src/runtime/origins.ts`. */
type NameOrigin = (handler: Handler, environment: NodeJS.ProcessEnv) => Handler;

/** Optional properties of a streaming handler. */
export interface StreamingOptions {
  /** For an environment with several allowed origins. @default - one origin */
  readonly nameOrigin?: NameOrigin | undefined;
  /** @default - the global object `awslambda` */
  readonly lambda?: AwsLambda | undefined;
  /** @default 15000 */
  readonly heartbeatInMs?: number | undefined;
  /** The time for the first part of an answer through API Gateway. @default 298500 */
  readonly maxSilenceInMs?: number | undefined;
}

/**
 * Creates the handler of a contract with `stream` for Lambda. A generated handler calls this function.
 *
 * @param nameOrigin - for an environment with several allowed origins
 * @throws Error in Lambda's init phase, if the environment lacks a variable or the runtime has no response streams
 * @example
 * module.exports.handler = createStreamingHandler({}, contract);
 */
export function createStreamingHandler<Request, Answer>(
  parts: HandlerParts,
  contract: Contract<Request, Answer>,
  nameOrigin?: NameOrigin,
): unknown {
  return streamify(createStreamingHandlerWith(parts, contract, process.env, { nameOrigin }));
}

/**
 * Creates a function that answers in a stream: event → request → endpoint's stream → response stream. A failure before the
 * first part is an ordinary problem document with its status. A later failure is the last of the server-sent events, and
 * breaks off a stream of another type. A request for which the contract's `wants` returns false gets an ordinary answer.
 *
 * The function reads the endpoint's stream only as fast as the caller reads the answer. It ends the request to the endpoint as
 * soon as Lambda closes the response stream.
 *
 * @param parts - at least the parts that the contract needs
 * @param environment - see `createHandlerWith`
 * @throws Error in Lambda's init phase, if the environment lacks a variable or the contract has no `stream`
 */
export function createStreamingHandlerWith<Request, Answer>(
  parts: HandlerParts,
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
  {
    nameOrigin,
    lambda,
    heartbeatInMs = HEARTBEAT_IN_MS,
    maxSilenceInMs = MAX_SILENCE_IN_MS,
  }: StreamingOptions = {},
): StreamingFunction {
  const { stream: dialect } = contract;
  if (dialect === undefined) throw new Error("stream: got nothing; allowed: a contract with stream");
  const address = readEndpointAddress(environment);
  const streams = createStreamClient(address, environment);
  // Both clients open a connection in Lambda's init phase, so that no kind of request waits for a TLS handshake.
  const client = dialect.wants && createEndpointClient(address, environment);
  const cors = {
    "Access-Control-Allow-Origin": environment.CORS_ALLOW_ORIGIN || "*",
    "Access-Control-Expose-Headers": exposedHeaders(contract.answerHeaders),
  };
  const logsMessages = environment.LOG_ERROR_MESSAGES === "true";
  const metricsEnvironment = environment.METRICS_ENVIRONMENT;
  stopAtFirstFaults(contract.schema);
  let cold = true;

  return async (event, responseStream, context) => {
    const start = performance.now();
    const functionTimeLeftInMs = () => context.getRemainingTimeInMillis() - RESERVE_IN_MS;
    const incoming = readEvent(event, context);
    const { kind, requestId } = incoming;
    const line: StreamLogLine = {
      requestId,
      lambdaRequestId: context.awsRequestId,
      model: contract.model,
      status: 200,
      totalMs: 0,
      retries: 0,
      cold,
    };
    cold = false;

    const stop = new AbortController();
    const { signal } = stop;
    /** The time that is left until the first part, or until a whole answer. */
    const timeLeftInMs = () => {
      if (signal.aborted) return 0;
      const silence = kind === "rest-api" ? maxSilenceInMs : Number.POSITIVE_INFINITY;
      return Math.min(functionTimeLeftInMs(), start + silence - performance.now());
    };
    const stopIn = (ms: number) => setTimeout(() => stop.abort(TIME_IS_OVER), Math.max(0, ms));
    let timer = stopIn(timeLeftInMs());
    const leave = () => stop.abort(CALLER_LEFT);
    responseStream.on("error", leave).once("close", leave);
    if (responseStream.destroyed) leave();

    let rows: number | undefined;
    let answer: unknown;
    let stream: EndpointStream | undefined;
    let output: AsyncGenerator<Buffer, void> | undefined;
    let first: IteratorResult<Buffer, void> | undefined;
    const cutter = dialect.answerType === EVENT_STREAM_TYPE ? new EventCutter() : undefined;
    try {
      try {
        const { bare, isText, contentType } = readBareRequest(contract, incoming, parts);
        const request = parseRequest(contract, bare);
        const isStream = client === undefined || dialect.wants?.(request) === true;
        const plain = isText ? TEXT_TYPE : JSON_TYPE;
        const accept = isStream ? dialect.answerType : (parts.accept?.(contract, incoming, isText) ?? plain);
        const caller = { headers: parts.callerHeaders?.(contract, incoming) ?? {}, accept };
        const passed = parts.passThrough?.request(contract, incoming, accept, contentType);
        if (isStream) {
          const encoded = encodeRequest(contract, request, caller, passed && { ...passed, accept });
          rows = encoded.rows;
          stream = await streams.open(encoded, timeLeftInMs, signal);
          output = toOutput(stream.parts, dialect, request, cutter);
          // Until the caller receives something, a failure has its own status.
          first = await output.next();
          clearTimeout(timer);
          timer = stopIn(functionTimeLeftInMs());
        } else {
          const encoded = encodeRequest(contract, request, caller, passed);
          rows = encoded.rows;
          const { body, reply, stats } = await client.invoke(encoded, timeLeftInMs, contract.answerTypes);
          Object.assign(line, stats);
          const ready =
            parts.passThrough?.answer(contract, incoming, accept, body, reply) ??
            presentAnswer(contract, contract.decode(body, request, reply), accept, parts);
          line.status = ready.response?.status ?? 200;
          answer = toAnswer(ready, incoming, cors);
          if (timeLeftInMs() <= 0) throw new EndpointFailure(TIME_IS_OVER, stats);
        }
      } catch (thrown) {
        const failure = record(thrown);
        const headers = {
          "Content-Type": "application/problem+json",
          ...(failure.retryAfterInSeconds !== undefined && {
            "Retry-After": String(failure.retryAfterInSeconds),
          }),
        };
        const problem = problemOf(failure);
        answer =
          kind === "direct"
            ? problem
            : { statusCode: failure.status, headers: withCors(headers), body: JSON.stringify(problem) };
        output = undefined;
      }

      let broken: Error | undefined;
      if (output === undefined || first === undefined) {
        writeLog();
        if (!signal.aborted || signal.reason !== CALLER_LEFT) {
          await sendAnswer(await named(answer), incoming, responseStream, lambda);
        }
      } else {
        line.firstByteMs = elapsedMs();
        const body = (await openBody()).on("error", leave);
        const heartbeat = cutter && setInterval(() => beat(cutter, body), heartbeatInMs);
        try {
          for (let part = first; !part.done; part = await output.next()) {
            body.write(part.value);
            heartbeat?.refresh();
            await whenWritable(body, signal);
          }
          if (signal.aborted) throw new EndpointFailure(signal.reason, { endpointMs: 0, retries: 0 });
          if (stream !== undefined) Object.assign(line, stream.stats());
          clearInterval(heartbeat);
          // Before the end: a slow caller must not cost the line, because Lambda can end the process at its timeout.
          writeLog();
          await endWith(body, "");
        } catch (thrown) {
          const failure = record(thrown);
          clearInterval(heartbeat);
          writeLog();
          broken = await breakOff(body, failure);
        } finally {
          await output.return();
        }
      }
      if (broken !== undefined) throw broken;
    } finally {
      clearTimeout(timer);
      // An error of the response stream must not leave the request to the endpoint open.
      stop.abort(CALLER_LEFT);
    }

    function elapsedMs(): number {
      return Math.round(performance.now() - start);
    }

    /** Records a failure in the log line. */
    function record(thrown: unknown): Failure {
      const { failure, error } = explainFor(
        contract,
        thrown instanceof TextFault ? new EndpointFailure(NO_TEXT, { endpointMs: 0, retries: 0 }) : thrown,
        logsMessages,
      );
      if (thrown instanceof EndpointFailure) Object.assign(line, thrown.stats);
      if (stream !== undefined) Object.assign(line, stream.stats());
      const hasLeft = signal.reason === CALLER_LEFT;
      line.status = hasLeft ? CALLER_LEFT_STATUS : failure.status;
      line.error = hasLeft ? { type: CALLER_LEFT.type, origin: CALLER_LEFT.origin } : error;
      return failure;
    }

    function writeLog(): void {
      line.totalMs = elapsedMs();
      writeLine(line, metricsEnvironment, rows);
    }

    function problemOf(failure: Failure): object {
      return { ...toProblem(failure, requestId), ...contract.problemMembers?.(failure) };
    }

    function withCors(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
      // A function URL adds CORS headers itself.
      return kind === "rest-api" ? { ...headers, ...cors } : headers;
    }

    /** Names the origin of this request in an answer over HTTP. */
    async function named(named: unknown): Promise<unknown> {
      return nameOrigin === undefined ? named : nameOrigin(async () => named, environment)(event, context);
    }

    async function openBody(): Promise<BodyStream> {
      if (kind === "direct") {
        responseStream.setContentType(dialect?.answerType ?? JSON_TYPE);
        return responseStream;
      }
      const head = {
        statusCode: 200,
        headers: withCors({ "Content-Type": dialect?.answerType ?? JSON_TYPE }),
      };
      return requireLambda(lambda).HttpResponseStream.from(
        responseStream,
        (await named(head)) as HttpMetadata,
      );
    }

    /**
     * Ends a stream whose status the caller has already received.
     *
     * @returns the error with which the handler ends; `undefined` if the stream is complete
     */
    async function breakOff(body: BodyStream, failure: Failure): Promise<Error | undefined> {
      if (signal.reason === CALLER_LEFT) return undefined;
      if (cutter?.isBetweenEvents) {
        const last = `event: error\ndata: ${JSON.stringify(problemOf(failure))}\n\n`;
        // A caller that does not read must not turn the failure into a timeout of the function.
        if (await endWith(body, last, RESERVE_IN_MS / 2)) return undefined;
      }
      // Lambda's runtime reports an error that the handler throws. A destroyed stream would end the process: its error rejects
      // promises that the runtime does not yet await (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client).
      // The text is in Lambda's log, and must not contain data of the caller.
      return new Error("The stream of the answer broke off. See the log line of the request.");
    }
  };
}

/** Shows that the stream is alive, unless the caller has not even received the last data. */
function beat(cutter: EventCutter, body: BodyStream): void {
  if (cutter.isBetweenEvents && !body.writableNeedDrain && !body.destroyed) body.write(HEARTBEAT);
}
