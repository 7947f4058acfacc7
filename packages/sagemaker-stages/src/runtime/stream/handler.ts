import { presentAnswer, toAnswer, toFailureAnswer } from "../answer";
import { stopAtFirstFaults } from "../bounded-schema";
import type { Contract } from "../contract";
import { exposedHeaders } from "../cors";
import { readEndpointAddress } from "../endpoint";
import { readEvent } from "../event";
import { explain } from "../failure";
import type { Handler } from "../handler-core";
import { MAX_SILENCE_IN_MS, RESERVE_IN_MS } from "../limits";
import type { LogLine } from "../log";
import { JSON_TYPE, TEXT_TYPE } from "../media-type";
import { writeLine } from "../metrics";
import type { HandlerParts } from "../parts";
import { type Failure, toProblem } from "../problem";
import { EndpointFailure, NO_STATS, type Refusal, TIME_IS_OVER } from "../refusal";
import { encodeRequest, parseRequest, readBareRequest } from "../request";
import { createAbortableCalls } from "./abortable-calls";
import { sendAnswer } from "./answer";
import {
  brokenOff,
  CALLER_LEFT,
  CALLER_TOO_SLOW,
  endWith,
  logOfCaller,
  sendingTimeInMs,
  settle,
  whenWritable,
} from "./delivery";
import { type EndpointStream, openStream } from "./endpoint-stream";
import { invokeWhole } from "./endpoint-whole";
import { toOutput } from "./output";
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

/** A log line of a contract with `stream`. */
interface StreamLogLine extends LogLine {
  /** Milliseconds until the first part of a streamed answer; absent if the caller received no part. */
  firstByteMs?: number;
}

/** A streamed answer whose first part has arrived. */
interface Parts {
  readonly output: AsyncGenerator<Buffer, void>;
  readonly first: IteratorResult<Buffer, void>;
}

