/**
 * Checks the commands of every document. Each command of a block `sh`, `bash`, `shell` or `console` is one of these:
 *
 * 1. The command's block starts with the line `# needs AWS`, which applies to the whole block. The comment is a separate
 *    line, because zsh does not accept a comment after a command.
 * 2. This test runs the command: `npx sagemaker-stages new-model …` in a copy of an app, `npx sagemaker-stages … --help`,
 *    and `curl http://127.0.0.1:3000/…` against a local stage. If the document's next block is `json`, the answer of
 *    curl must be equal to this block. For `npx jest …` and the npm scripts that run Jest, this test lists the tests that
 *    the command selects.
 * 3. Another test runs the command: `support/command-registry.ts` names the test. Add a line to this file for a new
 *    command.
 * 4. The command only prepares files or the shell, such as `cd my-app`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { AppCopy } from "../cli/new-model/support/app-copy";
import { paste } from "../local/support/curl";
import { COMMAND } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { shellWords } from "../local/support/shell-words";
import { run } from "../package/support/small-repository";
import { REGISTRY, type RegisteredCommand } from "./support/command-registry";
import { codeBlocksOf, documents, ENGINE, REPOSITORY, readDocument } from "./support/documents";
import { commandsOf, type DocumentedCommand, SHELLS } from "./support/shell-commands";

const TIMEOUT_IN_MS = 120_000;

const TEMPLATE_README = "packages/sagemaker-stages/template/README.md";

/** Commands that only prepare the shell or files, and that have no test. A pipeline or a substitution runs more. */
const PREPARATION =
  /^(cat|cd|cp|export|git (add|clone|commit|config|init)|ls|mkdir|mv|rm|tar|unset|unzip)\b[^|`$]*$/;

/** Languages of blocks that have no commands. */
const OTHER_LANGUAGES = ["", "ini", "js", "json", "md", "mermaid", "python", "text", "ts", "yaml"];

const NEW_MODEL = /^npx sagemaker-stages new-model ([a-z][\w-]*)/;
const HELP = /^npx sagemaker-stages( [\w -]+)? --help$/;
const LOCAL_CURL = /^curl .*http:\/\/127\.0\.0\.1:3000\/(?<environment>[\w-]+)\/(?<model>[\w-]+)/;
/** Variables before a command, e.g. `RECORD=1 npm test`. */
const VARIABLES = /^(?:[A-Z]+=\S+ )+/;

/** Jest with Node.js's debugger. */
const DEBUGGED_JEST = /^node --inspect-brk node_modules\/\.bin\/jest/;

const NPM_SCRIPT = /^npm (?:run (?:--silent )?)?([\w:-]+)(?: -- (.*))?$/;

const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(REPOSITORY, "package.json"), "utf8"),
).scripts;

interface Case extends DocumentedCommand {
  readonly document: string;
}

const cases = documents.flatMap((document) =>
  commandsOf(readDocument(document)).map((command): Case => ({ ...command, document })),
);
const local = cases.filter(({ needsAws }) => !needsAws);

/** The models of the repository's first version, which a team can delete. */
const sampleModels =
  /^- Four sample models: (.*)\.$/m.exec(readDocument("CHANGELOG.md"))?.[1]?.split(", ") ?? [];

describe("the commands of the documents", () => {
  it("are in blocks whose language is known", () => {
    // Act
    const unknown = documents.flatMap((document) =>
      codeBlocksOf(readDocument(document))
        .filter(({ language }) => ![...SHELLS, ...OTHER_LANGUAGES].includes(language))
        .map(({ language }) => `${document}: ${language}`),
    );

    // Assess
    expect(unknown).toEqual([]);
  });

  it("send requests to models that exist, or to sample models", () => {
    // Act
    const unknown = local
      .filter((command) => LOCAL_CURL.test(command.command) && registeredAs(command) === undefined)
      .filter((command) => !isDeployed(command) && !sampleModels.includes(modelOf(command.command)))
      .map(({ document, command }) => `${document}: ${command}`);

    // Assess
    expect(sampleModels).toHaveLength(4);
    expect(unknown).toEqual([]);
  });

  it.each(documents.filter((document) => cases.some((command) => command.document === document)))(
    "are all run by a test, or need AWS: %s",
    (document) => {
      // Act
      const unchecked = local
        .filter((command) => command.document === document && !isChecked(command))
        .map(({ command }) => command);

      // Assess
      expect(unchecked).toEqual([]);
    },
  );

  it.each(REGISTRY)(
    "have the registered text in an existing test or CI script: $form",
    ({ runBy, evidence, ...registered }) => {
      // Prepare
      const found = runBy.includes("$1")
        ? local.filter((command) => registeredAs(command)?.runBy === runBy)
        : [undefined];

      // Act
      const missing = found
        .map((command) => fill({ ...registered, runBy, evidence }, command?.command ?? ""))
        .filter((file) => !isDeletedSample(file.runBy))
        .filter((file) => !readDocument(file.runBy).includes(file.evidence));

      // Assess
      expect(missing).toEqual([]);
    },
  );

  it(
    "have only options that the command accepts",
    async () => {
      // Prepare
      const calls = cases.flatMap(({ document, command }) => {
        const [words, ...others] = commandLinesOf(command);
        return words === undefined || others.length > 0 ? [] : [{ document, command, words }];
      });
      const usages = new Map(
        await Promise.all([...new Set(calls.map(({ words }) => commandName(words)))].map(usageOf)),
      );

      // Act
      const unknown = calls.filter(({ words }) => {
        const usage = usages.get(commandName(words)) ?? "";
        const options = words.filter((word) => word.startsWith("--")).map((word) => word.replace(/=.*$/, ""));
        return usage === "" || options.some((option) => !new RegExp(`${option}\\b`).test(usage));
      });

      // Assess
      expect(unknown).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  eachOf(local.filter((command) => testsOf(command) !== undefined && registeredAs(command) === undefined))(
    "select tests: $command ($document)",
    async (command) => {
      // Act
      const { status, stdout } = await listTests(testsOf(command) ?? []);

      // Assess
      expect(status).toBe(0);
      expect(stdout).toMatch(/\.test\.ts$/m);
    },
  );
});

describe("sagemaker-stages new-model", () => {
  const documentsWithNewModel = documents.filter((document) => newModelsOf(document).length > 0);

  it.each(documentsWithNewModel)("adds the models as documented in %s", (document) => {
    // Prepare
    const apps: AppCopy[] = [];

    try {
      // Act: a second command for the same model is an alternative to the first command
      for (const { command } of newModelsOf(document)) {
        const name = NEW_MODEL.exec(command)?.[1] ?? "";
        const app =
          apps.find((copy) => !copy.read("functions/index.ts").includes(name)) ?? AppCopy.ofFixture();
        if (!apps.includes(app)) apps.push(app);
        app.newModel(...shellWords(command).slice(3));

        // Assess
        expect(app.read("functions/index.ts")).toContain(name);
      }
    } finally {
      for (const app of apps) app.remove();
    }
  });
});

describe("sagemaker-stages --help", () => {
  eachOf(local.filter(({ command }) => HELP.test(command)))(
    "prints the usage: $command",
    async ({ command }) => {
      // Act
      const finished = await run(process.execPath, [COMMAND, ...shellWords(command).slice(2)], REPOSITORY);

      // Assess
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      expect(finished.stdout).toMatch(/^usage: /);
    },
  );
});

describe("curl to the local stage", () => {
  const stages = new Map<string, Promise<ServedCopy>>();

  afterAll(async () => {
    for (const { close } of await Promise.all(stages.values())) await close();
  });

  const requests = local.filter(
    (command) =>
      LOCAL_CURL.test(command.command) && registeredAs(command) === undefined && isDeployed(command),
  );

  eachOf(requests)(
    "is answered as documented: $command ($document)",
    async ({ document, command, answer }) => {
      // Prepare
      const { environment = "" } = LOCAL_CURL.exec(command)?.groups ?? {};
      const key = `${environment} of ${servedAppOf(document, command)}`;
      const stage = stages.get(key) ?? serve(document, command, environment);
      stages.set(key, stage);
      const { url } = await stage;

      // Act
      const answered = await paste(command.replace("http://127.0.0.1:3000", url));

      // Assess
      expect([answered.status, answered.body]).toEqual([200, expect.anything()]);
      if (answer !== undefined) expect(JSON.parse(answered.body)).toEqual(JSON.parse(answer));
    },
  );
});

describe("the search for commands", () => {
  it("joins continued lines, splits lists, and omits comments", () => {
    // Act
    const found = commandsOf(
      "```sh\nnpm ci && npm start\n# a comment\ncurl http://a \\\n  -d 'x # y && z'   # another\ncat a | sort\n```",
    );

    // Assess
    expect(found.map(({ command }) => command)).toEqual([
      "npm ci",
      "npm start",
      "curl http://a -d 'x # y && z'",
      "cat a | sort",
    ]);
  });

  it("reads indented blocks, and the lines of a console that start with a prompt", () => {
    // Act
    const found = commandsOf(
      "1. Step\n\n   ```console\n   $ npm test\n   42 passed\n   ```\n\n```ts\nconst a = 1;\n```",
    );

    // Assess
    expect(found).toEqual([{ command: "npm test", needsAws: false, answer: undefined }]);
  });

  it("finds the line `# needs AWS`, and the answer in the next block", () => {
    // Act
    const found = commandsOf("```sh\n# needs AWS: a deployed stage\ncurl https://a\n```\n```json\n{}\n```");

    // Assess
    expect(found).toEqual([{ command: "curl https://a", needsAws: true, answer: "{}\n" }]);
  });

  it.each([
    "npx cdktf deploy dev",
    "aws s3 ls",
    "curl https://example.com",
    "npm run smoke -- dev",
    "make",
    "git push --force",
    "cat a | npx cdktf deploy prod",
    'export X="$(npm run nonexistent)"',
  ])("refuses a command without a test: %s", (command) => {
    // Act and assess
    expect(isChecked({ document: "README.md", command, needsAws: false, answer: undefined })).toBe(false);
  });
});

