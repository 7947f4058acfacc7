import { describe, expect, it } from "@jest/globals";
import { readCall, record } from "../../src/testing/least-privilege/recorder";
import { ResolvedStack } from "../../src/testing/least-privilege/resolved-stack";
import { models } from "../fixtures/app/functions";
import { example } from "../stacks/support/environments";
import { synthesizeOne, type TerraformJson } from "../stacks/support/synthesized";

const stack = new ResolvedStack(example.name, synthesizeOne(example).terraform);

describe("the request of a function", () => {
  it("is read from its signature and its path", async () => {
    // Act
    const recorded = await record(stack, { environment: example, models });

    // Assess
    expect([...recorded]).toEqual([
      [
        "test-loan-default",
        [
          {
            service: "sagemaker",
            region: "eu-central-1",
            action: "sagemaker:InvokeEndpoint",
            resource: "endpoint/test-loan-default",
            request: "POST /endpoints/test-loan-default/invocations",
          },
        ],
      ],
    ]);
  });

  it("names the endpoint in the function's variables", async () => {
    // Prepare
    const changed = stack.changed(variables({ ENDPOINT_NAME: "another" }));

    // Act
    const recorded = await record(changed, { environment: example, models });

    // Assess
    expect([...recorded.values()].flat().map(({ resource }) => resource)).toEqual(["endpoint/another"]);
  });

  it("fails the recording when it goes to another host", async () => {
    // Prepare
    const changed = stack.changed(variables({ AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: "http://127.0.0.1:9" }));

    // Act
    const recording = record(changed, { environment: example, models });

    // Assess
    await expect(recording).rejects.toThrow(
      /functions\/loan-default: got connections to 127\.0\.0\.1:9; allowed: /,
    );
  });

  it("fails the recording when the Terraform deploys another package", async () => {
    // Prepare
    const changed = stack.changed(({ resource: { aws_lambda_function = {} } }) => {
      for (const values of Object.values(aws_lambda_function)) values.source_code_hash = "another";
    });

    // Act
    const recording = record(changed, { environment: example, models });

    // Assess
    await expect(recording).rejects.toThrow(
      "the deployed package is not the package of functions/loan-default",
    );
  });

  function variables(more: Readonly<Record<string, string>>) {
    return ({ resource: { aws_lambda_function = {} } }: TerraformJson): void => {
      for (const values of Object.values(aws_lambda_function)) {
        const { variables: given } = values.environment as { variables: Record<string, string> };
        values.environment = { variables: { ...given, ...more } };
      }
    };
  }
});

describe("a request without a rule", () => {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261121/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0";
  const received = {
    method: "POST",
    path: "/endpoints/e/invocations",
    headers: {},
    body: "",
    bytes: new Uint8Array(),
    connection: 1,
  };

  it.each([
    ["unsigned", received, "is not signed"],
    [
      "for another path",
      { ...received, path: "/endpoints/e/metrics", headers: { authorization } },
      "allowed: sagemaker:InvokeEndpoint",
    ],
    [
      "sent with another method",
      { ...received, method: "DELETE", headers: { authorization } },
      "allowed: sagemaker:InvokeEndpoint",
    ],
    [
      "for another service",
      { ...received, headers: { authorization: authorization.replace("/sagemaker/", "/s3/") } },
      "allowed: sagemaker:InvokeEndpoint",
    ],
  ])("is refused when the request is %s", (_, request, message) => {
    // Act
    const act = () => readCall(request);

    // Assess
    expect(act).toThrow(message);
  });
});