/** The answer of the endpoint, or a whole answer for the caller. */
type Invoked = Parts | { readonly whole: unknown };

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
  if (contract.stream === undefined) throw new Error("stream: got nothing; allowed: a contract with stream");
  const dialect = contract.stream;
  const { answerType } = dialect;
  const calling = createAbortableCalls(readEndpointAddress(environment), environment);
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
      const silence = kind === "rest-api" ? maxSilenceInMs : Number.POSITIVE_INFINITY;
      return Math.min(functionTimeLeftInMs(), start + silence - performance.now());
    };
    const stopIn = (ms: number) => setTimeout(() => stop.abort(TIME_IS_OVER), Math.max(0, ms));
    let timer = stopIn(timeLeftInMs());
    const leave = () => stop.abort(CALLER_LEFT);
    responseStream.on("error", leave).once("close", leave);
    if (responseStream.destroyed) leave();

    const cutter = dialect.answerType === EVENT_STREAM_TYPE ? new EventCutter() : undefined;
    let rows: number | undefined;
    let stream: EndpointStream | undefined;
    /** The error with which the function ends. */
    let broken: Error | undefined;
    try {
      broken = await respond();
    } catch (thrown) {
      // E.g. the response stream does not open.
      record(thrown);
      broken = brokenOff();
    } finally {
      clearTimeout(timer);
      // An error of the response stream must not leave the request to the endpoint open.
      stop.abort(CALLER_LEFT);
      // The only line of the request, whatever has failed. Every wait above ends before Lambda's timeout.
      line.totalMs = elapsedMs();
      writeLine(line, metricsEnvironment, rows);
    }
    if (broken !== undefined) throw broken;

    async function respond(): Promise<Error | undefined> {
      let invoked: Invoked;
      try {
        invoked = await invoke();
      } catch (thrown) {
        const failure = record(thrown);
        if (hasLeft()) return undefined;
        invoked = { whole: toFailureAnswer(failure, incoming, cors) };
      }
      return "whole" in invoked ? await sendWhole(invoked.whole) : await sendParts(invoked);
    }

    /** Invokes the endpoint. Until the caller receives something, a failure has its own status. */
    async function invoke(): Promise<Invoked> {
      const { bare, isText, contentType } = readBareRequest(contract, incoming, parts);
      const request = parseRequest(contract, bare);
      const isStream = dialect.wants?.(request) ?? true;
      const plain = isText ? TEXT_TYPE : JSON_TYPE;
      const accept = isStream ? answerType : (parts.accept?.(contract, incoming, isText) ?? plain);
      const caller = { headers: parts.callerHeaders?.(contract, incoming) ?? {}, accept };
      const passed = parts.passThrough?.request(contract, incoming, accept, contentType);
      const encoded = encodeRequest(
        contract,
        request,
        caller,
        isStream && passed ? { ...passed, accept } : passed,
      );
      rows = encoded.rows;
      if (isStream) {
        stream = await openStream(calling, encoded, timeLeftInMs, signal);
        const output = toOutput(stream.parts, dialect, request, cutter);
        const first = await output.next();
        clearTimeout(timer);
        timer = stopIn(functionTimeLeftInMs());
        return { output, first };
      }
      const { answerTypes } = contract;
      const { body, reply, stats } = await invokeWhole(calling, encoded, timeLeftInMs, signal, answerTypes);
      Object.assign(line, stats);
      const ready =
        parts.passThrough?.answer(contract, incoming, accept, body, reply) ??
        presentAnswer(contract, contract.decode(body, request, reply), accept, parts);
      const whole = toAnswer(ready, incoming, cors);
      if (timeLeftInMs() <= 0) throw new EndpointFailure(TIME_IS_OVER, stats);
      line.status = ready.response?.status ?? 200;
      return { whole };
    }

    async function sendWhole(answer: unknown): Promise<Error | undefined> {
      const limitInMs = sendingTimeInMs(context);
      return settle(line, await sendAnswer(await named(answer), incoming, responseStream, limitInMs, lambda));
    }

    async function sendParts({ output, first }: Parts): Promise<Error | undefined> {
      let heartbeat: NodeJS.Timeout | undefined;
      try {
        const body = (await openBody()).on("error", leave);
        line.firstByteMs = elapsedMs();
        heartbeat = cutter && setInterval(() => beat(cutter, body), heartbeatInMs);
        try {
          for (let part = first; !part.done; part = await output.next()) {
            body.write(part.value);
            heartbeat?.refresh();
            await whenWritable(body, signal);
            // The endpoint is not the cause if the caller has not taken the last part.
            if (signal.aborted && !hasLeft() && body.writableNeedDrain) throw ofCaller(CALLER_TOO_SLOW);
          }
          if (signal.aborted) throw ofCaller(signal.reason);
        } catch (thrown) {
          const failure = record(thrown);
          clearInterval(heartbeat);
          return await breakOff(body, failure);
        }
        Object.assign(line, stream?.statsNow());
        clearInterval(heartbeat);
        return settle(line, await endWith(body, "", sendingTimeInMs(context)));
      } finally {
        clearInterval(heartbeat);
        await output.return();
      }
    }

    function elapsedMs(): number {
      return Math.round(performance.now() - start);
    }

    function hasLeft(): boolean {
      return signal.reason === CALLER_LEFT;
    }

    /** Records a failure in the log line. */
    function record(thrown: unknown): Failure {
      const { failure, error, stats } = (parts.problems ?? explain)(thrown, logsMessages, contract);
      const isSlow = thrown instanceof EndpointFailure && thrown.refusal === CALLER_TOO_SLOW;
      const reason = hasLeft() ? CALLER_LEFT : isSlow ? CALLER_TOO_SLOW : undefined;
      const logged = reason === undefined ? { status: failure.status, error } : logOfCaller(reason);
      Object.assign(line, stats, stream?.statsNow(), logged);
      return failure;
    }

    /** Names the origin of this request in an answer over HTTP. */
    async function named(named: unknown): Promise<unknown> {
      return nameOrigin === undefined ? named : nameOrigin(async () => named, environment)(event, context);
    }

    async function openBody(): Promise<BodyStream> {
      if (kind === "direct") {
        responseStream.setContentType(answerType);
        return responseStream;
      }
      // A function URL adds CORS headers itself.
      const headers = { "Content-Type": answerType, ...(kind === "rest-api" && cors) };
      const head = { statusCode: 200, headers };
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
      if (hasLeft()) return undefined;
      if (cutter?.isBetweenEvents) {
        const last = `event: error\ndata: ${JSON.stringify(toProblem(failure, requestId))}\n\n`;
        if ((await endWith(body, last, sendingTimeInMs(context))) !== "slow") return undefined;
      }
      return brokenOff();
    }
  };
}

/** A failure on the side of the caller. The log has the statistics of the whole stream. */
function ofCaller(refusal: Refusal): EndpointFailure {
  return new EndpointFailure(refusal, NO_STATS);
}

/** Shows that the stream is alive, unless the caller has not even received the last data. */
function beat(cutter: EventCutter, body: BodyStream): void {
  if (cutter.isBetweenEvents && !body.writableNeedDrain && !body.destroyed) body.write(HEARTBEAT);
}
