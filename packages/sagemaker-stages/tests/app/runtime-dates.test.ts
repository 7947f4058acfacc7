import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { type AppProps, createApp, type Environment } from "../../src";
import { ACCEPTED_VARIABLE } from "../../src/app/runtimes-in-use";
import { PURPOSE_VARIABLE } from "../../src/lib/synthesis-purpose";
import { UserError } from "../../src/lib/user-error";
import { BEFORE_EVERY_END } from "../../src/testing/clock";
import { findSynthesisDifferences, synthesize } from "../../src/testing/synthesize";
import { inTempFolder } from "../../src/testing/temp-folder";
import { models } from "../fixtures/app/functions";
import { MAIN, ProjectCopy } from "../local/support/project";
import { example } from "../stacks/support/environments";
import { type Finished, runNode } from "../stacks/support/project";
import { HUB_MODEL } from "./support/hub-model";

const BLOCKED = new Date("2027-06-01T00:00:00Z");
const WARNING =
  /^warning: AWS supports nodejs22\.x until 2027-04-30; .*lambda-runtimes\.html\)\. Functions: .*\. Set functionRuntimes\.node to "nodejs24\.x"/;

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  jest.spyOn(console, "error").mockImplementation((line: string) => {
    printed.push(line);
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  delete process.env[ACCEPTED_VARIABLE];
  delete process.env[PURPOSE_VARIABLE];
  delete process.env.SYNTH_HCL_OUTPUT;
});

/** Creates an app, and returns the printed lines. */
function create(props: Partial<AppProps>, environments: readonly Environment[] = [example]): string[] {
  inTempFolder((outdir) => createApp({ models, environments, outdir, ...props }));
  return printed;
}

describe("createApp", () => {
  it.each([
    ["2026-04-29T23:59:59Z", 0],
    ["2026-04-30T00:00:00Z", 1],
    ["2027-05-31T23:59:59Z", 1],
  ])("at %s prints this number of warnings about a runtime that ends: %i", (time, count) => {
    // Act
    const lines = create({ now: new Date(time) });

    // Assess
    expect(lines).toHaveLength(count);
  });

  it("prints one warning for a runtime of several functions, with the functions, the dates and the remedy", () => {
    // Prepare
    const other: Environment = {
      ...example,
      name: "other",
      state: { local: { path: "terraform.other.tfstate" } },
    };

    // Act
    const lines = create({ now: new Date("2026-11-29T00:00:00Z") }, [example, other]);

    // Assess
    expect(lines).toEqual([expect.stringMatching(WARNING)]);
    expect(lines[0]).toContain("Functions: test-loan-default, other-loan-default.");
  });

  it("prints the warning on standard output when cdktf runs the synthesis, because cdktf shows standard error as an error", () => {
    // Prepare
    const output = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    process.env.SYNTH_HCL_OUTPUT = "false";

    // Act
    const lines = create({ now: new Date("2026-11-29T00:00:00Z") });

    // Assess
    expect(lines).toEqual([]);
    expect(output.mock.calls).toEqual([[expect.stringMatching(WARNING)]]);
  });

  it("throws for a runtime with which Lambda creates no function, and prints no warning", () => {
    // Act
    const act = () => create({ now: BLOCKED });

    // Assess
    expect(act).toThrow(
      /^1 fault\(s\) in environments\/:\n {2}test: functionRuntimes\.node: got "nodejs22\.x"/,
    );
    expect(printed).toEqual([]);
  });

  it("throws for a blocked runtime and another fault of a deployment at once", () => {
    // Prepare
    const environment: Environment = {
      ...example,
      models: {
        "loan-default": HUB_MODEL,
      },
    };

    // Act
    const act = () => create({ now: BLOCKED }, [environment]);

    // Assess
    expect(act).toThrow(/HF_MODEL_REVISION[\s\S]*functionRuntimes\.node/);
  });

  it.each<[string, Partial<AppProps>, string | undefined]>([
    ["the prop", { acceptBlockedRuntimes: ["nodejs22.x"] }, undefined],
    ["the variable", {}, "python3.11, nodejs22.x"],
  ])("warns in place of the fault when %s accepts the runtime", (_, props, variable) => {
    // Prepare
    if (variable !== undefined) process.env[ACCEPTED_VARIABLE] = variable;

    // Act
    const lines = create({ now: BLOCKED, ...props });

    // Assess
    expect(lines).toEqual([expect.stringContaining("since 2027-06-01 Lambda refuses new functions")]);
  });

  it.each<[string, Partial<AppProps>, string | undefined, string]>([
    ["the prop", { acceptBlockedRuntimes: ["nodejs22.x", "nodejs22"] }, undefined, "acceptBlockedRuntimes"],
    ["the variable", {}, "nodejs22,nodejs22.x", "ACCEPT_BLOCKED_RUNTIMES"],
  ])("throws for an unknown name in %s, and names the known runtimes", (_, props, variable, field) => {
    // Prepare
    if (variable !== undefined) process.env[ACCEPTED_VARIABLE] = variable;

    // Act
    const act = () => create({ now: BEFORE_EVERY_END, ...props });

    // Assess
    expect(act).toThrow(UserError);
    expect(act).toThrow(
      new RegExp(
        `^${field}: got nodejs22; allowed: nodejs18\\.x, .*nodejs22\\.x, .*python3\\.14 \\(see docs`,
      ),
    );
  });

  it("throws when the prop accepts no runtime, whatever the variable accepts", () => {
    // Prepare
    process.env[ACCEPTED_VARIABLE] = "nodejs22.x";

    // Act
    const act = () => create({ now: BLOCKED, acceptBlockedRuntimes: [] });

    // Assess
    expect(act).toThrow('got "nodejs22.x"');
  });

  it.each(["environments", "providers"])("compares no dates when the purpose is %s", (purpose) => {
    // Prepare
    process.env[PURPOSE_VARIABLE] = purpose;

    // Act
    const lines = create({ now: BLOCKED });

    // Assess
    expect(lines).toEqual([]);
  });
});

