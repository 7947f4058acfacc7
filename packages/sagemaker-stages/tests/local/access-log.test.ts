import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalFunction } from "../../src/local/lambda/function";
import { RestApi } from "../../src/local/rest-api/rest-api";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { type Request, send } from "./support/client";
import { DEV, EVERY_MODEL } from "./support/environments";
import { received } from "./support/http-requests";
import { publicStage, ROUTE_ARN } from "./support/inference-api";
import { Lambda } from "./support/lambda";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";
import { only, Stacks } from "./support/terraform";

const START_TIMEOUT_IN_MS = 90_000;

const JSON_TYPE = { "Content-Type": "application/json" };
const KEY = { "x-api-key": "local-dev-key-not-a-secret" };
const NONE = "-";

type Line = Readonly<Record<string, string>>;

describe("the access log of a stage", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy();
    project.setEnvironments({ ...EVERY_MODEL, stage: { ...EVERY_MODEL.stage, accessLogs: true } });
    stage = await RunningStage.serve(project, ["dev"]);
  }, START_TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage?.kill();
    project?.remove();
  });

  /** The parsed line of the access log, and its text. */
  async function logged(request: Request): Promise<{ line: Line; text: string; status: number }> {
    const from = stage.output.length;
    const { headers, status } = await send(stage.url, request);
    const id = `"requestId":"${headers["x-amzn-requestid"]}","extendedRequestId":"${headers["x-amz-apigw-id"]}"`;
    const output = await stage.printed(id, from);
    const [text = ""] = output.split("\n").filter((candidate) => candidate.includes(id));
    return { line: JSON.parse(text), text, status };
  }

  it("names the caller, the route, the time and the result of a request with an API key", async () => {
    // Act
    const { line, text } = await logged({
      method: "GET",
      path: "/dev/language-check?q=guten%20morgen",
      headers: KEY,
    });

    // Assess
    expect(line).toEqual({
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      extendedRequestId: expect.stringMatching(/^\S+$/),
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      ip: "127.0.0.1",
      userArn: NONE,
      accountId: NONE,
      apiKeyId: expect.stringMatching(/^[a-z0-9]{10}$/),
      httpMethod: "GET",
      resourcePath: "/language-check",
      status: "200",
      responseLength: expect.stringMatching(/^[1-9]\d*$/),
      responseLatency: expect.stringMatching(/^\d+$/),
      errorType: NONE,
      lambdaStatus: "200",
      functionStatus: "200",
      functionLatency: expect.stringMatching(/^\d+$/),
    });
    expect(text).not.toMatch(/local-dev-key|who|%20/);
  });

  it("names the principal of a signed request, without the signature and the body", async () => {
    // Prepare
    const body = JSON.stringify({
      instances: [{ date: "2026-01-15", hour: 18, temperature: -2.5, day: "working" }],
    });
    const request = await sign(stage.url, { path: "/dev/energy-demand", headers: JSON_TYPE, body });

    // Act
    const { line, text } = await logged(request);

    // Assess
    expect(line).toMatchObject({
      userArn: "arn:aws:iam::123456789012:user/local",
      accountId: "123456789012",
      apiKeyId: NONE,
      resourcePath: "/energy-demand",
      status: "200",
    });
    expect(text).not.toMatch(/Signature|AWS4|20\.455/);
  });

  it.each<[what: string, request: Request, line: Line]>([
    [
      "without its key",
      { path: "/dev/loan-default", headers: JSON_TYPE, body: "{}" },
      { status: "403", errorType: "INVALID_API_KEY", resourcePath: "/loan-default" },
    ],
    [
      "without a signature",
      { path: "/dev/energy-demand", headers: JSON_TYPE, body: "{}" },
      { status: "403", errorType: "MISSING_AUTHENTICATION_TOKEN", resourcePath: "/energy-demand" },
    ],
    [
      "at a path that is not a route",
      { path: "/dev/private-path-of-a-caller", headers: JSON_TYPE, body: "{}" },
      { status: "403", errorType: "MISSING_AUTHENTICATION_TOKEN", resourcePath: NONE },
    ],
    [
      "with a malformed body",
      { path: "/dev/ticket-urgency", headers: JSON_TYPE, body: '{"private": "body of a caller"}' },
      { status: "400", errorType: "BAD_REQUEST_BODY", resourcePath: "/ticket-urgency" },
    ],
  ])("names the error by its type when a request is refused %s", async (_what, request, expected) => {
    // Act
    const { line, text, status } = await logged(request);

    // Assess
    expect(line).toMatchObject({
      ...expected,
      userArn: NONE,
      apiKeyId: NONE,
      lambdaStatus: NONE,
      functionStatus: NONE,
      functionLatency: NONE,
    });
    expect(line.status).toBe(String(status));
    expect(text).not.toMatch(/private|of a caller/);
  });

  it("the access log has the status of the function when the function refuses a request", async () => {
    // Act
    const { line, text } = await logged({
      path: "/dev/ticket-urgency",
      headers: { "Content-Type": "text/csv" },
      body: "private body",
    });

    // Assess
    expect(line).toMatchObject({
      status: "415",
      errorType: NONE,
      lambdaStatus: "200",
      functionStatus: "415",
    });
    expect(text).not.toContain("private");
  });

  it("the access log has a line for a preflight, which API Gateway answers", async () => {
    // Act
    const { line } = await logged({ method: "OPTIONS", path: "/dev/ticket-urgency" });

    // Assess
    expect(line).toMatchObject({ httpMethod: "OPTIONS", status: "204", lambdaStatus: NONE });
  });
});

