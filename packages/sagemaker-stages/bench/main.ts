/**
 * `npm run bench` measures the synthesis, the handler, the review, a flood of requests, and a route without a function. Each
 * result is the ratio of two measurements of one run, because the seconds of one machine do not apply to other machines.
 * `npm run bench -- flood 60` measures only a flood of 60 seconds. `npm run bench -- gateway 20` compares only a route via
 * API Gateway with a route that has a function.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { functionCode } from "../src/constructs/function/function-code";
import { costChange } from "../src/review/cost";
import { prod } from "../tests/fixtures/app/environments/prod";
import { models } from "../tests/fixtures/app/functions";
import type { Request } from "../tests/local/support/client";
import { ContainerServer } from "../tests/local/support/container-server";
import { flood, offer, statuses } from "../tests/local/support/load";
import { COMMAND, ProjectCopy } from "../tests/local/support/project";
import { RunningStage } from "../tests/local/support/running-stage";
import { sign } from "../tests/local/support/signing";
import { largePlans } from "../tests/review/support/large-plans";
import { largePolicies, planOfMany, planOfPair } from "../tests/review/support/large-policies";
import { planned } from "../tests/review/support/planned";
import { switchedRoute } from "../tests/review/support/switched-route";

/** The measured app. */
const FIXTURE_APP = join(__dirname, "../tests/fixtures/app");
const PROCESSES = 9;
const WARM_CALLS = 2_000;

const FLOOD_CONNECTIONS = 50;
/** A low rate, so that the machine's cores are enough for the flood and another route. */
const OFFERED_PER_SECOND = 20;

const ANSWER = '{"predictions":[{"score":0.01,"predicted_label":0}]}';
const ROW = "52000.5,8500,36";

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The median duration of a process in milliseconds. */
function timeProcess(words: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  const times = Array.from({ length: PROCESSES }, () => {
    const start = performance.now();
    execFileSync(process.execPath, words, { cwd: FIXTURE_APP, env, stdio: "ignore" });
    return performance.now() - start;
  });
  return median(times);
}

function report(measured: string, value: number, base: string, baseValue: number, unit: string): void {
  const ratio = (value / baseValue).toFixed(2);
  process.stdout.write(
    `${measured}: ${ratio} × ${base}  (${value.toFixed(1)} : ${baseValue.toFixed(1)} ${unit})\n`,
  );
}

function benchSynthesis(folder: string): void {
  const libraries = join(folder, "libraries.cjs");
  const provider = ["lambda-function", "api-gateway-rest-api", "sagemaker-endpoint", "iam-role", "provider"];
  const names = ["cdktf", "constructs", ...provider.map((name) => `@cdktf/provider-aws/lib/${name}`)];
  const resolve = `require("node:module").createRequire(${JSON.stringify(join(FIXTURE_APP, "main.ts"))})`;
  writeFileSync(
    libraries,
    `const r=${resolve};${names.map((name) => `r(${JSON.stringify(name)});`).join("")}`,
  );
  const loaded = timeProcess([libraries]);
  const synthesized = timeProcess(["--import", "tsx", "main.ts"], {
    ...process.env,
    CDKTF_OUTDIR: join(folder, "out"),
  });
  report(
    "synthesis of all environments",
    synthesized,
    "loading the libraries of the synthesis",
    loaded,
    "ms",
  );
}

/** Measures plans of 12 environments with 3 MB, the slowest pair of policies of a valid size, and 10,000 changes. */
function benchReview(folder: string): void {
  const files = largePlans(12, 3).map(({ name, text }) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, text);
    return file;
  });
  const empty = join(folder, "empty.ts");
  writeFileSync(empty, "");
  const base = timeProcess(["--import", "tsx", empty]);
  const benchPlans = (measured: string, plans: readonly string[]): number => {
    const value = timeProcess([COMMAND, "review", ...plans]);
    report(measured, value, "starting Node.js with tsx", base, "ms");
    return value;
  };
  benchPlans("review of 12 environments' plans, 3 MB", files);

  // Each pair is reviewed once. The slowest pair is measured.
  const pairs = largePolicies().map((pair, index) => {
    const file = join(folder, `pair-${index}.json`);
    writeFileSync(file, planOfPair(pair));
    const start = performance.now();
    execFileSync(process.execPath, [COMMAND, "review", file], {
      cwd: FIXTURE_APP,
      stdio: "ignore",
    });
    return { file, name: pair.name, time: performance.now() - start };
  });
  const [worst] = pairs.sort((one, other) => other.time - one.time);
  if (worst !== undefined) {
    benchPlans(`review of the slowest policy pair of legal size (${worst.name})`, [worst.file]);
  }
  const many = join(folder, "many.json");
  writeFileSync(many, planOfMany(10_000));
  benchPlans("review of 10,000 changes", [many]);
}

