import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { addChurn, CHURN_ROUTE, devWithChurn } from "../python/support/churn";
import { type Response, send } from "./support/client";
import { LOAN_DEFAULT } from "./support/environments";
import { ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";

const START_TIMEOUT_IN_MS = 90_000;

const { PATH } = process.env;

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  const functionUrl = { corsAllowOrigins: ["*"] };
  addChurn(project);
  const dev = devWithChurn({ functionUrl });
  project.setEnvironments({
    ...dev,
    models: { ...dev.models, "loan-default": { ...LOAN_DEFAULT, access: "PUBLIC" } },
  });
  // An empty PATH: synthesis and local stage search only for the program Python.
  process.env.PATH = project.tempFolder;
  try {
    stage = await RunningStage.serve(project, ["dev"]);
  } finally {
    process.env.PATH = PATH;
  }
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

function post(path: string, request: unknown): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return send(stage.url, { path, headers, body: JSON.stringify(request) });
}

describe("a local stage on a machine without python3", () => {
  it("the stage reports the missing software and the installation of the software at the start", () => {
    // Assess
    expect(stage.output).toMatch(
      /python3\.13: python3 is missing\. Install Python \(https:\/\/www\.python\.org\/downloads\/\), then: python3 -m pip install boto3\. Until then, routes of functions in Python answer with status 503/,
    );
  });

  it("answers the route of a handler in Python with the same remedy", async () => {
    // Act
    const { status, headers, body } = await post("/dev/churn", CHURN_ROUTE.example.request);

    // Assess
    expect(status).toBe(503);
    expect(headers).toMatchObject({
      "content-type": "application/problem+json",
      "access-control-allow-origin": "*",
    });
    expect(JSON.parse(body)).toMatchObject({
      status: 503,
      detail: expect.stringContaining(
        "dev-churn is in Python and cannot run on this machine: python3 is missing",
      ),
    });
  });

  it("answers the function URL with the same problem and one CORS header", async () => {
    // Prepare
    const [, url = ""] = /\n +(http:\S+)\/ {2}\(function URL of dev-churn/.exec(stage.output) ?? [];
    const request = {
      path: "/",
      headers: { "Content-Type": "application/json", Origin: "http://localhost:8080" },
      body: JSON.stringify(CHURN_ROUTE.example.request),
    };
    const signed = await sign(url, request, { service: "lambda" });

    // Act
    const { status, headers } = await send(url, signed);

    // Assess
    expect(status).toBe(503);
    expect(headers["access-control-allow-origin"]).toBe("*");
  });

  it("answers the routes of the other models", async () => {
    // Act
    const { status, body } = await post("/dev/loan-default", { data: REPAID_ROW });

    // Assess
    expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: "repaid" });
  });
});
