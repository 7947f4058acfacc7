import { readFileSync } from "node:fs";
import { type Task, type TaskName, taskOf } from "../../contracts/hugging-face-tasks";
import type { Environment } from "../../environment/environment";
import type { ModelImageSettings } from "../../environment/settings/model-source/model-source";
import { engineSource } from "../../paths";
import type { ReadyMadeCall, ReadyMadeKind } from "./ready-made";

/** The form of a new model's requests, or the kind of its handler. */
export type Kind = TemplateKind | ReadyMadeKind | "hugging-face";

/** The kinds that have a folder of their name in `templates/`. */
export type TemplateKind = "rows" | "json" | "text" | "query" | PythonKind;

/** The kinds of a handler in Python: of a POST, and of a GET. */
export type PythonKind = "python" | "python-query";

/** A kind of model that the command can write. */
export interface KindDescription {
  /** The description of a request. */
  readonly request: string;
  /**
   * A SageMaker container that reads the requests of the template. The team replaces this image with the image of its
   * model.
   */
  readonly image: ModelImageSettings;
  /** The type of the instances of an endpoint that answers in a stream. @default - the endpoint is serverless */
  readonly instanceType?: string;
}

/**
 * The large model inference container, which streams
 * (https://github.com/aws/deep-learning-containers/blob/master/available_images.md).
 */
export const LMI_IMAGE = { algorithm: "djl-inference", tag: "0.34.0-lmi16.0.0-cu128" } as const;

/** Every kind, by its name on the command line. */
export const KINDS: Readonly<Record<Kind, KindDescription>> = {
  rows: {
    request: "rows of numbers, which the endpoint receives as CSV",
    image: { framework: "xgboost", version: "1.7-1" },
  },
  json: {
    request: "one JSON object, which the endpoint receives as JSON",
    image: { framework: "sklearn", version: "1.2-1" },
  },
  text: {
    request: "one text, as JSON or as text/plain, which the endpoint receives as JSON",
    image: { algorithm: "blazingtext", tag: "1" },
  },
  bytes: {
    request: "a file with a type in --media-type, which the endpoint receives unchanged",
    image: { algorithm: "image-classification", tag: "1" },
  },
  "pass-through": {
    request: "any JSON, or a file with a type in --media-type, which the endpoint receives unchanged",
    image: { framework: "sklearn", version: "1.2-1" },
  },
  chat: {
    request: "messages, as clients of OpenAI's API send them; the answer is one document or a stream",
    image: LMI_IMAGE,
    instanceType: "ml.g5.xlarge",
  },
  "hugging-face": {
    request: "inputs of the task in --hugging-face",
    image: {
      framework: "huggingface",
      version: "4.49.0",
      pytorch: "2.6.0",
      python: "py312",
      os: "ubuntu22.04",
    },
  },
  python: {
    request: "rows of numbers, which a handler in Python sends as CSV",
    image: { framework: "xgboost", version: "1.7-1" },
  },
  query: {
    request: "the parameters of a GET, which the endpoint receives as JSON",
    image: { algorithm: "blazingtext", tag: "1" },
  },
  "python-query": {
    request: "the parameters of a GET, which a handler in Python sends as JSON",
    image: { algorithm: "blazingtext", tag: "1" },
  },
};

/** A model to add to an app. */
export interface NewModel {
  readonly name: string;
  readonly kind: Kind;
  /** The template of the model's folder, or the model's line in `functions/index.ts`. */
  readonly contract: { readonly template: TemplateKind } | { readonly call: ReadyMadeCall };
  /** The task of Hugging Face's containers, if the kind is `hugging-face`. */
  readonly task?: TaskName | undefined;
  /** The types of the file that a model of the kind `bytes` or `pass-through` takes. */
  readonly mediaTypes?: readonly string[] | undefined;
  /** Whether the model answers in a stream because of the option `--stream`. @default false */
  readonly streams?: boolean;
  /** The environments that serve the model. */
  readonly environments: readonly Environment[];
}

/** Whether the model of a kind has a handler in Python. */
export function isPython(kind: string): kind is PythonKind {
  return kind === "python" || kind === "python-query";
}

/** The values of `--takes`. A task of Hugging Face and a handler in Python have separate options. */
export const TAKES = Object.keys(KINDS).filter((kind) => kind !== "hugging-face" && !isPython(kind));

export function isKind(word: string): word is Exclude<Kind, "hugging-face" | PythonKind> {
  return TAKES.includes(word);
}

export function isTemplateKind(kind: Kind): kind is TemplateKind {
  return kind === "json" || kind === "query" || kind === "rows" || kind === "text";
}

/** The description of a request of this model. */
export function requestOf({ kind, task, mediaTypes = [] }: NewModel): string {
  if (task !== undefined) return `${INPUTS[taskOf(task, 1).inputs]} (Hugging Face: ${task})`;
  if (mediaTypes.length === 0) {
    return kind === "pass-through" ? "any JSON, which the endpoint receives unchanged" : KINDS[kind].request;
  }
  return `a file (${mediaTypes.join(", ")}), which the endpoint receives unchanged`;
}

/** The description of the inputs of a Hugging Face task. */
const INPUTS: Readonly<Record<Task["inputs"], string>> = {
  text: "a text",
  question: "a question with a text",
  image: "an image",
  audio: "a recording",
};

/** The files of a model's folder, each with a description. */
export const MODEL_FILES = {
  "contract.ts": "the request, the request to the endpoint, and the answer",
  "README.md": "the model card",
  "tests/contract.test.ts": "the tests of the contract",
} as const;

/** The files of a model with a handler in Python. */
const PYTHON_FILES = {
  "handler.py": "the handler: the request, the request to the endpoint, and the answer",
  "route.json": "the route with its schema, texts and example",
  "README.md": "the model card",
  "tests/test_handler.py": "the tests of the handler, for python3 -m unittest",
} as const;

/** The files of a template's folder, each with a description. */
export function filesOf(kind: Kind): Readonly<Record<string, string>> {
  return isPython(kind) ? PYTHON_FILES : MODEL_FILES;
}

/** The name and the title of the model in the templates. */
const TEMPLATE_NAME = "my-model";
const TEMPLATE_TITLE = "My model";

/** The files of a new model's folder: the text of each file by its path from the folder. */
export function modelFiles(kind: TemplateKind, model: string): ReadonlyMap<string, string> {
  return new Map(
    Object.keys(filesOf(kind)).map((path) => {
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
