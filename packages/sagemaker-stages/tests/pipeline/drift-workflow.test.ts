import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

const WORKFLOW = join(__dirname, "../../../../.github/workflows/drift.yml");

interface Step {
  readonly name?: string;
  readonly run?: string;
}

const { jobs } = parse(readFileSync(WORKFLOW, "utf8")) as {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
};

let folder: string;

beforeEach(() => {
  folder = makeTempFolder();
  for (const name of ["bin", "temp", "programs", "stacks", "cdktf.out/stacks/staging", "plans/staging"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeFileSync(join(folder, "stacks/.terraform.lock.hcl"), "");
});

afterEach(() => removeFolder(folder));

/** Writes a program in place of another program. */
function program(name: string, lines: readonly string[]): void {
  writeFileSync(join(folder, "bin", name), ["#!/usr/bin/env bash", ...lines, ""].join("\n"), { mode: 0o755 });
}

/** Runs the script of a step as GitHub Actions does: `bash --noprofile --norc -eo pipefail`. */
function run(job: string, name: string): { status: number | null; output: string } {
  const script = jobs[job]?.steps.find((step) => step.name === name)?.run;
  if (script === undefined) throw new Error(`${job}: no step ${name}`);
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
    {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: [join(folder, "bin"), process.env.PATH].join(delimiter),
        ENVIRONMENT: "staging",
        RUNNER_TEMP: join(folder, "temp"),
        GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
      },
    },
  );
  return { status, output: `${stdout}${stderr}` };
}

const read = (file: string): string => readFileSync(join(folder, file), "utf8");

describe("the step that runs the smoke test", () => {
  const outputs = (json: string): void => writeFileSync(join(folder, "temp/outputs.json"), json);
  /** A smoke test that prints its command line, and ends with a status. */
  const smokeTest = (status: number): void =>
    writeFileSync(
      join(folder, "programs/smoke.cjs"),
      `console.log(process.argv.slice(2).join(" ").replace(${JSON.stringify(folder)}, ""));
process.exitCode = ${status};`,
    );

  it.each([0, 1])("keeps the table and the status %i for the report, and does not fail", (status) => {
    // Prepare
    outputs('{"stage_url":{}}\n');
    smokeTest(status);

    // Act
    const step = run("environment", "Smoke test");

    // Assess
    expect(step).toEqual({ status: 0, output: "staging --outputs /temp/outputs.json\n" });
    expect(read("plans/staging/smoke.txt")).toBe(step.output);
    expect(read("plans/staging/smoke.status")).toBe(`${status}\n`);
  });

  it("calls nothing when the environment is not deployed", () => {
    // Prepare: the output of Terraform without outputs
    outputs("{}\n");
    smokeTest(1);

    // Act
    const step = run("environment", "Smoke test");

    // Assess
    expect(step).toEqual({
      status: 0,
      output: "staging is not deployed: its state has no outputs.\n",
    });
    expect(read("plans/staging/smoke.status")).toBe("0\n");
  });
});

describe("the steps that run Terraform", () => {
  it("write the outputs outside of the artifact, and only a refresh-only plan into the artifact", () => {
    // Prepare
    program("terraform", [
      'echo "$*" >> commands',
      'case "$2" in output) echo "{}" ;; show) echo "{\\"plan\\":1}" ;; esac',
    ]);

    // Act
    const steps = ["terraform init", "terraform plan"].map((name) => run("environment", name).status);

    // Assess
    expect(steps).toEqual([0, 0]);
    expect(readdirSync(join(folder, "plans/staging"))).toEqual(["plan.json"]);
    expect(read("plans/staging/plan.json")).toBe('{"plan":1}\n');
    expect(read("temp/outputs.json")).toBe("{}\n");
    const commands = read("commands").split("\n");
    expect(commands.filter((line) => line.includes(" plan "))).toEqual([
      expect.stringContaining(" plan -lock=false -input=false -no-color -refresh-only "),
    ]);
    expect(commands.filter((line) => line.includes("apply"))).toEqual([]);
  });

  it.each(["plan", "show"])("leave no plan for the report when terraform %s fails", (command) => {
    // Prepare
    program("terraform", [`echo '{"a part'`, `[ "$2" != ${command} ]`]);

    // Act
    const step = run("environment", "terraform plan");

    // Assess
    expect(step.status).toBe(1);
    expect(existsSync(join(folder, "plans/staging/plan.json"))).toBe(false);
  });
});

describe("the step that writes the review", () => {
  it("reports no environment when no environment could be planned, but has results of checks", () => {
    // Prepare
    writeFileSync(join(folder, "plans/staging/smoke.status"), "1\n");
    program("npm", ['echo "npm $*"', "exit 1"]);

    // Act
    const step = run("report", "npm run review");

    // Assess
    expect(step).toEqual({ status: 0, output: "" });
    expect(JSON.parse(read("review.json"))).toEqual({ environments: [] });
    expect(read("summary.md")).toBe("No environment is planned.\n");
  });

  it("reviews the drift of the environments that were planned", () => {
    // Prepare
    writeFileSync(join(folder, "plans/staging/plan.json"), "{}");
    program("npm", [
      'echo "$*" >> commands',
      'case "$*" in *--json*) echo "{}" ;; *) echo "# Drift" ;; esac',
    ]);

    // Act
    const step = run("report", "npm run review");

    // Assess
    expect(step.status).toBe(0);
    expect(read("commands")).toBe(
      "run --silent review -- --sections drift plans/staging/plan.json\nrun --silent review -- --json plans/staging/plan.json\n",
    );
    expect([read("review.md"), read("review.json"), read("summary.md")]).toEqual([
      "# Drift\n",
      "{}\n",
      "# Drift\n",
    ]);
  });
});