async function benchHandler(folder: string): Promise<void> {
  const server = http.createServer((incoming, outgoing) => {
    incoming
      .resume()
      .on("end", () => outgoing.writeHead(200, { "Content-Type": "application/json" }).end(ANSWER));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const bundle = unzipSync(functionCode("loan-default").zip)["index.js"];
  if (bundle === undefined) throw new Error("the deployment package has no index.js");
  writeFileSync(join(folder, "index.js"), bundle);
  // The process measures the import with the first call, warm calls, and the same requests without a handler.
  writeFileSync(
    join(folder, "probe.js"),
    `const event = { data: ${JSON.stringify(ROW)} };
const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => 28000 };
const http = require("node:http");
const agent = new http.Agent({ keepAlive: true });
const bare = () => new Promise((resolve, reject) => {
  const request = http.request(process.env.AWS_ENDPOINT_URL, { method: "POST", agent }, (incoming) => {
    incoming.resume().on("end", resolve);
  });
  request.on("error", reject).end(event.data);
});
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const measure = async (call) => {
  const times = [];
  for (let i = 0; i < ${WARM_CALLS}; i++) { const start = performance.now(); await call(); times.push(performance.now() - start); }
  return median(times);
};
(async () => {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  const start = performance.now();
  const { handler } = require("./index.js");
  await handler(event, context);
  const cold = performance.now() - start;
  const warm = await measure(() => handler(event, context));
  const http = await measure(bare);
  write(JSON.stringify({ cold, warm, http }));
  process.exit(0);
})();`,
  );
  const env = {
    ENDPOINT_NAME: "bench",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "b",
    AWS_SECRET_ACCESS_KEY: "b",
    AWS_ENDPOINT_URL: url,
  };
  const runs: { cold: number; warm: number; http: number }[] = [];
  for (let i = 0; i < PROCESSES; i++) {
    const output = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ["probe.js"], { cwd: folder, env }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
    });
    runs.push(JSON.parse(output));
  }
  server.close();
  server.closeAllConnections();

  const http50 = median(runs.map((run) => run.http));
  report(
    "handler, warm call",
    median(runs.map((run) => run.warm)),
    "a bare keep-alive request",
    http50,
    "ms",
  );
  report(
    "handler, import and first call",
    median(runs.map((run) => run.cold)),
    "a bare keep-alive request",
    http50,
    "ms",
  );
  const packed = gzipSync(bundle, { level: 9 }).length;
  report("handler bundle, gzipped", packed / 1000, "the limit of 12 kB", 12, "kB");
}

/** The milliseconds from the first request to the last answer. @throws Error if an answer is not 200 */
async function timeOffered(stage: RunningStage, request: Request, count: number): Promise<number> {
  const start = performance.now();
  const answers = await offer(stage.url, request, { perSecond: OFFERED_PER_SECOND, count });
  const inMs = performance.now() - start;
  const failed = answers.filter(({ status }) => status !== 200);
  if (failed.length > 0) throw new Error(`another route answered ${JSON.stringify(statuses(failed))}`);
  return inMs;
}

