import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { readPlans } from "../../src/review/reading/plan";
import { toMarkdown } from "../../src/review/rendering/render";
import { reportOf } from "../../src/review/report";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { environmentWith, ManyModels } from "../stacks/support/many-models";
import { type Aws, startAws } from "./support/aws";
import { Terraform } from "./support/terraform";

/** Includes one download of the provider: some hundred megabytes. */
const TIMEOUT_IN_MS = 600_000;
const MODELS = 100;
const ACCOUNT = "444455556666";

const temp = makeTempFolder();
const terraform = new Terraform(join(temp, "home"));
let aws: Aws;

beforeAll(async () => {
  aws = await startAws(ACCOUNT, []);
});

afterAll(async () => {
  await aws.stop();
  removeFolder(temp);
});

/** The JSON of a stack's plan by the real Terraform. No resource exists yet. */
async function plan(many: ManyModels, name: string): Promise<string> {
  const folder = join(many.project.folder, "cdktf.out", "stacks", name);
  // The stack's own backend is a bucket that does not exist here.
  writeFileSync(
    join(folder, "backend_override.tf.json"),
    JSON.stringify({ terraform: { backend: { local: { path: join(temp, `${name}.tfstate`) } } } }),
  );
  const init = terraform.run(folder, ["init", "-input=false", "-no-color"]);
  if (init.status !== 0) throw new Error(`terraform init failed for ${name}:\n${init.output}`);
  const credentials = { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  const words = ["plan", "-input=false", "-no-color", "-lock=false", "-out=plan"];
  const { status, output } = await terraform.runBeside(folder, words, credentials);
  if (status !== 0) throw new Error(`terraform plan failed for ${name}:\n${output}`);
  return (await terraform.runBeside(folder, ["show", "-json", "plan"], credentials)).stdout;
}

interface PlannedChange {
  readonly type: string;
  readonly change: { readonly actions: readonly string[]; readonly after: Readonly<Record<string, unknown>> };
}

function changesOf(planned: string, type: string): PlannedChange[] {
  const { resource_changes: changes } = JSON.parse(planned) as {
    readonly resource_changes: readonly PlannedChange[];
  };
  return changes.filter((change) => change.type === type);
}

describe(`an environment of ${MODELS} models`, () => {
  let many: ManyModels;

  beforeAll(async () => {
    many = new ManyModels(MODELS);
    const { status, stderr } = await many.synthesize();
    if (status !== 0) throw new Error(stderr);
  }, TIMEOUT_IN_MS);

  afterAll(() => many.remove());

  it(
    "has a plan of the real provider that the review can read",
    async () => {
      // Act
      const planned = await plan(many, "prod");
      const report = reportOf(readPlans([{ file: "plan.json", text: planned }]));

      // Assess
      for (const type of ["aws_lambda_function", "aws_sagemaker_endpoint", "aws_sagemaker_model"]) {
        expect(changesOf(planned, type).map(({ change }) => change.actions)).toEqual(
          Array.from({ length: MODELS }, () => ["create"]),
        );
      }
      const [prod] = report.environments;
      expect(prod?.lifecycle).toBe("created");
      expect(prod?.counts.create).toBeGreaterThan(MODELS * 10);
      expect(prod?.counts).toMatchObject({ update: 0, replace: 0, destroy: 0 });
      const text = toMarkdown(report);
      expect(text).toContain("prod");
      expect(text.length).toBeLessThan(65_536);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has an account stack whose plan contains every policy, and the account of SageMaker's images",
    async () => {
      // Act
      const planned = await plan(many, "account");

      // Assess
      const policies = changesOf(planned, "aws_iam_policy").map(({ change }) => change.after);
      expect(policies.filter(({ policy }) => typeof policy !== "string" || policy.length > 6_144)).toEqual(
        [],
      );
      const boundary = policies.find(({ name }) => name === "prod-boundary");
      // The account of Linear Learner and of XGBoost in us-east-1
      // (https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/ecr-us-east-1.html).
      for (const image of [
        "382416733822:repository/linear-learner",
        "683313688378:repository/sagemaker-xgboost",
      ]) {
        expect(String(boundary?.policy)).toContain(`arn:aws:ecr:us-east-1:${image}`);
      }
    },
    TIMEOUT_IN_MS,
  );
});

describe("an artifact's key with special characters of IAM and Terraform", () => {
  const folder = "dt=2024-01-01/all*of?them/$" + "{aws:username} %" + "{if true}/a:b+c@d";
  const environment: Environment = {
    ...environmentWith([]),
    models: {
      "loan-default": {
        artifact: `s3://amzn-s3-demo-bucket/${folder}/model.tar.gz`,
        image: { algorithm: "linear-learner", tag: "1" },
        instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
        dataCapture: { destination: `s3://amzn-s3-demo-bucket/${folder}`, samplingPercentage: 5 },
        deployment: { terminationWaitInSeconds: 120, rollbackOn: { alarmNames: [folder] } },
      },
    },
    callers: {},
  };
  let many: ManyModels;

  beforeAll(async () => {
    many = new ManyModels(0);
    many.serve(environment);
    const { status, stderr } = await many.synthesize();
    if (status !== 0) throw new Error(stderr);
  }, TIMEOUT_IN_MS);

  afterAll(() => many.remove());

  it(
    "is unchanged in the plan, and escaped in policies",
    async () => {
      // Act
      const planned = await plan(many, "prod");

      // Assess
      const [model] = changesOf(planned, "aws_sagemaker_model");
      const [configuration] = changesOf(planned, "aws_sagemaker_endpoint_configuration");
      const [endpoint] = changesOf(planned, "aws_sagemaker_endpoint");
      expect(model?.change.after).toMatchObject({
        primary_container: [{ model_data_url: `s3://amzn-s3-demo-bucket/${folder}/model.tar.gz` }],
      });
      expect(configuration?.change.after).toMatchObject({
        data_capture_config: [{ destination_s3_uri: `s3://amzn-s3-demo-bucket/${folder}` }],
      });
      expect(JSON.stringify(endpoint?.change.after)).toContain(JSON.stringify({ alarm_name: folder }));
      const literal =
        "dt=2024-01-01/all$" + "{*}of$" + "{?}them/$" + "{$}{aws:username} %" + "{if true}/a:b+c@d";
      const policies = changesOf(planned, "aws_iam_role_policy").map(({ change }) =>
        String(change.after.policy),
      );
      for (const resource of [
        `arn:aws:s3:::amzn-s3-demo-bucket/${literal}/model.tar.gz`,
        `arn:aws:s3:::amzn-s3-demo-bucket/${literal}/prod-loan-default/AllTraffic/*`,
        `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:${literal}`,
      ]) {
        expect(policies.filter((policy) => policy.includes(JSON.stringify(resource)))).toHaveLength(1);
      }
      const { planned_values: values } = JSON.parse(planned) as { readonly planned_values: unknown };
      expect(JSON.stringify(values)).not.toContain("$$");
    },
    TIMEOUT_IN_MS,
  );
});
