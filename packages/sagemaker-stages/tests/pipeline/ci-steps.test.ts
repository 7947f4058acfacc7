import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

const STEPS = join(__dirname, "../../../../.ci/steps");
const TIMEOUT_IN_MS = 60_000;

/** The head of each script, as in `.ci/run`. */
const HEAD = '#!/usr/bin/env bash\ncd "$(dirname "$0")/.." || exit 1\n. .ci/steps\n';

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

let folder: string;

beforeEach(() => {
  folder = makeTempFolder();
  mkdirSync(join(folder, ".ci"));
  copyFileSync(STEPS, join(folder, ".ci/steps"));
});

afterEach(() => removeFolder(folder));

/** Writes a script of steps. */
function write(name: string, lines: readonly string[]): string {
  const file = join(folder, ".ci", name);
  writeFileSync(file, `${HEAD}${lines.join("\n")}\n`, { mode: 0o755 });
  return file;
}

/** Starts a script of steps. */
function start(
  lines: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(write("run", lines), {
    env: { PATH: process.env.PATH, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  return { child, ended: once(child, "close").then(([status]) => ({ status, output })) };
}

const run = (lines: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  start(lines, variables).ended;

/** The rows of the table, without times. */
function tableOf({ output }: Ended): string[] {
  const [, table = ""] = output.split("\n== Times of the steps\n");
  return (
    table
      .trimEnd()
      .split("\n")
      // Bash reports a killed process on standard error, which can arrive after the table.
      .filter((row) => !/^\S+: line \d+: +\d+ Killed/.test(row))
      .map((row) => row.trimStart().replace(/^\d+ s +/, ""))
  );
}

/** Waits until a file exists, which a step writes. */
async function written(name: string): Promise<void> {
  while (!existsSync(join(folder, name))) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The state of a process in the notation of ps, e.g. "S"; empty if the process has ended. */
function stateOf(pid: number): string {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim();
}

/** Whether a process runs. A process without a parent can remain as a zombie, state Z, which does not run. */
function isRunning(pid: number): boolean {
  return /^[^Z]/.test(stateOf(pid));
}

/** The status of a command that a signal has ended or stopped. */
const statusOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

describe("a script of steps", () => {
  it(
    "shows the time and the result of each step when all steps pass",
    async () => {
      // Act
      const ended = await run(['step "the first" echo one', 'step "the second" echo two']);

      // Assess
      expect(ended.status).toBe(0);
      expect(ended.output).toContain("\n== the first\none\n\n== the second\ntwo\n");
      expect(ended.output).toMatch(/\n +\d+ s {2}passed {3}the first\n +\d+ s {2}passed {3}the second\n/);
      expect(tableOf(ended)).toEqual(["passed   the first", "passed   the second", "in total"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "runs the next steps and fails when a step fails",
    async () => {
      // Act
      const ended = await run(['step "tests" bash -c "exit 3"', 'step "lint" echo clean']);

      // Assess
      expect(ended.status).toBe(1);
      expect(ended.output).toContain("\n== tests: FAILED with status 3\n");
      expect(tableOf(ended)).toEqual(["FAILED   tests (status 3)", "passed   lint", "in total"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "shows the table when a required step ends the script",
    async () => {
      // Act
      const ended = await run(['step "install" false || exit 1', 'step "tests" echo tested']);

      // Assess
      expect(ended.status).toBe(1);
      expect(tableOf(ended)).toEqual(["FAILED   install (status 1)", "in total"]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "runs steps at the same time, and shows the output of each step as one block",
    async () => {
      // Prepare: each step waits for a file of the other step.
      const steps = [
        'first() { echo "first begins"; : >first; until [ -e second ]; do sleep 0.05; done; echo "first ends" >&2; }',
        'second() { until [ -e first ]; do sleep 0.05; done; echo "second begins"; : >second; return 4; }',
      ];

      // Act
      const ended = await run([...steps, "begin one first", "begin two second", "finish", "step three true"]);

      // Assess
      expect(ended.status).toBe(1);
      expect(ended.output).toContain(
        "\n== one\nfirst begins\nfirst ends\n\n== two\nsecond begins\n\n== two: FAILED with status 4\n",
      );
      expect(tableOf(ended)).toEqual([
        "passed   one",
        "FAILED   two (status 4)",
        "passed   three",
        "in total",
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[what: string, command: string, status: number]>([
    ["a signal ends the whole step", "kill -KILL 0", statusOf("SIGKILL")],
    ["the step stops itself", "kill -STOP 0", statusOf("SIGSTOP")],
  ])(
    "fails with the status of the signal, and runs the next steps, when %s",
    async (_, command, status) => {
      // Prepare
      const faulty = `bash -c "echo begins; ${command}; echo continues"`;
      const steps = [`begin beside ${faulty}`, "begin other true", "finish", `step alone ${faulty}`];

      // Act
      const ended = await run([...steps, "step last echo done"]);

      // Assess
      expect(ended.status).toBe(1);
      expect(ended.output).toContain("\n== beside\nbegins\n");
      expect(ended.output).toContain("\n== last\ndone\n");
      expect(ended.output).not.toContain("continues");
      expect(tableOf(ended)).toEqual([
        `FAILED   beside (status ${status})`,
        "passed   other",
        `FAILED   alone (status ${status})`,
        "passed   last",
        "in total",
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "ends the processes of a step that stops itself",
    async () => {
      // Act
      const ended = await run(['step stops bash -c "echo \\$\\$ >stopped; kill -STOP 0"']);

      // Assess
      expect(stateOf(Number(readFileSync(join(folder, "stopped"), "utf8")))).toBe("");
      expect(ended.output).toContain(
        "\nstopped by the signal STOP, and ended: a step must not wait for a terminal\n",
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "shows the status of a step whose function calls exit",
    async () => {
      // Act
      const ended = await run([
        "begin before true",
        "install() { exit 3; }",
        "begin install install",
        "finish",
      ]);

      // Assess
      expect(ended.status).toBe(1);
      expect(tableOf(ended)).toEqual(["passed   before", "FAILED   install (status 3)", "in total"]);
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["passes", "", 0],
    ["fails when CI_REQUIRES_ALL is set", "1", 1],
  ])(
    "shows a step that cannot run, and %s",
    async (_, all, status) => {
      // Act
      const ended = await run(['skip "deploy" "because terraform is not installed"', "step lint true"], {
        CI_REQUIRES_ALL: all,
      });

      // Assess
      expect(ended.status).toBe(status);
      expect(ended.output).toContain("\n== deploy: NOT RUN, because terraform is not installed\n");
      expect(tableOf(ended)).toEqual([
        "-  not run  deploy: because terraform is not installed",
        "passed   lint",
        "in total",
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "shows the steps of another script in the same table, and fails with this script",
    async () => {
      // Prepare
      write("engine", ["step slow false"]);

      // Act
      const ended = await run(["step fast true", "script .ci/engine"]);

      // Assess
      expect(ended.status).toBe(1);
      expect(tableOf(ended)).toEqual(["passed   fast", "FAILED   slow (status 1)", "in total"]);
      expect(ended.output.match(/Times of the steps/g)).toHaveLength(1);
    },
    TIMEOUT_IN_MS,
  );

  it.each<[signal: NodeJS.Signals, status: number]>([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ])(
    "ends the processes of all its steps when it receives %s",
    async (signal, status) => {
      // Prepare: steps of this script and of another script, each with its own process
      const waits = (name: string): string =>
        `${name}() { sleep 600 & echo $! >${name}.part; mv ${name}.part ${name}.pid; wait; }`;
      write("engine", [waits("nested"), "step nested nested"]);
      const lines = [waits("beside"), "step before true", "begin beside beside", "script .ci/engine"];
      const { child, ended } = start(lines);
      await Promise.all([written("beside.pid"), written("nested.pid")]);
      const pids = ["beside", "nested"].map((name) =>
        Number(readFileSync(join(folder, `${name}.pid`), "utf8")),
      );
      const before = pids.map(isRunning);

      // Act
      child.kill(signal);
      const result = await ended;

      // Assess
      expect(before).toEqual([true, true]);
      expect(pids.map(isRunning)).toEqual([false, false]);
      expect(result.status).toBe(status);
      expect(tableOf(result)).toEqual([
        "passed   before",
        "-  stopped  beside",
        "-  stopped  nested",
        "in total",
      ]);
    },
    TIMEOUT_IN_MS,
  );
});
