import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { TerraformHclModule, TerraformOutput, TerraformResource, type TerraformStack } from "cdktf";
import { AccountStack, type Environment, InferenceStack } from "../../src";
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
import { everything } from "../least-privilege/support/environments";
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

function textOf(record: readonly RecordEntry[]): string {
  return record.map(({ text }) => text).join("\n");
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

/** Names of models that are also parts of Terraform types, construct ids, names or outputs. */
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

describe.each(RECORDS)("%s of models whose names are parts of resource names", (_name, record) => {
  let words: AppWithWords;

  beforeAll(() => {
    words = new AppWithWords();
  });

  afterAll(() => words.remove());

  it(
    "has the same entry for a model with and without the other models",
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

/** Allows everything. */
const WIDE = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
});

/** Overrides an argument of every resource of a type. */
function override(stack: TerraformStack, type: string, argument: string, value = WIDE): void {
  const resources = stack.node
    .findAll()
    .filter((node): node is TerraformResource => TerraformResource.isTerraformResource(node))
    .filter(({ terraformResourceType }) => terraformResourceType === type);
  expect(resources).not.toEqual([]);
  for (const resource of resources) resource.addOverride(argument, value);
}

const POLICIES = [
  ["aws_iam_policy", "policy"],
  ["aws_iam_role", "assume_role_policy"],
  ["aws_iam_role_policy", "policy"],
  ["aws_s3_bucket_policy", "policy"],
] as const;

describe("an app's override of a policy", () => {
  it.each(POLICIES)("changes the entry of the account when it widens %s.%s", (type, argument) => {
    // Prepare
    class Widened extends AccountStack {
      constructor(...args: ConstructorParameters<typeof AccountStack>) {
        super(...args);
        override(this, type, argument);
      }
    }
    const app = { models, environments, accounts };

    // Act
    const failing = failingTitles(recordTerraform(app), recordTerraform({ ...app, AccountStack: Widened }));

    // Assess
    const names = Object.keys(models).join(", ");
    expect(failing).toEqual([`account: shared by ${names}`, `account-prod: shared by ${names}`]);
  });

  it.each([...POLICIES, ["aws_vpc_endpoint", "policy"] as const])(
    "is a finding of proveLeastPrivilege when it widens %s.%s of an environment, and recordTerraform refers to the record of permissions",
    async (type, argument) => {
      // Prepare
      class Widened extends InferenceStack {
        constructor(...args: ConstructorParameters<typeof InferenceStack>) {
          super(...args);
          override(this, type, argument);
        }
      }
      const app = { ...appOf(everything), InferenceStack: Widened };

      // Act
      const text = textOf(recordTerraform(app));
      const { findings } = await proveLeastPrivilege(app, { mutants: false });

      // Assess
      expect(text).toContain(`  ${argument}: (in the record of permissions)`);
      expect(text).not.toContain("Statement");
      expect(findings).not.toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it("is a finding of proveLeastPrivilege when it adds a policy to the document of the API", async () => {
    // Prepare
    class WithPolicy extends InferenceStack {
      constructor(...args: ConstructorParameters<typeof InferenceStack>) {
        super(...args);
        const document = Object.assign({}, this.stage.openApi, {
          "x-amazon-apigateway-policy": JSON.parse(WIDE),
        });
        override(this, "aws_api_gateway_rest_api", "body", JSON.stringify(document));
      }
    }

    // Act
    const { findings } = await proveLeastPrivilege(
      { ...appOf(example), InferenceStack: WithPolicy },
      { mutants: false },
    );

    // Assess
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining("no rule reads x-amazon-apigateway-policy"),
    ]);
  });

  it("changes the entry of the environment when it widens a policy that proveLeastPrivilege does not read", () => {
    // Prepare
    const appWith = (action: string): TestedApp => ({
      ...appOf(example),
      InferenceStack: class extends InferenceStack {
        constructor(...args: ConstructorParameters<typeof InferenceStack>) {
          super(...args);
          const statement = { Sid: "Send", Effect: "Allow", Principal: "*", Action: [action], Resource: "*" };
          new SqsQueuePolicy(this, "queue", {
            queueUrl: "https://sqs.eu-central-1.amazonaws.com/111122223333/reports",
            policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
          });
        }
      },
    });

    // Act
    const [before, after] = [recordTerraform(appWith("sqs:SendMessage")), recordTerraform(appWith("sqs:*"))];

    // Assess
    expect(failingTitles(before, after)).toEqual(["test: shared by loan-default"]);
    expect(textOf(before)).toContain('  policy.Statement[Send].Action: ["sqs:SendMessage"]\n');
    expect(textOf(after)).toContain('  policy.Statement[Send].Action: ["sqs:*"]\n');
  });
});

describe("a Terraform module of an app", () => {
  class WithModule extends InferenceStack {
    constructor(...args: ConstructorParameters<typeof InferenceStack>) {
      super(...args);
      new TerraformHclModule(this, "reports", {
        source: "git::https://example.com/reports.git",
        variables: { queue: "reports" },
      });
    }
  }
  const app = { ...appOf(example), InferenceStack: WithModule };

  it("is in the record of the Terraform", () => {
    // Act
    const text = textOf(recordTerraform(app));

    // Assess
    expect(text).toContain('\nmodule\n  reports.queue: "reports"\n  reports.source: ');
  });

  it("is a finding of proveLeastPrivilege, because no rule reads its resources", async () => {
    // Act
    const { findings } = await proveLeastPrivilege(app, { mutants: false });

    // Assess
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining("test: got a Terraform module, whose resources no rule reads"),
    ]);
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
