import { deploymentSettings } from "./deployment";
import { modelSource } from "./model-source";
import { optional, propertiesOf, settings } from "./setting";

export type { ModelImageSettings } from "./model-source";

/** Settings of the model of a new endpoint, on every kind of compute. */
export const containerSettings = settings({
  ...propertiesOf(modelSource),

  /**
   * How an update takes over, and when SageMaker rolls it back. Not for `ml.inf1` instances, for which AWS ignores it
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html).
   *
   * @default - SageMaker's: blue/green, all traffic at once, rolled back where the new model does not start
   */
  deployment: optional(deploymentSettings),
});
