import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { prod } from "../../examples/storyteller/environments/prod";
import type { Environment } from "../../src/environment/environment";
import { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { smoke, unexpected } from "./support/smoke";

const TIMEOUT_IN_MS = 60_000;

const STORYTELLER = join(__dirname, "../../examples/storyteller");
const ROUTE = "POST /v1/chat/completions";

const CHAT: Environment = { ...prod, customers: { acme: { models: ["storyteller"] } } };

/** The same route without the check of a key. */
const { customers: _, ...open } = CHAT;
const OPEN: Environment = {
  ...open,
  name: "open",
  state: { local: { path: "terraform.open.tfstate" } },
  models: { storyteller: { ...prod.models.storyteller, access: "PUBLIC" } as never },
};

describe("a smoke test of a chat route, whose callers send their keys as bearer tokens", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy(STORYTELLER);
    project.setEnvironments(CHAT, OPEN);
    stage = await RunningStage.serve(project, ["prod", "open"]);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage?.kill();
    project?.remove();
  });

  it(
    "checks the whole and the streamed answer with a customer's key, and that other callers are refused",
    async () => {
      // Act
      const { status, table, errors } = await smoke(project, ["prod", "--url", `${stage.url}/prod`]);

      // Assess
      const rows = table.split("\n").map((line) => line.split(/ {2,}/).slice(0, 4));
      expect(unexpected(table)).toEqual([]);
      expect(rows.filter(([verdict]) => verdict === "ok")).toEqual([
        ["ok", ROUTE, "with the key 1 of acme", "200, an answer"],
        ["ok", ROUTE, "with the key 1 of acme, with a stream", "200, text/event-stream"],
        ["ok", ROUTE, "with the key 1 of acme, without messages", "400, a problem"],
        ["ok", ROUTE, "without a key", "401 or 403, a problem"],
        ["ok", ROUTE, "with a wrong key", "401 or 403, a problem"],
        ["ok", ROUTE, "a page's preflight", "2xx, allows POST to any page"],
      ]);
      expect(`${table}${errors}`).not.toContain("not-a-secret");
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails when the deployed route answers callers without a key",
    async () => {
      // Act: the sample model needs two seconds for an answer.
      const { status, table } = await smoke(project, ["prod", "--url", `${stage.url}/open`, "--wait", "5"]);

      // Assess
      expect(unexpected(table).map(([route, caller, , got]) => [route, caller, got])).toEqual([
        [ROUTE, "without a key", expect.stringMatching(/^200/)],
        [ROUTE, "with a wrong key", expect.stringMatching(/^200/)],
      ]);
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails when the key is unknown to the stage, and does not print the key",
    async () => {
      // Act
      const { status, table, errors } = await smoke(
        project,
        ["prod", "--url", `${stage.url}/prod`, "--wait", "1"],
        { SMOKE_API_KEYS: "acme=a-key-of-another-stage-0123456789" },
      );

      // Assess
      expect(unexpected(table).map(([, caller, , got]) => [caller, got])).toEqual([
        ["with the key of acme", expect.stringMatching(/^401/)],
        ["with the key of acme, with a stream", expect.stringMatching(/^401/)],
        ["with the key of acme, without messages", expect.stringMatching(/^40[01]/)],
      ]);
      expect(`${table}${errors}`).not.toContain("a-key-of-another-stage");
      expect(status).toBe(1);
    },
    TIMEOUT_IN_MS,
  );
});
