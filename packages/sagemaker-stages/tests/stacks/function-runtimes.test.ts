import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { App, TerraformStack } from "cdktf";
import { createApp } from "../../src/app/create-app";
import { functionPackage } from "../../src/constructs/function/function-code";
import { LambdaToSagemakerEndpoint } from "../../src/constructs/lambda-to-sagemaker-endpoint";
import { AwsScope } from "../../src/constructs/terraform/aws-scope";
import { LOCK_FILE } from "../../src/constructs/terraform/provider-lock";
import { requireVersions } from "../../src/constructs/terraform/terraform-settings";
import type { Environment } from "../../src/environment/environment";
import { defineModels } from "../../src/models";
import { python } from "../../src/python-model";
import { BEFORE_EVERY_END } from "../../src/testing/clock";
import { inTempFolder } from "../../src/testing/temp-folder";
import { models as fixtures } from "../fixtures/app/functions";
import { DEV, PROD } from "../local/support/environments";
import { COMMAND, MAIN, ProjectCopy } from "../local/support/project";
import { run as runProgram } from "../package/support/small-repository";
import { checkEnvironments } from "../support/app";
import { example, exampleModel, exampleWith } from "./support/environments";
import { type Finished, runNode } from "./support/project";

const EVERY_VERSION = ">= 5.100.0, < 7.0.0";
const FROM_6_21 = ">= 6.21.0, < 7.0.0";

/** The parts of a stack's Terraform code that the tests read. */
interface Code {
  readonly terraform: { readonly required_providers: { readonly aws: { readonly version: string } } };
  readonly resource: {
    readonly aws_lambda_function: Readonly<
      Record<
        string,
        { readonly function_name: string; readonly runtime: string; readonly source_code_hash: string }
      >
    >;
  };
}

/** The Terraform code of a stack, without the comparison with the lock file. */
function codeOf(app: App, stack: string): Code {
  return (app.node.findChild(stack) as unknown as { toTerraform(): Code }).toTerraform();
}

function runtimesIn({ resource }: Code): Record<string, string> {
  const functions = Object.values(resource.aws_lambda_function);
  return Object.fromEntries(functions.map((fn) => [fn.function_name, fn.runtime]));
}

function synthesize(...environments: Environment[]): (stack: string) => Code {
  return inTempFolder((outdir) => {
    const app = createApp({ models: fixtures, environments, now: BEFORE_EVERY_END, outdir });
    const codes = new Map(environments.map(({ name }) => [name, codeOf(app, name)]));
    return (stack) => codes.get(stack) as Code;
  });
}

const TWO: Environment = {
  ...example,
  models: { "loan-default": exampleModel, "energy-demand": exampleModel },
};

describe("the runtime of functions", () => {
  it.each<[string, Environment, Record<string, string>]>([
    [
      "nodejs22.x without a setting",
      TWO,
      { "test-loan-default": "nodejs22.x", "test-energy-demand": "nodejs22.x" },
    ],
    [
      "the environment's for every model",
      { ...TWO, functionRuntimes: { node: "nodejs24.x" } },
      { "test-loan-default": "nodejs24.x", "test-energy-demand": "nodejs24.x" },
    ],
    [
      "the model's before the environment's",
      {
        ...TWO,
        functionRuntimes: { node: "nodejs24.x" },
        models: { ...TWO.models, "energy-demand": { ...exampleModel, function: { runtime: "nodejs22.x" } } },
      },
      { "test-loan-default": "nodejs24.x", "test-energy-demand": "nodejs22.x" },
    ],
    [
      "no other than nodejs22.x when the environment sets only the runtime of Python",
      { ...TWO, functionRuntimes: { python: "python3.14" } },
      { "test-loan-default": "nodejs22.x", "test-energy-demand": "nodejs22.x" },
    ],
  ])("is %s", (_, environment, expected) => {
    // Act
    const code = synthesize(environment)("test");

    // Assess
    expect(runtimesIn(code)).toEqual(expected);
  });

  it("changes nothing except the runtime and the provider's version", () => {
    // Act
    const [before, after] = [
      exampleWith({}),
      { ...exampleWith({}), functionRuntimes: { node: "nodejs24.x" } },
    ].map((environment) => JSON.stringify(synthesize(environment as Environment)("test")));

    // Assess: one package for all runtimes
    expect(after?.replaceAll("nodejs24.x", "nodejs22.x").replaceAll(FROM_6_21, EVERY_VERSION)).toBe(before);
  });

  it.each([
    [
      "nodejs26.x",
      "functionRuntimes.node",
      { functionRuntimes: { node: "nodejs26.x" } },
      "nodejs22.x, nodejs24.x",
    ],
    [
      "python3.13",
      "functionRuntimes.node",
      { functionRuntimes: { node: "python3.13" } },
      "nodejs22.x, nodejs24.x",
    ],
    [
      "python3.10",
      "functionRuntimes.python",
      { functionRuntimes: { python: "python3.10" } },
      "python3.11, python3.12, python3.13, python3.14",
    ],
    [
      "python3.13",
      "models.loan-default.function.runtime",
      exampleWith({ function: { runtime: "python3.13" } }),
      "nodejs22.x, nodejs24.x; or no runtime, for the environment's functionRuntimes",
    ],
  ])("is refused when it is %s at %s", (_, field, settings, allowed) => {
    // Act
    const faults = checkEnvironments([{ ...example, ...settings } as Environment]);

    // Assess
    expect(faults).toEqual([expect.objectContaining({ field, allowed })]);
  });
});

