import { type FaultCollector, raw } from "../../fault-collector";
import { isPrefix } from "../../model-source";
import type { InstanceEndpoint } from "../../settings/endpoint/endpoint";
import { type EndpointTarget, INVOKE_ENDPOINT_SOURCE } from "../../settings/endpoint/targets";

/** The source of the settings of a multi-model endpoint. */
export const MULTI_MODEL_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/create-multi-model-endpoint.html";

const ASYNC_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html";

/** The settings that the rules of a new multi-model endpoint read. */
export type MultiModelSettings = Partial<
  Pick<InstanceEndpoint, "artifact" | "containers" | "instances" | "modelPackage" | "multiModel" | "release">
> &
  Pick<EndpointTarget, "targetModel" | "targetModels"> & {
    /** An existing function. Its code names the model. */
    readonly existingFunction?: string | undefined;
  };

/**
 * Checks a new multi-model endpoint: its artifact is a prefix, and each request names a model.
 *
 * @param collector - collects the faults of the settings of the endpoint
 */
export function checkMultiModel(settings: MultiModelSettings, collector: FaultCollector): void {
  const { artifact, instances, multiModel, targetModel, targetModels, existingFunction } = settings;
  if (multiModel !== true) return;
  const isOneContainer = collector.requireExclusive(
    settings,
    "multiModel",
    ["containers", "modelPackage", "release"],
    `a multi-model endpoint has one image, and a prefix in S3 with the archives of its models: ${MULTI_MODEL_SOURCE}`,
  );
  if (isOneContainer) {
    collector.require(
      artifact !== undefined && isPrefix(artifact),
      "artifact",
      artifact,
      "s3://<bucket>/<prefix>/ with a slash at its end, below which each model is an archive",
      `a multi-model endpoint loads its models from a prefix: ${MULTI_MODEL_SOURCE}`,
    );
  }
  collector.require(
    instances?.async === undefined,
    "instances.async",
    raw("async together with multiModel"),
    "no async, or one model for each endpoint",
    `an asynchronous request cannot name a model: ${ASYNC_SOURCE}`,
  );
  if (existingFunction !== undefined) return;
  collector.require(
    targetModel !== undefined || targetModels !== undefined,
    "targetModels",
    raw("multiModel without targetModel and targetModels"),
    'targetModel: the archive below artifact that answers, e.g. "iris.tar.gz"; or targetModels: the archives from which the contract chooses, e.g. ["shop-*.tar.gz"]',
    `each request to a multi-model endpoint names a model, and the function's role may invoke only the models that the environment names: ${INVOKE_ENDPOINT_SOURCE}`,
  );
}
