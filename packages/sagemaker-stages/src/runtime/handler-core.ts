import { presentAnswer, toAnswer, toFailureAnswer } from "./answer";
import { stopAtFirstFaults } from "./bounded-schema";
import type { Contract } from "./contract";
import { exposedHeaders } from "./cors";
import { createEndpointClient, EndpointFailure, readEndpointAddress, TIME_IS_OVER } from "./endpoint";
import { type LambdaContext, readEvent } from "./event";
import { explain } from "./failure";
import { type LogLine, readLogsMessages, writeLine } from "./log";
import { JSON_TYPE, TEXT_TYPE } from "./media-type";
import type { HandlerParts } from "./parts";
import { encodeRequest, parseRequest, readBareRequest } from "./request";

/** A Lambda handler. */
export type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** Kept back from Lambda's time-out, to say in time that there was not enough time. */
export const RESERVE_IN_MS = 500;

/**
 * The Lambda handler of a contract: event → request → endpoint → answer, each kind of event answered in its own
 * kind. It never throws: a failure is a problem document, because Lambda would log what is thrown.
 *
 * @param parts - the parts that the contract needs, or more: a function's package holds no other
 * @param environment - ENDPOINT_NAME, ENDPOINT_TARGET_VARIANT and the other variables of `readEndpointAddress`,
 * CORS_ALLOW_ORIGIN, LOG_ERROR_MESSAGES (`true`: the log holds messages of errors, which can quote the request) and the
 * variables Lambda sets; default `process.env`
 * @throws Error at once, in Lambda's init phase, where the environment lacks something
 */
export function createHandlerWith<Request, Answer>(
  parts: HandlerParts,
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
): Handler {
  const client = createEndpointClient(readEndpointAddress(environment), environment);
  const cors = {
    "Access-Control-Allow-Origin": environment.CORS_ALLOW_ORIGIN || "*",
    "Access-Control-Expose-Headers": exposedHeaders(contract.answerHeaders),
  };
  const logsMessages = readLogsMessages(environment);
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
    try {
      const { bare, isText, contentType } = readBareRequest(contract, incoming, parts);
      const plain = isText ? TEXT_TYPE : JSON_TYPE;
      const accept = parts.accept?.(contract, incoming, isText) ?? plain;
      const request = parseRequest(contract, bare);
      const caller = { headers: parts.callerHeaders?.(contract, incoming) ?? {}, accept };
      const passed = parts.passThrough?.request(contract, incoming, accept, contentType);
      const encoded = encodeRequest(contract, request, caller, passed);
      const { body, reply, effort } = await client.invoke(encoded, timeLeftInMs, contract.answerTypes);
      Object.assign(line, effort);
      const ready =
        parts.passThrough?.answer(contract, incoming, accept, body, reply) ??
        presentAnswer(contract, contract.decode(body, request, reply), accept, parts);
      line.status = ready.response?.status ?? 200;
      answer = toAnswer(ready, incoming, cors);
      if (timeLeftInMs() <= 0) throw new EndpointFailure(TIME_IS_OVER, effort);
    } catch (thrown) {
      if (thrown instanceof EndpointFailure) Object.assign(line, thrown.effort);
      const { failure, error } = explain(thrown, logsMessages);
      Object.assign(line, { status: failure.status }, error && { error });
      answer = toFailureAnswer(failure, incoming, cors);
    }
    line.totalMs = Math.round(performance.now() - start);
    writeLine(line);
    return answer;
  };
}
