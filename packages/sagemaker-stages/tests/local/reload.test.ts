import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Response, send } from "./support/client";
import { paste } from "./support/curl";
import { DEV } from "./support/environments";
import { OWN_HANDLER, ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;
/** The time-out of a reload: sufficient for two syntheses on a slow machine. */
const RELOAD_TIMEOUT_IN_MS = 30_000;

const CONTRACT = "functions/loan-default/contract.ts";
const SAMPLE = "functions/loan-default/sample/index.ts";
const HANDLER = "functions/loan-default/handler.ts";

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  project.setEnvironments(DEV);
  stage = await RunningStage.serve(project, ["dev"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

function call(key = "local-dev-key-not-a-secret"): Promise<Response> {
  return send(stage.url, {
    path: "/dev/loan-default",
    headers: { "x-api-key": key, "Content-Type": "application/json" },
    body: JSON.stringify({ data: REPAID_ROW }),
  });
}

/** Makes a change and waits for the stage's message. @returns the output from the change on */
async function changeAndRead(change: () => void, message: string): Promise<string> {
  const from = stage.output.length;
  change();
  return await stage.printed(message, from);
}

const NOT_RELOADED = "Not reloaded: the stage still serves the version before this change.";

/** In the banner: a function URL without a slash at the end, and its curl line. */
const FUNCTION_URL =
  /\n +(http:\S+)\/ {2}\(function URL of dev-loan-default, signed requests\)\n +(curl .*)\n/;

describe("a change while the stage is served", () => {
  it(
    "a change of an environment directly after the banner opens a function URL",
    async () => {
      // Prepare
      const { "loan-default": settings } = DEV.models;
      if (settings === undefined) throw new Error("there is no model");
      const changed = { ...DEV, models: { "loan-default": { ...settings, functionUrl: {} } } };

      // Act
      const printed = await changeAndRead(() => project.setEnvironments(changed), "Reloaded in");
      const answer = await paste(FUNCTION_URL.exec(printed)?.[2] ?? "");

      // Assess
      expect(answer).toMatchObject({ status: 200, body: '"repaid"' });
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "a change of an environment closes a function URL, and changes the answers of the function and of API Gateway",
    async () => {
      // Prepare
      const origin = "https://www.example.com";
      const { url } = stage;
      const [, functionUrl = ""] = FUNCTION_URL.exec(stage.output) ?? [];
      const changed = { ...DEV, stage: { ...DEV.stage, corsAllowOrigin: origin } };

      // Act
      const printed = await changeAndRead(() => project.setEnvironments(changed), "Reloaded in");
      const answer = await call();
      const refusal = await call("wrong");

      // Assess
      expect(printed).not.toContain(NOT_RELOADED);
      expect(printed).not.toContain("function URL");
      await expect(send(functionUrl, { path: "/" })).rejects.toThrow("ECONNREFUSED");
      expect(stage.url).toBe(url);
      expect(answer.status).toBe(200);
      expect(answer.headers["access-control-allow-origin"]).toBe(origin);
      expect(refusal.status).toBe(403);
      expect(refusal.headers["access-control-allow-origin"]).toBe(origin);
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "a change of a sample model prints the file and the required restart",
    async () => {
      // Act
      const printed = await changeAndRead(
        () => project.edit(SAMPLE, (text) => `${text}\n// Later.\n`),
        "to use the new version of",
      );

      // Assess
      expect(printed).toContain(`Restart the local stage to use the new version of ${SAMPLE}.`);
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "a change of cdktf.json that removes the app's command line is refused without a stack trace",
    async () => {
      // Prepare
      const before = project.read("cdktf.json");

      // Act
      const printed = await changeAndRead(() => project.write("cdktf.json", "{}\n"), NOT_RELOADED);
      await changeAndRead(() => project.write("cdktf.json", before), "Reloaded in");

      // Assess
      expect(printed).toContain("cdktf.json: app: got no command line; allowed: ");
      expect(printed).not.toMatch(/^\s+at /m);
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "a change that is not TypeScript is reported with its place, and its repair reloads",
    async () => {
      // Prepare
      const before = project.read(CONTRACT);

      // Act
      const printed = await changeAndRead(
        () => project.edit(CONTRACT, (text) => `${text}\nconst = ;\n`),
        NOT_RELOADED,
      );
      const meanwhile = await call();
      const repaired = await changeAndRead(
        () =>
          project.edit(CONTRACT, () =>
            before.replace('if (label === 0) return "repaid"', 'if (label === 0) return "defaulted"'),
          ),
        "Reloaded in",
      );
      const answer = await call();

      // Assess
      expect(printed).toMatch(/contract\.ts:\d+:\d+/);
      expect(printed).not.toMatch(/^\s+at /m);
      expect(meanwhile.status).toBe(200);
      expect(meanwhile.body).toBe('"repaid"');
      expect(repaired).not.toContain(NOT_RELOADED);
      expect(answer.body).toBe('"defaulted"');
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "a change that prevents a function from loading is reported without a stack trace of the engine",
    async () => {
      // Act
      const printed = await changeAndRead(
        () => project.write(HANDLER, `${OWN_HANDLER}\nthrow new RangeError("the vocabulary is empty");\n`),
        NOT_RELOADED,
      );
      const answer = await call();

      // Assess
      expect(printed).toContain("RangeError: the vocabulary is empty");
      expect(answer.status).toBe(200);
      expect(printed).not.toMatch(/^\s+at /m);
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "a change of an environment that breaks a rule is reported, and the stage serves the previous version",
    async () => {
      // Prepare
      const throttling = { rateLimit: 1, burstLimit: 0 };

      // Act
      const printed = await changeAndRead(
        () => project.setEnvironments({ ...DEV, stage: { ...DEV.stage, throttling } }),
        NOT_RELOADED,
      );
      const answer = await call();

      // Assess
      expect(printed).toContain("dev: stage.throttling.burstLimit: got 0; allowed:");
      expect(printed).not.toMatch(/^\s+at /m);
      expect(answer.status).toBe(200);
    },
    RELOAD_TIMEOUT_IN_MS,
  );
});

describe("the end", () => {
  it("leaves nothing behind when several signals arrive, as from npm and a terminal", async () => {
    // Prepare
    const again = setInterval(() => stage.signal("SIGINT"), 1);

    // Act
    const end = await stage.ended;
    clearInterval(again);

    // Assess
    expect(await stage.leftovers()).toEqual({ processes: [], folders: [] });
    expect(end).toEqual({ status: 0, signal: null });
  });
});
