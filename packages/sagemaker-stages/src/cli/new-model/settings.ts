import { PLACEHOLDER_COMMIT, PLACEHOLDER_OWNER } from "../../app/placeholder-checks";
import type { ModelSettings } from "../../environment/model-settings";
import type { ModelImageSettings } from "../../environment/settings/model-source/model-source";
import { documentPath } from "../../paths";
import { KINDS, LMI_IMAGE, type NewModel } from "./kinds";

/** The type of the instances of `--stream`: it has a GPU, as the models that generate a text need it. */
const INSTANCE_TYPE = "ml.g5.xlarge";

/** The placeholder for the image of a team's own container. The image reads an artifact without compression. */
const OWN_IMAGE = KINDS["pass-through"].image;

/**
 * The settings of a new model in an environment. The address of the artifact, or the model of the Hugging Face Hub and
 * its commit, are placeholders: neither synthesis nor the local stage reads these placeholders. A model that streams runs on
 * an instance, because a serverless endpoint cannot stream.
 */
export function settingsOf({
  kind,
  name,
  task,
  mediaTypes = [],
  streams = false,
}: Pick<NewModel, "kind" | "name" | "task" | "mediaTypes" | "streams">): ModelSettings {
  const { image: ofKind, instanceType = streams ? INSTANCE_TYPE : undefined } = KINDS[kind];
  if (instanceType !== undefined) {
    const image = streams && !isOfLmi({ kind, mediaTypes }) ? OWN_IMAGE : LMI_IMAGE;
    return {
      // The slash makes the address a prefix: large models are stored without compression.
      artifact: `s3://amzn-s3-demo-bucket/${name}/1/`,
      image,
      ...scriptOf(image),
      instances: { instanceType, initialInstanceCount: 1 },
      ...(takesKeys(kind) && { access: "API_KEY" as const }),
    };
  }
  const serverless = { memorySizeInMb: 2048, maxConcurrency: 5 };
  if (task === undefined) {
    const artifact = `s3://amzn-s3-demo-bucket/${name}/1/model.tar.gz`;
    return { artifact, image: ofKind, ...scriptOf(ofKind), serverless };
  }
  const containerEnvironment = {
    HF_MODEL_ID: `${PLACEHOLDER_OWNER}${name}`,
    HF_MODEL_REVISION: PLACEHOLDER_COMMIT,
    HF_TASK: task,
  };
  return { image: ofKind, containerEnvironment, serverless };
}

/** The script `code/inference.py` in the artifact, which the images of scikit-learn require. */
function scriptOf(image: ModelImageSettings): {
  readonly containerEnvironment?: Readonly<Record<string, string>>;
} {
  if (!("framework" in image) || image.framework !== "sklearn") return {};
  return {
    containerEnvironment: {
      SAGEMAKER_PROGRAM: "inference.py",
      SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
    },
  };
}

/**
 * Whether the large model inference container streams answers to a kind's requests: it streams only for a document with
 * `stream: true` (https://docs.djl.ai/docs/serving/serving/docs/lmi/user_guides/chat_input_output_schema.html), which the contract
 * `text` does not send, and takes no files.
 */
function isOfLmi({ kind, mediaTypes = [] }: Pick<NewModel, "kind" | "mediaTypes">): boolean {
  return kind === "chat" || (kind === "pass-through" && mediaTypes.length === 0);
}

/** The description of the image to edit. */
export function describeImage(added: Pick<NewModel, "kind" | "mediaTypes" | "streams">): string {
  return added.streams && !isOfLmi(added)
    ? "image (a placeholder that does not stream: your own container must answer /invocations in chunks)"
    : "image";
}

/** The script to edit, with a comma behind it; empty for an image that needs no script. */
export function describeScript(added: Parameters<typeof settingsOf>[0]): string {
  const settings = settingsOf(added);
  const variables = ("containerEnvironment" in settings && settings.containerEnvironment) || {};
  const { SAGEMAKER_PROGRAM: script } = variables;
  return script === undefined
    ? ""
    : `containerEnvironment (the script of scikit-learn, code/${script} in the artifact: ${documentPath("models.md")}; delete it for another image), `;
}

/** Whether the callers of a kind send the key of a customer. */
export function takesKeys(kind: NewModel["kind"]): boolean {
  return kind === "chat";
}
