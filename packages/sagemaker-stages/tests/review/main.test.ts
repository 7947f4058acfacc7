import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
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
    // NODE_OPTIONS: only the time that the engine needs to start, see support/compile-once-process.cjs.
    env: { PATH: "", HOME: folder, NODE_OPTIONS: process.env.NODE_OPTIONS },
  });
  return { status, stdout, stderr };
}

const PREVENTS = { lifecycle: { prevent_destroy: true } };
const opened = recordedText("opened");
const nothing = planJson({
  environment: "dev",
  resources: [{ address: "a.b", actions: ["no-op"], before: {}, after: {} }],
});

describe("the review", () => {
  it("prints the verdict in the first line and succeeds", () => {
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

  it("prints the constructs' paths when the stacks are synthesized", () => {
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
    // A resource that the stack does not contain keeps its address.
    expect(stdout).toContain("`aws_api_gateway_stage.stage_59CE5186`");
  });

  it.each<[string, object | undefined, boolean | null]>([
    ["refuses to destroy an endpoint", { aws_sagemaker_endpoint: { e: PREVENTS } }, true],
    ["refuses to destroy the API", { aws_api_gateway_rest_api: { a: PREVENTS } }, true],
    [
      "refuses only to destroy a bucket",
      { aws_sagemaker_endpoint: { e: {} }, aws_s3_bucket: { b: PREVENTS } },
      false,
    ],
    ["was not synthesized", undefined, null],
  ])("shows that the protection does not refuse an outage if the stack %s", (_, resource, isProtected) => {
    // Prepare
    rmSync(join(folder, "protected"), { recursive: true, force: true });
    if (resource !== undefined) {
      mkdirSync(join(folder, "protected", "prod"), { recursive: true });
      writeFileSync(join(folder, "protected", "prod", "cdk.tf.json"), JSON.stringify({ resource }));
    }
    const key = { name: "prod-acme", enabled: true };
    const plan = planJson({
      environment: "prod",
      resources: [
        {
          address: "aws_api_gateway_api_key.k",
          actions: ["update"],
          before: key,
          after: { ...key, enabled: false },
        },
      ],
    });

    // Act
    const [text, json] = [[], ["--json"]].map(
      (options) => review({ "prod.json": plan }, "prod.json", "--stacks", "protected", ...options).stdout,
    );

    // Assess
    expect(text).toContain("### Calls that fail: 1\n");
    expect(
      text?.includes("Terraform only refuses to destroy a resource that stays in its configuration"),
    ).toBe(isProtected === true);
    expect(JSON.parse(json ?? "")).toMatchObject({ environments: [{ protected: isProtected }] });
  });

  it("assigns the plan of an environment with a project to its stack, whose name is without the project", () => {
    // Prepare
    const stackWith = (tag: string, resource: object) =>
      JSON.stringify({
        provider: {
          aws: [
            { region: "us-east-1", default_tags: [{ tags: { Environment: tag } }] },
            { alias: "cloudfront", default_tags: [{ tags: { Environment: "other" } }] },
          ],
        },
        resource: { aws_api_gateway_rest_api: resource },
      });
    const api = { "//": { metadata: { path: "prod/stage/api" } } };
    for (const [name, text] of Object.entries({
      prod: stackWith("churn-prod", { stage_api_517E8263: { ...api, ...PREVENTS } }),
      // An environment of the name that the other environment has as its prefix.
      "churn-prod": stackWith("loan-churn-prod", { stage_api_517E8263: api }),
    })) {
      mkdirSync(join(folder, "projects", name), { recursive: true });
      writeFileSync(join(folder, "projects", name, "cdk.tf.json"), text);
    }
    const plan = planJson({
      environment: "churn-prod",
      resources: [
        {
          address: "aws_api_gateway_rest_api.stage_api_517E8263",
          actions: ["update"],
          before: { name: "a", disable_execute_api_endpoint: false },
          after: { name: "a", disable_execute_api_endpoint: true },
        },
      ],
    });

    // Act
    const { stdout } = review({ "plan.json": plan }, "plan.json", "--stacks", "projects", "--json");

    // Assess
    expect(JSON.parse(stdout)).toMatchObject({
      environments: [
        { environment: "churn-prod", protected: true, outages: [{ path: "stage/api", lasts: "permanent" }] },
      ],
    });
  });

  it("prints JSON with --json", () => {
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
          lifecycle: "kept",
          counts: { create: 0, update: 2, rollout: 1, replace: 0, destroy: 0 },
          flags: { destroy: false, widen: true, public: true },
          surface: [
            {
              subject: { kind: "route", route: "POST /ticket-urgency" },
              text: { subject: "POST /ticket-urgency", before: "AWS_IAM", after: "NONE" },
              public: true,
            },
          ],
          summary: "Plan: 1 to add, 2 to change, 1 to destroy.",
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
    ["--fail-on=outage", 0, ""],
  ])("ends with %s with the status %d, and prints the review", (options, status, stderr) => {
    // Act
    const ended = review({ "prod.json": opened }, "prod.json", ...options.split(" "));

    // Assess
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status, stderr });
    expect(ended.stdout).toContain("### Routes and public access");
  });

  it("ends with --fail-on=outage with the status 3 for an endpoint with another name", () => {
    // Act
    const { status, stdout, stderr } = review(
      { "prod.json": recordedText("renamed") },
      "prod.json",
      "--fail-on=outage",
    );

    // Assess
    expect({ status, stderr }).toEqual({ status: 3, stderr: "review: outage (--fail-on)\n" });
    expect(stdout).toContain(
      "calls fail after the apply: 1 endpoint · calls fail during the apply: 1 function",
    );
  });

  it("prints the sections of --sections, and stops at gates of other sections", () => {
    // Act
    const { status, stdout } = review(
      { "prod.json": opened },
      "prod.json",
      "--sections",
      "changes",
      "--fail-on",
      "public",
    );

    // Assess
    expect(status).toBe(3);
    expect(stdout).toMatch(/^prod: 1 route opened to the public/);
    expect(stdout).not.toContain("### Routes and public access");
    expect(stdout).toContain("updated in place");
  });

  it("prints the review in the form of --template", () => {
    // Act
    const { status, stdout } = review(
      { "prod.json": opened, "review.md": "{{verdict}}\n{{public: Open to anyone}}\n" },
      "prod.json",
      "--template",
      "review.md",
    );

    // Assess
    expect(status).toBe(0);
    expect(stdout).toMatch(/^prod: 1 route opened to the public .*\n\n### Open to anyone\n/);
  });

  it("reads a file without an extension by its path", () => {
    // Act
    const { status, stdout } = review({ prod: opened }, "./prod");

    // Assess
    expect(status).toBe(0);
    expect(stdout).toMatch(/^prod: 1 route opened to the public/);
  });

  it("prints the usage with --help", () => {
    // Act
    const { status, stdout } = review({}, "--help");

    // Assess
    expect(status).toBe(0);
    expect(stdout).toMatch(/^usage: npx sagemaker-stages review <plan> … \[--json\]/);
  });

  it.each<[string, number, readonly string[], string]>([
    ["no plan", 2, [], "<plan>: got nothing; allowed: name of an environment or an account"],
    [
      "an unknown option",
      2,
      ["prod.json", "--yes"],
      "option: got --yes; allowed: --json, --sections LIST, --template FILE, --fail-on LIST",
    ],
    [
      "an unknown gate",
      2,
      ["prod.json", "--fail-on", "public,cost"],
      '--fail-on: got "cost"; allowed: destroy, widen, public',
    ],
    [
      "an unknown section",
      2,
      ["prod.json", "--sections", "cost,prices"],
      '--sections: got "prices"; allowed: summary, undetermined,',
    ],
    [
      "a missing template",
      2,
      ["prod.json", "--template", "none.md"],
      "--template: got none.md, which cannot be read (ENOENT)",
    ],
    [
      "sections together with a template",
      2,
      ["prod.json", "--template", "none.md", "--sections", "cost"],
      "got --sections and --template; allowed: one of them",
    ],
    ["a missing file", 1, ["none.json"], "none.json cannot be read"],
    ["a plan file as Terraform writes it", 1, ["prod.tfplan"], "prod.tfplan is a binary plan file"],
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
  ])("rejects %s with the status %d and names a remedy", (_, expected, words, message) => {
    // Act
    const { status, stdout, stderr } = review(
      { "prod.json": opened, "again.json": opened, "prod.tfplan": "PK\u0003\u0004", prod: opened },
      ...words,
    );

    // Assess
    expect(status).toBe(expected);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });
});