/**
 * A test for each command. If the documents have no such command, there is no test, because `it.each` refuses an empty
 * list.
 */
function eachOf(commands: readonly Case[]) {
  return (title: string, test: (command: Case) => Promise<void>) => {
    if (commands.length > 0) it.each(commands)(title, test, TIMEOUT_IN_MS);
  };
}

function isChecked(command: Case): boolean {
  return (
    [PREPARATION, NEW_MODEL, HELP, LOCAL_CURL].some((form) => form.test(command.command)) ||
    registeredAs(command) !== undefined ||
    testsOf(command) !== undefined
  );
}

function registeredAs({ command, document }: Case): RegisteredCommand | undefined {
  return REGISTRY.find(
    (registered) =>
      new RegExp(`^(?:${registered.form.source})$`).test(command) &&
      (registered.document === undefined || registered.document === document),
  );
}

/** The file and the evidence of a registered command. */
function fill({ form, runBy, evidence }: RegisteredCommand, command: string) {
  const [, group = ""] = form.exec(command) ?? [];
  return { runBy: runBy.replaceAll("$1", group), evidence: evidence.replaceAll("$1", group) };
}

/**
 * Whether a file is in the folder of a sample model that the team has deleted. Documents may still name the deleted
 * model.
 */
function isDeletedSample(file: string): boolean {
  const [folder] = /^functions\/[^/]+\//.exec(file) ?? [];
  return folder !== undefined && !existsSync(join(REPOSITORY, folder));
}

