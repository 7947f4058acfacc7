import { type Contract, ForbiddenByContract } from "../contract";
import { type Explanation, explain } from "../failure";
import { RETRY_AFTER_THROTTLE_IN_SECONDS } from "../limits";
import { EndpointFailure } from "../refusal";

/**
 * Explains a failure as {@link explain} does, with the problem that the contract describes for a refusal of the container.
 * SageMaker answers such a refusal with the status 424, and with the container's status and body
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html#API_runtime_InvokeEndpointWithResponseStream_Errors).
 *
 * @param logsMessages - see {@link explain}
 */
export function explainFor<Request, Answer>(
  contract: Pick<Contract<Request, Answer>, "containerProblem">,
  thrown: unknown,
  logsMessages: boolean,
): Explanation {
  const explained = explain(thrown, logsMessages);
  if (!(thrown instanceof EndpointFailure)) return explained;
  const { type, document = {} } = thrown.refusal;
  // Without these members, the answer contains only SageMaker's own values, e.g. a message with the account's id.
  const { OriginalStatusCode: status, OriginalMessage: message = "" } = document;
  if (type !== "ModelError" || typeof status !== "number" || status < 400 || status > 499) return explained;
  try {
    const failure = contract.containerProblem?.({ status, message: String(message) });
    if (failure === undefined) return explained;
    // A promise has no status.
    if (![400, 404, 413, 429].includes(failure.status)) throw new ForbiddenByContract("status");
    return {
      ...explained,
      failure: {
        ...failure,
        ...(failure.status === 429 && { retryAfterInSeconds: RETRY_AFTER_THROTTLE_IN_SECONDS }),
      },
    };
  } catch (fault) {
    // The code of the contract can fail, too.
    return explain(fault, logsMessages);
  }
}
