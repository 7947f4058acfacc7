import { type FaultCollector, raw } from "../../fault-collector";
import type { ContainerSource } from "../../model-source";
import type { ContainerContext } from "./container-context";
import { repositoryIn } from "./image-checks";

const TOOLKIT =
  "https://github.com/aws/sagemaker-huggingface-inference-toolkit/blob/main/src/sagemaker_huggingface_inference_toolkit/transformers_utils.py";
const TGI = "https://github.com/huggingface/text-generation-inference/blob/main/sagemaker-entrypoint.sh";
const TEI = "https://github.com/huggingface/text-embeddings-inference/blob/main/sagemaker-entrypoint.sh";
const DJL =
  "https://github.com/deepjavalibrary/djl-serving/blob/master/serving/docs/lmi/deployment_guide/configurations.md";
const ISOLATION_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html";

/** The variables from which an image reads a model of the Hugging Face Hub. */
interface HubVariables {
  /** Each variable can name a model, a folder of the container, or a location in S3. */
  readonly models: readonly [usual: string, ...others: string[]];
  /** Each variable can contain the revision of the model. */
  readonly revisions: readonly [usual: string, ...others: string[]];
  readonly source: string;
}

/** The variables by the repository of the image. */
const HUB_VARIABLES: readonly (HubVariables & { readonly repository: RegExp })[] = [
  {
    repository: /^huggingface-pytorch-tgi-inference$/,
    models: ["HF_MODEL_ID"],
    revisions: ["HF_MODEL_REVISION", "REVISION"],
    source: TGI,
  },
  {
    repository: /^huggingface-/,
    models: ["HF_MODEL_ID"],
    revisions: ["HF_MODEL_REVISION"],
    source: TOOLKIT,
  },
  {
    repository: /^tei(?:-cpu)?$/,
    models: ["HF_MODEL_ID"],
    revisions: ["HF_MODEL_REVISION", "REVISION"],
    source: TEI,
  },
  {
    repository: /^djl-inference$/,
    models: ["HF_MODEL_ID", "OPTION_MODEL_ID"],
    revisions: ["OPTION_REVISION"],
    source: DJL,
  },
];

/** The variables for an unknown image: the variables of all known images. */
const ALL_VARIABLES: HubVariables = {
  models: ["HF_MODEL_ID", "OPTION_MODEL_ID"],
  revisions: ["HF_MODEL_REVISION", "REVISION", "OPTION_REVISION"],
  source: TGI,
};

/** A commit of a repository of the Hub. Branches and tags can change. */
const COMMIT = /^[0-9a-f]{40}$/;

/** A variable, and the model that the variable names. */
interface NamedModel {
  readonly variable: string;
  readonly id: string;
}

/** Checks a model of the Hugging Face Hub. @param collector - collects the faults of the settings of the container */
export function checkHubModel(
  source: ContainerSource,
  context: ContainerContext,
  collector: FaultCollector,
): void {
  const { image, artifact, containerEnvironment = {}, hubRevision } = source;
  const repository = repositoryIn(image);
  const variables = variablesOf(repository);
  const named = variables.models.flatMap((variable): NamedModel[] => {
    const id = containerEnvironment[variable];
    return id === undefined ? [] : [{ variable, id }];
  });
  if (named.length === 0) {
    collector.require(
      artifact !== undefined || !repository?.startsWith("huggingface-"),
      `containerEnvironment.${variables.models[0]}`,
      undefined,
      "the name of a model of the Hugging Face Hub, or an artifact",
      `the image downloads the model that the variable names: ${TOOLKIT}`,
    );
  }
  for (const { variable, id } of named) {
    collector.require(
      !id.startsWith("s3://"),
      `containerEnvironment.${variable}`,
      id,
      'a model of the Hugging Face Hub; for a model in S3, artifact: "s3://<bucket>/<prefix>/"',
      "the endpoint's role may read only the artifact",
    );
  }
  const hubModel = named.find(({ id }) => isHubModel(id));
  if (hubModel === undefined) {
    collector.require(
      hubRevision === undefined,
      "hubRevision",
      raw(`hubRevision without a model of the Hub in containerEnvironment.${variables.models.join(" or ")}`),
      "no hubRevision",
      "there is no revision to pin",
    );
    return;
  }
  checkRevision(source, variables, collector);
  checkAccessToHub(hubModel, context, collector);
}

function variablesOf(repository: string | undefined): HubVariables {
  return (
    HUB_VARIABLES.find((known) => repository !== undefined && known.repository.test(repository)) ??
    ALL_VARIABLES
  );
}

/** Whether a variable names a model of the Hub, and not a folder in the container or a location in S3. */
function isHubModel(id: string): boolean {
  return !id.startsWith("/") && !id.startsWith("s3://");
}

function checkRevision(
  { containerEnvironment = {}, hubRevision }: ContainerSource,
  { revisions, source }: HubVariables,
  collector: FaultCollector,
): void {
  const given = revisions.find((variable) => containerEnvironment[variable] !== undefined);
  if (hubRevision === "unpinned") {
    collector.require(
      given === undefined,
      "hubRevision",
      raw(`unpinned together with containerEnvironment.${given}`),
      `either hubRevision or ${given}`,
      "the revision is either pinned or unpinned",
    );
    return;
  }
  const [usual] = revisions;
  const revision = given === undefined ? undefined : containerEnvironment[given];
  collector.require(
    revision !== undefined && COMMIT.test(revision),
    `containerEnvironment.${given ?? usual}`,
    revision,
    'the commit of the model, 40 hexadecimal digits, or hubRevision: "unpinned"',
    `otherwise each start of a container can download a different model: ${source}`,
  );
}

function checkAccessToHub(
  { variable, id }: NamedModel,
  { isIsolated, isInNewVpc }: ContainerContext,
  collector: FaultCollector,
): void {
  collector.require(
    !isIsolated,
    "networkIsolation",
    raw(`networkIsolation together with the model ${id} of the Hugging Face Hub`),
    `no networkIsolation, or an artifact instead of ${variable}`,
    `an isolated container cannot download its model: ${ISOLATION_SOURCE}`,
  );
  collector.require(
    !isInNewVpc,
    "inNetwork",
    raw(`inNetwork together with the model ${id} of the Hugging Face Hub`),
    `no inNetwork, an existing network with access to the Hub, or an artifact instead of ${variable}`,
    "endpoints in a new VPC can reach only S3",
  );
}
