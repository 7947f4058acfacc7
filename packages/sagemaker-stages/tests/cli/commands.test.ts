import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { version } from "../../package.json";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { COMMAND, copyApp } from "../local/support/project";
import { type Finished, run } from "../package/support/small-repository";
import { runHere } from "./support/command-here";

const TIMEOUT_IN_MS = 60_000;

interface Row {
  readonly command: string;
  /** A valid command line of the command. */
  readonly words?: readonly string[];
  /** Options that take a value. */
  readonly valueOptions?: readonly string[];
  /** Whether the last word can occur more than once, so that no word is surplus. */
  readonly anyWords?: true;
  /** Whether the command needs the folder of an app. */
  readonly readsApp?: true;
}

const COMMANDS: readonly Row[] = [
  { command: "init", words: ["new-app"], valueOptions: ["--engine"] },
  { command: "new-model", words: ["iris"], valueOptions: ["--takes", "--environment"], readsApp: true },
  {
    command: "release",
    words: ["loan-default"],
    valueOptions: ["--from", "--id", "--artifact", "--image", "--metrics", "--metric", "--source"],
    readsApp: true,
  },
  { command: "promote", words: ["loan-default", "dev", "prod"], valueOptions: ["--release"], readsApp: true },
  { command: "doctor", anyWords: true, readsApp: true },
  {
    command: "start",
    words: ["dev", "--port=0"],
    valueOptions: ["--port", "--container"],
    anyWords: true,
    readsApp: true,
  },
  {
    command: "review",
    words: ["dev"],
    valueOptions: ["--fail-on", "--stacks"],
    anyWords: true,
    readsApp: true,
  },
  { command: "smoke", words: ["dev"], valueOptions: ["--url", "--function-url", "--wait"], readsApp: true },
  {
    command: "baseline",
    words: ["loan-default", "--data=train.csv"],
    valueOptions: ["--data", "--drop", "--columns"],
    readsApp: true,
  },
  {
    command: "drift",
    words: ["dev"],
    valueOptions: [
      "--model",
      "--captured",
      "--from",
      "--to",
      "--psi",
      "--ks",
      "--min-rows",
      "--html",
      "--json",
    ],
    readsApp: true,
  },
  {
    command: "load",
    words: ["dev", "--rate=1"],
    valueOptions: [
      ...["--model", "--rate", "--seconds", "--url", "--max-in-flight", "--wait", "--p99", "--sizes"],
      "--folder",
    ],
    readsApp: true,
  },
  { command: "deployer", words: ["dev", "123456789012"], readsApp: true },
  { command: "pipeline matrix", readsApp: true },
  { command: "pipeline digest", words: ["stacks"] },
  { command: "pipeline comment", words: ["plans", "review.md"] },
  { command: "pipeline gates", words: ["review.json"] },
  { command: "pipeline drift", words: ["report.json", "review.md", "plans"] },
  { command: "pipeline find", readsApp: true },
  { command: "pipeline select", words: ["plans"] },
  { command: "pipeline received", words: ["stacks"] },
  { command: "pipeline record", words: ["dev", "plan", "state.json"] },
  { command: "pipeline verify", words: ["dev", "plan"] },
  { command: "pipeline compare", words: ["dev", "plan", "plan.json", "state.json"] },
  { command: "pipeline parts", words: ["plan.json", "parts.json"] },
  { command: "pipeline head" },
  { command: "programs", readsApp: true },
  { command: "providers-lock", valueOptions: ["--fs-mirror", "--net-mirror"], readsApp: true },
];

/** Groups of commands. */
const GROUPS: readonly { readonly group: string; readonly commands: readonly string[] }[] = [
  { group: "", commands: [...new Set(COMMANDS.map(({ command }) => command.split(" ")[0] ?? ""))] },
  { group: "pipeline", commands: stepsOfPipeline() },
];

/** The commands that load the contracts of the app's models. */
const LOADING = COMMANDS.filter(({ command, readsApp }) => readsApp === true && command !== "doctor");

const CONTRACT = "functions/language-check/contract.ts";

const folders: string[] = [];
const empty = newFolder();
const app = newApp((text) => text);
const appWithSyntaxError = newApp((text) => `const = 5;\n${text}`);
const appWithThrow = newApp((text) => `${text}\nthrow new RangeError("the vocabulary is empty");\n`);