describe("the runtime of functions in Python", () => {
  const project = new ProjectCopy();
  const folder = process.cwd();
  const churn = { ...exampleModel, access: "PUBLIC" } as const;

  beforeAll(() => {
    project.write("functions/churn/handler.py", "def lambda_handler(event, context):\n    return {}\n");
    process.chdir(project.folder);
  });
  afterAll(() => {
    process.chdir(folder);
    project.remove();
  });

  it.each<[string, Partial<Environment>, string, string]>([
    ["python3.13 without a setting", {}, "python3.13", EVERY_VERSION],
    ["the environment's", { functionRuntimes: { python: "python3.14" } }, "python3.14", FROM_6_21],
    [
      "the model's before the environment's",
      {
        functionRuntimes: { python: "python3.14" },
        models: { churn: { ...churn, function: { runtime: "python3.12" } } },
      },
      "python3.12",
      EVERY_VERSION,
    ],
  ])("is %s", (_, settings, runtime, version) => {
    // Prepare
    const route = {
      method: "POST",
      path: "/churn",
      title: "Churn",
      description: "Predicts churn",
      allowed: "anything",
      schema: { type: "object" },
      example: { request: {}, answer: {} },
    };
    const models = { ...fixtures, ...defineModels({ churn: python(route) }) };
    const environments: Environment[] = [{ ...example, models: { churn }, ...settings }];

    // Act
    const code = inTempFolder((outdir) =>
      codeOf(createApp({ models, environments, now: BEFORE_EVERY_END, outdir }), "test"),
    );

    // Assess
    expect(runtimesIn(code)).toEqual({ "test-churn": runtime });
    expect(code.terraform.required_providers.aws.version).toBe(version);
  });
});

describe("the versions of Terraform's AWS provider", () => {
  it("start at the version that accepts the stack's newest runtime, in each stack separately", () => {
    // Act
    const stack = synthesize(
      { ...example, functionRuntimes: { node: "nodejs24.x" } },
      { ...example, name: "other", state: { local: { path: "terraform.other.tfstate" } } },
    );

    // Assess
    expect(stack("test").terraform.required_providers.aws.version).toBe(FROM_6_21);
    expect(stack("other").terraform.required_providers.aws.version).toBe(EVERY_VERSION);
  });

  it.each([
    ["before", true],
    ["after", false],
  ])(
    "start at this version when the construct is in a stack that calls requireVersions %s it",
    (_, isFirst) => {
      // Act
      const code = ownStack((stack, addConstruct) => {
        if (isFirst) requireVersions(stack);
        addConstruct();
        if (!isFirst) requireVersions(stack);
      });

      // Assess
      expect(runtimesIn(code)).toEqual({ "own-scoring": "nodejs24.x" });
      expect(code.terraform.required_providers.aws.version).toBe(FROM_6_21);
    },
  );

  it("are not changed in a stack that declares the versions itself", () => {
    // Act
    const code = ownStack((stack, addConstruct) => {
      stack.addOverride("terraform.required_providers.aws.version", "6.25.0");
      addConstruct();
    });

    // Assess
    expect(code.terraform.required_providers.aws.version).toBe("6.25.0");
  });

  it("functionPackage refuses a runtime of another language than the handler's", () => {
    // Act
    const pack = () => functionPackage("loan-default", "unused", { runtime: "python3.13" });

    // Assess
    expect(pack).toThrow(
      'functions/loan-default: runtime: got "python3.13"; allowed: nodejs22.x, nodejs24.x, the runtimes of the handler\'s language',
    );
  });

  /** The Terraform code of a stack with the public construct, whose function has the runtime nodejs24.x. */
  function ownStack(fill: (stack: TerraformStack, addConstruct: () => void) => void): Code {
    return inTempFolder((outdir) => {
      const app = new App({ outdir });
      const stack = new TerraformStack(app, "own");
      new AwsProvider(stack, "aws", { region: "eu-central-1" });
      const addConstruct = () =>
        new LambdaToSagemakerEndpoint(stack, "scoring", {
          account: new AwsScope(stack, { region: "eu-central-1", accountId: "111122223333" }),
          name: "own-scoring",
          newFunction: {
            code: functionPackage("loan-default", outdir, { runtime: "nodejs24.x" }),
            description: "Scores",
          },
          newEndpoint: exampleModel,
          logRetentionInDays: 7,
        });
      fill(stack, addConstruct);
      return codeOf(app, "own");
    });
  }
});

