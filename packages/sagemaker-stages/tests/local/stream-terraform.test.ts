import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { banner } from "../../src/local/banner";
import type { Deployment } from "../../src/local/terraform/deployment";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { DEV, LOAN_DEFAULT } from "./support/environments";
import { type JsonObject, type OpenApiJson, only, Stacks } from "./support/terraform";

const SYNTHESIS_TIMEOUT_IN_MS = 30_000;
const ARN = "arn:aws:lambda:us-east-1:123456789012:function:dev-loan-default";

let stacks: Stacks;
let plain: Deployment;
let streaming: Deployment;

/** Changes the integration of the route and the invoke mode of the function URL, as a streaming model has them. */
function stream(api: JsonObject, url: JsonObject): void {
  const document = JSON.parse(String(api.body)) as OpenApiJson;
  const integration = document.paths["/loan-default"]?.post?.[
    "x-amazon-apigateway-integration"
  ] as JsonObject;
  integration.responseTransferMode = "STREAM";
  integration.timeoutInMillis = 300_000;
  integration.uri = String(integration.uri)
    .replace("2015-03-31", "2021-11-15")
    .replace("/invocations", "/response-streaming-invocations");
  api.body = JSON.stringify(document);
  url.invoke_mode = "RESPONSE_STREAM";
}

beforeAll(() => {
  stacks = new Stacks();
  const folder = stacks.synthesize({
    ...DEV,
    models: { "loan-default": { ...LOAN_DEFAULT, access: "API_KEY", functionUrl: {} } },
  });
  plain = readDeployment("dev", folder);
  const changed = stacks.change(folder, (terraform) =>
    stream(only(terraform, "aws_api_gateway_rest_api"), only(terraform, "aws_lambda_function_url")),
  );
  streaming = readDeployment("dev", changed);
}, SYNTHESIS_TIMEOUT_IN_MS);

afterAll(() => {
  stacks.remove();
});

function lines(deployment: Deployment): string[] {
  const urls = new Map(
    deployment.functionUrls.map(({ functionArn }) => [functionArn, "http://127.0.0.1:3001"]),
  );
  const text = banner({ url: "http://127.0.0.1:3000", functionUrls: urls }, [deployment], new Map());
  return text.split("\n").filter((line) => line.startsWith("  curl"));
}

describe("the Terraform of a streaming model", () => {
  it("has the transfer mode of the route and the invoke mode of the function URL", () => {
    // Act
    const [method] = streaming.stages[0]?.openApi.methods ?? [];

    // Assess
    expect(method?.integration).toMatchObject({ responseTransferMode: "STREAM", timeoutInMillis: 300_000 });
    expect(streaming.functionUrls).toMatchObject([{ functionArn: ARN, invokeMode: "RESPONSE_STREAM" }]);
    expect(plain.functionUrls[0]?.invokeMode).toBeUndefined();
  });

  it("is named with its differences from AWS, and is interpreted completely", () => {
    // Act
    const added = streaming.unsupported.filter((line) => !plain.unsupported.includes(line));

    // Assess
    expect(added).toEqual([
      expect.stringContaining("streamed answers: a caller who disconnects closes the function's stream here"),
    ]);
    expect(plain.unsupported.join("\n")).not.toContain("streamed answers");
  });

  it("has curl lines that show each chunk when it arrives", () => {
    // Act
    const commands = lines(streaming);

    // Assess
    expect(commands).toHaveLength(2);
    expect(commands.every((line) => line.startsWith("  curl --no-buffer 'http://127.0.0.1:300"))).toBe(true);
    expect(lines(plain).join("\n")).not.toContain("--no-buffer");
  });
});
