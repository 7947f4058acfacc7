import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { benchCapture } from "../../bench/capture";
import { writeCdkApp } from "../../bench/cdk-app";
import { copySources } from "../../bench/comparison";
import { benchFlood } from "../../bench/flood";
import { benchGateway } from "../../bench/gateway";
import { benchHandler } from "../../bench/handler";
import { benchLoad } from "../../bench/load";
import { compareServers, costOfServer, type Server, stageOf } from "../../bench/local-stage";
import { Report } from "../../bench/report";
import { benchReview } from "../../bench/review";
import type { StartStage } from "../../bench/stage";
import { benchStreams } from "../../bench/streams";
import { benchSizes } from "../../bench/synthesis";
import { TOPICS, type Topic } from "../../bench/topics";
import type { Environment } from "../../src/environment/environment";
import { ownContainer } from "../../src/local/sagemaker/container";
import { loadSamples } from "../../src/local/samples";
import { LocalStage } from "../../src/local/stage";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { dev } from "../fixtures/app/environments/dev";
import { ProjectCopy } from "../local/support/project";
import { createApp } from "../support/app";

const PACKAGES = join(__dirname, "../../../../node_modules");
/** The time for the processes of a topic on a busy machine. */
const TIMEOUT_IN_MS = 120_000;

/** A local stage in this process, because another process needs seconds to start. */
const serveHere: StartStage = async (environments, containers = {}) => {
  const project = new ProjectCopy();
  project.setEnvironments(...environments);
  const outdir = join(project.folder, "synthesis");
  createApp(environments, { outdir }).synth();
  const own = Object.entries(containers).map(([model, url]) => [model, ownContainer(new URL(url))] as const);
  const stage = new LocalStage({
    port: 0,
    containers: new Map([...loadSamples(process.cwd(), { blazingText: false }), ...own]),
    log: () => {},
  });
  await stage.listen();
  await stage.serve(environments.map(({ name }) => readDeployment(name, join(outdir, "stacks", name))));
  return {
    url: stage.url,
    folder: project.folder,
    stop: async () => {
      await stage.close();
      project.remove();
    },
  };
};

/** Few callers flood a route whose function runs twice at once at most, because each run needs a process. */
function withLittleConcurrency(environment: Environment): Environment {
  const models = Object.entries(environment.models).map(([model, settings]) => [
    model,
    settings !== undefined && "function" in settings
      ? { ...settings, function: { ...settings.function, reservedConcurrency: 2 } }
      : settings,
  ]);
  return { ...environment, models: Object.fromEntries(models) };
}

/** A server in place of serverless-offline, which is not installed here. It calls the handler of the comparison. */
function offlineStandIn(folder: string): Server {
  const sources = join(folder, "offline");
  copySources("offline", sources);
  const program = join(sources, "server.cjs");
  writeFileSync(
    program,
    `const { handler } = require("./handler.js");
require("node:http").createServer(async (incoming, outgoing) => {
  const { statusCode, body } = await handler();
  outgoing.writeHead(statusCode).end(body);
}).listen(Number(process.argv[2]), "127.0.0.1");
`,
  );
  return {
    words: (port) => [program, String(port)],
    cwd: sources,
    env: process.env,
    path: "/empty",
    contentType: "application/json",
    body: "{}",
  };
}

/** A topic in its smallest form, and what it compares. */
interface SmallTopic {
  readonly run: (report: Report, folder: string) => Promise<void>;
  readonly measured: readonly unknown[];
}

