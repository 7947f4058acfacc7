import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ACCOUNTS, STAGING } from "./support/environments";
import { type Step, Workspace } from "./support/pipeline";

const TIMEOUT_IN_MS = 30_000;

const IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1";
const PLAN = {
  prior_state: {
    values: {
      root_module: {
        resources: [
          ["aws_sagemaker_endpoint", { name: "staging-loan", endpoint_config_name: "loan-1" }],
          [
            "aws_sagemaker_endpoint_configuration",
            { name: "loan-1", production_variants: [{ model_name: "loan-model-1" }] },
          ],
          [
            "aws_sagemaker_model",
            {
              name: "loan-model-1",
              execution_role_arn: "arn:aws:iam::111122223333:role/loan",
              primary_container: [{ image: IMAGE, model_data_url: "s3://models/loan.tar.gz" }],
            },
          ],
          ["aws_iam_role", { arn: "arn:aws:iam::111122223333:role/loan", secret: "a-secret-value" }],
        ].map(([type, values]) => ({ address: `${type}.it`, mode: "managed", type, values })),
      },
    },
  },
};

let workspace: Workspace;
let url: string;

/** ECR has no such image, and S3 refuses the list. */
const server = http.createServer((request, response) => {
  const isEcr = request.method === "POST";
  response.writeHead(isEcr ? 200 : 403);
  response.end(
    isEcr
      ? JSON.stringify({ failures: [{ failureCode: "ImageNotFound" }] })
      : "<Error><Code>AccessDenied</Code><Message>a-secret-value</Message></Error>",
  );
});

beforeAll(async () => {
  workspace = new Workspace(ACCOUNTS, STAGING);
  workspace.write("plan.json", JSON.stringify(PLAN));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, TIMEOUT_IN_MS);

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  workspace?.remove();
});

const parts = (variables: NodeJS.ProcessEnv): Promise<Step> =>
  workspace.step(["parts", "plan.json", "parts.json"], {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_ECR: url,
    AWS_ENDPOINT_URL_S3: url,
    ...variables,
  });

describe("the step that checks the parts of the endpoints", () => {
  it(
    "writes the state of each part, without other values of the plan or of AWS's answers",
    async () => {
      // Act
      const step = await parts({ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" });

      // Assess
      expect(step).toMatchObject({ status: 0, output: "endpoints: 1\n" });
      const text = readFileSync(join(workspace.project.folder, "parts.json"), "utf8");
      expect(JSON.parse(text)).toEqual([
        {
          endpoint: "staging-loan",
          state: "exists",
          parts: [
            { kind: "endpoint configuration", name: "loan-1", state: "exists" },
            { kind: "model", name: "loan-model-1", state: "exists" },
            { kind: "role", name: "arn:aws:iam::111122223333:role/loan", state: "exists" },
            {
              kind: "artifact",
              name: "s3://models/loan.tar.gz",
              state: "unchecked",
              reason: "AWS answered AccessDenied",
            },
            { kind: "image", name: IMAGE, state: "missing" },
          ],
        },
      ]);
      expect(text).not.toContain("a-secret-value");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "names the variables when it has no credentials",
    async () => {
      // Act
      const step = await parts({});

      // Assess
      expect(step.status).toBe(1);
      expect(step.output).toContain("::error::AWS_ACCESS_KEY_ID: got no credentials");
    },
    TIMEOUT_IN_MS,
  );
});
