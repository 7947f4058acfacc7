import { presentAnswer, toAnswer, toFailureAnswer } from "./answer";
import { stopAtFirstFaults } from "./bounded-schema";
import type { Contract } from "./contract";
import { exposedHeaders } from "./cors";
import { createEndpointClient, type EndpointClient, readEndpointAddress } from "./endpoint";
import { type LambdaContext, readEvent } from "./event";
import { explain } from "./failure";
import { RESERVE_IN_MS } from "./limits";
import type { LogLine } from "./log";
import { JSON_TYPE } from "./media-type";
import { writeLine } from "./metrics";
import type { HandlerParts } from "./parts";
import { EndpointFailure, TIME_IS_OVER } from "./refusal";
import { encodeRequest, parseRequest, readBareRequest } from "./request";

/** A Lambda handler. */
export type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** The last parameters of {@link createHandlerWith}. */
export type HandlerFunctions = [client?: EndpointClient, write?: typeof writeLine];

/**
 * Creates the Lambda handler of a contract: event → request → endpoint → answer. The format of the answer depends on the
 * kind of event. The handler never throws, because Lambda would log the thrown error. A failure is a problem document.
 *
 * @param parts - at least the parts that the contract needs; the function's package contains only these parts
 * @param environment - the function's environment variables; default `process.env`. They are the variables that Lambda
 * sets, the variables of `readEndpointAddress`, CORS_ALLOW_ORIGIN, LOG_ERROR_MESSAGES and METRICS_ENVIRONMENT. With
 * LOG_ERROR_MESSAGES = `true`, the log contains messages of errors, and these messages can quote the request. With
 * METRICS_ENVIRONMENT, the log line contains the request's metrics, with the value as the dimension `Environment`.
 * @param client - for a route in stream mode, see `src/runtime/stream/running-request.ts`
 * @param write - writes the log line; for a route in stream mode
 * @throws Error in Lambda's init phase, if the environment lacks a variable
 */
export function createHandlerWith<Request, Answer>(
  parts: HandlerParts,
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
  client: EndpointClient = createEndpointClient(readEndpointAddress(environment), environment),
  write = writeLine,
): Handler {
  const cors = {
    "Access-Control-Allow-Origin": environment.CORS_ALLOW_ORIGIN || "*",
    "Access-Control-Expose-Headers": exposedHeaders(contract.answerHeaders),
  };
  const logsMessages = environment.LOG_ERROR_MESSAGES === "true";
  const metricsEnvironment = environment.METRICS_ENVIRONMENT;
  stopAtFirstFaults(contract.schema);
  let cold = true;

  return async (event, context) => {
    const start = performance.now();
    const timeLeftInMs = () => context.getRemainingTimeInMillis() - RESERVE_IN_MS;
    const incoming = readEvent(event, context);
    const line: LogLine = {
      requestId: incoming.requestId,
      lambdaRequestId: context.awsRequestId,
      model: contract.model,
      status: 200,
      totalMs: 0,
      retries: 0,
      cold,
    };
    cold = false;

    let answer: unknown;
    let rows: number | undefined;
    try {
      const { bare, isText, contentType } = readBareRequest(contract, incoming, parts);
      const accept = parts.accept?.(contract, incoming, isText) ?? JSON_TYPE;
      const request = parseRequest(contract, bare);
      const caller = { headers: parts.callerHeaders?.(contract, incoming) ?? {}, accept };
      const passed = parts.passThrough?.request(contract, incoming, accept, contentType);
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
    } catch (thrown) {
      const { failure, error, stats } = (parts.problems ?? explain)(thrown, logsMessages, contract);
      Object.assign(line, stats, { error, status: failure.status });
      answer = toFailureAnswer(failure, incoming, cors);
    }
    line.totalMs = Math.round(performance.now() - start);
    write(line, metricsEnvironment, rows);
    return answer;
  };
}
