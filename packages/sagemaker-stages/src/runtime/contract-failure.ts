import { type Contract, ForbiddenByContract } from "./contract";
import { type Explanation, explain } from "./failure";
import { RETRY_AFTER_THROTTLE_IN_SECONDS } from "./limits";
import type { Failure } from "./problem";
import { EndpointFailure } from "./refusal";

/** The methods with which a contract describes failures. */
type Describing = Pick<Contract<unknown, unknown>, "containerProblem" | "problemMembers">;

/** The maximum length of the contract's texts in a problem: Lambda can always return the problem. */
const MAX_CHARACTERS = 100_000;

/**
 * Explains a failure as {@link explain} does, with the problem that the contract describes for a refusal of the container, and
 * with the contract's members of the problem document. A failure of the contract's code is the failure of the function; the log
 * then also has the status of the container's refusal.
 *
 * @param logsMessages - see {@link explain}
 */
export function explainByContract(thrown: unknown, logsMessages: boolean, contract: Describing): Explanation {
  const explained = explain(thrown, logsMessages);
  try {
    const failure = problemOfContainer(thrown, contract) ?? explained.failure;
    return { ...explained, failure: { ...failure, members: membersOf(contract.problemMembers?.(failure)) } };
  } catch (fault) {
    const { failure, error } = explain(fault, logsMessages);
    return { stats: explained.stats, failure, error: error && { ...explained.error, ...error } };
  }
}

/**
 * The members that a contract adds to a problem, as JSON.
 *
 * @throws Error if the members are no JSON object. A later error would end the handler without an answer and a log line
 */
function membersOf(members: unknown): Failure["members"] {
  if (members === undefined) return undefined;
  const json = JSON.stringify(members);
  // A promise has the JSON `{}`.
  const isObject = Object.prototype.toString.call(members) === "[object Object]";
  if (!isObject || json.length > MAX_CHARACTERS) throw new ForbiddenByContract("problemMembers");
  return JSON.parse(json);
}

/**
 * The contract's problem for a refusal of the container. SageMaker answers such a refusal with the status 424, and with the
 * container's status and body
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors).
 *
 * @returns `undefined` for another failure, and for a refusal that the contract does not describe
 */
function problemOfContainer(thrown: unknown, contract: Describing): Failure | undefined {
  if (!(thrown instanceof EndpointFailure)) return undefined;
  const { type, document = {} } = thrown.refusal;
  // Without these members, the answer contains only SageMaker's own values, e.g. a message with the account's id.
  const { OriginalStatusCode: status, OriginalMessage: message = "" } = document;
  if (type !== "ModelError" || typeof status !== "number" || status < 400 || status > 499) return undefined;
  const problem = contract.containerProblem?.({ status, message: String(message) });
  if (problem === undefined) return undefined;
  const { status: described, detail, code } = problem;
  // A promise has no status.
  if (![400, 404, 413, 429].includes(described)) throw new ForbiddenByContract("status");
  if (typeof detail !== "string" || detail.length > MAX_CHARACTERS) throw new ForbiddenByContract("detail");
  return {
    status: described,
    detail,
    code,
    ...(described === 429 && { retryAfterInSeconds: RETRY_AFTER_THROTTLE_IN_SECONDS }),
  };
}
