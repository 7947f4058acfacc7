import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { loadSamples } from "../../src/local/samples";
import { problemOf, send } from "./support/client";
import { ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 30_000;
const REMEDY = "Add functions/loan-default/sample/index.ts, or start with --container loan-default=<url>.";

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  project.delete("functions/loan-default/sample");
  stage = await RunningStage.serve(project, ["dev"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

describe("a model without a sample and without a container", () => {
  it("the model has an echo stand-in in the banner, with the remedy", () => {
    // Assess
    expect(stage.output).toContain(
      `dev-loan-default: ECHO STAND-IN, no model: answers with the encoded request. ${REMEDY} (on AWS: serverless, up to 5 concurrent invocations)`,
    );
  });

  it("answers 502 with the cause when the contract cannot read the encoded request as predictions", async () => {
    // Act
    const response = await send(stage.url, {
      path: "/dev/loan-default",
      headers: { "x-api-key": "local-dev-key-not-a-secret", "Content-Type": "application/json" },
      body: JSON.stringify({ data: REPAID_ROW }),
    });

    // Assess
    const cause = `the echo stand-in returned the request that it received, because loan-default has no sample and no container. ${REMEDY}`;
    expect(response.status).toBe(502);
    expect(problemOf(response)).toMatchObject({
      status: 502,
      detail: expect.stringContaining(`On this machine: ${cause}`),
    });
    await stage.printed(`dev-loan-default: ${cause}\n`);
  });
});

describe("the samples of an app", () => {
  it("refuse a file that exports no sample, with the names of its exports", () => {
    // Prepare
    const app = new ProjectCopy();
    app.edit("functions/energy-demand/sample/index.ts", (text) =>
      text.replace("const sample", "const model"),
    );

    // Act
    const load = () => loadSamples(app.folder, { blazingText: false });

    // Assess
    expect(load).toThrow(
      "functions/energy-demand/sample/index.ts: exports: got model; allowed: sample, a Container of sagemaker-stages/sample",
    );
    app.remove();
  });
});
