import type { CommandForm } from "../../lib/arguments";
import { documentPath } from "../../paths";
import { KINDS, type Kind, TAKES } from "./kinds";

/** The default of `--takes`. */
export const DEFAULT_KIND = "rows" satisfies Kind;

const KIND_LINES = Object.entries(KINDS).flatMap(([kind, { request }]) =>
  TAKES.includes(kind) ? [`${kind.padEnd(12)}  ${request}`] : [],
);

/** The form of the command line. */
export const NEW_MODEL = {
  name: "new-model",
  summary: "Add a model: its folder, an entry in functions/index.ts, and its settings in environments",
  words: {
    name: {
      summary: "1–30 characters: a-z, 0-9 and single hyphens, starting with a letter, e.g. iris-species",
    },
  },
  options: {
    takes: {
      value: "KIND",
      summary: [`the form of a request; default ${DEFAULT_KIND}`, ...KIND_LINES].join("\n"),
    },
    features: {
      value: "NAMES",
      summary:
        'with --takes rows: the columns of the model in the order of the training,\nseparated by commas, e.g. "length,width"',
    },
    "media-type": {
      value: "TYPE",
      multiple: true,
      summary: "with --takes bytes or pass-through: a media type of the file, e.g. image/jpeg",
    },
    stream: {
      summary: `with --takes pass-through or text: the model answers in a stream, on an instance: ${documentPath("streams.md")}`,
    },
    "hugging-face": {
      value: "TASK",
      summary: "in place of --takes: a task of Hugging Face's containers, e.g. text-classification",
    },
    handler: {
      value: "LANGUAGE",
      summary: `python: write a handler in Python (handler.py and route.json) in place of a contract,\nfor a POST, or with --takes query for a GET: ${documentPath("python.md")}`,
    },
    environment: {
      value: "NAME",
      multiple: true,
      summary:
        "an environment that serves the model;\ndefault: the first environment in environments/index.ts",
    },
    "with-contract": {
      summary:
        "write functions/<name>/contract.ts, in place of a ready-made contract;\n--takes json and --takes query write this file even without this option",
    },
    "folder-only": {
      summary: "write only the folder functions/<name>, and print the lines to add to the other files",
    },
  },
  notes: `The command writes all files or, after an error, no file. ${documentPath("contracts.md")} describes the contracts.

examples:
  npx sagemaker-stages new-model iris-species --takes rows --features "length,width" --environment dev
  npx sagemaker-stages new-model llama --takes chat`,
} as const satisfies CommandForm;