afterAll(() => {
  for (const folder of folders) removeFolder(folder);
});

describe("every command", () => {
  it.concurrent.each(COMMANDS)(
    "the command prints its usage on standard output for --help: $command",
    async ({ command }) => {
      // Act
      const finished = await call(empty, command, "--help");

      // Assess
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      expect(finished.stdout).toMatch(usageOf(command));
      expect(finished.stdout).toContain("--help, -h");
    },
    TIMEOUT_IN_MS,
  );

  it.each(COMMANDS.filter(({ command }) => !command.includes(" ")))(
    "prints the same usage for -h after other words: $command",
    async ({ command, words = [] }) => {
      // Act
      const long = await callHere(empty, command, "--help");
      const short = await callHere(empty, command, ...words, "-h");

      // Assess
      expect(short).toEqual(long);
    },
    TIMEOUT_IN_MS,
  );

  it.each(COMMANDS)(
    "refuses an unknown option: $command",
    async ({ command, words = [], valueOptions = [] }) => {
      // Act
      const finished = await callHere(app, command, ...words, "--colour");

      // Assess
      expectUsageError(finished, command, /^option: got --colour; allowed: .*--help$/);
      for (const option of valueOptions) expect(finished.stderr).toContain(`${option} `);
    },
    TIMEOUT_IN_MS,
  );

  it.each(COMMANDS.filter(({ anyWords }) => anyWords !== true))(
    "refuses a surplus word: $command",
    async ({ command, words = [] }) => {
      // Act
      const finished = await callHere(app, command, ...words, "surplus");

      // Assess
      expectUsageError(finished, command, /^word: got surplus; allowed: .*options/);
    },
    TIMEOUT_IN_MS,
  );

  it.each(COMMANDS.filter(({ command, words = [] }) => words.length > 0 && command !== "start"))(
    "refuses a missing word: $command",
    async ({ command }) => {
      // Act
      const finished = await callHere(app, command);

      // Assess
      expectUsageError(finished, command, /^<[a-z]+>: got nothing; allowed: \S+/);
    },
    TIMEOUT_IN_MS,
  );

  it.each(
    COMMANDS.flatMap(({ command, words = [], valueOptions = [] }) =>
      valueOptions.map((option) => ({ command, words, option })),
    ),
  )(
    "refuses $option without a value: $command",
    async ({ command, words, option }) => {
      // Act
      const finished = await callHere(app, command, ...words, option);

      // Assess
      expectUsageError(
        finished,
        command,
        new RegExp(`^${option}: got no value; allowed: ${option} [A-Z=]+$`),
      );
    },
    TIMEOUT_IN_MS,
  );

  it.each(COMMANDS.filter(({ readsApp }) => readsApp === true))(
    "names the folder and the missing files in a folder that is not an app: $command",
    async ({ command, words = [] }) => {
      // Act
      const finished = await callHere(empty, command, ...words);

      // Assess
      expect(finished).toMatchObject({ status: 1, stdout: "" });
      expect(finished.stderr).toMatch(
        /^folder: got \S+, which has no \S.*; allowed: the folder of an app\. Run the command in the app's folder, or create a new app: npx sagemaker-stages init <folder>\n$/,
      );
      expect(finished.stderr).toContain(`got ${empty}, `);
      expect(finished.stderr).toContain(
        command === "doctor" ? "package.json" : "functions/index.ts, no environments/index.ts",
      );
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent.each(LOADING)(
    "names the place of a syntax error in a contract, without a stack trace: $command",
    async ({ command, words = [] }) => {
      // Act
      const finished = await call(appWithSyntaxError, command, ...words);

      // Assess
      expectLoadFailure(finished, `${CONTRACT}:1:7: Expected identifier but found "="`);
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent.each(LOADING)(
    "names the place where a contract throws, without a stack trace: $command",
    async ({ command, words = [] }) => {
      // Act
      const finished = await call(appWithThrow, command, ...words);

      // Assess
      expectLoadFailure(
        finished,
        /functions\/language-check\/contract\.ts:\d+:\d+: RangeError: the vocabulary is empty\n/,
      );
    },
    TIMEOUT_IN_MS,
  );
});

describe("a command in the process of the tests", () => {
  it("is refused when it loads the app, which Jest would load in place of tsx", async () => {
    // Act
    const finished = callHere(app, "doctor", "--runtimes");

    // Assess
    await expect(finished).rejects.toThrow(
      "doctor --runtimes: got a command that loads TypeScript of an app",
    );
  });
});

describe("every group of commands", () => {
  it.concurrent.each(GROUPS)(
    "the group prints a table of its commands with their summaries: sagemaker-stages $group",
    async ({ group, commands }) => {
      // Act
      const finished = await call(empty, group, "--help");

      // Assess
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      expect(finished.stdout).toMatch(usageOf(group));
      const table = [...finished.stdout.matchAll(/^ {2}(\S+) +([A-Z].+)$/gm)].map(([, name]) => name);
      expect(table).toEqual(commands);
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent.each(GROUPS)(
    "refuses an unknown command: sagemaker-stages $group",
    async ({ group, commands }) => {
      // Act
      const finished = await call(app, group, "lint");

      // Assess
      expectUsageError(finished, group, new RegExp(`^command: got lint; allowed: ${commands.join(", ")}$`));
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent(
    "prints the table when sagemaker-stages has no word",
    async () => {
      // Act
      const none = await call(empty, "");

      // Assess
      expect(none).toEqual(await call(empty, "", "--help"));
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent(
    "prints the version of the engine for sagemaker-stages --version",
    async () => {
      // Act
      const finished = await call(empty, "", "--version");

      // Assess
      expect(finished).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
    },
    TIMEOUT_IN_MS,
  );

  it.concurrent(
    "refuses a missing step of pipeline",
    async () => {
      // Act
      const finished = await call(app, "pipeline");

      // Assess
      expectUsageError(finished, "pipeline", /^command: got nothing; allowed: matrix, /);
    },
    TIMEOUT_IN_MS,
  );
});

/** The command line up to the command's name. */
function programOf(command: string): string {
  return command === "" ? "npx sagemaker-stages" : `npx sagemaker-stages ${command}`;
}

/** A usage: the form of the command line, a sentence, and indented explanations of words and options. */
function usageOf(command: string): RegExp {
  return new RegExp(`^usage: ${programOf(command)}( [^\\n]+)?\\n\\n[A-Z][^\\n]+\\.\\n\\n {2}\\S`);
}

function expectUsageError(finished: Finished, command: string, message: RegExp): void {
  const [first = "", ...others] = finished.stderr.split("\n");
  expect(first).toMatch(message);
  expect(others).toEqual([`For the usage: ${programOf(command)} --help`, ""]);
  expect(finished).toMatchObject({ status: 2, stdout: "" });
}

function expectLoadFailure(finished: Finished, cause: string | RegExp): void {
  expect(finished.stderr).toMatch(/^the model language-check could not be loaded:$/m);
  expect(finished.stderr).toMatch(cause);
  expect(finished.stderr).not.toMatch(/^ +at /m);
  expect(finished.status).toBe(1);
}

/** Runs a command line in a process. */
function call(folder: string, command: string, ...words: readonly string[]): Promise<Finished> {
  return run(process.execPath, [COMMAND, ...wordsOf(command, words)], folder);
}

/** Runs a command line in this process, because the process is not the subject. */
function callHere(folder: string, command: string, ...words: readonly string[]): Promise<Finished> {
  return runHere(folder, wordsOf(command, words));
}

function wordsOf(command: string, words: readonly string[]): string[] {
  return [...command.split(" ").filter((name) => name !== ""), ...words];
}

function stepsOfPipeline(): string[] {
  return COMMANDS.flatMap(({ command }) => {
    const [group, step] = command.split(" ");
    return group === "pipeline" && step !== undefined ? [step] : [];
  });
}

function newFolder(): string {
  const folder = makeTempFolder();
  folders.push(folder);
  return folder;
}

/** A copy of the fixture app with another contract. */
function newApp(change: (contract: string) => string): string {
  const folder = newFolder();
  copyApp(folder);
  const contract = join(folder, CONTRACT);
  writeFileSync(contract, change(readFileSync(contract, "utf8")));
  return folder;
}