const lists = new Map<string, ReturnType<typeof run>>();

/** The tests that Jest would run with these words. Several documents have the same command: Jest lists its tests once. */
function listTests(words: readonly string[]): ReturnType<typeof run> {
  const key = JSON.stringify(words);
  const known =
    lists.get(key) ??
    run(process.execPath, ["node_modules/jest/bin/jest.js", "--listTests", ...words], REPOSITORY);
  lists.set(key, known);
  return known;
}

/** The words after `jest` of a command that runs Jest, directly or as an npm script. `undefined` for other commands. */
function testsOf({ command }: Case): string[] | undefined {
  const line = command.replace(VARIABLES, "").replace(DEBUGGED_JEST, "npx jest");
  if (line.startsWith("npx jest")) return shellWords(line).slice(2);
  const [, name = "", words = ""] = NPM_SCRIPT.exec(line) ?? [];
  const script = scripts[name]?.replace(VARIABLES, "");
  return script?.startsWith("jest") === true ? shellWords(`${script} ${words}`.trim()).slice(1) : undefined;
}

/**
 * The words after `sagemaker-stages` in each part of a pipeline that runs `sagemaker-stages`, directly or as an npm
 * script.
 */
function commandLinesOf(command: string): string[][] {
  return command.split(" | ").flatMap((part) => {
    const [, name = "", words = ""] = NPM_SCRIPT.exec(part) ?? [];
    const line = scripts[name] === undefined ? part : `npx ${scripts[name]} ${words}`;
    const [, own] = /^npx (?:--package \S+ )?sagemaker-stages\s+(.*?)(?: > .*)?$/.exec(line.trim()) ?? [];
    return own === undefined ? [] : [own.trim().split(/\s+/)];
  });
}

