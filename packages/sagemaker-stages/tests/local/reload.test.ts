import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Response, send } from "./support/client";
import { paste } from "./support/curl";
import { DEV } from "./support/environments";
import { OWN_HANDLER, ProjectCopy } from "./support/project";
import { REPAID_ROW } from "./support/rows";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;
/** Two syntheses on a slow machine. */
const RELOAD_TIMEOUT_IN_MS = 30_000;

const CONTRACT = "functions/loan-default/contract.ts";
const SAMPLE = "functions/loan-default/sample/index.ts";
const HANDLER = "functions/loan-default/handler.ts";

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  stage = await RunningStage.serve(project, ["dev"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

function ask(key = "local-dev-key-not-a-secret"): Promise<Response> {
  return send(stage.url, {
    path: "/dev/loan-default",
    headers: { "x-api-key": key, "Content-Type": "application/json" },
    body: JSON.stringify({ data: REPAID_ROW }),
  });
}

/** Makes a change and waits for what the stage says to it. */
async function changeTold(change: () => void, said: string): Promise<string> {
  const from = stage.output.length;
  change();
  return await stage.printed(said, from);
}

const NOT_RELOADED = "Not reloaded: what was served before is still served.";

/** In the banner: a function URL without a slash at the end, and the line that asks it. */
const FUNCTION_URL =
  /\n +(http:\S+)\/ {2}\(function URL of dev-loan-default, signed requests\)\n +(curl .*)\n/;

describe("a change while the stage is served", () => {
  it(
    "of an environment, right after the banner, opens a function URL",
    async () => {
      // Prepare
      const { "loan-default": settings } = DEV.models;
      if (settings === undefined) throw new Error("there is no model");
      const changed = { ...DEV, models: { "loan-default": { ...settings, functionUrl: {} } } };

      // Act
      const told = await changeTold(() => project.setEnvironments(changed), "Reloaded in");
      const answer = await paste(FUNCTION_URL.exec(told)?.[2] ?? "");

      // Assess
      expect(answer).toMatchObject({ status: 200, body: '"repaid"' });
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "of an environment closes a function URL, and changes the answers of the function and of API Gateway",
    async () => {
      // Prepare
      const origin = "https://www.example.com";
      const { url } = stage;
      const [, functionUrl = ""] = FUNCTION_URL.exec(stage.output) ?? [];
      const changed = { ...DEV, stage: { ...DEV.stage, corsAllowOrigin: origin } };

      // Act
      const told = await changeTold(() => project.setEnvironments(changed), "Reloaded in");
      const answer = await ask();
      const refusal = await ask("wrong");

      // Assess
      expect(told).not.toContain(NOT_RELOADED);
      expect(told).not.toContain("function URL");
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
    "names the file and asks for a restart when a sample model changes",
    async () => {
      // Act
      const told = await changeTold(
        () => project.edit(SAMPLE, (text) => `${text}\n// Later.\n`),
        "to take effect",
      );

      // Assess
      expect(told).toContain(`Stop and start again for ${SAMPLE} to take effect.`);
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "of cdktf.json that removes the app's command line is refused without a stack trace",
    async () => {
      // Prepare
      const before = project.read("cdktf.json");

      // Act
      const told = await changeTold(() => project.write("cdktf.json", "{}\n"), NOT_RELOADED);
      await changeTold(() => project.write("cdktf.json", before), "Reloaded in");

      // Assess
      expect(told).toContain("cdktf.json: app: got no command line; allowed: ");
      expect(told).not.toMatch(/^\s+at /m);
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "that is no code is shown with its place, and mending it reloads",
    async () => {
      // Prepare
      const before = project.read(CONTRACT);

      // Act
      const told = await changeTold(
        () => project.edit(CONTRACT, (text) => `${text}\nconst = ;\n`),
        NOT_RELOADED,
      );
      const meanwhile = await ask();
      const mended = await changeTold(
        () =>
          project.edit(CONTRACT, () =>
            before.replace('if (label === 0) return "repaid"', 'if (label === 0) return "defaulted"'),
          ),
        "Reloaded in",
      );
      const answer = await ask();

      // Assess
      expect(told).toMatch(/contract\.ts:\d+:\d+/);
      expect(told).not.toMatch(/^\s+at /m);
      expect(meanwhile.status).toBe(200);
      expect(meanwhile.body).toBe('"repaid"');
      expect(mended).not.toContain(NOT_RELOADED);
      expect(answer.body).toBe('"defaulted"');
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "of a function that then cannot be loaded is told without a trace of this program",
    async () => {
      // Act
      const told = await changeTold(
        () => project.write(HANDLER, `${OWN_HANDLER}\nthrow new RangeError("the vocabulary is empty");\n`),
        NOT_RELOADED,
      );
      const answer = await ask();

      // Assess
      expect(told).toContain("RangeError: the vocabulary is empty");
      expect(answer.status).toBe(200);
      expect(told).not.toMatch(/^\s+at /m);
    },
    RELOAD_TIMEOUT_IN_MS,
  );

  it(
    "of an environment that breaks a rule is named, and the stage stays as it was",
    async () => {
      // Prepare
      const throttling = { rateLimit: 1, burstLimit: 0 };

      // Act
      const told = await changeTold(
        () => project.setEnvironments({ ...DEV, stage: { ...DEV.stage, throttling } }),
        NOT_RELOADED,
      );
      const answer = await ask();

      // Assess
      expect(told).toContain("dev: stage.throttling.burstLimit: got 0; allowed:");
      expect(told).not.toMatch(/^\s+at /m);
      expect(answer.status).toBe(200);
    },
    RELOAD_TIMEOUT_IN_MS,
  );
});

describe("the end", () => {
  it("leaves nothing behind where it is asked for more than once, as npm and a terminal together do", async () => {
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