describe("the access log of a route", () => {
  const FORMAT =
    "$context.error.responseType $context.integration.integrationStatus $context.integration.status";
  let lambda: Lambda;
  let fn: LocalFunction;
  let output = "";

  beforeAll(async () => {
    lambda = new Lambda();
    fn = lambda.run(
      `exports.handler = async ({ body }) => {
        if (body.includes("throw")) throw new Error("private");
        if (body.includes("sleep")) await new Promise(() => setInterval(() => {}, 1000));
        return { statusCode: 299, body: "" };
      };`,
      { invocableFor: [ROUTE_ARN] },
    );
    await fn.warmUp();
  });

  afterAll(() => lambda.close());

  it.each([
    ["answers", "data", `${NONE} 200 299\n`],
    ["throws", "throw", `INTEGRATION_FAILURE 200 ${NONE}\n`],
    ["takes too long", "sleep", `INTEGRATION_TIMEOUT ${NONE} ${NONE}\n`],
  ])(
    "the access log has separate statuses of API Gateway and the function when the function %s",
    async (_, data, line) => {
      // Prepare
      const stage = publicStage(fn.definition, { accessLogFormat: FORMAT });
      for (const { integration } of stage.openApi.methods) {
        if (integration.type === "aws_proxy") integration.timeoutInMillis = 300;
      }
      const log = (text: string) => {
        output += text;
      };
      output = "";
      const api = new RestApi(
        stage,
        { accountId: "123456789012", region: "us-east-1" },
        new Map([[fn.definition.arn, fn]]),
        log,
      );

      // Act
      await api.handle(
        received({ path: "/dev/loan-default", body: JSON.stringify({ data }) }),
        "/loan-default",
      );

      // Assess
      expect(output).toBe(line);
    },
  );
});

describe("a stage's access log settings", () => {
  let stacks: Stacks;

  beforeAll(() => {
    stacks = new Stacks();
  });

  afterAll(() => stacks.remove());

  it("the settings are fully supported when the environment has access logs", () => {
    // Prepare
    const folder = stacks.synthesize({ ...DEV, stage: { ...DEV.stage, accessLogs: true } });

    // Act
    const { unsupported, stages } = readDeployment("dev", folder);

    // Assess
    expect(unsupported.filter((line) => line.includes("NOT "))).toEqual([]);
    expect(JSON.parse(stages[0]?.accessLogFormat ?? "")).toMatchObject({ requestId: "$context.requestId" });
  });

  it("the settings are missing, and nothing is logged, when the environment has no access logs", () => {
    // Act
    const { stages } = readDeployment("dev", stacks.synthesize(DEV));

    // Assess
    expect(stages[0]?.accessLogFormat).toBeUndefined();
  });

  it("the settings are reported when the format has an unsupported variable", () => {
    // Prepare
    const folder = stacks.change(
      stacks.synthesize({ ...DEV, stage: { ...DEV.stage, accessLogs: true } }),
      (terraform) => {
        const stage = only(terraform, "aws_api_gateway_stage");
        stage.access_log_settings = {
          destination_arn: "arn:aws:logs:us-east-1:123456789012:log-group:mine",
          format: "$context.requestId $context.identity.apiKey $context.wafResponseCode.",
        };
      },
    );

    // Act
    const { unsupported } = readDeployment("dev", folder);

    // Assess
    expect(unsupported.filter((line) => line.includes("NOT "))).toEqual([
      expect.stringContaining("$context.identity.apiKey of access_log_settings is NOT INTERPRETED"),
      expect.stringContaining("$context.wafResponseCode of access_log_settings is NOT INTERPRETED"),
    ]);
  });
});
