import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { planJson } from "./support/plan-json";
import { recordedText } from "./support/recorded-plans";

const COMMAND = join(__dirname, "../../bin/sagemaker-stages.js");

const folder = makeTempFolder();
afterAll(() => removeFolder(folder));

/** `npm run review -- <words>`, in a folder with these files. */
function review(files: Readonly<Record<string, string>>, ...words: readonly string[]) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "review", ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: "", HOME: folder },
  });
  return { status, stdout, stderr };
}

const opened = recordedText("opened");
const nothing = planJson({
  environment: "dev",
  resources: [{ address: "a.b", actions: ["no-op"], before: {}, after: {} }],
});

describe("the review", () => {
  it("says the verdict in the first line, and ends well", () => {
    // Act
    const { status, stdout, stderr } = review(
      { "dev.json": nothing, "prod.json": opened },
      "dev.json",
      "prod.json",
    );

    // Assess
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n")[0]).toBe(
      "dev: nothing changes — prod: 1 route opened to the public (POST /ticket-urgency no longer requires a signature) · nothing destroyed",
    );
    expect(stdout).toContain("`aws_api_gateway_rest_api.stage_api_517E8263`");
  });

  it("tells the constructs' paths where the stacks were synthesized", () => {
    // Prepare
    mkdirSync(join(folder, "stacks", "prod"), { recursive: true });
    const api = { stage_api_517E8263: { "//": { metadata: { path: "prod/stage/api" } }, name: "x" } };
    const stack = JSON.stringify({ resource: { aws_api_gateway_rest_api: api } });
    writeFileSync(join(folder, "stacks", "prod", "cdk.tf.json"), stack);

    // Act
    const { stdout } = review({ "prod.json": opened }, "prod.json", "--stacks", "stacks");

    // Assess
    expect(stdout).toContain("`stage/api`");
    expect(stdout).not.toContain("stage_api_517E8263");
    // What the stack does not know keeps its address.
    expect(stdout).toContain("`aws_api_gateway_stage.stage_59CE5186`");
  });

  it("is JSON where that is asked for", () => {
    // Act
    const { status, stdout } = review({ "prod.json": opened }, "prod.json", "--json");

    // Assess
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict:
        "prod: 1 route opened to the public (POST /ticket-urgency no longer requires a signature) · nothing destroyed",
      environments: [
        {
          environment: "prod",
          region: "us-east-1",
          standing: "lasting",
          counts: { create: 0, update: 2, rollout: 1, replace: 0, destroy: 0 },
          flags: { destroy: false, widen: true, public: true },
          surface: [{ what: "POST /ticket-urgency", before: "AWS_IAM", after: "NONE", public: true }],
        },
      ],
      differences: [],
    });
  });

  it.each([
    ["--fail-on=destroy,widen,public", 3, "review: widen, public (--fail-on)\n"],
    ["--fail-on=public", 3, "review: public (--fail-on)\n"],
    ["--fail-on=public --fail-on=destroy", 3, "review: public (--fail-on)\n"],
    ["--fail-on=destroy", 0, ""],
  ])("as a gate with %s ends with %d, and with the review all the same", (options, status, stderr) => {
    // Act
    const ended = review({ "prod.json": opened }, "prod.json", ...options.split(" "));

    // Assess
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status, stderr });
    expect(ended.stdout).toContain("### Public surface");
  });

  it("reads a file without an ending by its path", () => {
    // Act
    const { status, stdout } = review({ prod: opened }, "./prod");

    // Assess
    expect(status).toBe(0);
    expect(stdout).toMatch(/^prod: 1 route opened to the public/);
  });

  it("tells how it is used", () => {
    // Act
    const { status, stdout } = review({}, "--help");

    // Assess
    expect(status).toBe(0);
    expect(stdout).toMatch(/^usage: npx sagemaker-stages review <plan> … \[--json\]/);
  });

  it.each<[string, number, readonly string[], string]>([
    ["no plan", 2, [], "<plan>: got no word; allowed: name of an environment or an account"],
    ["an unknown option", 2, ["prod.json", "--yes"], "option: got --yes; allowed: --json, --fail-on LIST"],
    [
      "an unknown gate",
      2,
      ["prod.json", "--fail-on", "public,cost"],
      '--fail-on: got "cost"; allowed: destroy, widen, public',
    ],
    ["a missing file", 1, ["none.json"], "none.json cannot be read"],
    [
      "a plan file as Terraform writes it",
      1,
      ["prod.tfplan"],
      "prod.tfplan is a plan file as Terraform keeps it",
    ],
    [
      "a file that can be an environment's name",
      2,
      ["prod"],
      "got prod, which is a file and can be an environment's name; write ./prod for the file",
    ],
    [
      "two plans of one environment",
      1,
      ["prod.json", "again.json"],
      "prod.json and again.json are both plans of prod",
    ],
  ])("refuses %s with status %d, and says what to do", (_, expected, words, said) => {
    // Act
    const { status, stdout, stderr } = review(
      { "prod.json": opened, "again.json": opened, "prod.tfplan": "PK\u0003\u0004", prod: opened },
      ...words,
    );

    // Assess
    expect(status).toBe(expected);
    expect(stdout).toBe("");
    expect(stderr).toContain(said);
  });
});
