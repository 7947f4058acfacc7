import { bytes } from "../../contracts/bytes";
import { hasExampleFile } from "../../contracts/example-files";
import { huggingFace } from "../../contracts/hugging-face";
import type { TaskName } from "../../contracts/hugging-face-tasks";
import { TASK_TEXTS } from "../../contracts/hugging-face-texts";
import { passThrough } from "../../contracts/pass-through";
import { rows } from "../../contracts/rows";
import { text } from "../../contracts/text";
import { UsageError } from "../../lib/arguments";
import type { ModelDefinition } from "../../models";
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
export type ReadyMadeKind = "rows" | "text" | "bytes" | "pass-through";

/** The options of a ready-made contract that the command line can set. */
export interface ReadyMadeOptions {
  /** The media types of the file; with `pass-through`, an empty list means JSON. */
  readonly mediaTypes: readonly string[];
}

const ROWS = {
  features: ["feature 1", "feature 2", "feature 3", "feature 4"],
  answer: "csv",
} as const;

const TEXT = {
  sends: "instances",
  answer: "labels",
  example: { text: "The delivery was late.", answer: [{ label: "delivery", score: 0.9 }] },
} as const;

const PASS_THROUGH = {
  takes: "application/json",
  example: { request: { amount: 12.5, category: "new" }, answer: { score: 0.9 } },
} as const;

/** The call for a new model that takes requests of this kind. The team replaces the options. */
export function callOf(kind: ReadyMadeKind, { mediaTypes }: ReadyMadeOptions): ReadyMadeCall {
  switch (kind) {
    case "rows":
      return { function: "rows", arguments: printLiteral(ROWS), definition: rows(ROWS) };
    case "text":
      return { function: "text", arguments: printLiteral(TEXT), definition: text(TEXT) };
    case "bytes": {
      const options = fileOptions(mediaTypes);
      return { function: "bytes", arguments: printLiteral(options), definition: bytes(options) };
    }
    case "pass-through": {
      const options = mediaTypes.length === 0 ? PASS_THROUGH : fileOptions(mediaTypes);
      return {
        function: "passThrough",
        arguments: printLiteral(options),
        definition: passThrough(options),
      };
    }
  }
}

/** A file of two bytes, for media types without an example file in the engine. The team replaces the file. */
const PLACEHOLDER_IN_BASE64 = "AAA=";

function fileOptions(mediaTypes: readonly string[]) {
  const [first = ""] = mediaTypes;
  const answer = [{ label: "a", score: 0.9 }];
  return {
    takes: mediaTypes,
    maxBytes: 1_000_000,
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
