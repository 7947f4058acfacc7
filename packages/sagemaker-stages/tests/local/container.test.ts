import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { METRICS_NAMESPACE, metricDimensions } from "../../src/aws/metrics";
import { embeddedMetrics } from "../support/emf";
import { problemOf, type Response, send } from "./support/client";
import { ContainerServer } from "./support/container-server";
import { DEV, PROD } from "./support/environments";
import { eventually } from "./support/eventually";
import { ProjectCopy } from "./support/project";
import { DEFAULTED_ROW, REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;

let project: ProjectCopy;
let container: ContainerServer;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  // The time-out is short, because a function retries its endpoint until its time-out.
  project.rewriteTerraform('"timeout": \\d+', '"timeout": 2');
  project.setEnvironments({ ...DEV, stage: { ...DEV.stage, logErrorMessages: true } }, PROD);
  container = new ContainerServer();
  await container.listen();
  stage = await RunningStage.serve(project, ["--container", `loan-default=${container.url}`]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  await container?.close();
  project?.remove();
});

beforeEach(() => {
  container.invocations.length = 0;
});

function callWith(data: unknown): Promise<Response> {
  return send(stage.url, {
    path: "/dev/loan-default",
    headers: { "x-api-key": "local-dev-key-not-a-secret", "Content-Type": "application/json" },
    body: JSON.stringify({ data }),
  });
}

function predictions(...labels: readonly number[]): string {
  return JSON.stringify({ predictions: labels.map((label) => ({ score: label, predicted_label: label })) });
}

