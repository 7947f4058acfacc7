import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { problemOf, type Request, type Response, send } from "./support/client";
import { ProjectCopy } from "./support/project";
import { DEFAULTED_ROW, REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";
import { readCurl, shellWords } from "./support/shell-words";
import { type Signing, sign } from "./support/signing";

const START_TIMEOUT_IN_MS = 90_000;
const MANY_REQUESTS_TIMEOUT_IN_MS = 20_000;
const MEGABYTE = 1024 * 1024;

const KEY = { "x-api-key": "local-dev-key-not-a-secret" };
const JSON_TYPE = { "Content-Type": "application/json" };

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  stage = await RunningStage.serve(project, ["dev", "prod"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

/** A request to dev's route with the key. */
function call(
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Promise<Response> {
  return send(stage.url, { path: "/dev/loan-default", headers: { ...KEY, ...headers }, body });
}

function callWith(data: unknown): Promise<Response> {
  return call(JSON.stringify({ data }));
}

const PROD_REQUEST: Request = {
  path: "/prod/loan-default",
  headers: JSON_TYPE,
  body: JSON.stringify({ data: REPAID_ROW }),
};

async function callSigned(request: Request, signing: Signing = {}): Promise<Response> {
  return send(stage.url, await sign(stage.url, request, signing));
}

/** The headers that a page can read, and the request ids. */
function expectCorsAndRequestId({ headers }: Response): void {
  expect(headers["access-control-allow-origin"]).toBe("*");
  expect(headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers["x-amz-apigw-id"]).toBeTruthy();
}

/** An answer of API Gateway itself, in the problem shape. */
function expectRefusal(response: Response, status: number, errorType: string): void {
  expectCorsAndRequestId(response);
  expect(response.status).toBe(status);
  expect(response.headers["x-amzn-errortype"]).toBe(errorType);
  expect(problemOf(response)).toMatchObject({
    type: "about:blank",
    status,
    requestId: response.headers["x-amzn-requestid"],
  });
}

describe("the banner", () => {
  it("the banner names every route with its access", () => {
    // Act
    const { output } = stage;

    // Assess
    expect(output).toContain("POST /dev/loan-default  (API key)");
    expect(output).toContain("POST /prod/loan-default  (signed requests)");
    expect(output).toContain(`${stage.url}/dev`);
    expect(output).toContain(`${stage.url}/prod`);
  });

  it("the banner has a curl line that works for the route with a key", async () => {
    // Prepare
    const line = stage.output.split("\n").find((text) => /^ +curl .*\/dev\/loan-default/.test(text)) ?? "";

    // Act
    const { base, rest, ...request } = readCurl(shellWords(line));
    const response = await send(base, request);

    // Assess
    expect(rest).toEqual([]);
    expect(response.status).toBe(200);
    expect(response.body).toBe('"repaid"');
  });

  it("the banner has a curl line for the signed route that names the signature's scope and the credentials", () => {
    // Prepare
    const line = stage.output.split("\n").find((text) => /^ +curl .*\/prod\/loan-default/.test(text)) ?? "";

    // Act
    const { path, headers, rest } = readCurl(shellWords(line));

    // Assess
    expect(path).toBe("/prod/loan-default");
    expect(headers).toEqual({ "content-type": "application/json" });
    expect(rest).toEqual(["--aws-sigv4", "aws:amz:us-east-1:execute-api", "--user", "local:local"]);
  });

  it("names the container of each endpoint, and the differences from AWS", () => {
    // Act
    const { output } = stage;

    // Assess
    expect(output).toContain("dev-loan-default: sample model");
    expect(output).toContain("prod-loan-default: sample model");
    expect(output).toContain("Differences from AWS:");
    expect(output).not.toContain("NOT SERVED");
    expect(output).not.toContain("NOT INTERPRETED");
  });
});

describe("the page of a stage without public routes", () => {
  it.each(["dev", "prod"])("describes no route: %s", async (name) => {
    // Act
    const response = await send(stage.url, { method: "GET", path: `/website/${name}/openapi.json` });

    // Assess
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toMatchObject({ paths: {}, components: { schemas: {} } });
    expect(response.body).not.toContain("loan-default");
  });
});

describe("a route with a key", () => {
  it("diagnoses the published observation", async () => {
    // Act
    const response = await callWith(REPAID_ROW);

    // Assess
    expectCorsAndRequestId(response);
    expect(response.status).toBe(200);
    expect(response.headers["content-type"]).toBe("application/json");
    expect(response.headers["x-amzn-trace-id"]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(response.body).toBe('"repaid"');
  });

  it("diagnoses a batch in its order", async () => {
    // Act
    const response = await callWith([REPAID_ROW, DEFAULTED_ROW, REPAID_ROW]);

    // Assess
    expectCorsAndRequestId(response);
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toEqual(["repaid", "defaulted", "repaid"]);
  });

  it("reads a body without a content type as JSON", async () => {
    // Act
    const response = await call(JSON.stringify({ data: REPAID_ROW }), {});

    // Assess
    expect(response.status).toBe(200);
    expect(response.body).toBe('"repaid"');
  });

  it(
    "answers single rows with the labels of the batch",
    async () => {
      // Prepare
      const rows = Array.from({ length: 200 }, (_, index) => (index % 3 === 1 ? DEFAULTED_ROW : REPAID_ROW));
      const labels: unknown[] = [];

      // Act
      for (const row of rows) labels.push(JSON.parse((await callWith(row)).body));
      const batch = await callWith(rows);

      // Assess
      expect(labels).toEqual(rows.map((row) => (row === REPAID_ROW ? "repaid" : "defaulted")));
      expect(JSON.parse(batch.body)).toEqual(labels);
    },
    MANY_REQUESTS_TIMEOUT_IN_MS,
  );

  it.each([
    ["a number in place of text", '{"data": 5}'],
    ["no data", "{}"],
    ["a property that does not exist", JSON.stringify({ data: REPAID_ROW, date: "today" })],
    ["a list of numbers", '{"data": [1, 2]}'],
    ["text that is not JSON", "data=1,2,3"],
    ["an empty body", ""],
  ])("refuses %s without invoking the function", async (_case, body) => {
    // Act
    const response = await call(body);

    // Assess
    expectRefusal(response, 400, "BadRequestException");
    expect(problemOf(response)).toMatchObject({ title: "Bad Request" });
    expect(problemOf(response).detail).toContain("POST /loan-default");
  });

  it("names the value and the allowed values when a row is too short", async () => {
    // Prepare
    const row = REPAID_ROW.split(",").slice(0, 2).join(",");

    // Act
    const response = await callWith(row);

    // Assess
    expectCorsAndRequestId(response);
    expect(response.status).toBe(400);
    expect(response.headers["x-amzn-errortype"]).toBeUndefined();
    expect(problemOf(response)).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/^data: got 2 .*; allowed: 3 /),
      requestId: response.headers["x-amzn-requestid"],
    });
  });

  it("forwards an unknown content type to the function, which refuses it", async () => {
    // Act
    const response = await call(JSON.stringify({ data: REPAID_ROW }), { "Content-Type": "text/csv" });

    // Assess
    expectCorsAndRequestId(response);
    expect(response.status).toBe(415);
    expect(response.headers["x-amzn-errortype"]).toBeUndefined();
    expect(problemOf(response).detail).toBe('Content-Type: got "text/csv"; allowed: application/json');
  });

  it("refuses more than 10 MB with API Gateway's message", async () => {
    // Prepare
    const body = JSON.stringify({ data: "1".repeat(11 * MEGABYTE) });

    // Act
    const response = await call(body);

    // Assess
    expect(response.status).toBe(413);
    expect(response.headers["content-type"]).toBe("text/plain");
    expect(response.headers["x-amzn-errortype"]).toBeUndefined();
    expect(response.body).toBe("HTTP content length exceeded 10485760 bytes.");
  });

  it("refuses a body that API Gateway accepts and Lambda does not", async () => {
    // Prepare
    const body = JSON.stringify({ data: "1".repeat(7 * MEGABYTE) });

    // Act
    const response = await call(body);

    // Assess
    expectCorsAndRequestId(response);
    expect(response.status).toBe(413);
    expect(response.headers["x-amzn-errortype"]).toBe("RequestEntityTooLargeException");
    expect(problemOf(response).detail).toBe("Request Too Long");
  });

  it.each([
    ["no key", {}],
    ["a wrong key", { "x-api-key": "local-prod-key-not-a-secret" }],
    ["an empty key", { "x-api-key": "" }],
  ])("refuses %s", async (_case, headers) => {
    // Prepare
    const body = JSON.stringify({ data: REPAID_ROW });

    // Act
    const response = await send(stage.url, {
      path: "/dev/loan-default",
      headers: { ...JSON_TYPE, ...headers },
      body,
    });

    // Assess
    expectRefusal(response, 403, "ForbiddenException");
  });

  it.each([
    ["a path that does not exist", { path: "/dev/loan" }],
    ["the stage itself", { path: "/dev" }],
    ["a path below a route", { path: "/dev/loan-default/1" }],
    ["another method", { path: "/dev/loan-default", method: "GET" }],
    ["an unknown method", { path: "/dev/loan-default", method: "PROPFIND" }],
  ])("answers %s as API Gateway does", async (_case, request) => {
    // Act
    const response = await send(stage.url, { ...request, headers: KEY });

    // Assess
    expectRefusal(response, 403, "MissingAuthenticationTokenException");
    expect(problemOf(response).detail).toMatch(/^Missing Authentication Token/);
  });

  it("answers a browser's preflight without the function", async () => {
    // Prepare
    const origin = { Origin: "https://www.example.com" };
    const wish = {
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "content-type,x-api-key",
    };

    // Act
    const preflight = await send(stage.url, {
      method: "OPTIONS",
      path: "/dev/loan-default",
      headers: { ...origin, ...wish },
    });
    const request = await call(JSON.stringify({ data: REPAID_ROW }), { ...JSON_TYPE, ...origin });

    // Assess
    expectCorsAndRequestId(preflight);
    expect(preflight.status).toBe(204);
    expect(preflight.body).toBe("");
    expect(preflight.headers["access-control-allow-methods"]).toBe("POST,OPTIONS");
    expect(String(preflight.headers["access-control-allow-headers"]).split(",")).toEqual(
      expect.arrayContaining(["authorization", "content-type", "x-amz-date", "x-api-key"]),
    );
    expect(preflight.headers["x-amzn-trace-id"]).toBeUndefined();
    await stage.printed(String(request.headers["x-amzn-requestid"]));
    expect(stage.output).not.toContain(String(preflight.headers["x-amzn-requestid"]));
  });

  it("prints one line of the function's log per request", async () => {
    // Act
    const response = await callWith(REPAID_ROW);
    const requestId = String(response.headers["x-amzn-requestid"]);
    await stage.printed(`${requestId}"`);

    // Assess
    const lines = stage.output.split("\n").filter((line) => line.includes(requestId));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ requestId, model: "loan-default", status: 200 });
  });
});