describe("a test of an app", () => {
  it("does not depend on the day: it compares no dates of this day", () => {
    // Prepare
    jest.useFakeTimers({ now: new Date("2040-01-01T00:00:00Z"), doNotFake: ["setTimeout", "setImmediate"] });
    const app = { models, environments: [example] };

    // Act
    const stack = () => synthesize(app).stack("test");
    const differences = () => findSynthesisDifferences(app);

    // Assess
    expect(stack).not.toThrow();
    expect(differences()).toEqual([]);
    expect(printed).toEqual([]);
    jest.useRealTimers();
  });
});

describe("a synthesis in a separate process", () => {
  const TIMEOUT_IN_MS = 60_000;
  const project = new ProjectCopy();

  afterAll(() => project.remove());

  async function synthesizeAt(time: string): Promise<Finished & { readonly code: string }> {
    project.edit("main.ts", (text) => text.replace(/new Date\(".*"\)/, `new Date(${JSON.stringify(time)})`));
    const finished = await runNode(MAIN, project.folder);
    const code = readFileSync(join(project.folder, "cdktf.out/stacks/dev/cdk.tf.json"), "utf8");
    return { ...finished, code };
  }

  it(
    "prints the warning only on standard error, and writes the same Terraform on every day",
    async () => {
      // Act
      const before = await synthesizeAt("2026-01-01T00:00:00Z");
      const within = await synthesizeAt("2026-12-01T00:00:00Z");

      // Assess
      expect([before.status, before.stdout, before.stderr]).toEqual([0, "", ""]);
      expect([within.status, within.stdout]).toEqual([0, ""]);
      expect(within.stderr).toMatch(WARNING);
      expect(within.stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(within.code).toBe(before.code);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails with the fault and without a stack trace when Lambda creates no function with the runtime",
    async () => {
      // Act
      const { status, stdout, stderr } = await synthesizeAt("2027-06-01T00:00:00Z");

      // Assess
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(
        /^2 fault\(s\) in environments\/:\n {2}dev: functionRuntimes\.node: .*\n {2}prod: .*\n$/,
      );
    },
    TIMEOUT_IN_MS,
  );
});
