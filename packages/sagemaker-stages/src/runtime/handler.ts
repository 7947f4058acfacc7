import { toAnswer, toFailureAnswer } from "./answer";
import { stopAtFirstFaults } from "./bounded-schema";
import type { Contract } from "./contract";
import { EndpointClient, EndpointFailure, readEndpointAddress, TIME_IS_OVER } from "./endpoint";
import { type LambdaContext, readEvent } from "./event";
import { explain } from "./failure";
import { type LogLine, readLogsMessages, writeLine } from "./log";
import { encodeRequest, parseRequest, readBareRequest } from "./request";

/** A Lambda handler. */
export type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** Kept back from Lambda's time-out, to say in time that there was not enough time. */
export const RESERVE_IN_MS = 500;

/**
 * The Lambda handler of a contract: event → request → endpoint → answer, each kind of event answered in its own
 * kind. It never throws: a failure is a problem document, because Lambda would log what is thrown.
 *
 * @param environment - ENDPOINT_NAME, CORS_ALLOW_ORIGIN, LOG_ERROR_MESSAGES (`true`: the log holds messages of errors,
 * which can quote the request) and the variables Lambda sets; default `process.env`
 * @throws Error at once, in Lambda's init phase, where the environment lacks something
 */
export function createHandler<Request, Answer>(
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
): Handler {
  const client = new EndpointClient(readEndpointAddress(environment), environment);
  const allowOrigin = environment.CORS_ALLOW_ORIGIN || "*";
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
      const { bare, isText } = readBareRequest(contract, incoming);
      const request = parseRequest(contract, bare);
      const encoded = encodeRequest(contract, request);
      const { body, effort } = await client.invoke(encoded, timeLeftInMs);
      Object.assign(line, effort);
      const decoded = contract.decode(body, request);
      const written = isText && contract.text !== undefined ? contract.text.write(decoded) : decoded;
      answer = toAnswer(written, isText, incoming, allowOrigin);
      if (timeLeftInMs() <= 0) throw new EndpointFailure(TIME_IS_OVER, effort);
    } catch (thrown) {
      if (thrown instanceof EndpointFailure) Object.assign(line, thrown.effort);
      const { failure, error } = explain(thrown, logsMessages);
      Object.assign(line, { status: failure.status }, error && { error });
      answer = toFailureAnswer(failure, incoming, allowOrigin);
    }
    line.totalMs = Math.round(performance.now() - start);
    writeLine(line);
    return answer;
  };
}
