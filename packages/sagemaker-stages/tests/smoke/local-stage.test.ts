import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { EVERY_MODEL, PROD } from "../local/support/environments";
import { ProjectCopy } from "../local/support/project";
import { RunningStage } from "../local/support/running-stage";
import { smoke, unexpected } from "./support/smoke";

const TIMEOUT_IN_MS = 60_000;

describe("a smoke test of a stage on this machine", () => {
  let project: ProjectCopy;
  let stage: RunningStage;

  beforeAll(async () => {
    project = new ProjectCopy();
    project.setEnvironments(EVERY_MODEL, PROD);
    stage = await RunningStage.serve(project, ["dev", "prod"]);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    await stage.kill();
    project.remove();
  });

  /** From the banner. */
  const functionUrl = () =>
    /(http:\/\/\S+\/) {2}\(function URL of dev-toxicity/.exec(stage.output)?.[1] ?? "";

  it(
    "calls every route, and the function URL, as who may and as who may not",
    async () => {
      // Act
      const words = ["dev", "--url", `${stage.url}/dev`, "--function-url", `toxicity=${functionUrl()}`];
      const { status, table, errors } = await smoke(project, words);

      // Assess
      expect(unexpected(table)).toEqual([]);
      const callers = table.split("\n").flatMap((line) => {
        const [verdict, route = "", caller = ""] = line.split(/ {2,}/);
        return verdict === "ok" ? [`${route}: ${caller}`] : [];
      });
      expect(callers).toEqual([
        "POST /breast-cancer: with the key",
        "POST /breast-cancer: with the key, without data",
        "POST /breast-cancer: without a key",
        "POST /breast-cancer: with a wrong key",
        "POST /breast-cancer: a page's preflight",
        "POST /bike-rental: signed",
        "POST /bike-rental: signed, without instances",
        "POST /bike-rental: unsigned",
        "POST /bike-rental: wrongly signed",
        "POST /bike-rental: a page's preflight",
        "POST /sentiment: anybody",
        "POST /sentiment: anybody, without review",
        "POST /sentiment: a page's preflight",
        "GET /toxicity: with the key",
        "GET /toxicity: with the key, without q",
        "GET /toxicity: without a key",
        "GET /toxicity: with a wrong key",
        "GET /toxicity: a page's preflight",
        "GET toxicity's function URL: signed",
        "GET toxicity's function URL: signed, without q",
        "GET toxicity's function URL: unsigned",
        "GET toxicity's function URL: wrongly signed",
        "GET toxicity's function URL: a page's preflight",
      ]);
      expect(`${table}${errors}`).not.toMatch(/local-dev-key|Signature|__label__/);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "says which function URL it was not told",
    async () => {
      // Act
      const { status, table } = await smoke(project, ["dev", "--url", `${stage.url}/dev/`]);

      // Assess
      expect(table).toMatch(
        /\ndev: 18 of 18 as expected\nNot asked: toxicity's function URL \(--function-url toxicity=<URL>\)\n$/,
      );
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "finds what is deployed by the outputs of its stack",
    async () => {
      // Prepare
      const terraform = outputting({
        stage_url: `${stage.url}/prod`,
        breast_cancer_url: `${stage.url}/prod/breast-cancer`,
      });

      // Act
      const { status, table } = await smoke(project, ["prod"], { TERRAFORM_BINARY_NAME: terraform });

      // Assess
      expect(table).toMatch(/\nprod: 5 of 5 as expected\n$/);
      expect(status).toBe(0);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, outputs: Readonly<Record<string, string>>, message: RegExp]>([
    [
      "nothing is deployed",
      {},
      /^dev has no output stage_url: deploy it first \(npx cdktf deploy dev\)\.\n$/,
    ],
    [
      "an older stack is",
      { stage_url: "http://127.0.0.1:9/dev" },
      /^dev has no output for the function URL of toxicity: deploy it as it is here\.\n$/,
    ],
  ])(
    "says what to do where %s",
    async (_, outputs, message) => {
      // Act
      const ended = await smoke(project, ["dev"], { TERRAFORM_BINARY_NAME: outputting(outputs) });

      // Assess
      expect(ended).toEqual({ status: 1, table: "", errors: expect.stringMatching(message) });
    },
    TIMEOUT_IN_MS,
  );

  /** A terraform that knows the outputs of a stack, and no other word. */
  function outputting(outputs: Readonly<Record<string, string>>): string {
    const file = join(project.tempFolder, "terraform");
    const json = JSON.stringify(
      Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value, type: "string" }])),
    );
    writeFileSync(
      file,
      `#!/bin/sh\n[ "$1" = "-chdir=cdktf.out/stacks/dev" ] || [ "$1" = "-chdir=cdktf.out/stacks/prod" ] || exit 9\n[ "$2 $3" = "output -json" ] && echo '${json}'\n`,
    );
    chmodSync(file, 0o755);
    return file;
  }
});
