import { type FaultCollector, raw } from "../../fault-collector";
import { type ContainerSource, isPrefix } from "../../model-source";
import { isInBucket } from "../../settings/model-source/s3-location";
import type { ContainerContext } from "./container-context";

/** The repository of SageMaker's scikit-learn images. */
const SCIKIT_LEARN = "sagemaker-scikit-learn";
/** The repository of SageMaker's XGBoost images, which also serve without a script. */
const XGBOOST = "sagemaker-xgboost";

/** The container imports the module of the variable, and loads the model with `model_fn` of this module. */
const SERVING =
  "https://github.com/aws/sagemaker-scikit-learn-container/blob/master/src/sagemaker_sklearn_container/serving.py";
/** Without the variable, the container searches its own folder `/opt/ml/code`, which is empty. */
const FOLDER = "https://github.com/aws/sagemaker-containers/blob/master/src/sagemaker_containers/_env.py";

/**
 * With many models, the container imports the script when it starts, before it has an archive of a model. SageMaker extracts the
 * archives below /opt/ml/models, and not into /opt/ml/model
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html).
 */
const MULTI_MODEL_SERVING: Readonly<Record<string, string>> = {
  [SCIKIT_LEARN]:
    "https://github.com/aws/sagemaker-scikit-learn-container/blob/master/src/sagemaker_sklearn_container/serving_mms.py",
  [XGBOOST]:
    "https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/serving_mms.py",
};

/** An archive in S3. */
const ARCHIVE = /^s3:\/\/([^/]+)\/(.+\.tar\.gz)$/s;

/**
 * Requires the script of SageMaker's scikit-learn images. Unlike the images of PyTorch, TensorFlow and Hugging Face, these
 * images have no default for the script and for its folder: without the variables, every instance fails its health check
 * (https://github.com/aws/sagemaker-scikit-learn-container/issues/82). SageMaker's SDK for Python sets both variables.
 *
 * An image by its address is not checked: a team's own image can set the variables itself.
 *
 * @param repository - the repository of an image by framework or algorithm
 * @param collector - collects the faults of the settings of the container
 */
export function checkScript(
  source: ContainerSource,
  repository: string | undefined,
  context: Pick<ContainerContext, "isIsolated">,
  collector: FaultCollector,
): void {
  const { containerEnvironment = {}, multiModel } = source;
  if (multiModel === true) {
    checkMultiModelScript(source, repository, context, collector);
    return;
  }
  if (repository !== SCIKIT_LEARN) return;
  const required: readonly (readonly [variable: string, allowed: string, because: string])[] = [
    [
      "SAGEMAKER_PROGRAM",
      'the script in the artifact that defines model_fn, e.g. "inference.py"',
      `the image has no default, and its container does not start: ${SERVING}`,
    ],
    [
      "SAGEMAKER_SUBMIT_DIRECTORY",
      'the folder of the script in the container, e.g. "/opt/ml/model/code" for a script in code/ of the artifact',
      `the default is an empty folder of the image: ${FOLDER}`,
    ],
  ];
  for (const [variable, allowed, because] of required) {
    const value = containerEnvironment[variable];
    collector.require(isSet(value), `containerEnvironment.${variable}`, value, allowed, because);
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/** Checks the script of a multi-model endpoint: the container downloads the script from S3 with the endpoint's role. */
function checkMultiModelScript(
  { artifact, containerEnvironment = {} }: ContainerSource,
  repository: string | undefined,
  { isIsolated }: Pick<ContainerContext, "isIsolated">,
  collector: FaultCollector,
): void {
  const serving = repository === undefined ? undefined : MULTI_MODEL_SERVING[repository];
  const { SAGEMAKER_PROGRAM: program, SAGEMAKER_SUBMIT_DIRECTORY: folder } = containerEnvironment;
  // Without a script, the image of XGBoost loads the model itself.
  if (serving === undefined || (repository === XGBOOST && !isSet(program))) return;
  collector.require(
    isSet(program),
    "containerEnvironment.SAGEMAKER_PROGRAM",
    program,
    'the script in SAGEMAKER_SUBMIT_DIRECTORY that defines model_fn, e.g. "inference.py"',
    `the image has no default, and its container does not start: ${serving}`,
  );
  // Another artifact has a fault itself.
  const prefix = artifact !== undefined && isPrefix(artifact) ? artifact : "s3://";
  collector.require(
    folder?.startsWith(prefix) === true && isInBucket(folder, ARCHIVE),
    "containerEnvironment.SAGEMAKER_SUBMIT_DIRECTORY",
    folder,
    `an archive below artifact that contains the script, e.g. "${prefix === "s3://" ? "s3://<bucket>/<prefix>/" : prefix}sourcedir.tar.gz"`,
    `a multi-model container imports the script before it loads a model, and the endpoint's role reads only artifact: ${serving}`,
  );
  collector.require(
    !isIsolated,
    "networkIsolation",
    raw("networkIsolation together with multiModel and a script"),
    "no networkIsolation, or an image that needs no SAGEMAKER_SUBMIT_DIRECTORY",
    `the container downloads the script from S3: ${serving}`,
  );
}
