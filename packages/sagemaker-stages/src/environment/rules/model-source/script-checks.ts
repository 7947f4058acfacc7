import type { FaultCollector } from "../../fault-collector";
import type { ContainerSource } from "../../model-source";

/** The repository of SageMaker's scikit-learn images. */
const SCIKIT_LEARN = "sagemaker-scikit-learn";

/** The container imports the module of the variable, and loads the model with `model_fn` of this module. */
const SERVING =
  "https://github.com/aws/sagemaker-scikit-learn-container/blob/master/src/sagemaker_sklearn_container/serving.py";
/** Without the variable, the container searches its own folder `/opt/ml/code`, which is empty. */
const FOLDER = "https://github.com/aws/sagemaker-containers/blob/master/src/sagemaker_containers/_env.py";

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
  { containerEnvironment = {} }: ContainerSource,
  repository: string | undefined,
  collector: FaultCollector,
): void {
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
    const isSet = value !== undefined && value !== "";
    collector.require(isSet, `containerEnvironment.${variable}`, value, allowed, because);
  }
}