describe("a stage that does not exist", () => {
  it.each(["/test/loan-default", "/loan-default", "/", "/DEV/loan-default"])(
    "the stage is forbidden: %s",
    async (path) => {
      // Act
      const response = await send(stage.url, { path, headers: { ...KEY, ...JSON_TYPE }, body: "{}" });

      // Assess
      expect(response.status).toBe(403);
      expect(response.headers["x-amzn-errortype"]).toBe("ForbiddenException");
      expect(JSON.parse(response.body)).toEqual({ message: "Forbidden" });
      expect(response.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(response.headers["x-amz-apigw-id"]).toBeTruthy();
    },
  );

  it("is named in the terminal, with the stages that exist", async () => {
    // Act
    await send(stage.url, { path: "/prod2/loan-default", headers: { ...KEY, ...JSON_TYPE }, body: "{}" });

    // Assess
    await stage.printed(
      '"/prod2/loan-default": no stage has this path; allowed: a path that starts with /dev/, /prod/',
    );
  });
});

describe("a route for signed requests", () => {
  it.each([
    ["with the body's hash in a header", {}],
    ["without it", { withBodyHash: false }],
    ["four minutes ago", { date: new Date(Date.now() - 4 * 60_000) }],
  ])("accepts a request signed %s", async (_case, signing) => {
    // Act
    const response = await callSigned(PROD_REQUEST, signing);

    // Assess
    expectCorsAndRequestId(response);
    expect(response.status).toBe(200);
    expect(response.body).toBe('"repaid"');
  });

  it("accepts a signed query in any order", async () => {
    // Prepare
    const request = { ...PROD_REQUEST, path: `${PROD_REQUEST.path}?z=1&a=who%20am%20i&m=%C3%A4` };

    // Act
    const response = await callSigned(request);

    // Assess
    expect(response.status).toBe(200);
  });

  it("refuses an unsigned request as a path that does not exist", async () => {
    // Act
    const response = await send(stage.url, PROD_REQUEST);

    // Assess
    expectRefusal(response, 403, "MissingAuthenticationTokenException");
    expect(problemOf(response).detail).toMatch(/^Missing Authentication Token/);
  });

  it("refuses the API key of another stage instead of a signature", async () => {
    // Prepare
    const headers = { ...JSON_TYPE, ...KEY };

    // Act
    const response = await send(stage.url, { ...PROD_REQUEST, headers });

    // Assess
    expectRefusal(response, 403, "MissingAuthenticationTokenException");
  });

  it.each([
    ["another secret", { secretAccessKey: "lokal" }, "InvalidSignatureException"],
    ["another service", { service: "sagemaker" }, "InvalidSignatureException"],
    ["another region", { region: "eu-central-1" }, "InvalidSignatureException"],
    ["an unknown access key", { accessKeyId: "AKIAIOSFODNN7EXAMPLE" }, "UnrecognizedClientException"],
    ["a date ten minutes ago", { date: new Date(Date.now() - 600_000) }, "InvalidSignatureException"],
    ["a date in ten minutes", { date: new Date(Date.now() + 600_000) }, "InvalidSignatureException"],
  ])("refuses %s", async (_case, signing, errorType) => {
    // Act
    const response = await callSigned(PROD_REQUEST, signing);

    // Assess
    expectRefusal(response, 403, errorType);
  });

  it.each([
    ["the body", { body: JSON.stringify({ data: DEFAULTED_ROW }) }],
    ["the path's query", { path: "/prod/loan-default?k=3" }],
  ])("refuses a request with %s changed after signing", async (_case, change) => {
    // Prepare
    const signed = await sign(stage.url, PROD_REQUEST, { withBodyHash: false });

    // Act
    const response = await send(stage.url, { ...signed, ...change });

    // Assess
    expectRefusal(response, 403, "InvalidSignatureException");
  });

  it("refuses a changed body when the header x-amz-content-sha256 was signed", async () => {
    // Prepare
    const signed = await sign(stage.url, PROD_REQUEST);

    // Act
    const response = await send(stage.url, { ...signed, body: JSON.stringify({ data: DEFAULTED_ROW }) });

    // Assess
    expectRefusal(response, 403, "InvalidSignatureException");
  });

  it("refuses a malformed signature", async () => {
    // Prepare
    const headers = { ...JSON_TYPE, Authorization: "Bearer local" };

    // Act
    const response = await send(stage.url, { ...PROD_REQUEST, headers });

    // Assess
    expectRefusal(response, 403, "IncompleteSignatureException");
  });

  it("answers a browser's unsigned preflight", async () => {
    // Act
    const response = await send(stage.url, { method: "OPTIONS", path: "/prod/loan-default" });

    // Assess
    expectCorsAndRequestId(response);
    expect(response.status).toBe(204);
  });
});

describe("the SageMaker runtime on the same port", () => {
  const SAGEMAKER = { service: "sagemaker" };

  function invocation(endpoint: string, body: string): Request {
    return { path: `/endpoints/${endpoint}/invocations`, headers: { "Content-Type": "text/csv" }, body };
  }

  it("answers as Linear Learner's endpoint does", async () => {
    // Act
    const response = await callSigned(
      invocation("dev-loan-default", `${REPAID_ROW}\n${DEFAULTED_ROW}`),
      SAGEMAKER,
    );

    // Assess
    expect(response.status).toBe(200);
    expect(response.headers["content-type"]).toBe("application/json");
    expect(response.headers["x-amzn-invoked-production-variant"]).toBe("AllTraffic");
    expect(response.headers["x-amzn-requestid"]).toBeTruthy();
    expect(JSON.parse(response.body)).toEqual({
      predictions: [
        { score: expect.any(Number), predicted_label: 0 },
        { score: expect.any(Number), predicted_label: 1 },
      ],
    });
  });

  it("refuses an unsigned request", async () => {
    // Act
    const response = await send(stage.url, invocation("dev-loan-default", REPAID_ROW));

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe("MissingAuthenticationTokenException");
  });

  it("refuses a signature for another service", async () => {
    // Act
    const response = await callSigned(invocation("dev-loan-default", REPAID_ROW), { service: "execute-api" });

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe("InvalidSignatureException");
  });

  it("names an endpoint that does not exist, and the account", async () => {
    // Act
    const response = await callSigned(invocation("dev-energy-demand", REPAID_ROW), SAGEMAKER);

    // Assess
    expect(response.status).toBe(400);
    expect(response.headers["x-amzn-errortype"]).toBe("ValidationError");
    expect(JSON.parse(response.body).message).toMatch(
      /^Endpoint dev-energy-demand of account \d{12} not found\.$/,
    );
  });

  it.each([
    ["too few numbers", "1,2"],
    ["words", REPAID_ROW.replace("52000.5", "thirteen")],
    ["an empty body", ""],
  ])("the endpoint fails like a model that cannot read its request: %s", async (_case, body) => {
    // Act
    const response = await callSigned(invocation("dev-loan-default", body), SAGEMAKER);

    // Assess
    expect(response.status).toBe(424);
    expect(response.headers["x-amzn-errortype"]).toBe("ModelError");
    expect(JSON.parse(response.body)).toMatchObject({
      OriginalStatusCode: 400,
      OriginalMessage: expect.stringMatching(/./),
      LogStreamArn: expect.stringContaining("/aws/sagemaker/Endpoints/dev-loan-default"),
    });
  });

  it("answers an endpoint name with an invalid percent-encoding", async () => {
    // Act
    const response = await callSigned(invocation("%zz", REPAID_ROW), SAGEMAKER);

    // Assess
    expect(response.status).toBe(400);
  });
});

describe("the end", () => {
  it("follows SIGTERM, and leaves nothing behind", async () => {
    // Act
    stage.signal("SIGTERM");
    const end = await stage.ended;

    // Assess
    expect(end).toEqual({ status: 0, signal: null });
    expect(await stage.leftovers()).toEqual({ processes: [], folders: [] });
  });
});
