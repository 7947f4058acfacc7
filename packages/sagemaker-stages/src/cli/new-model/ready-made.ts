import { bytes } from "../../contracts/bytes";
import { hasExampleFile } from "../../contracts/example-files";
import { huggingFace } from "../../contracts/hugging-face";
import type { TaskName } from "../../contracts/hugging-face-tasks";
import { TASK_TEXTS } from "../../contracts/hugging-face-texts";
import { typesWithFirstBytes } from "../../contracts/media-types";
import { DEFAULT_PATH, openAiChat } from "../../contracts/openai-chat";
import { passThrough } from "../../contracts/pass-through";
import { rows } from "../../contracts/rows";
import { text } from "../../contracts/text";
import { UsageError } from "../../lib/arguments";
import type { ModelDefinition } from "../../models";
import { formatValue } from "./typescript/formatted";
import { printLiteral } from "./typescript/literal";

/** A call of a function of `sagemaker-stages/model`, for a line in `functions/index.ts`. */
export interface ReadyMadeCall {
  /** The function, e.g. `rows`. */
  readonly function: string;
  /** The arguments as TypeScript, each level indented by two spaces. */
  readonly arguments: string;
  /** The model definition that the call returns. */
  readonly definition: ModelDefinition;
}

/** The kinds of requests that a ready-made contract takes. */
export type ReadyMadeKind = "rows" | "text" | "bytes" | "pass-through" | "chat";

/** The kinds whose contract has the option `stream`. A chat streams without an option. */
export const STREAMABLE: readonly string[] = ["pass-through", "text"] satisfies ReadyMadeKind[];

/** The options of a ready-made contract that the command line can set. */
export interface ReadyMadeOptions {
  /** The media types of the file; with `pass-through`, an empty list means JSON. */
  readonly mediaTypes: readonly string[];
  /** Whether the answer is a stream, with `text` and `pass-through`. */
  readonly streams: boolean;
  /** The names of the columns, with `rows`. @default - names that the team replaces */
  readonly features?: readonly string[] | undefined;
  /** The model's name, and the paths of the app's models: the routes of two chats have different paths. */
  readonly name: string;
  readonly paths: readonly string[];
}

const DEFAULT_FEATURES = ["feature 1", "feature 2", "feature 3", "feature 4"];

const TEXT = {
  sends: "instances",
  answer: "labels",
  example: { text: "The delivery was late.", answer: [{ label: "delivery", score: 0.9 }] },
} as const;

/** A text, and the whole text of its streamed answer. */
const STREAMED_TEXT = {
  sends: "inputs",
  answer: "text",
  stream: { type: "text/plain" },
  example: { text: "Once upon", answer: " a time, there was a model." },
} as const;

/** The requests and the lines of the large model inference container (LMI). */
const STREAMED_PASS_THROUGH = {
  takes: "application/json",
  stream: { type: "application/jsonlines", when: "stream" },
  example: {
    request: { inputs: "Once upon", parameters: { max_new_tokens: 16 } },
    answer: { generated_text: " a time, there was a model." },
  },
} as const;

/** The large model inference container gives its model the name `lmi`, and vLLM in it refuses other names. */
const CHAT = { containerModel: "lmi", maxTokens: 2048 } as const;

const PASS_THROUGH = {
  takes: "application/json",
  example: { request: { amount: 12.5, category: "new" }, answer: { score: 0.9 } },
} as const;

/** @throws UsageError for names that the contract refuses */
function callOfRows(model: string, features: readonly string[] = DEFAULT_FEATURES): ReadyMadeCall {
  const definition = rows({ features, answer: "csv" });
  const [fault] = definition.describeFaults(model);
  if (fault !== undefined) throw new UsageError(`--features: ${fault.replace(`${model}: `, "")}`);
  // The list is two levels deep in functions/index.ts, and one level deep in the arguments.
  const list = formatValue(features, "    ", "features: ").replaceAll("\n  ", "\n");
  return { function: "rows", arguments: `{\n  features: ${list},\n  answer: "csv",\n}`, definition };
}

/** The call for a new model that takes requests of this kind. The team replaces the options. */
export function callOf(
  kind: ReadyMadeKind,
  { mediaTypes, streams, features, name, paths }: ReadyMadeOptions,
): ReadyMadeCall {
  switch (kind) {
    case "rows":
      return callOfRows(name, features);
    case "text": {
      const options = streams ? STREAMED_TEXT : TEXT;
      return { function: "text", arguments: printLiteral(options), definition: text(options) };
    }
    case "chat": {
      const path: `/${string}` = `/${name}${DEFAULT_PATH}`;
      const options = paths.includes(DEFAULT_PATH) ? { path, ...CHAT } : CHAT;
      return { function: "openAiChat", arguments: printLiteral(options), definition: openAiChat(options) };
    }
    case "bytes": {
      const options = bytesOptions(mediaTypes);
      return { function: "bytes", arguments: printLiteral(options), definition: bytes(options) };
    }
    case "pass-through": {
      const options = passThroughOptions(mediaTypes, streams);
      return {
        function: "passThrough",
        arguments: printLiteral(options),
        definition: passThrough(options),
      };
    }
  }
}

function passThroughOptions(
  mediaTypes: readonly string[],
  streams: boolean,
): Parameters<typeof passThrough>[0] {
  if (mediaTypes.length === 0) return streams ? STREAMED_PASS_THROUGH : PASS_THROUGH;
  const options = fileOptions(mediaTypes);
  if (!streams) return options;
  const example = { ...options.example, answer: STREAMED_TEXT.example.answer };
  return { ...options, stream: STREAMED_TEXT.stream, example };
}

/** A file of two bytes, for media types without an example file in the engine. The team replaces the file. */
const PLACEHOLDER_IN_BASE64 = "AAA=";

function bytesOptions(mediaTypes: readonly string[]): Parameters<typeof bytes>[0] {
  const { takes, ...options } = fileOptions(mediaTypes);
  const [first = ""] = mediaTypes;
  // A placeholder does not begin like a file of its type.
  const isChecked = hasExampleFile(first) && typesWithFirstBytes().includes(first);
  return { takes, ...(isChecked ? { checkFirstBytes: true } : {}), ...options } as Parameters<
    typeof bytes
  >[0];
}

function fileOptions(mediaTypes: readonly string[]) {
  const [first = ""] = mediaTypes;
  const answer = [{ label: "a", score: 0.9 }];
  return {
    takes: mediaTypes,
    example: hasExampleFile(first)
      ? { answer }
      : { request: { contentType: first, base64: PLACEHOLDER_IN_BASE64 }, answer },
  } as Parameters<typeof bytes>[0] & Parameters<typeof passThrough>[0];
}

/** The task of this name. @throws UsageError for another word */
export function readTask(word: string): TaskName {
  if (isTask(word)) return word;
  throw new UsageError(`--hugging-face: got ${word}; allowed: ${Object.keys(TASK_TEXTS).join(", ")}`);
}

/** The call for a task of Hugging Face's containers. */
export function callOfTask(task: TaskName): ReadyMadeCall {
  return { function: "huggingFace", arguments: JSON.stringify(task), definition: huggingFace(task) };
}

function isTask(word: string): word is TaskName {
  return Object.hasOwn(TASK_TEXTS, word);
}
