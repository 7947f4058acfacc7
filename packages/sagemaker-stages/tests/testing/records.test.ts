import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TerraformOutput } from "cdktf";
import { type Environment, InferenceStack } from "../../src";
import type { Model } from "../../src/models";
import {
  findSynthesisDifferences,
  proveLeastPrivilege,
  type RecordEntry,
  recordTerraform,
  type TestedApp,
} from "../../src/testing";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { models } from "../fixtures/app/functions";
import { example, exampleModel, exampleWithCallers } from "../stacks/support/environments";

const TIMEOUT_IN_MS = 120_000;
const ENGINE = join(__dirname, "../..");
const FIXTURE = join(ENGINE, "tests/fixtures/app");

function appOf(environment: Environment): TestedApp {
  return { models, environments: [environment] };
}

/** Titles of the entries that both records have with different texts: the snapshots that would fail. */
function failingTitles(before: readonly RecordEntry[], after: readonly RecordEntry[]): string[] {
  const texts = new Map(before.map(({ title, text }) => [title, text]));
  return after.filter(({ title, text }) => (texts.get(title) ?? text) !== text).map(({ title }) => title);
}

async function permissionsOf(app: TestedApp): Promise<readonly RecordEntry[]> {
  return (await proveLeastPrivilege(app, { mutants: false })).record;
}

const withTwo = exampleWithCallers;
const { callers: _, ...withoutCallers } = exampleWithCallers;
const withOne: Environment = {
  ...withoutCallers,
  models: { "loan-default": { ...exampleModel, functionUrl: {} } },
};

const RECORDS: readonly (readonly [string, (app: TestedApp) => Promise<readonly RecordEntry[]>])[] = [
  ["recordTerraform", async (app) => recordTerraform(app)],
  ["the record of proveLeastPrivilege", permissionsOf],
];

describe.each(RECORDS)("%s", (_name, record) => {
  it("has titles that name the stack with each model, and the stack with all models", async () => {
    // Act
    const titles = (await record(appOf(withTwo))).map(({ title }) => title);

    // Assess
    expect(titles).toEqual([
      "test: loan-default",
      "test: energy-demand",
      "test: shared by loan-default, energy-demand",
    ]);
  });

  it(
    "changes no entry of the other models when a model is added or deleted",
    async () => {
      // Prepare
      const [one, two] = [await record(appOf(withOne)), await record(appOf(withTwo))];

      // Act
      const failing = { added: failingTitles(one, two), deleted: failingTitles(two, one) };

      // Assess
      expect(failing).toEqual({ added: [], deleted: [] });
      expect(two.length).toBeGreaterThan(one.length);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "changes the entry of a model when the settings of the model change",
    async () => {
      // Prepare
      const changed = {
        ...example,
        models: {
          "loan-default": { ...exampleModel, artifact: "s3://amzn-s3-demo-bucket/other/model.tar.gz" },
        },
      };

      // Act
      const failing = failingTitles(await record(appOf(example)), await record(appOf(changed)));

      // Assess
      expect(failing).toEqual(["test: loan-default"]);
    },
    TIMEOUT_IN_MS,
  );
});

/** Names of models that are words of Terraform types, construct ids, names or outputs as well. */
const WORDS = [
  "data",
  "endpoint",
  "function",
  "iam",
  "image",
  "lambda",
  "loan-default-endpoint",
  "model",
  "permission",
  "policy",
  "role",
  "url",
];

/** A copy of the fixture app with a model of each of {@link WORDS}. */
class AppWithWords {
  private readonly folder = makeTempFolder();
  private readonly previousFolder = process.cwd();

  constructor() {
    cpSync(FIXTURE, this.folder, { recursive: true });
    symlinkSync(join(ENGINE, "../../node_modules"), join(this.folder, "node_modules"));
    const text = readFileSync(join(FIXTURE, "functions/energy-demand/contract.ts"), "utf8");
    for (const word of WORDS) {
      mkdirSync(join(this.folder, "functions", word));
      const own = text.replaceAll(/(?<=["/])energy-demand(?=")/g, word);
      writeFileSync(join(this.folder, "functions", word, "contract.ts"), own);
    }
    // The app is in the current folder.
    process.chdir(this.folder);
  }

  /** The app whose environment serves the model `loan-default` and the models of `words`. */
  serving(words: readonly string[]): TestedApp {
    const served = Object.fromEntries(words.map((word) => [word, exampleModel]));
    return {
      models: { ...models, ...Object.fromEntries(WORDS.map((word) => [word, modelNamed(word)])) },
      environments: [
        {
          ...example,
          models: {
            ...served,
            "loan-default": { ...exampleModel, artifact: "model.tar.gz", functionUrl: {} },
          },
        },
      ],
    };
  }

  remove(): void {
    process.chdir(this.previousFolder);
    removeFolder(this.folder);
  }
}

function modelNamed(model: string): Model {
  return { ...models["energy-demand"], model, route: { method: "POST", path: `/${model}` } };
}

describe.each(RECORDS)("%s of models whose names are words of resources", (_name, record) => {
  let words: AppWithWords;

  beforeAll(() => {
    words = new AppWithWords();
  });

  afterAll(() => words.remove());

  it(
    "has the same entry of a model with and without the others",
    async () => {
      // Prepare
      const before = await record(words.serving([]));

      // Act
      const after = await record(words.serving(WORDS));

      // Assess
      expect(failingTitles(before, after)).toEqual([]);
      expect(after.map(({ title }) => title)).toEqual([
        ...[...WORDS, "loan-default"].map((model) => `test: ${model}`),
        `test: shared by ${[...WORDS, "loan-default"].join(", ")}`,
      ]);
    },
    TIMEOUT_IN_MS,
  );
});

describe("recordTerraform", () => {
  it("has an entry for the stack of each account", () => {
    // Act
    const titles = recordTerraform({ models, environments, accounts }).map(({ title }) => title);

    // Assess
    const names = Object.keys(models).join(", ");
    expect(titles).toEqual(
      expect.arrayContaining([`account: shared by ${names}`, `account-prod: shared by ${names}`]),
    );
  });
});

describe("findSynthesisDifferences", () => {
  it("finds nothing when a synthesis depends on nothing but the app", () => {
    // Act
    const differences = findSynthesisDifferences({ models, environments, accounts });

    // Assess
    expect(differences).toEqual([]);
  });

  it("names the file when a stack of the app depends on something else", () => {
    // Prepare
    class Random extends InferenceStack {
      constructor(...args: ConstructorParameters<typeof InferenceStack>) {
        super(...args);
        new TerraformOutput(this, "random", { value: String(Math.random()) });
      }
    }

    // Act
    const differences = findSynthesisDifferences({ ...appOf(example), InferenceStack: Random });

    // Assess
    expect(differences).toEqual(["stacks/test/cdk.tf.json"]);
  });
});
