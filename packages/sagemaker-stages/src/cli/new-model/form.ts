import type { CommandForm } from "../../lib/arguments";
import { KINDS, type Kind } from "./kinds";

/** What a request of a new model is by default. */
export const DEFAULT_KIND: Kind = "rows";

const KIND_LINES = Object.entries(KINDS).map(([kind, { request }]) => `${kind.padEnd(5)}  ${request}`);

/** The form of the command line. */
export const NEW_MODEL = {
  name: "new-model",
  summary: "Add a model: its folder, its line in functions/index.ts, its entries in environments",
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
    environment: {
      value: "NAME",
      multiple: true,
      summary:
        "an environment that serves the model;\ndefault: the first environment in environments/index.ts",
    },
    "folder-only": {
      summary: "write functions/<name> alone, and print the lines to add to the other files",
    },
  },
  notes: "Either all files are written, or none.",
} as const satisfies CommandForm;