describe("an app whose runtime requires a newer provider than its lock file contains", () => {
  const TIMEOUT_IN_MS = 60_000;
  const project = new ProjectCopy();
  const lockFile = join(project.folder, "stacks", LOCK_FILE);
  const run = (program: readonly string[]): Promise<Finished> => runNode(program, project.folder);
  const synthesizeApp = () => run(MAIN);

  beforeAll(() => project.setEnvironments({ ...DEV, functionRuntimes: { node: "nodejs24.x" } }, PROD));
  afterAll(() => project.remove());

  it(
    "is refused at synthesis with the version, the stack and the command",
    async () => {
      // Act
      const finished = await synthesizeApp();

      // Assess
      expect(finished).toEqual({
        status: 1,
        stdout: "",
        stderr:
          "stacks/.terraform.lock.hcl: got version 5.100.0 of registry.terraform.io/hashicorp/aws; allowed: >= 6.21.0, < 7.0.0, which the stack dev requires. Run npx sagemaker-stages providers-lock, and commit the file\n",
      });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is synthesized for the local stage, which runs no provider",
    async () => {
      // Act
      const finished = await run([
        "--import",
        "data:text/javascript,process.env.SYNTHESIZE='environments'",
        "--import",
        "tsx",
        "main.ts",
      ]);

      // Assess
      expect(finished).toEqual({ status: 0, stdout: "", stderr: "" });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "gets from providers-lock a version that every stack allows",
    async () => {
      // Prepare: a program that shows what terraform receives, without the registry
      const before = readFileSync(lockFile, "utf8");
      const terraform = join(project.folder, "terraform");
      writeFileSync(
        terraform,
        `#!/bin/sh\ncat "\${1#-chdir=}/main.tf.json" > "\${1#-chdir=}/.terraform.lock.hcl"\n`,
        { mode: 0o755 },
      );

      // Act
      const variables = [`TERRAFORM_BINARY_NAME=${terraform}`];
      const finished = await runProgram(
        "env",
        [...variables, process.execPath, COMMAND, "providers-lock"],
        project.folder,
      );

      // Assess
      expect(finished).toMatchObject({ status: 0, stderr: "" });
      const received: Code = JSON.parse(readFileSync(lockFile, "utf8"));
      const constraints = received.terraform.required_providers.aws.version.split(", ");
      expect([...constraints].sort()).toEqual(["< 7.0.0", ">= 5.100.0", ">= 6.21.0"]);
      writeFileSync(lockFile, before);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is synthesized when the lock file contains a version that the stack allows",
    async () => {
      // Prepare
      const before = readFileSync(lockFile, "utf8");
      writeFileSync(lockFile, before.replace('version     = "5.100.0"', 'version     = "6.25.0"'));

      // Act
      const finished = await synthesizeApp();

      // Assess
      expect(finished).toEqual({ status: 0, stdout: "", stderr: "" });
      const code: Code = JSON.parse(
        readFileSync(join(project.folder, "cdktf.out/stacks/dev/cdk.tf.json"), "utf8"),
      );
      expect(Object.values(runtimesIn(code))).toContain("nodejs24.x");
      writeFileSync(lockFile, before);
    },
    TIMEOUT_IN_MS,
  );
});
