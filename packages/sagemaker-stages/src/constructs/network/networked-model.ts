import type { SagemakerEndpoint } from "../endpoint/sagemaker-endpoint";
import type { InferenceFunction } from "../function/inference-function";

/** What one model has in the network. */
export interface NetworkedModel {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
  /** ARN of the endpoint that the function asks, wherever it is. */
  readonly endpointArn: string;
  /** The function, where it is in the network. */
  readonly function: InferenceFunction | undefined;
  /** The endpoint, where it is in the network. */
  readonly endpoint: SagemakerEndpoint | undefined;
}
