import { readFileSync } from "node:fs";
import type { Environment } from "../../environment/environment";
import type { ModelImageSettings } from "../../environment/settings/container";
import type { ServerlessEndpoint } from "../../environment/settings/endpoint";
import { engineSource } from "../../paths";

/** What a new model takes: the form of its requests. */
export type Kind = "rows" | "json" | "text" | "query";

/** A kind of model that the command can write. */
interface KindDescription {
  /** What a request is, in a few words. */
  readonly request: string;
  /** A container of SageMaker that reads the requests of the template. The team replaces the image by its own. */
  readonly image: ModelImageSettings;
}

/** Every kind, by its name on the command line. Each kind has a folder of its name in `templates/`. */
export const KINDS: Readonly<Record<Kind, KindDescription>> = {
  rows: {
    request: "rows of numbers, which the endpoint receives as CSV",
    image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  },
  json: {
    request: "one JSON object, which the endpoint receives as JSON",
    image: { algorithm: "sagemaker-scikit-learn", tag: "1.2-1-cpu-py3" },
  },
  text: {
    request: "one text, as JSON or as text/plain, which the endpoint receives as JSON",
    image: { algorithm: "blazingtext", tag: "1" },
  },
  query: {
    request: "the parameters of a GET, which the endpoint receives as JSON",
    image: { algorithm: "blazingtext", tag: "1" },
  },
};

/** A model to add to an app. */
export interface NewModel {
  readonly name: string;
  readonly kind: Kind;
  /** The environments that serve the model. */
  readonly environments: readonly Environment[];
}

export function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}

/** The files of a model's folder, each with what it holds. */
export const MODEL_FILES = {
  "contract.ts": "the request, the answer, and what the endpoint receives",
  "README.md": "the model card",
  "tests/contract.test.ts": "the tests of the contract",
} as const;

/** The name and the title of the model in the templates. */
const TEMPLATE_NAME = "my-model";
const TEMPLATE_TITLE = "My model";

/** The files of a new model's folder: text by path from the folder. */
export function modelFiles(kind: Kind, model: string): ReadonlyMap<string, string> {
  return new Map(
    Object.keys(MODEL_FILES).map((path) => {
      const text = readFileSync(engineSource(`cli/new-model/templates/${kind}/${path}`), "utf8");
      return [path, text.replaceAll(TEMPLATE_NAME, model).replaceAll(TEMPLATE_TITLE, titleOf(model))];
    }),
  );
}

/** E.g. `Iris species` for `iris-species`. */
function titleOf(model: string): string {
  const words = model.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * The settings of a new model in an environment. The address of the artifact is a placeholder: synthesis and the local
 * stage do not read the artifact.
 */
export function settingsOf(kind: Kind, model: string): ServerlessEndpoint {
  return {
    artifact: `s3://amzn-s3-demo-bucket/${model}/1/model.tar.gz`,
    image: KINDS[kind].image,
    serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
  };
}
