import { describe, expect, it } from "@jest/globals";
import { TerraformOutput } from "cdktf";
import { type Environment, InferenceStack } from "../../src";
import {
  findSynthesisDifferences,
  proveLeastPrivilege,
  type RecordEntry,
  recordTerraform,
  type TestedApp,
} from "../../src/testing";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { models } from "../fixtures/app/functions";
import { example, exampleModel, exampleWithCallers } from "../stacks/support/environments";

const TIMEOUT_IN_MS = 120_000;

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

describe.each<readonly [string, (app: TestedApp) => Promise<readonly RecordEntry[]>]>([
  ["recordTerraform", async (app) => recordTerraform(app)],
  ["the record of proveLeastPrivilege", permissionsOf],
])("%s", (_name, record) => {
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
