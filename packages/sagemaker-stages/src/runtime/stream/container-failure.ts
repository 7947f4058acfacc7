import type { Contract } from "../contract";
import { type Explanation, explain } from "../failure";
import { RETRY_AFTER_THROTTLE_IN_SECONDS } from "../limits";
import type { Failure } from "../problem";
import { EndpointFailure } from "../refusal";

/**
 * Explains a failure as {@link explain} does, with the problem that the contract describes for a refusal of the container.
 *
 * @param logsMessages - see {@link explain}
 */
export function explainFor<Request, Answer>(
  contract: Pick<Contract<Request, Answer>, "containerProblem">,
  thrown: unknown,
  logsMessages: boolean,
): Explanation {
  const explained = explain(thrown, logsMessages);
  try {
    const failure = containerFailureOf(contract, thrown);
    return failure === undefined ? explained : { ...explained, failure };
  } catch (fault) {
    // The code of the contract can fail, too.
    return explain(fault, logsMessages);
  }
}

/**
 * The failure that the contract describes for a container's refusal of the request. SageMaker answers such a refusal with the
 * status 424, and with the container's status and body
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html#API_runtime_InvokeEndpointWithResponseStream_Errors).
 *
 * @returns `undefined` for every other failure, and if the contract describes no problem
 */
function containerFailureOf<Request, Answer>(
  contract: Pick<Contract<Request, Answer>, "containerProblem">,
  thrown: unknown,
): Failure | undefined {
  if (!(thrown instanceof EndpointFailure)) return undefined;
  const { origin, type, originStatus = 0, message = "" } = thrown.refusal;
  if (origin !== "container" || type !== "ModelError" || originStatus < 400 || originStatus > 499)
    return undefined;
  const problem = contract.containerProblem?.({ status: originStatus, message });
  return problem?.status === 429
    ? { ...problem, retryAfterInSeconds: RETRY_AFTER_THROTTLE_IN_SECONDS }
    : problem;
}
