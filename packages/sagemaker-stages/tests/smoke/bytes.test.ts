import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PAYLOADS, payloadApp } from "../local/support/payload-app";
import type { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { echoContainer } from "../support/containers/echo";
import { StandIn } from "../support/containers/stand-in";
import { smoke, unexpected } from "./support/smoke";

const TIMEOUT_IN_MS = 90_000;

function raise(): never {
  throw new Error("no model file-echo");
}

/** Answers with another media type than the media type of the request. */
const pictureContainer = () =>
  new StandIn(() => ({ status: 200, contentType: "image/jpeg", body: "\u0000" }));

describe("a smoke test of a model whose requests are files", () => {
  let project: ProjectCopy;
  let container: StandIn | undefined;
  let stage: RunningStage | undefined;

  beforeAll(() => {
    project = payloadApp();
    const { "file-echo": fileEcho = raise() } = PAYLOADS.models;
    project.setEnvironments({ ...PAYLOADS, models: { "file-echo": fileEcho } });
  });

  afterAll(async () => {
    await stage?.kill();
    await container?.close();
    project.remove();
  });

  async function smokeTestWith(standIn: StandIn) {
    await stage?.kill();
    await container?.close();
    container = standIn;
    await container.listen();
    stage = await RunningStage.serve(project, ["dev", "--container", `file-echo=${container.url}`]);
    const [, functionUrl = ""] = /(http:\/\/\S+\/) {2}\(function URL of/.exec(stage.output) ?? [];
    const words = ["dev", "--url", `${stage.url}/dev`, "--function-url", `file-echo=${functionUrl}`];
    return await smoke(project, [...words, "--wait", "2"]);
  }

  it(
    "sends the example as JSON and as bytes to the route and to the function URL",
    async () => {
      // Act
      const { status, table } = await smokeTestWith(echoContainer());

      // Assess
      expect(unexpected(table)).toEqual([]);
      expect(table).toMatch(
        /ok +POST \/file-echo +anyone, application\/octet-stream +200, application\/octet-stream +201/,
      );
      expect(table).toMatch(/ok +POST file-echo's function URL +signed, application\/octet-stream/);
      const types = container?.invocations.map(({ contentType, body }) => [contentType, [...body]]);
      expect(types).toContainEqual(["application/octet-stream", [0, 1, 2]]);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails when the answer has another media type than the example",
    async () => {
      // Act
      const { status, table } = await smokeTestWith(pictureContainer());

      // Assess
      expect(unexpected(table)).toContainEqual([
        "POST /file-echo",
        "anyone, application/octet-stream",
        "200, application/octet-stream",
        "201, no application/octet-stream",
      ]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
