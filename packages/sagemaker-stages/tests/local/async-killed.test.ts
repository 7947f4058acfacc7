import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildSync } from "esbuild";
import { bundleProgram, FUNCTION_PROGRAM } from "../../src/local/bundle-program";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { createApp } from "../support/app";
import { ASYNC, locationIn } from "./support/async-routes";
import { type Response, send } from "./support/client";
import { ContainerServer } from "./support/container-server";
import { eventually } from "./support/eventually";
import type { KilledStageSettings } from "./support/killed-stage-program";
import { freePorts } from "./support/ports";

/** Many starts of a local stage. */
const TIMEOUT_IN_MS = 240_000;

/** The packages of the repository: the program is outside of the repository. */
const MODULES = join(__dirname, "../../../../node_modules");

/** The runs at the same time: most of their time, the runs wait for processes and for the end of a claim. */
const CONCURRENCY = 4;

const REQUEST = { data: "52000.5,8500,36" };
const HEADERS = { "Content-Type": "application/json", "Idempotency-Key": "6d0f-killed" };

describe("a local stage whose process is killed", () => {
  const folder = makeTempFolder();
  const program = join(folder, "program.js");
  const functionProgram = join(folder, "function.js");
  const stages: KillableStage[] = [];

  beforeAll(() => {
    createApp([ASYNC], { outdir: join(folder, "out") }).synth();
    buildSync({
      entryPoints: [join(__dirname, "support/killed-stage-program.ts")],
      outfile: program,
      bundle: true,
      platform: "node",
      packages: "external",
    });
    bundleProgram(FUNCTION_PROGRAM, functionProgram);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    await Promise.all(stages.map((stage) => stage.end()));
    removeFolder(folder);
  });

  /** Sends a request until it is accepted, reads the answer, and starts the stage again whenever it ends. */
  async function answerOnce(name: string, killAt?: number, onInvocation?: (stage: KillableStage) => void) {
    const container = new ContainerServer();
    await container.listen();
    const port = await freePorts(1);
    const asyncFolder = join(folder, name);
    const stage = new KillableStage(program, {
      port,
      asyncFolder,
      functionProgram,
      stack: join(folder, "out/stacks/dev"),
      container: container.url,
    });
    stages.push(stage);
    container.answer = () => {
      onInvocation?.(stage);
      return { body: JSON.stringify({ predictions: [{ predicted_label: 0, score: 0.1 }] }) };
    };
    try {
      await stage.start(killAt);
      const accepted = await stage.until("accepted", () =>
        send(stage.url, { path: "/dev/loan-default", headers: HEADERS, body: JSON.stringify(REQUEST) }),
      );
      const location = locationIn(accepted);
      const answer = await stage.until("answered", () => send(stage.url, { method: "GET", path: location }));
      const queue = join(asyncFolder, "dev/.queue/dev-loan-default");
      await eventually("an empty queue", () => entriesOf(queue, ".json").length === 0);
      return {
        wasKilled: stage.kills > 0,
        answer: { status: answer.status, body: answer.body },
        results: entriesOf(join(asyncFolder, "dev/dev-loan-default/results"), ".out").length,
        failures: entriesOf(join(asyncFolder, "dev/dev-loan-default/failures"), ".out").length,
        invocations: container.invocations.length,
      };
    } finally {
      await stage.end();
      await container.close();
    }
  }

  it(
    "loses no request and answers each request once, at each change to a file",
    async () => {
      // Act
      const runs: Awaited<ReturnType<typeof answerOnce>>[] = [];
      do {
        const first = runs.length;
        const batch = Array.from({ length: CONCURRENCY }, (_, index) => first + index);
        runs.push(...(await all(batch.map((killAt) => answerOnce(`kill-${killAt}`, killAt)))));
      } while (runs.every(({ wasKilled }) => wasKilled));
      const killed = runs.filter(({ wasKilled }) => wasKilled);

      // Assess
      expect(killed.length).toBeGreaterThanOrEqual(10);
      for (const run of runs) {
        expect(run).toMatchObject({
          answer: { status: 200, body: '"repaid"' },
          results: 1,
          failures: 0,
        });
      }
      // A killed invocation is repeated. An answered request is not.
      expect(Math.max(...killed.map(({ invocations }) => invocations))).toBe(2);
      expect(runs.filter(({ wasKilled }) => !wasKilled).every(({ invocations }) => invocations === 1)).toBe(
        true,
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "repeats the invocation when the process ends during the invocation",
    async () => {
      // Act
      let invocations = 0;
      const run = await answerOnce("during", undefined, (stage) => {
        if (++invocations === 1) stage.kill();
      });

      // Assess
      expect(run).toMatchObject({ wasKilled: true, results: 1, failures: 0, invocations: 2 });
    },
    TIMEOUT_IN_MS,
  );
});

/** The results of all runs, after the end of all runs. @throws the first error */
async function all<Result>(runs: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(runs);
  return Promise.all(runs);
}

function entriesOf(folder: string, suffix: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(suffix)) : [];
}

/** The time until a request is accepted or answered, with all starts of the stage. */
const PATIENCE_IN_MS = 60_000;

/** A local stage in its own process, that a signal ends. */
class KillableStage {
  /** The ends of the process that this class has not caused. */
  kills = 0;
  private process: ChildProcess | undefined;
  private ended = Promise.resolve();
  private starting: Promise<void> | undefined;
  private isEnding = false;

  constructor(
    private readonly program: string,
    private readonly settings: KilledStageSettings,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.settings.port}`;
  }

  async start(killAt?: number): Promise<void> {
    const SETTINGS = JSON.stringify({ ...this.settings, ...(killAt === undefined ? {} : { killAt }) });
    const child = spawn(process.execPath, [this.program], {
      env: { ...process.env, SETTINGS, NODE_PATH: MODULES },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.process = child;
    let output = "";
    this.ended = new Promise((resolve) => {
      child.once("exit", () => {
        if (!this.isEnding) this.kills++;
        resolve();
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        output += String(chunk);
        if (output.includes("SERVED\n")) resolve();
      });
      child.once("exit", () => reject(new Error(`the stage ended:\n${output}`)));
    });
  }

  kill(): void {
    this.process?.kill("SIGKILL");
  }

  async end(): Promise<void> {
    this.isEnding = true;
    this.kill();
    await this.ended;
    this.isEnding = false;
  }

  /** Repeats a request until the stage accepts or answers it, and starts the stage when its process has ended. */
  async until(wanted: "accepted" | "answered", request: () => Promise<Response>): Promise<Response> {
    const deadline = Date.now() + PATIENCE_IN_MS;
    let last = "nothing";
    while (Date.now() < deadline) {
      try {
        const answer = await request();
        last = `${answer.status}: ${answer.body}`;
        if (wanted === "accepted" ? answer.status === 202 : answer.status === 200) return answer;
      } catch (error) {
        last = String(error);
        await this.restart();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not ${wanted}: got ${last}`);
  }

  private async restart(): Promise<void> {
    const child = this.process;
    // The connection can end before the process.
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, 500);
    });
    await Promise.race([this.ended, patience]);
    clearTimeout(timer);
    if (child?.exitCode === null && child.signalCode === null) return;
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
    });
    await this.starting;
  }
}
