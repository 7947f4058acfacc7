import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Response, send } from "./support/client";
import { ContainerServer } from "./support/container-server";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;
/** The time-out of a reload: sufficient for two syntheses on a slow machine. */
const RELOAD_TIMEOUT_IN_MS = 30_000;

const CONTRACT = "functions/loan-default/contract.ts";

/**
 * A team's contract with schemas that no sample model has, and with a path that starts with a name of the local stage.
 */
const OWN_CONTRACT = `
import * as z from "zod/mini";
import type { About, Contract } from "sagemaker-stages/model";

const schema = z.object({
  petal: z.nullable(z.number().check(z.gt(0))),
  note: z.nullish(z.string().check(z.length(4))),
  nothing: z.null(),
  flower: z.union([z.object({ kind: z.literal("iris") }), z.null()]),
});
type Request = z.infer<typeof schema>;

export const contract = {
  model: "loan-default",
  route: { method: "POST", path: "/v1/website" },
  schema,
  limits: { rows: 1, payloadInBytes: 1_000 },
  encode: () => ({ contentType: "text/csv", accept: "application/json", body: "1", rows: 1 }),
  decode: () => "setosa",
} satisfies Contract<Request, string>;

export const about: About<Request, string> = {
  title: "Iris",
  description: "Names the species of an iris.",
  allowed: '{"petal": <cm or null>, "nothing": null, "flower": null}',
  example: { request: { petal: null, note: null, nothing: null, flower: null }, answer: "setosa" },
};
`;

let container: ContainerServer;
let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  container = new ContainerServer();
  await container.listen();
  project = new ProjectCopy();
  project.edit(CONTRACT, () => OWN_CONTRACT);
  stage = await RunningStage.serve(project, ["dev", "--container", `loan-default=${container.url}`]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
  await container?.close();
});

function call(request: unknown): Promise<Response> {
  return send(stage.url, {
    path: "/dev/v1/website",
    headers: { "x-api-key": "local-dev-key-not-a-secret", "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
}

describe("a stage with a team's own contract", () => {
  it.each([
    ["the contract's own example", { petal: null, note: null, nothing: null, flower: null }],
    ["values in place of null", { petal: 1.4, note: "wild", nothing: null, flower: { kind: "iris" } }],
    ["no optional property", { petal: 1.4, nothing: null, flower: null }],
    [
      "properties that the contract ignores",
      { petal: 1.4, nothing: null, flower: { kind: "iris", colour: "blue" }, row: 17 },
    ],
  ])("accepts %s, as the contract does", async (_, request) => {
    // Act
    const answer = await call(request);

    // Assess
    expect(answer).toMatchObject({ status: 200, body: '"setosa"' });
  });

  it("names the field, the value and the rule when the contract refuses a request", async () => {
    // Act
    const answer = await call({ petal: 0, note: "abc", nothing: 0, flower: null });

    // Assess
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).detail).toBe(
      'petal: got the number 0; allowed: more than 0; note: got "abc"; allowed: exactly 4 character(s); nothing: got the number 0; allowed: a null',
    );
  });

  it.each([
    [
      "a path of another model",
      (text: string) => text.replace("/v1/website", "/ticket-urgency"),
      "1 fault(s) in functions/:",
      /^ {2}functions\/ticket-urgency\/contract\.ts: route\.path: got "\/ticket-urgency"; allowed: a unique path \(functions\/loan-default\/contract\.ts has /,
    ],
    [
      "a schema that JSON Schema cannot express",
      (text: string) => text.replace("z.null()", "z.optional(z.bigint())"),
      "1 fault(s) in functions/:",
      /^ {2}functions\/loan-default\/contract\.ts: schema\.nothing: got z\.bigint\(\); allowed: z\.int\(\)/,
    ],
    [
      "an import of a missing file",
      (text: string) => `import "./scaler";\n${text}`,
      "the model loan-default could not be loaded:",
      /^ {2}functions\/loan-default\/contract\.ts: got the import "\.\/scaler"; allowed: /,
    ],
  ])(
    "is not reloaded with %s, and reports the fault in two lines",
    async (_, change, title, line) => {
      // Prepare
      const from = stage.output.length;

      // Act
      project.edit(CONTRACT, () => change(OWN_CONTRACT));
      const output = await stage.printed("Not reloaded", from);
      const answer = await call({ petal: 1.4, nothing: null, flower: null });

      // Assess
      const lines = output.split("\n").filter((one) => one !== "" && !one.startsWith('{"requestId"'));
      expect(lines).toEqual([
        title,
        expect.stringMatching(line),
        "Not reloaded: the stage still serves the version before this change.",
      ]);
      expect(answer.status).toBe(200);
    },
    RELOAD_TIMEOUT_IN_MS,
  );
});

describe("a start with a contract that has a fault", () => {
  it(
    "ends with the fault in two lines",
    async () => {
      // Prepare
      project.edit(CONTRACT, () => OWN_CONTRACT.replace("/v1/website", "/v1/{id}"));

      // Act
      const failed = new RunningStage(project, ["dev", "--port", "0"]);
      const { status } = await failed.ended;

      // Assess
      expect(failed.errors.trim().split("\n")).toEqual([
        "1 fault(s) in functions/:",
        expect.stringMatching(
          /^ {2}functions\/loan-default\/contract\.ts: route\.path: got "\/v1\/\{id\}"; allowed: a path without parameters /,
        ),
      ]);
      expect(status).toBe(1);
    },
    START_TIMEOUT_IN_MS,
  );
});