describe("a container of the user's own", () => {
  it("the container is named in the banner instead of the sample model", () => {
    // Act
    const { output } = stage;

    // Assess
    expect(output).toContain(`dev-loan-default: container at ${container.url}/invocations`);
    expect(output).not.toContain("sample model");
  });

  it("receives the caller's numbers unchanged, and its answer reaches the caller", async () => {
    // Prepare
    const rows = ["52000.50,+8.5e3,36.", ".5,8500,0036"];
    container.answer = () => ({ body: predictions(1, 0) });

    // Act
    const response = await callWith(rows);

    // Assess
    expect(container.invocations).toEqual([
      {
        method: "POST",
        path: "/invocations",
        contentType: "text/csv",
        accept: "application/json",
        body: rows.join("\n"),
      },
    ]);
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body)).toEqual(["defaulted", "repaid"]);
  });

  it("receives a batch as one request with one line per row", async () => {
    // Prepare
    container.answer = () => ({ body: predictions(0, 1) });

    // Act
    const response = await callWith([REPAID_ROW, DEFAULTED_ROW]);

    // Assess
    expect(container.invocations.map(({ body }) => body)).toEqual([`${REPAID_ROW}\n${DEFAULTED_ROW}`]);
    expect(JSON.parse(response.body)).toEqual(["repaid", "defaulted"]);
  });

  it("a failure of the container is a failure for the caller, and the log has the message that the environment allows", async () => {
    // Prepare
    const secret = "weights of /opt/ml/model are broken";
    container.answer = () => ({ status: 500, contentType: "text/plain", body: secret });

    // Act
    const response = await callWith(REPAID_ROW);

    // Assess
    expect(response.status).toBe(502);
    expect(problemOf(response)).toMatchObject({ status: 502, title: "Bad Gateway" });
    expect(response.body).not.toContain("/opt/ml");
    expect(response.headers["access-control-allow-origin"]).toBe("*");
    await stage.printed(
      `dev-loan-default: container at ${container.url}/invocations answered 500: ${secret}\n`,
    );
    expect(container.invocations).toHaveLength(1);
  });

  it("the function's log line has the metrics that CloudWatch would read", async () => {
    // Prepare
    container.answer = () => ({ status: 500, contentType: "text/plain", body: "out of memory" });
    const before = stage.output.length;

    // Act
    await callWith(REPAID_ROW);

    // Assess
    const lineOf = () => /^\{.*"model":"loan-default".*\}$/m.exec(stage.output.slice(before))?.[0];
    await eventually("the log line", () => lineOf() !== undefined);
    const metrics = embeddedMetrics(JSON.parse(lineOf() ?? ""));
    const dimensions = metricDimensions("dev", "loan-default");
    expect(metrics).toContainEqual({
      namespace: METRICS_NAMESPACE,
      dimensions,
      name: "ModelFaults",
      unit: "Count",
      value: 1,
    });
    expect(new Set(metrics.map((metric) => JSON.stringify(metric.dimensions))).size).toBe(1);
  });

  it("an answer with fewer predictions than rows is a failure for the caller", async () => {
    // Prepare
    container.answer = () => ({ body: predictions(0) });

    // Act
    const response = await callWith([REPAID_ROW, DEFAULTED_ROW]);

    // Assess
    expect(response.status).toBe(502);
    expect(problemOf(response).status).toBe(502);
  });

  it("the error names the container while the container is down, and the container serves after its restart", async () => {
    // Prepare
    const { port, url } = container;
    await container.close();
    const before = stage.output.length;

    // Act
    const start = performance.now();
    const whileDown = await callWith(REPAID_ROW);
    const tookInMs = performance.now() - start;
    container.answer = () => ({ body: predictions(0) });
    await container.listen(port);
    const onceBack = await callWith(REPAID_ROW);

    // Assess
    const cause = `container at ${url}/invocations refused the connection: no program listens at the address. Start it, or correct its address in --container.`;
    expect(whileDown.status).toBe(502);
    expect(problemOf(whileDown)).toMatchObject({ status: 502, title: "Bad Gateway" });
    expect(problemOf(whileDown).detail).toMatch(/^The model's endpoint .* On this machine: /);
    expect(problemOf(whileDown).detail).toContain(cause);
    expect(whileDown.headers).not.toHaveProperty("retry-after");
    // The function has 2 seconds.
    expect(tookInMs).toBeLessThan(1_500);
    expect(await stage.printed(cause, before)).toContain(`dev-loan-default: ${cause}\n`);
    expect(onceBack.status).toBe(200);
    expect(onceBack.body).toBe('"repaid"');
  });

  it.each([
    ["before it answers", "before"],
    ["during its answer", "within"],
  ] as const)(
    "the error names the container at once when the container closes the connection %s",
    async (_case, closes) => {
      // Prepare
      container.closes = closes;

      // Act
      const response = await callWith(REPAID_ROW);
      container.closes = undefined;
      container.answer = () => ({ body: predictions(0) });
      const next = await callWith(REPAID_ROW);

      // Assess
      expect(problemOf(response)).toMatchObject({ status: 502 });
      expect(problemOf(response).detail).toContain(
        `container at ${container.url}/invocations closed the connection before the answer. Read the container's output`,
      );
      expect(container.invocations).toHaveLength(2);
      expect(next.body).toBe('"repaid"');
    },
  );

  it("the error names the container when the function times out", async () => {
    // Prepare
    container.closes = "never";

    // Act
    const response = await callWith(REPAID_ROW);
    container.closes = undefined;
    container.answer = () => ({ body: predictions(0) });
    const next = await callWith(REPAID_ROW);

    // Assess
    expect(problemOf(response)).toMatchObject({ status: 504, title: "Gateway Timeout" });
    expect(problemOf(response).detail).toContain(
      `On this machine: container at ${container.url}/invocations has not answered for`,
    );
    expect(next.body).toBe('"repaid"');
  });

  it("the error does not name the container when the container answers, even with an error", async () => {
    // Prepare
    container.answer = () => ({ status: 503, contentType: "text/plain", body: "overloaded" });

    // Act
    const response = await callWith(REPAID_ROW);

    // Assess
    expect(problemOf(response).status).toBe(502);
    expect(response.body).not.toContain("On this machine");
  });
});

describe("the end", () => {
  it("follows Ctrl-C, and leaves nothing behind", async () => {
    // Act
    stage.pressCtrlC();
    const end = await stage.ended;

    // Assess
    expect(end).toEqual({ status: 0, signal: null });
    expect(await stage.leftovers()).toEqual({ processes: [], folders: [] });
  });
});

describe("a container for a model that is not deployed", () => {
  it(
    "ends the start with status 2",
    async () => {
      // Prepare
      const words = ["--container", `no-such-model=${container.url}`, "--port", "0"];

      // Act
      const mistaken = new RunningStage(project, words);
      const end = await mistaken.ended;

      // Assess
      expect(end).toEqual({ status: 2, signal: null });
      expect(mistaken.errors).toBe(
        "--container: got the model no-such-model; allowed: loan-default\nFor the usage: npx sagemaker-stages start --help\n",
      );
      expect(await mistaken.leftovers()).toEqual({ processes: [], folders: [] });
    },
    START_TIMEOUT_IN_MS,
  );
});
