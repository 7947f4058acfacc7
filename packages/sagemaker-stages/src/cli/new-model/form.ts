import type { CommandForm } from "../../lib/arguments";
import { documentPath } from "../../paths";
import { KINDS, type Kind, TAKES } from "./kinds";

/** What a request of a new model is by default. */
export const DEFAULT_KIND = "rows" satisfies Kind;

const KIND_LINES = Object.entries(KINDS).flatMap(([kind, { request }]) =>
  TAKES.includes(kind) ? [`${kind.padEnd(12)}  ${request}`] : [],
);

/** The form of the command line. */
export const NEW_MODEL = {
  name: "new-model",
  summary: "Add a model: its contract, a line in functions/index.ts, and its entries in environments",
  words: {
    name: {
      summary: "1–30 characters a-z, 0-9, -: words that single hyphens join, starting with a letter",
    },
  },
  options: {
    takes: {
      value: "KIND",
      summary: [`what a request is; default ${DEFAULT_KIND}`, ...KIND_LINES].join("\n"),
    },
    "media-type": {
      value: "TYPE",
      multiple: true,
      summary: "with --takes bytes or pass-through: a media type of the file, e.g. image/jpeg",
    },
    "hugging-face": {
      value: "TASK",
      summary: "in place of --takes: a task of Hugging Face's containers, e.g. text-classification",
    },
    handler: {
      value: "LANGUAGE",
      summary: `python: a handler in Python, handler.py with route.json, in place of a contract: ${documentPath("python.md")}`,
    },
    environment: {
      value: "NAME",
      multiple: true,
      summary:
        "an environment that serves the model;\ndefault: the first environment in environments/index.ts",
    },
    "with-contract": {
      summary:
        "write functions/<name>/contract.ts with its tests, in place of a ready-made contract;\nalways with --takes json and query",
    },
    "folder-only": {
      summary: "with a contract: write functions/<name> alone, and print the lines to add to the other files",
    },
  },
  notes: `Either all files are written, or none. The contracts: ${documentPath("contracts.md")}.`,
} as const satisfies CommandForm;
