import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ASYNC } from "../local/support/async-routes";
import { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { smoke, unexpected } from "./support/smoke";

const TIMEOUT_IN_MS = 90_000;

describe("a smoke test of asynchronous routes", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy();
    project.setEnvironments(ASYNC);
    stage = await RunningStage.serve(project, ["dev"]);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage.kill();
    project.remove();
  });

  it(
    "sends a request, and reads the model's answer when the model has answered",
    async () => {
      // Act
      const { status, table } = await smoke(project, ["dev", "--url", `${stage.url}/dev`]);

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(table).toMatch(/^ok +POST \/loan-default +anyone +202, then 200, an answer +200 /m);
      expect(table).toMatch(/^ok +POST \/energy-demand +signed +202, then 200, an answer +200 /m);
      expect(table).toMatch(
        /^ok +GET \/energy-demand\/requests\/\{id\} +signed, an unknown id +404, a problem +404 /m,
      );
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails when the model does not answer in the time of the test",
    async () => {
      // Act
      const { status, table } = await smoke(project, ["dev", "--url", `${stage.url}/dev`, "--wait", "1"]);

      // Assess
      expect(table).toMatch(/POST \/loan-default .*202, the model has not answered/);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