const SMALL: Readonly<Record<Topic, SmallTopic>> = {
  synthesis: {
    run: (report) => benchSizes(report, 1, PACKAGES, { rounds: 1, warmsUp: false, environments: [1, 2] }),
    measured: [
      "synthesis of 2 environments of 1 models, time",
      "synthesis of 2 environments of 1 models, peak memory",
      "each further environment of 1 models, time",
    ],
  },
  handler: {
    run: (report, folder) => benchHandler(report, folder, { rounds: 1, warmCalls: 2, concurrentCalls: 16 }),
    measured: [
      "handler, import and first call",
      "handler, warm call, p50",
      "handler, 16 concurrent calls",
      "handler, import and first call, CPU time",
      "handler, warm call, CPU time",
      "handler, 16 concurrent calls, CPU time of a call",
      "handler with metrics, warm call, p50",
      "handler with metrics, warm call, CPU time",
      "handler bundle, gzipped",
    ],
  },
  capture: {
    run: (report, folder) => benchCapture(report, folder, { rounds: 1, warmUpCalls: 1, calls: 2 }),
    measured: [
      "capture, time until the answer, p50",
      "capture, time of an invocation with its write, p50",
      "capture, CPU time of an invocation",
      "capture, import, registration and first call",
      "capture, bundle, gzipped",
    ],
  },
  "local-stage": {
    run: (report, folder) => {
      const offline = offlineStandIn(folder);
      return compareServers(
        report,
        { stage: offline, offline, change: () => {} },
        { rounds: 1, requests: 1 },
      );
    },
    measured: [
      "local stage, from the command to the first answer, sources unchanged",
      "local stage, from the command to the first answer, after a change of main.ts",
      "local stage, request, p50",
    ],
  },
  review: {
    run: (report, folder) =>
      benchReview(report, folder, { rounds: 1, environments: 1, copies: 1, pairs: 1, changes: 10 }),
    measured: [
      "review of 1 environments' plans, 0 MB",
      expect.stringMatching(/^review of the slowest policy pair of legal size \(.+\)$/),
      "review of 10 changes",
    ],
  },
  flood: {
    run: (report) =>
      benchFlood(
        report,
        0.2,
        { connections: 4, offeredPerSecond: 20, warmUpInMs: 0, answerTimeInMs: 200 },
        (environments, containers) => serveHere(environments.map(withLittleConcurrency), containers),
      ),
    measured: [
      "another route's throughput during a flood of prod's public route by 4 connections for 0.2 s",
      "slowest answer because of throttling",
    ],
  },
  gateway: {
    run: (report) => benchGateway(report, 0.1, { connections: 2, rounds: 1, warmUpInMs: 0 }, serveHere),
    measured: [
      'requests a second of a route with via: "gateway" on the local stage',
      'USD for a million requests to a route with via: "gateway", without the endpoint',
    ],
  },
  streams: {
    run: (report, folder) =>
      benchStreams(report, folder, 0.1, {
        concurrentStreams: 3,
        firstByteStreams: [1, 2],
        firstBytes: 3,
        warmUpStreams: 1,
        eventIntervalInMs: 50,
        unreadInMs: 50,
        settleInMs: 50,
        singleLeavers: 1,
        leavingGroup: 2,
      }),
    measured: [
      ...["1 stream", "2 concurrent streams"].flatMap((streams) =>
        ["p50", "p99"].map(
          (name) => `delay of the first byte behind the container's first chunk with ${streams}, ${name}`,
        ),
      ),
      ...ofLeavers("of a caller who leaves alone"),
      ...ofLeavers("of 2 callers who leave at once"),
      "memory of the local stage after 0.1 s of 3 concurrent streams",
      ...(process.platform === "linux"
        ? ["memory of the function's processes after 0.1 s of 3 concurrent streams"]
        : []),
      "memory of the local stage for each of 3 streams whose callers do not read",
      ...ofLeavers("of 3 callers who leave at once"),
    ],
  },
  load: {
    run: (report) =>
      benchLoad(
        report,
        1,
        { rate: 100, minSeconds: 1, minLatencyInMs: 20, percentiles: ["p50", "p99"], highRate: 100 },
        serveHere,
      ),
    measured: [
      "p50 of sagemaker-stages load, 100 requests a second for 1 s",
      "p99 of sagemaker-stages load, 100 requests a second for 1 s",
      "sent requests, 100 requests a second for 1 s",
      "delay of a sent request (p99), 100 requests a second",
    ],
  },
};

function ofLeavers(whose: string): string[] {
  return ["p50", "p99", "max"].map((name) => `time until the container's answer is closed ${whose}, ${name}`);
}

let folder: string;

beforeAll(() => {
  folder = makeTempFolder();
});

afterAll(() => {
  removeFolder(folder);
});

describe("the topics of the benchmark in their smallest form", () => {
  it.each(Object.keys(TOPICS) as Topic[])(
    "reports each comparison of the topic %s when every answer is complete",
    async (topic) => {
      // Prepare
      const report = new Report(() => {});
      const { run, measured } = SMALL[topic];

      // Act
      await run(report, folder);

      // Assess
      expect(report.comparisons.map((comparison) => comparison.measured)).toEqual(measured);
      const values = report.comparisons.flatMap(({ value, baseValue }) => [value, baseValue]);
      expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "gives the AWS CDK app of the topic synthesis as many roles and policies as the stacks of the accounts have",
    () => {
      // Prepare
      const outdir = join(folder, "compared");
      createApp(environments, { accounts, outdir }).synth();
      const stacks = join(outdir, "stacks");

      // Act
      // The folder with the pinned versions stands for the installation: the AWS CDK app is written, and not run.
      writeCdkApp(
        join(folder, "cdk"),
        join(__dirname, "../../bench/comparison"),
        environments,
        accounts,
        stacks,
      );

      // Assess
      const app = JSON.parse(readFileSync(join(folder, "cdk/app.json"), "utf8"));
      const counted = accounts.map(({ name = "account" }) => {
        const { resource } = JSON.parse(readFileSync(join(stacks, name, "cdk.tf.json"), "utf8"));
        const [roles, policies] = [resource.aws_iam_role, resource.aws_iam_policy].map(
          (byName) => Object.keys(byName).length,
        );
        return { name, roles, policies };
      });
      expect(app.environments).toHaveLength(environments.length);
      expect(app.accounts).toMatchObject(counted);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "fails in the topic flood when no answer is refused",
    async () => {
      // Prepare: one connection never waits for another run of the function.
      const size = {
        connections: 1,
        offeredPerSecond: 20,
        warmUpInMs: 0,
        answerTimeInMs: 1,
        maxUnrefusedInMs: 1,
      };

      // Act
      const measured = benchFlood(new Report(() => {}), 0.1, size, serveHere);

      // Assess
      await expect(measured).rejects.toThrow(
        /^the flood of 1 connections: got the answers {"200":\d+}; allowed: a refused answer in 1 ms$/,
      );
    },
    TIMEOUT_IN_MS,
  );

  it(
    "measures the local stage of the topic local-stage when the command answers",
    async () => {
      // Prepare
      const project = new ProjectCopy();
      project.setEnvironments(dev);

      // Act
      const cost = await costOfServer(stageOf(project, PACKAGES), 2).finally(() => project.remove());

      // Assess
      expect(cost.firstAnswerInMs).toBeGreaterThan(cost.requestInMs);
    },
    TIMEOUT_IN_MS,
  );
});
