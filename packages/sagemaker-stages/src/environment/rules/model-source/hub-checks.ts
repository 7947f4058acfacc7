import type { ContainerSource } from "../../model-source";
import { inWords, type Report } from "../../report";
import type { ContainerPlace } from "./container-place";
import { repositoryIn } from "./image-checks";

const TOOLKIT =
  "https://github.com/aws/sagemaker-huggingface-inference-toolkit/blob/main/src/sagemaker_huggingface_inference_toolkit/transformers_utils.py";
const TGI = "https://github.com/huggingface/text-generation-inference/blob/main/sagemaker-entrypoint.sh";
const TEI = "https://github.com/huggingface/text-embeddings-inference/blob/main/sagemaker-entrypoint.sh";
const DJL =
  "https://github.com/deepjavalibrary/djl-serving/blob/master/serving/docs/lmi/deployment_guide/configurations.md";
const ISOLATION_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html";

/** Variables that an image reads. */
interface HubVariables {
  /** Each can name a model, a folder of the container, or a place in S3. */
  readonly models: readonly [usual: string, ...others: string[]];
  /** Each can hold the revision of the model. */
  readonly revisions: readonly [usual: string, ...others: string[]];
  readonly source: string;
}

/** The variables of a model of the Hub, by the image's repository. */
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

/** Of an image that no rule knows: every one of the variables. */
const ANY: HubVariables = {
  models: ["HF_MODEL_ID", "OPTION_MODEL_ID"],
  revisions: ["HF_MODEL_REVISION", "REVISION", "OPTION_REVISION"],
  source: TGI,
};

/** A commit of a repository of the Hub. Branches and tags move. */
const COMMIT = /^[0-9a-f]{40}$/;

/** A variable with what it names. */
interface NamedModel {
  readonly variable: string;
  readonly id: string;
}

/** Rules of a model of the Hugging Face Hub. @param report - above the container's settings */
export function checkHubModel(source: ContainerSource, place: ContainerPlace, report: Report): void {
  const { image, artifact, containerEnvironment = {}, hubRevision } = source;
  const repository = repositoryIn(image);
  const variables = variablesOf(repository);
  const named = variables.models.flatMap((variable): NamedModel[] => {
    const id = containerEnvironment[variable];
    return id === undefined ? [] : [{ variable, id }];
  });
  if (named.length === 0) {
    report.require(
      artifact !== undefined || !repository?.startsWith("huggingface-"),
      `containerEnvironment.${variables.models[0]}`,
      undefined,
      "the name of a model of the Hugging Face Hub, or an artifact",
      `the image downloads the model that the variable names: ${TOOLKIT}`,
    );
  }
  for (const { variable, id } of named) {
    report.require(
      !id.startsWith("s3://"),
      `containerEnvironment.${variable}`,
      id,
      'a model of the Hugging Face Hub; for a model in S3, artifact: "s3://<bucket>/<prefix>/"',
      "the endpoint's role reads what artifact names, and nothing else",
    );
  }
  const ofHub = named.find(({ id }) => isOfHub(id));
  if (ofHub === undefined) {
    report.require(
      hubRevision === undefined,
      "hubRevision",
      inWords(
        `hubRevision without a model of the Hub in containerEnvironment.${variables.models.join(" or ")}`,
      ),
      "no hubRevision",
      "there is no revision to pin",
    );
    return;
  }
  checkRevision(source, variables, report);
  checkWayToHub(ofHub, place, report);
}

function variablesOf(repository: string | undefined): HubVariables {
  return HUB_VARIABLES.find((known) => repository !== undefined && known.repository.test(repository)) ?? ANY;
}

/** Whether a variable names a model of the Hub, and no folder in the container or place in S3. */
function isOfHub(id: string): boolean {
  return !id.startsWith("/") && !id.startsWith("s3://");
}

function checkRevision(
  { containerEnvironment = {}, hubRevision }: ContainerSource,
  { revisions, source }: HubVariables,
  report: Report,
): void {
  const given = revisions.find((variable) => containerEnvironment[variable] !== undefined);
  if (hubRevision === "unpinned") {
    report.require(
      given === undefined,
      "hubRevision",
      inWords(`unpinned beside containerEnvironment.${given}`),
      `either hubRevision or ${given}`,
      "a revision is pinned or not",
    );
    return;
  }
  const [usual] = revisions;
  const revision = given === undefined ? undefined : containerEnvironment[given];
  report.require(
    revision !== undefined && COMMIT.test(revision),
    `containerEnvironment.${given ?? usual}`,
    revision,
    'the commit of the model, 40 hexadecimal digits, or hubRevision: "unpinned"',
    `otherwise each start of a container can download another model: ${source}`,
  );
}

function checkWayToHub(
  { variable, id }: NamedModel,
  { isIsolated, isInNewVpc }: ContainerPlace,
  report: Report,
): void {
  report.require(
    !isIsolated,
    "networkIsolation",
    inWords(`networkIsolation beside the model ${id} of the Hugging Face Hub`),
    `no networkIsolation, or an artifact in place of ${variable}`,
    `an isolated container cannot download its model: ${ISOLATION_SOURCE}`,
  );
  report.require(
    !isInNewVpc,
    "inNetwork",
    inWords(`inNetwork beside the model ${id} of the Hugging Face Hub`),
    `no inNetwork, an existing network with a way to the Hub, or an artifact in place of ${variable}`,
    "endpoints in a VPC of the environment reach S3 and nothing else",
  );
}
