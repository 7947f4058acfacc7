import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { examples } from "../../examples";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { createApp } from "../support/app";
import { type Aws, startAws } from "./support/aws";
import { Terraform } from "./support/terraform";

/** Includes one download of the provider: some hundred megabytes. */
const TIMEOUT_IN_MS = 300_000;
const ACCOUNT = "111122223333";

const SCORING = {
  name: "scoring",
  roleArn: `arn:aws:iam::${ACCOUNT}:role/teams/scoring/scoring-role`,
  variables: { SAGEMAKER_ENDPOINT: "shared-loan-default" },
};

interface Plan {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly type: string;
    readonly mode: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly after: Readonly<Record<string, unknown>>;
    };
  }[];
  readonly configuration: {
    readonly root_module: {
      readonly resources: readonly {
        readonly address: string;
        readonly expressions: Readonly<Record<string, unknown>>;
      }[];
    };
  };
}

const NO_PLAN: Plan = { resource_changes: [], configuration: { root_module: { resources: [] } } };

/** The resources that a block of a resource refers to, e.g. its `vpc_config`; sorted. */
function referencesOf({ configuration }: Plan, address: RegExp, block: string): string[] {
  const found = configuration.root_module.resources.filter((resource) => address.test(resource.address));
  const text = JSON.stringify(found.map(({ expressions }) => expressions[block] ?? {}));
  const references = text.match(/"aws_[\w]+\.[\w-]+"/g) ?? [];
  return [...new Set(references.map((reference) => withoutDigits(reference.slice(1, -1))))].sort();
}

/** An address without the hash of the path with which CDKTF ends each name. */
function withoutDigits(address: string): string {
  return address.replace(/_[0-9A-F]{8}$/, "");
}

const temp = makeTempFolder();
const outdir = join(temp, "out");
const terraform = new Terraform(join(temp, "home"));
const servers: Aws[] = [];

/** Plans a stack with a server that answers like AWS. The backend is a file. */
async function plan(
  name: string,
  { url }: Aws,
): Promise<{ status: number | null; output: string; plan: Plan }> {
  const folder = join(outdir, "stacks", name);
  const credentials = { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  const init = terraform.run(folder, ["init", "-input=false", "-no-color"]);
  if (init.status !== 0) throw new Error(`terraform init failed for ${name}:\n${init.output}`);

  const { status, output } = await terraform.runBeside(
    folder,
    ["plan", "-input=false", "-no-color", "-out=plan"],
    credentials,
  );
  if (status !== 0) return { status, output, plan: NO_PLAN };
  const { stdout } = await terraform.runBeside(folder, ["show", "-json", "plan"], credentials);
  return { status, output, plan: JSON.parse(stdout) };
}

/** The errors in the output of a failed plan, in one line. */
function errorsIn(output: string): string {
  return output.replaceAll(/[\s│]+/g, " ").replace(/^.*?(?=Error: |$)/, "");
}

async function aws(
  variables: Readonly<Record<string, string>> = SCORING.variables,
  approval = "Approved",
): Promise<Aws> {
  const started = await startAws(ACCOUNT, [{ ...SCORING, variables }], approval);
  servers.push(started);
  return started;
}

beforeAll(() => {
  mkdirSync(outdir);
  createApp(
    examples.map((example) => ({ ...example, state: { local: { path: `${example.name}.tfstate` } } })),
    { outdir },
  ).synth();
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  removeFolder(temp);
});

describe.each(examples.map(({ name }) => name))("the example %s", (name) => {
  it(
    "has a plan of the real provider that only creates resources",
    async () => {
      // Prepare
      const server = await aws();

      // Act
      const { status, output, plan: planned } = await plan(name, server);

      // Assess
      expect(errorsIn(output)).toBe("");
      expect(status).toBe(0);
      expect(server.unknown).toEqual([]);
      const managed = planned.resource_changes.filter(({ mode }) => mode === "managed");
      expect(managed.length).toBeGreaterThan(5);
      expect(managed.filter(({ change }) => change.actions.join() !== "create")).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the plan of a new VPC", () => {
  it(
    "has the functions and the endpoint in the VPC, and no route to the internet",
    async () => {
      // Act
      const { plan: planned } = await plan("private", await aws());

      // Assess
      const of = (type: string) =>
        planned.resource_changes.filter((change) => change.type === type).map(({ change }) => change.after);
      const SUBNETS = ["aws_subnet.network_vpc_subnet-a", "aws_subnet.network_vpc_subnet-b"];
      for (const model of ["energy-demand", "loan-default"]) {
        const fn = new RegExp(`^aws_lambda_function\\.${model}_function_`);
        expect(referencesOf(planned, fn, "vpc_config")).toEqual([
          "aws_security_group.network_vpc_functions-group",
          ...SUBNETS,
        ]);
      }
      expect(referencesOf(planned, /^aws_sagemaker_model\.energy-demand_/, "vpc_config")).toEqual([
        "aws_security_group.network_vpc_endpoints-group",
        ...SUBNETS,
      ]);
      // A serverless endpoint is never in a VPC.
      expect(referencesOf(planned, /^aws_sagemaker_model\.loan-default_/, "vpc_config")).toEqual([]);
      expect(of("aws_vpc_endpoint").map(({ service_name }) => service_name)).toEqual([
        "com.amazonaws.eu-central-1.sagemaker.runtime",
        "com.amazonaws.eu-central-1.s3",
      ]);
      expect(of("aws_subnet").map(({ map_public_ip_on_launch }) => map_public_ip_on_launch)).toEqual([
        false,
        false,
      ]);
      const ways = /internet_gateway|nat_gateway|transit_gateway|peering|aws_route$|aws_eip/;
      expect(planned.resource_changes.filter(({ type }) => ways.test(type))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );
});

describe("the plan with a package of the Model Registry", () => {
  it.each(["PendingManualApproval", "Rejected"])(
    "fails when the package has the status %s, and names the repair",
    async (approval) => {
      // Act
      const { status, output } = await plan("registry", await aws(SCORING.variables, approval));

      // Assess
      expect(status).toBe(1);
      expect(errorsIn(output)).toContain(
        "The package arn:aws:sagemaker:eu-central-1:444455556666:model-package/energy-demand/7 is not approved. " +
          'Approve the version in the Model Registry, name an approved version, or set approval: "any" for this ' +
          "environment.",
      );
    },
    TIMEOUT_IN_MS,
  );
});

describe("the plan with an existing function", () => {
  it(
    "adds a policy to the function's role for any path of the role",
    async () => {
      // Act
      const { plan: planned } = await plan("shared", await aws());

      // Assess
      const policies = planned.resource_changes
        .filter(({ type }) => type === "aws_iam_role_policy")
        .map(({ change }) => [change.after.name, change.after.role]);
      expect(policies).toContainEqual(["shared-loan-default-invokes-endpoint", "scoring-role"]);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[string, Readonly<Record<string, string>>]>([
    ["another endpoint", { SAGEMAKER_ENDPOINT: "other" }],
    ["no endpoint", {}],
  ])(
    "fails when the function's variable names %s, and names the repair",
    async (_, variables) => {
      // Act
      const { status, output } = await plan("shared", await aws(variables));

      // Assess
      expect(status).toBe(1);
      expect(errorsIn(output)).toContain(
        "The function scoring does not name its endpoint: set the function's environment variable SAGEMAKER_ENDPOINT to " +
          "shared-loan-default in the code that creates the function, and plan again.",
      );
    },
    TIMEOUT_IN_MS,
  );
});
