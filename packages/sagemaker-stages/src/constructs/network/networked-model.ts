import type { InvokedEndpoint } from "../../iam/workload/invoke-endpoint";
import type { SagemakerEndpoint } from "../endpoint/sagemaker-endpoint";
import type { InferenceFunction } from "../function/inference-function";

/** What one model has in the network. */
export interface NetworkedModel {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
  /** The endpoint that the function invokes, wherever it is. */
  readonly invoked: InvokedEndpoint;
  /** The function, where it is in the network. */
  readonly function: InferenceFunction | undefined;
  /** The endpoint, where it is in the network. */
  readonly endpoint: SagemakerEndpoint | undefined;
}
