import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../src/testing/temp-folder";
import { COMMAND, copyApp, MAIN, OWN_HANDLER } from "./local/support/project";
import { type Finished, runNode } from "./stacks/support/project";

const TIMEOUT_IN_MS = 60_000;

const CONTRACT = "functions/language-check/contract.ts";
const HANDLER = "functions/language-check/handler.ts";
/** The view of a public model in environments with a website. */
const VIEW = "functions/ticket-urgency/page.ts";
const MODEL_TITLE = "the model language-check could not be loaded:";

/** A main.ts that passes the class of `stacks/inference-stack.ts`. */
const OWN_STACK = {
  "main.ts": (text: string) =>
    text.replace(
      "createApp({",
      'import { InferenceStack } from "./stacks/inference-stack";\ncreateApp({ InferenceStack,',
    ),
};

/** A main.ts that imports the app's files at run time. */
const RUN_APP = `import { createApp, runApp } from "sagemaker-stages";

runApp(async () => {
  const { models } = await import("./functions");
  const { environments } = await import("./environments");
  createApp({ models, environments }).synth();
});
`;

const folder = makeTempFolder();

beforeAll(() => copyApp(folder));
afterAll(() => removeFolder(folder));

/** Runs a program with changed files. Restores the files afterwards. */
async function runWith(
  changes: Readonly<Record<string, (text: string) => string>>,
  program: readonly string[] = MAIN,
): Promise<Finished> {
  const before = Object.keys(changes).map(
    (file) => [join(folder, file), readIfThere(join(folder, file))] as const,
  );
  try {
    for (const [file, change] of Object.entries(changes)) {
      const path = join(folder, file);
      writeFileSync(path, change(readIfThere(path) ?? ""));
    }
    return await runNode(program, folder);
  } finally {
    for (const [path, text] of before) {
      if (text === undefined) rmSync(path);
      else writeFileSync(path, text);
    }
  }
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

describe("main.ts reports in two lines, without a stack trace, the fault", () => {
  it.each<[string, Readonly<Record<string, (text: string) => string>>, string, RegExp]>([
    [
      "a contract that is not TypeScript",
      { [CONTRACT]: (text) => `const = 5;\n${text}` },
      MODEL_TITLE,
      /^ {2}functions\/language-check\/contract\.ts:1:7: Expected identifier but found "="$/,
    ],
    [
      "a contract that imports a missing file",
      { [CONTRACT]: (text) => `import words from "./words.json";\n${text}\nvoid words;\n` },
      MODEL_TITLE,
      /^ {2}functions\/language-check\/contract\.ts: got the import "\.\/words\.json"; allowed: a file beside contract\.ts$/,
    ],
    [
      "a contract that imports a missing package",
      { [CONTRACT]: (text) => `import pad from "left-pad-missing";\n${text}\nvoid pad;\n` },
      MODEL_TITLE,
      /^ {2}functions\/language-check\/contract\.ts: got the import "left-pad-missing"; allowed: a package that package\.json names and npm installed$/,
    ],
    [
      "a contract that throws while it is loaded",
      { [CONTRACT]: (text) => `${text}\nthrow new RangeError("the vocabulary\\nis empty");\n` },
      MODEL_TITLE,
      /^ {2}functions\/language-check\/contract\.ts:\d+:\d+: RangeError: the vocabulary is empty$/,
    ],
    [
      "a contract that a package refuses while it is loaded",
      { [CONTRACT]: (text) => `${text}\nz.enum(undefined as unknown as string[]);\n` },
      MODEL_TITLE,
      /^ {2}functions\/language-check\/contract\.ts:\d+:\d+: TypeError: /,
    ],
    [
      "an environment that throws while it is loaded",
      { "environments/dev.ts": (text) => `${text}\nthrow new Error("no region");\n` },
      "environments/dev.ts could not be loaded:",
      /^ {2}environments\/dev\.ts:\d+:\d+: Error: no region$/,
    ],
    [
      "a stack class that throws while it is loaded",
      { ...OWN_STACK, "stacks/inference-stack.ts": () => 'throw new Error("no bucket");\n' },
      "stacks/inference-stack.ts could not be loaded:",
      /^ {2}stacks\/inference-stack\.ts:\d+:\d+: Error: no bucket$/,
    ],
    [
      "a stack class that throws in its constructor",
      {
        ...OWN_STACK,
        "stacks/inference-stack.ts": () =>
          `import { InferenceStack as EngineStack } from "sagemaker-stages";
export class InferenceStack extends EngineStack {
  readonly bucket = (() => { throw new Error("no bucket"); })();
}
`,
      },
      "stacks/inference-stack.ts could not be loaded:",
      /^ {2}stacks\/inference-stack\.ts:\d+:\d+: Error: no bucket$/,
    ],
    [
      "a main.ts that imports a missing file",
      { "main.ts": (text) => text.replace("./environments/accounts", "./environments/missing") },
      "main.ts could not be loaded:",
      /^ {2}main\.ts: got the import "\.\/environments\/missing"; allowed: a file beside main\.ts$/,
    ],
    [
      "a handler that is not TypeScript",
      { [HANDLER]: () => `${OWN_HANDLER}\nconst = 5;\n` },
      MODEL_TITLE,
      /^ {2}functions\/language-check\/handler\.ts:\d+:7: Expected identifier but found "="$/,
    ],
    [
      "a handler that imports a missing file",
      { [HANDLER]: () => `import { log } from "./log";\n${OWN_HANDLER}\nlog();\n` },
      MODEL_TITLE,
      /^ {2}functions\/language-check\/handler\.ts:1:\d+: Could not resolve "\.\/log"$/,
    ],
    [
      "a view that is not TypeScript",
      { [VIEW]: () => "export default {\n  introduction: ,\n};\n" },
      "the model ticket-urgency could not be loaded:",
      /^ {2}functions\/ticket-urgency\/page\.ts:2:17: Unexpected ","$/,
    ],
    [
      "a view that imports a missing stylesheet",
      { [VIEW]: () => `import "./page/style.css";\nexport default {};\n` },
      "the model ticket-urgency could not be loaded:",
      /^ {2}functions\/ticket-urgency\/page\.ts:1:8: Could not resolve "\.\/page\/style\.css"$/,
    ],
    [
      "a view that is not the default export",
      { [VIEW]: () => "export const view = {};\n" },
      "the model ticket-urgency could not be loaded:",
      /^ {2}functions\/ticket-urgency\/page\.ts: got no default export; allowed: a view as the default export/,
    ],
    [
      "an index of models that names a missing folder",
      { "functions/index.ts": (text) => text.replace("./language-check/contract", "./missing/contract") },
      "functions/index.ts could not be loaded:",
      /^ {2}functions\/index\.ts: got the import "\.\/missing\/contract"; allowed: a file beside index\.ts$/,
    ],
    [
      "an option of a ready-made contract that breaks a rule",
      {
        "functions/index.ts": (text) =>
          text
            .replace("{ defineModels", "{ rows, defineModels")
            .replace(
              "defineModels({",
              'defineModels({ iris: rows({ features: ["a"], answer: "xml" as "csv" }),',
            ),
      },
      "functions/index.ts could not be loaded:",
      /^ {2}iris: answer: got "xml"; allowed: "json", "csv", "predictions" \(/,
    ],
    [
      "an environment that is not TypeScript",
      { "environments/dev.ts": (text) => `${text}\nconst = 5;\n` },
      "environments/dev.ts could not be loaded:",
      /^ {2}environments\/dev\.ts:\d+:7: Expected identifier but found "="$/,
    ],
    [
      "a schema that cannot be a JSON request",
      { [CONTRACT]: (text) => text.replace("strictObject({", "strictObject({ day: z.date(),") },
      "1 fault(s) in functions/:",
      /^ {2}functions\/language-check\/contract\.ts: schema\.day: got z\.date\(\); allowed: z\.iso\.datetime\(\) or /,
    ],
    [
      "a contract that throws on its own example",
      {
        [CONTRACT]: (text) =>
          text.replace(/ {2}encode\(.*\{\n/, (line) => `${line}    throw new RangeError("no scaler");\n`),
      },
      "1 fault(s) in functions/:",
      /^ {2}functions\/language-check\/contract\.ts: encode: got RangeError: no scaler at functions\/language-check\/contract\.ts:42:\d+; allowed: /,
    ],
    [
      "a model with the path of another model",
      { [CONTRACT]: (text) => text.replace('path: "/language-check"', 'path: "/ticket-urgency"') },
      "1 fault(s) in functions/:",
      /^ {2}functions\/language-check\/contract\.ts: route\.path: got "\/ticket-urgency"; allowed: a unique path \(functions\/ticket-urgency\/contract\.ts has "\/ticket-urgency"/,
    ],
  ])(
    "in %s",
    async (_, changes, title, line) => {
      // Act
      const { status, stdout, stderr } = await runWith(changes);

      // Assess
      const [first, second, ...more] = stderr.trimEnd().split("\n");
      expect(stdout).toBe("");
      expect([first, second]).toEqual([title, expect.stringMatching(line)]);
      expect(more).toEqual([]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["main.ts", ""],
    ["a main.ts that calls runApp", RUN_APP],
  ])(
    "in %s whose environment opened a timer, and does not wait for the timer",
    async (_, main) => {
      // Prepare: the timer prints a line if the process still runs then
      const timer = 'setTimeout(() => console.error("The process still runs."), 20_000);\n';

      // Act
      const { status, stderr } = await runWith({
        "main.ts": (text) => main || text,
        "environments/dev.ts": (text) => `${text}\n${timer}throw new Error("no region");\n`,
      });

      // Assess
      expect(stderr.trimEnd().split("\n")).toEqual([
        "environments/dev.ts could not be loaded:",
        expect.stringMatching(/^ {2}environments\/dev\.ts:\d+:\d+: Error: no region$/),
      ]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "in a folder without an entry and in an entry without a folder, and lists the faults of an environment, too",
    async () => {
      // Prepare
      const forgotten = join(folder, "functions", "forgotten-by-catalog");
      mkdirSync(forgotten);
      writeFileSync(join(forgotten, "contract.ts"), "");

      // Act
      const { stderr } = await runWith({
        "functions/index.ts": (text) =>
          text.replace('"language-check": languageCheck', '"renamed-check": languageCheck'),
        "environments/dev.ts": (text) => text.replace(/memorySizeInMb: [\d_]+/, "memorySizeInMb: 1500"),
      });
      removeFolder(forgotten);

      // Assess
      expect(stderr).toContain(
        'functions/renamed-check/contract.ts: model: got "language-check"; allowed: "renamed-check" (',
      );
      expect(stderr).toContain("functions/renamed-check/contract.ts: the file: got no such file;");
      expect(stderr).toContain(
        "functions/forgotten-by-catalog/contract.ts: the folder: got a contract.ts that functions/index.ts does not list;",
      );
      expect(stderr).toContain("serverless.memorySizeInMb: got 1500; allowed: ");
      expect(stderr).not.toMatch(/^\s+at /m);
    },
    TIMEOUT_IN_MS,
  );
});

describe.each([
  ["sagemaker-stages deployer", [COMMAND, "deployer", "dev", "111122223333"]],
  ["sagemaker-stages providers-lock", [COMMAND, "providers-lock"]],
])("%s reports without a stack trace the fault", (_, program) => {
  it.each<[string, Readonly<Record<string, (text: string) => string>>, string, RegExp]>([
    [
      "in a contract that is not TypeScript",
      { [CONTRACT]: (text) => `const = 5;\n${text}` },
      MODEL_TITLE,
      /^ {2}functions\/language-check\/contract\.ts:1:7: Expected identifier but found "="$/,
    ],
    [
      "in an environment that is not TypeScript",
      { "environments/dev.ts": (text) => `const = 5;\n${text}` },
      "environments/dev.ts could not be loaded:",
      /^ {2}environments\/dev\.ts:1:7: Expected identifier but found "="$/,
    ],
    [
      "in an environment with a wrong value",
      { "environments/dev.ts": (text) => text.replace(/memorySizeInMb: [\d_]+/, "memorySizeInMb: 1500") },
      "1 fault(s) in environments/:",
      /^ {2}dev: models\.\S+\.memorySizeInMb: got 1500; allowed: /,
    ],
  ])(
    "%s",
    async (_, changes, title, line) => {
      // Act
      const { status, stdout, stderr } = await runWith(changes, program);

      // Assess
      expect(stderr.trimEnd().split("\n")).toEqual([title, expect.stringMatching(line)]);
      expect(stdout).toBe("");
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
