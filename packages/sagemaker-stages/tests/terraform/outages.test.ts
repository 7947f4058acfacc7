import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { committedLockFile, LOCK_FILE } from "../../src/constructs/terraform/provider-lock";
import { readPlan } from "../../src/review/reading/plan";
import { reportOf } from "../../src/review/report";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { Terraform } from "./support/terraform";

/** Includes one download of the provider: some hundred megabytes. */
const TIMEOUT_IN_MS = 300_000;

const temp = makeTempFolder();
const folder = join(temp, "stack");
const terraform = new Terraform(join(temp, "home"));

afterAll(() => removeFolder(temp));

type Values = Readonly<Record<string, unknown>>;

/** The resources of a deployed environment by their address, and their arguments in Terraform's form. */
const DEPLOYED: Readonly<Record<string, Values>> = {
  "aws_sagemaker_endpoint.churn": { name: "prod-churn", endpoint_config_name: "prod-churn-1" },
  "aws_lambda_function_url.churn": { function_name: "prod-churn", authorization_type: "AWS_IAM" },
  "aws_api_gateway_api_key.acme": { name: "prod-acme", enabled: true },
  "aws_cloudwatch_log_group.churn": { name: "/aws/lambda/prod-churn" },
};

/** Attributes that AWS sets, and without which the provider plans a replacement. */
const COMPUTED: Readonly<Record<string, Values>> = {
  "aws_sagemaker_endpoint.churn": { id: "prod-churn", tags_all: {} },
  "aws_lambda_function_url.churn": {
    id: "prod-churn",
    invoke_mode: "BUFFERED",
    function_url: "https://x.lambda-url.us-east-1.on.aws/",
  },
  "aws_api_gateway_api_key.acme": { id: "k1", description: "Managed by Terraform", value: "k", tags_all: {} },
  "aws_cloudwatch_log_group.churn": { id: "/aws/lambda/prod-churn", tags_all: {} },
};

/** The state of {@link DEPLOYED}, as Terraform writes it. */
function state(): object {
  return {
    version: 4,
    terraform_version: "1.10.0",
    serial: 1,
    lineage: "0b6fd1f5-4d4a-4d2b-9d0e-3f0f6d3f5c11",
    outputs: {},
    resources: Object.entries(DEPLOYED).map(([address, values]) => {
      const [type, name] = address.split(".");
      const attributes = { ...values, ...COMPUTED[address] };
      // Without this path, Terraform plans an update of the key.
      const sensitive_attributes =
        type === "aws_api_gateway_api_key" ? [[{ type: "get_attr", value: "value" }]] : [];
      const provider = 'provider["registry.terraform.io/hashicorp/aws"]';
      return {
        mode: "managed",
        type,
        name,
        provider,
        instances: [{ schema_version: 0, attributes, sensitive_attributes }],
      };
    }),
  };
}

function write(file: string, content: object): void {
  writeFileSync(join(folder, file), JSON.stringify(content));
}

/** What the review says about the real provider's plan that changes these resources of {@link DEPLOYED}. */
function review(changes: Readonly<Record<string, Values | undefined>>) {
  const resource: Record<string, Record<string, Values>> = {};
  for (const [address, values] of Object.entries({ ...DEPLOYED, ...changes })) {
    const [type = "", name = ""] = address.split(".");
    if (values !== undefined) resource[type] = { ...resource[type], [name]: values };
  }
  write("main.tf.json", {
    terraform: { required_providers: { aws: { source: "hashicorp/aws" } } },
    provider: {
      aws: {
        region: "us-east-1",
        access_key: "test",
        secret_key: "test",
        skip_credentials_validation: true,
        skip_metadata_api_check: true,
        skip_requesting_account_id: true,
      },
    },
    resource,
  });
  write("terraform.tfstate", state());
  const words = ["plan", "-refresh=false", "-input=false", "-no-color", "-lock=false", "-out=plan"];
  const { status, output } = terraform.run(folder, words);
  if (status !== 0) throw new Error(`terraform plan failed:\n${output}`);
  const shown = terraform.run(folder, ["show", "-json", "plan"]).stdout;
  const [report] = reportOf([readPlan(shown, "prod.json")]).environments;
  return {
    gate: report?.flags.outage,
    outages: report?.outages.map(({ cause, lasts, address }) => `${address} ${cause}, ${lasts}`),
    counts: report?.planned,
  };
}

describe("the gate outage on plans of the real provider", () => {
  beforeAll(() => {
    mkdirSync(folder);
    copyFileSync(committedLockFile(), join(folder, LOCK_FILE));
    write("main.tf.json", { terraform: { required_providers: { aws: { source: "hashicorp/aws" } } } });
    const init = terraform.run(folder, ["init", "-input=false", "-no-color"]);
    if (init.status !== 0) throw new Error(`terraform init failed:\n${init.output}`);
  }, TIMEOUT_IN_MS);

  it.each<[string, Readonly<Record<string, Values | undefined>>, readonly string[], object]>([
    [
      "an endpoint gets another name",
      { "aws_sagemaker_endpoint.churn": { name: "prod-churn-v2", endpoint_config_name: "prod-churn-1" } },
      ["aws_sagemaker_endpoint.churn other address, permanent"],
      { add: 1, change: 0, destroy: 1 },
    ],
    [
      "a function URL and a key are removed",
      { "aws_lambda_function_url.churn": undefined, "aws_api_gateway_api_key.acme": undefined },
      [
        "aws_lambda_function_url.churn destroyed, permanent",
        "aws_api_gateway_api_key.acme destroyed, permanent",
      ],
      { add: 0, change: 0, destroy: 2 },
    ],
    [
      "a key is disabled",
      { "aws_api_gateway_api_key.acme": { name: "prod-acme", enabled: false } },
      ["aws_api_gateway_api_key.acme setting, permanent"],
      { add: 0, change: 1, destroy: 0 },
    ],
  ])(
    "stops a plan in which %s",
    (_, changes, outages, counts) => {
      // Act
      const found = review(changes);

      // Assess
      expect(found).toMatchObject({ gate: true, outages, counts });
    },
    TIMEOUT_IN_MS,
  );

  it.each<[string, Readonly<Record<string, Values | undefined>>, object]>([
    ["nothing changes", {}, { add: 0, change: 0, destroy: 0 }],
    [
      "an endpoint rolls out another configuration",
      { "aws_sagemaker_endpoint.churn": { name: "prod-churn", endpoint_config_name: "prod-churn-2" } },
      { add: 0, change: 1, destroy: 0 },
    ],
    [
      "a log group is removed",
      { "aws_cloudwatch_log_group.churn": undefined },
      { add: 0, change: 0, destroy: 1 },
    ],
    [
      "an endpoint and its function URL are new",
      {
        "aws_sagemaker_endpoint.other": { name: "prod-other", endpoint_config_name: "prod-other-1" },
        "aws_lambda_function_url.other": { function_name: "prod-other", authorization_type: "AWS_IAM" },
      },
      { add: 2, change: 0, destroy: 0 },
    ],
  ])(
    "passes a plan in which %s",
    (_, changes, counts) => {
      // Act
      const found = review(changes);

      // Assess
      expect(found).toMatchObject({ gate: false, outages: [], counts });
    },
    TIMEOUT_IN_MS,
  );
});
