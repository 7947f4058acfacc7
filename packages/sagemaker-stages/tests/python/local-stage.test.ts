import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { send } from "../local/support/client";
import { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { sign } from "../local/support/signing";
import { addChurn, addTopics, CHURN_ROUTE } from "./support/churn";

const START_TIMEOUT_IN_MS = 90_000;
const RELOAD_TIMEOUT_IN_MS = 60_000;
const HANDLER = "functions/churn/handler.py";

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  addChurn(project, { functionUrl: {} });
  addTopics(project, { functionUrl: {} });
  stage = await RunningStage.serve(project, ["dev"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

function post(request: unknown) {
  return send(stage.url, {
    path: "/dev/churn",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
}

describe("a route with a handler in Python", () => {
  it("answers with the result that the handler computes from the endpoint's answer", async () => {
    // Act
    const { status, headers, body } = await post(CHURN_ROUTE.example.request);

    // Assess
    expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: CHURN_ROUTE.example.answer });
    expect(headers).toMatchObject({ "content-type": "application/json", "access-control-allow-origin": "*" });
  });

  it.each([{ row: "1,2,3" }, { row: [1, "2", 3] }, {}, { row: [1, 2, 3], other: 1 }])(
    "refuses %j by the schema of route.json before the handler runs",
    async (request) => {
      // Act
      const { status, headers } = await post(request);

      // Assess
      expect(status).toBe(400);
      expect(headers["content-type"]).toBe("application/problem+json");
    },
  );

  it("answers a GET of the template of new-model", async () => {
    // Act
    const { status, headers, body } = await send(stage.url, {
      method: "GET",
      path: "/dev/topics?q=The%20delivery%20was%20late.&count=2",
    });

    // Assess
    expect({ status, body: JSON.parse(body) }).toEqual({
      status: 200,
      body: { instances: ["The delivery was late."], configuration: { k: 2 } },
    });
    expect(headers).toMatchObject({ "content-type": "application/json", "access-control-allow-origin": "*" });
  });

  it.each([
    ["by API Gateway", "count=2", /q/],
    ["by the handler", "q=late&count=0", /^count: got "0"; allowed: a whole number from 1 to 99$/],
    ["by the handler", "q=late&q=later", /^q: got the parameter twice; allowed: once$/],
    ["by the handler", "q=late&other=1", /^request: got the unknown property "other"/],
  ])("refuses a GET %s when the query is %s", async (_, query, detail) => {
    // Act
    const answer = await send(stage.url, { method: "GET", path: `/dev/topics?${query}` });

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(answer.body).detail).toMatch(detail);
  });

  it("answers with 502 when the handler raises an error, and the terminal shows the error's type, message and place", async () => {
    // Prepare
    const from = stage.output.length;

    // Act: the row has too few numbers for the sample
    const { status } = await post({ row: [1] });

    // Assess
    expect(status).toBe(502);
    const output = await stage.printed("handler.py", from);
    expect(output).toMatch(/dev-churn: ModelError: .*InvokeEndpoint/);
    expect(output).toMatch(/File "handler\.py", line \d+, in lambda_handler/);
  });

  it("logs lines of JSON, as Lambda does with the log format JSON", async () => {
    // Prepare
    const from = stage.output.length;

    // Act
    await post(CHURN_ROUTE.example.request);
    const output = await stage.printed("answered label 0", from);

    // Assess
    const line = output.split("\n").find((each) => each.includes("answered label 0")) ?? "";
    expect(JSON.parse(line)).toMatchObject({ level: "INFO", message: "answered label 0", logger: "root" });
  });

  it("is served by a signed function URL with one header of CORS", async () => {
    // Prepare
    const [, url = ""] = /\n +(http:\S+)\/ {2}\(function URL of dev-churn/.exec(stage.output) ?? [];
    const request = {
      path: "/",
      headers: { "Content-Type": "application/json", Origin: "http://localhost:8080" },
      body: JSON.stringify(CHURN_ROUTE.example.request),
    };
    const signed = await sign(url, request, { service: "lambda" });

    // Act
    const answer = await send(url, signed);

    // Assess
    expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({
      status: 200,
      body: CHURN_ROUTE.example.answer,
    });
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
  });

  it(
    "answers with the new code after a change, and keeps the old code when the new code does not load",
    async () => {
      // Prepare
      const from = stage.output.length;

      // Act
      project.edit("functions/churn/names.json", (text) => text.replace("stays", "remains"));
      await stage.printed("Reloaded in", from);
      const changed = await post(CHURN_ROUTE.example.request);
      const afterChange = stage.output.length;
      project.edit(HANDLER, (text) => text.replace("import boto3", "import boto3 as"));
      const output = await stage.printed("Not reloaded", afterChange);
      const kept = await post(CHURN_ROUTE.example.request);

      // Assess
      expect(JSON.parse(changed.body)).toEqual({ label: 0, name: "remains" });
      expect(output).toMatch(
        /Runtime\.UserCodeSyntaxError: Syntax error in module 'handler': .*handler\.py, line \d+/,
      );
      expect(JSON.parse(kept.body)).toEqual({ label: 0, name: "remains" });
    },
    RELOAD_TIMEOUT_IN_MS,
  );
});