/** Measures another route with a low, fixed rate during a flood of prod's public route. */
async function benchFlood(seconds: number): Promise<void> {
  const project = new ProjectCopy();
  project.setEnvironments(prod);
  const container = new ContainerServer();
  container.answer = () => ({ contentType: "text/csv", body: "0.9" });
  container.answerTimeInMs = 1_000;
  await container.listen();
  const stage = await RunningStage.serve(project, ["prod", "--container", `ticket-urgency=${container.url}`]);
  try {
    const flooding = {
      path: "/prod/ticket-urgency",
      headers: { "Content-Type": "text/plain" },
      body: "urgent",
    };
    const other = await sign(stage.url, {
      path: "/prod/loan-default",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ data: ROW }),
    });
    const count = seconds * OFFERED_PER_SECOND;
    // The first requests start the processes of the functions.
    await timeOffered(stage, other, OFFERED_PER_SECOND);
    await flood(stage.url, flooding, { connections: FLOOD_CONNECTIONS, durationInMs: 5_000 });

    const alone = await timeOffered(stage, other, count);
    const [flooded, beside] = await Promise.all([
      flood(stage.url, flooding, { connections: FLOOD_CONNECTIONS, durationInMs: seconds * 1_000 }),
      timeOffered(stage, other, count),
    ]);
    report(
      `another route's throughput during a flood of prod's public route by ${FLOOD_CONNECTIONS} connections for ${seconds} s`,
      (count / beside) * 1_000,
      "the route's throughput without a flood",
      (count / alone) * 1_000,
      "requests a second",
    );
    const refused = flooded.filter(({ status }) => status !== 200);
    const slowest = Math.max(...refused.map(({ tookInMs }) => tookInMs));
    report("slowest answer because of throttling", slowest / 1_000, "the limit of 3 s", 3, "s");
    process.stdout.write(`the flood's answers: ${JSON.stringify(statuses(flooded))}\n`);
  } finally {
    await stage.kill();
    await container.close();
    project.remove();
  }
}

/**
 * A low number, so that the function's processes leave enough cores for the local stage, which this benchmark measures.
 */
const ROUTE_CONNECTIONS = 4;
const ROUNDS = 5;

/** Compares the same model with and without a function, in alternating rounds on one local stage. */
async function benchGateway(seconds: number): Promise<void> {
  const project = new ProjectCopy();
  const environments = (["lambda", "gateway"] as const).map((via) => ({
    ...prod,
    name: via,
    state: { local: { path: `terraform.${via}.tfstate` } },
    stage: { ...prod.stage, throttling: { rateLimit: 10_000, burstLimit: 5_000 } },
    models: { "house-price": { existingEndpoint: "prices", access: "PUBLIC" as const, via } },
  }));
  project.setEnvironments(...environments);
  const stage = await RunningStage.serve(project, ["lambda", "gateway"]);
  try {
    const { request } = models["house-price"].example;
    const perSecond = async (via: string, durationInMs: number): Promise<number> => {
      const path = `/${via}/house-price`;
      const headers = { "Content-Type": "application/json" };
      const sent = { path, headers, body: JSON.stringify(request) };
      const start = performance.now();
      const answers = await flood(stage.url, sent, { connections: ROUTE_CONNECTIONS, durationInMs });
      const failed = answers.filter(({ status }) => status !== 200);
      if (failed.length > 0) throw new Error(`${path} answered ${JSON.stringify(statuses(failed))}`);
      return (answers.length * 1_000) / (performance.now() - start);
    };
    for (const via of ["lambda", "gateway"]) await perSecond(via, 1_000);
    const rounds: { lambda: number; gateway: number }[] = [];
    const durationInMs = (seconds * 1_000) / ROUNDS / 2;
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        lambda: await perSecond("lambda", durationInMs),
        gateway: await perSecond("gateway", durationInMs),
      });
    }
    report(
      'requests a second of a route with via: "gateway" on the local stage',
      median(rounds.map(({ gateway }) => gateway)),
      "the same route with a function",
      median(rounds.map(({ lambda }) => lambda)),
      "requests a second",
    );
  } finally {
    await stage.kill();
    project.remove();
  }
  reportCost();
}

/** Reports the cost with the review's prices for us-east-1. */
function reportCost(): void {
  const { perMillionRequests } = costChange(planned(switchedRoute("lambda", "gateway")));
  const line = perMillionRequests.find(
    ({ what }) => what.kind === "route requests" && what.name?.startsWith("POST "),
  );
  if (!line?.before || !line.after) throw new Error("the review has no cost of the route");
  report(
    'USD for a million requests to a route with via: "gateway", without the endpoint',
    line.after.usd,
    "the same route with a function",
    line.before.usd,
    "USD",
  );
}

async function main(): Promise<void> {
  // The engine reads the app in the current folder.
  process.chdir(FIXTURE_APP);
  const [only, seconds = "10"] = process.argv.slice(2);
  if (only === "flood") return await benchFlood(Number(seconds));
  if (only === "gateway") return await benchGateway(Number(seconds));
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    benchSynthesis(folder);
    benchReview(folder);
    await benchHandler(folder);
    await benchFlood(Number(seconds));
    await benchGateway(Number(seconds));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
