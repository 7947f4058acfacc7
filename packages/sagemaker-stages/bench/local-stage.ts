import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dev } from "../tests/fixtures/app/environments/dev";
import { ProjectCopy } from "../tests/local/support/project";
import { copySources, installComparison } from "./comparison";
import { compileEngine } from "./compiled-engine";
import { alternate, median, usePackages } from "./measure";
import type { Report } from "./report";

/** The size of the measurement. Tests measure a small size. */
export interface LocalStageSize {
  /** Starts of each server. */
  readonly rounds: number;
  /** Requests after each start. */
  readonly requests: number;
}

/** The number of requests is enough for the compiler of Node.js to optimize. */
const SIZE: LocalStageSize = { rounds: 5, requests: 2_000 };
const POLL_IN_MS = 5;
/** A busy machine needs several times as long as a free one. */
const MAX_START_IN_MS = 100_000;

const MAX_START_RATIO = 0.5;
const MAX_REQUEST_RATIO = 1;

/** A server that a command starts. */
export interface Server {
  /** The program and its arguments, for a port; 0 if the server {@link choosesPort}. */
  readonly words: (port: number) => readonly string[];
  /**
   * Whether the server chooses a free port, and prints its address.
   *
   * @default - the server listens at the port of its command line
   */
  readonly choosesPort?: true;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** What one start of a server measured. */
interface ServerCost {
  /** Milliseconds from the start of the command to the first answer with status 200. */
  readonly firstAnswerInMs: number;
  /** The median of single requests over one connection. */
  readonly requestInMs: number;
}

/**
 * Compares `sagemaker-stages start` with serverless-offline. The local stage serves four models: each request is validated,
 * signed, sent to an emulated endpoint, and answered by a sample model. serverless-offline serves one empty handler.
 */
export async function benchLocalStage(report: Report, folder: string, size = SIZE): Promise<void> {
  const installed = await installComparison();
  const packages = compileEngine(join(folder, "engine-of-local-stage"));
  const project = new ProjectCopy();
  const offlineFolder = join(mkdtempSync(join(tmpdir(), "bench-offline-")), "app");
  try {
    project.setEnvironments(dev);
    usePackages(project.folder, packages);
    copySources("offline", offlineFolder);
    symlinkSync(join(installed, "node_modules"), join(offlineFolder, "node_modules"), "dir");
    const stage = stageOf(project, packages);
    const offline: Server = {
      words: (port) => [
        join(installed, "node_modules", "serverless", "bin", "serverless.js"),
        "offline",
        "start",
        "--noPrependStageInUrl",
        "--httpPort",
        String(port),
        // 0 lets the system choose the port of the emulated Lambda service.
        "--lambdaPort",
        "0",
      ],
      cwd: offlineFolder,
      env: { ...process.env, SLS_TELEMETRY_DISABLED: "1", SLS_NOTIFICATIONS_MODE: "off" },
      path: "/empty",
      contentType: "application/json",
      body: "{}",
    };
    let changes = 0;
    const change = () => {
      changes++;
      project.edit("main.ts", (text) => `${text}// change ${changes}\n`);
    };
    await compareServers(report, { stage, offline, change }, size);
  } finally {
    project.remove();
    rmSync(join(offlineFolder, ".."), { recursive: true, force: true });
  }
}

/**
 * The local stage of an app that serves the environment dev.
 *
 * @param packages - the folder `node_modules` with the engine
 */
export function stageOf(project: ProjectCopy, packages: string): Server {
  return {
    words: (port) => [
      join(packages, "sagemaker-stages", "bin", "sagemaker-stages.js"),
      "start",
      dev.name,
      "--port",
      String(port),
    ],
    // The stage needs further ports after its own, one for each function URL.
    choosesPort: true,
    cwd: project.folder,
    env: { ...process.env, TMPDIR: project.tempFolder },
    path: `/${dev.name}/ticket-urgency`,
    contentType: "text/plain",
    body: "urgent",
  };
}

/** The compared servers. */
interface ComparedServers {
  readonly stage: Server;
  readonly offline: Server;
  /** Changes a source of the app of the local stage. */
  readonly change: () => void;
}

/** Compares the local stage with serverless-offline. */
export async function compareServers(
  report: Report,
  { stage, offline, change }: ComparedServers,
  { rounds, requests } = SIZE,
): Promise<void> {
  // The first start fills the caches of both servers.
  await costOfServer(stage, requests);
  await costOfServer(offline, requests);
  const costs = await alternate(rounds, {
    changed: () => {
      change();
      return costOfServer(stage, requests);
    },
    unchanged: () => costOfServer(stage, requests),
    offline: () => costOfServer(offline, requests),
  });
  const base = "serverless-offline with an empty handler";
  const firstAnswer = (of: keyof typeof costs) =>
    median(costs[of].map(({ firstAnswerInMs }) => firstAnswerInMs));
  report.add({
    measured: "local stage, from the command to the first answer, sources unchanged",
    value: firstAnswer("unchanged"),
    base,
    baseValue: firstAnswer("offline"),
    unit: "ms",
    goal: { atMost: MAX_START_RATIO },
  });
  report.add({
    measured: "local stage, from the command to the first answer, after a change of main.ts",
    value: firstAnswer("changed"),
    base,
    baseValue: firstAnswer("offline"),
    unit: "ms",
  });
  const request = (of: readonly ServerCost[]) => median(of.map(({ requestInMs }) => requestInMs));
  report.add({
    measured: "local stage, request, p50",
    value: request([...costs.unchanged, ...costs.changed]),
    base,
    baseValue: request(costs.offline),
    unit: "ms",
    goal: { atMost: MAX_REQUEST_RATIO },
  });
}

/** Starts a server, waits for its first answer, sends further requests, and stops the server. */
export async function costOfServer(server: Server, requests: number): Promise<ServerCost> {
  const given = server.choosesPort ? 0 : await freePort();
  const words = server.words(given);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const start = performance.now();
  const child = spawn(process.execPath, words, {
    cwd: server.cwd,
    env: server.env,
    stdio: ["ignore", "pipe", "pipe"],
    // A separate process group, which contains all child processes.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  try {
    let port: number | undefined;
    for (;;) {
      port = given || printedPort(output);
      const status = port && (await send(server, port, agent).catch(() => undefined));
      if (port && status === 200) break;
      const isOver = performance.now() - start > MAX_START_IN_MS;
      if (isOver || child.exitCode !== null) {
        throw new Error(
          `${words.join(" ")}: got status ${status ?? "none"}; allowed: 200 in ${MAX_START_IN_MS} ms. Output:\n${output}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_IN_MS));
    }
    const firstAnswerInMs = performance.now() - start;
    const times: number[] = [];
    for (let index = 0; index < requests; index++) {
      const before = performance.now();
      const status = await send(server, port, agent);
      times.push(performance.now() - before);
      if (status !== 200)
        throw new Error(`${server.path}: got status ${status}; allowed: 200. Output:\n${output}`);
    }
    return { firstAnswerInMs, requestInMs: median(times) };
  } finally {
    agent.destroy();
    killGroup(child);
    await ended;
  }
}

/** The status of the answer to one request, after the end of the answer. */
function send({ path, contentType, body }: Server, port: number, agent: http.Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": contentType, "Content-Length": Buffer.byteLength(body) };
    const options = { agent, host: "127.0.0.1", port, method: "POST", path, headers };
    const outgoing = http.request(options, (incoming) => {
      incoming.resume().on("error", reject);
      incoming.on("end", () => resolve(incoming.statusCode ?? 0));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The port of the first address in a server's output, after the whole number is printed. */
function printedPort(output: string): number | undefined {
  const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\D/.exec(output) ?? [];
  return port === undefined ? undefined : Number(port);
}

function killGroup({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, "SIGKILL");
}

/** A port that no other process uses at this time. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