/** The name of a command, e.g. `review` or `pipeline digest`. */
function commandName([first = "", second = ""]: readonly string[]): string {
  return first === "pipeline" ? `${first} ${second}` : first;
}

async function usageOf(command: string): Promise<[string, string]> {
  const { status, stdout } = await run(process.execPath, [COMMAND, ...command.split(" "), "--help"], ENGINE);
  return [command, status === 0 ? stdout : ""];
}

function newModelsOf(document: string): Case[] {
  return local.filter((command) => command.document === document && NEW_MODEL.test(command.command));
}

/** The `new-model` commands of a document that add the model to which a command sends a request. */
function addsModelOf(document: string, command: string): boolean {
  return newModelsOf(document).some((added) => NEW_MODEL.exec(added.command)?.[1] === modelOf(command));
}

/**
 * Whether an app that this test serves has the model of a request. A team can delete the sample models; documents may
 * still name the deleted models.
 */
function isDeployed({ document, command }: Case): boolean {
  if (servedAppOf(document, command) !== "this repository") return true;
  const model = modelOf(command);
  return (
    existsSync(join(REPOSITORY, "functions", model)) ||
    readDocument("functions/index.ts").includes(`${model}:`)
  );
}

/** The model to which a command sends a request. */
function modelOf(command: string): string {
  return LOCAL_CURL.exec(command)?.groups?.model ?? "";
}

/** The app whose local stage answers a request of a document. */
function servedAppOf(document: string, command: string): string {
  if (addsModelOf(document, command)) return `the fixture app with the models of ${document}`;
  return document === TEMPLATE_README ? "a new app" : "this repository";
}

interface ServedCopy {
  readonly url: string;
  close(): Promise<void>;
}

async function serve(document: string, command: string, environment: string): Promise<ServedCopy> {
  const app = await copyFor(document, command);
  const tempFolder = makeTempFolder();
  const removeAll = () => {
    app?.remove();
    removeFolder(tempFolder);
  };
  try {
    const folder = app?.folder ?? REPOSITORY;
    const stage = await RunningStage.serve({ folder, tempFolder }, [environment]);
    const close = async () => {
      await stage.kill();
      removeAll();
    };
    return { url: stage.url, close };
  } catch (error) {
    removeAll();
    throw error;
  }
}

/** A copy of an app with the document's models. `undefined` for the app of this repository. */
async function copyFor(document: string, command: string): Promise<AppCopy | undefined> {
  if (!addsModelOf(document, command)) return document === TEMPLATE_README ? AppCopy.ofInit() : undefined;
  const app = AppCopy.ofFixture();
  for (const added of newModelsOf(document)) {
    const [, name = ""] = NEW_MODEL.exec(added.command) ?? [];
    if (!app.read("functions/index.ts").includes(name)) app.newModel(...shellWords(added.command).slice(3));
  }
  return app;
}
