import { ARCHIVE_KEY_ALLOWED, isArchiveKey } from "../../../models";
import { type FaultCollector, raw } from "../../fault-collector";
import { isPrefix } from "../../model-source";
import type { InstanceEndpoint } from "../../settings/endpoint/endpoint";
import { type EndpointTarget, INVOKE_ENDPOINT_SOURCE } from "../../settings/endpoint/targets";
import { repositoryIn } from "../model-source/image-checks";

/** The source of the settings of a multi-model endpoint. */
export const MULTI_MODEL_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/create-multi-model-endpoint.html";

const SUPPORT_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-support.html";
const GPU_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html";

/** The repository of NVIDIA Triton, the only image of SageMaker that serves many models on GPUs (GPU_SOURCE). */
const TRITON = "sagemaker-tritonserver";

/** The repositories of SageMaker's images that serve many models (SUPPORT_SOURCE). */
const WITH_MANY_MODELS: readonly string[] = [
  "knn",
  "linear-learner",
  "mxnet-inference",
  "pytorch-inference",
  "randomcutforest",
  "sagemaker-scikit-learn",
  TRITON,
  "sagemaker-xgboost",
  "tensorflow-inference",
];

/** Families with GPUs or accelerators (https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html). */
const ACCELERATED = /^ml\.(?:p|gr?|inf|trn|dl)\d/;

const ASYNC_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html";

/** The settings that the rules of a new multi-model endpoint read. */
export type MultiModelSettings = Partial<
  Pick<
    InstanceEndpoint,
    "artifact" | "containers" | "image" | "instances" | "modelPackage" | "multiModel" | "release"
  >
> &
  Pick<EndpointTarget, "targetModel" | "targetModels"> & {
    /** An existing function. Its code names the model. */
    readonly existingFunction?: string | undefined;
  };

/**
 * Checks a new multi-model endpoint: its artifact is a prefix, its image serves many models, and each request names a model.
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
    checkImage(settings, collector);
  }
  collector.require(
    instances?.async === undefined,
    "instances.async",
    raw("async together with multiModel"),
    "no async, or one model for each endpoint",
    `an asynchronous request cannot name a model: ${ASYNC_SOURCE}`,
  );
  if (existingFunction !== undefined) return;
  checkKeys(settings, collector);
  collector.require(
    targetModel !== undefined || targetModels !== undefined,
    "targetModels",
    raw("multiModel without targetModel and targetModels"),
    'targetModel: the archive below artifact that answers, e.g. "iris.tar.gz"; or targetModels: the archives from which the contract chooses, e.g. ["shop-*.tar.gz"]',
    `each request to a multi-model endpoint names a model, and the function's role may invoke only the models that the environment names: ${INVOKE_ENDPOINT_SOURCE}`,
  );
}

/** An image by its address is not checked: a team's own image can serve many models. */
function checkImage({ image, instances }: MultiModelSettings, collector: FaultCollector): void {
  const repository = repositoryIn(image);
  if (repository === undefined) return;
  const isSupported = WITH_MANY_MODELS.includes(repository);
  collector.require(
    isSupported,
    "image",
    raw(`the image ${repository} together with multiModel`),
    `uri, the address of an image that serves many models; or one of ${WITH_MANY_MODELS.join(", ")}`,
    SUPPORT_SOURCE,
  );
  const instanceType = instances?.instanceType;
  collector.require(
    !isSupported || repository === TRITON || instanceType === undefined || !ACCELERATED.test(instanceType),
    "instances.instanceType",
    instanceType,
    `an instance type for CPUs such as ml.m5.large, the image ${TRITON}, or an image by uri`,
    `of SageMaker's images, only ${TRITON} serves many models on accelerated instances: ${GPU_SOURCE}`,
  );
}

/** A target is appended to the prefix of a new endpoint, so that it cannot be an address. */
function checkKeys({ targetModel, targetModels = [] }: MultiModelSettings, collector: FaultCollector): void {
  const named = { targetModel: targetModel === undefined ? [] : [targetModel], targetModels };
  for (const [field, keys] of Object.entries(named)) {
    for (const key of keys) {
      collector.require(isArchiveKey(key), field, key, ARCHIVE_KEY_ALLOWED, MULTI_MODEL_SOURCE);
    }
  }
}
