import type { InvokedEndpoint } from "../../iam/workload/invoke-endpoint";
import type { SagemakerEndpoint } from "../endpoint/sagemaker-endpoint";
import type { InferenceFunction } from "../function/inference-function";

/** The function and the endpoint of one model in a network. */
export interface NetworkMember {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
  /** The endpoint that the function invokes, in the network or not. */
  readonly invoked: InvokedEndpoint;
  /** The function; `undefined` if no function is in the network. */
  readonly function: InferenceFunction | undefined;
  /** The endpoint; `undefined` if the endpoint is not in the network. */
  readonly endpoint: SagemakerEndpoint | undefined;
}
