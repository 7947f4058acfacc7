import { GATEWAY_TIMEOUT_IN_SECONDS } from "../aws/time-budget";
import type { ParsedEnvironment } from "../environment/environment";
import { concurrencyLeftFor } from "../environment/rules/quota-checks";
import { UsageError } from "../lib/arguments";
import { type Check, modelsWithTokens, needsApiKey, needsCredentials, routeCheckOf } from "../smoke/checks";
import { findApiKey, findCredentials, findTokens, tokenVariable } from "../smoke/credentials";
import { findCustomerKeys } from "../smoke/customer-keys";
import type { SmokeTestedApp } from "../smoke/main";
import { parsedEnvironment } from "../smoke/parsed-environment";
import { readStackOutputs, type StackOutputs } from "../smoke/stack-outputs";
import type { Arguments } from "./arguments";
import { ASSUMED_DURATION_IN_MS, type PricedRoute, pricedRoute, requestPrice, runUsd } from "./cost";
import { type DeployedSize, readDeployedSize } from "./deployed-size";
import { LoadTestError } from "./errors";
import { firstCall } from "./first-call";
import { count, plural, usd } from "./format";
import { htmlReport } from "./html-report";
import { HttpSender } from "./http-sender";
import { interruptible } from "./interrupt";
import { measure } from "./measurements";
import { type OpenLoopPlan, runOpenLoop } from "./open-loop";
import { requireOwnStage } from "./own-stage";
import { type ConcurrencyLimits, propose, type SizedRun } from "./proposal";
import {
  isSuccess,
  type LoadReport,
  type RunDescription,
  readSizedRuns,
  requireWritable,
  toReport,
  writeReport,
} from "./report";
import { showProgress } from "./run-progress";
import { textReport } from "./text-report";

/** A call fails this long after API Gateway's timeout of the route, which answers with an error. */
const MARGIN_IN_MS = 6_000;

/** The exit status after SIGINT, as shells have it: 128 plus the number of the signal. */
const INTERRUPTED_STATUS = 130;

/** What is printed beside the report: to standard error, because standard output has only the report. */
const note = (text: string) => process.stderr.write(`${text}\n`);

/**
 * Calls a model at a constant rate, prints the report, and writes it as JSON and HTML.
 *
 * @returns the exit status
 * @throws UserError if no request can be sent
 */
export async function loadTest(app: SmokeTestedApp, args: Arguments): Promise<number> {
  const environment = parsedEnvironment(app.environments, args.environment);
  const model = selectModel(environment, args.model);
  if (environment.protected && !args.allowProtected) {
    throw new LoadTestError(
      `${environment.name} is protected: true. Its callers would share the capacity with this run. Choose another environment, or add --protected.`,
    );
  }
  const isLocal = args.url !== undefined;
  const outputs: StackOutputs =
    args.url === undefined ? readStackOutputs(environment) : { stageUrl: args.url, functionUrls: new Map() };
  requireOwnStage(environment, outputs);
  const settings = environment.models[model];
  if (settings === undefined) throw new Error(`no settings of ${model}`);
  const size = isLocal || !("serverless" in settings) ? undefined : readDeployedSize(environment, model);
  requireComparable(args, size, model);
  const route = isLocal ? undefined : pricedRoute(environment, settings, size);
  const p99InMs = args.p99InMs ?? settings.objectives?.p99InMs;
  announce(args, labelOf(app, model), environment, model, route);
  if (p99InMs !== undefined) {
    note(
      `Target: at most 1 % of the calls take longer than ${count(p99InMs)} ms (${args.p99InMs === undefined ? "objectives.p99InMs" : "--p99"})`,
    );
  }
  if (args.dryRun) return 0;

  requireWritable(args.folder, environment.name);
  const check = await permittedCheck(app, environment, outputs, model);
  note(`Caller: ${check.caller}`);
  const description: RunDescription = {
    environment: environment.name,
    model,
    route: check.route,
    isLocal,
    startedAt: new Date().toISOString(),
    rate: args.rate,
    seconds: args.seconds,
    deployedSize: size ?? null,
    firstCall: await firstCall(check, args.waitInSeconds),
  };
  const limits: ConcurrencyLimits = {
    serverless: concurrencyLeft("serverlessConcurrency", app, environment, model),
    lambda: concurrencyLeft("lambdaConcurrency", app, environment, model),
    reserved: settings.function?.reservedConcurrency,
  };
  const report = await run(description, check, args, { route, p99InMs, limits });
  // First: a fault of the file system does not lose the report.
  process.stdout.write(args.json ? `${JSON.stringify(report, null, 2)}\n` : `${textReport(report)}\n`);
  const files = writeReport(args.folder, report, htmlReport(report));
  note(`Report: ${files.html}, ${files.json}`);
  announceNextSize(args, report);
  if (report.interruptedAfterInSeconds !== null) return INTERRUPTED_STATUS;
  return isSuccess(report) ? 0 : 1;
}

function concurrencyLeft(
  setting: "serverlessConcurrency" | "lambdaConcurrency",
  { environments, models }: SmokeTestedApp,
  { name }: ParsedEnvironment,
  model: string,
): number {
  return concurrencyLeftFor(setting, environments, { environment: name, model }, models);
}

/** The route of a model, e.g. `POST /iris`. */
function labelOf({ models }: SmokeTestedApp, model: string): string {
  const contract = models[model];
  if (contract === undefined) throw new Error(`no contract of ${model}`);
  return `${contract.route.method} ${contract.route.path}`;
}

function selectModel({ name, models }: ParsedEnvironment, model: string | undefined): string {
  const names = Object.keys(models);
  const [only] = names;
  if (model === undefined && names.length === 1 && only !== undefined) return only;
  if (model !== undefined && names.includes(model)) return model;
  throw new UsageError(
    `--model: got ${model ?? "nothing"}; allowed: a model of ${name}: ${names.join(", ")}`,
  );
}

/** @throws LoadTestError if the deployed endpoint has none of the sizes of the command line */
function requireComparable({ sizes }: Arguments, size: DeployedSize | undefined, model: string): void {
  if (sizes.length === 0 || (size !== undefined && sizes.includes(size.memorySizeInMb))) return;
  throw new LoadTestError(
    size === undefined
      ? `--sizes: got ${sizes.join(",")}, but ${model} has no deployed serverless endpoint; allowed: for serverless endpoints only`
      : `--sizes: got ${sizes.join(",")}, but the deployed endpoint of ${model} has ${size.memorySizeInMb} MB. Add ${size.memorySizeInMb} to --sizes, or deploy one of these sizes first.`,
  );
}

/**
 * The request of a permitted caller, with the credentials of this model only.
 *
 * @throws UserError if a credential is missing
 */
async function permittedCheck(
  { models }: SmokeTestedApp,
  environment: ParsedEnvironment,
  outputs: StackOutputs,
  model: string,
): Promise<Check> {
  const settings = environment.models[model];
  if (settings === undefined) throw new Error(`no settings of ${model}`);
  // The function URL is not called, and would require credentials to sign with.
  const { functionUrl, ...ofRoute } = settings;
  const buyer = Object.entries(environment.customers).find(([, customer]) => customer.models.includes(model));
  const own: ParsedEnvironment = {
    ...environment,
    models: { [model]: ofRoute },
    // The keys of the other customers are not read.
    customers: buyer === undefined ? environment.customers : { [buyer[0]]: buyer[1] },
  };
  const path = models[model]?.route.path ?? "";
  const credentials = {
    aws: needsCredentials(own) ? await findCredentials(own, outputs) : undefined,
    apiKey: needsApiKey(own) ? await findApiKey(own, outputs) : undefined,
    customerKeys: settings.access === "API_KEY" ? await findCustomerKeys(own, outputs) : [],
    tokens: await findTokens(new Map(modelsWithTokens(own).map((name) => [name, path])), outputs),
    forgedTokens: new Map(),
  };
  const check = routeCheckOf(own, outputs, credentials, models, model);
  if (check !== undefined) return check;
  throw new LoadTestError(
    `The route of ${model} requires a token. Set ${tokenVariable(model)} or SMOKE_TOKEN to a token of its issuer.`,
  );
}

/** Prints what the run will do, before the first request, and before the credentials are read. */
function announce(
  { rate, seconds, url }: Arguments,
  label: string,
  { name, stage, customers }: ParsedEnvironment,
  model: string,
  route: PricedRoute | undefined,
): void {
  const requests = rate * seconds;
  note(
    `${name}: ${label}: a first call, repeated until it succeeds, and then ${plural(rate, "request")} per second for ${seconds} s, ${plural(requests, "request")} in total`,
  );
  if (route === undefined) note(`Price: none, ${url} is a stage on this machine`);
  else {
    const { parts, usdPerMillion, notCounted } = requestPrice(route, ASSUMED_DURATION_IN_MS);
    note(
      parts.length === 0
        ? `Price: unknown (${notCounted.join("; ")})`
        : `Price: about ${usd((requests * usdPerMillion) / 1_000_000)}, if each request takes ${ASSUMED_DURATION_IN_MS} ms. Not counted: ${notCounted.join("; ")}`,
    );
  }
  if (rate > stage.throttling.rateLimit) {
    note(
      `The stage permits ${plural(stage.throttling.rateLimit, "request")} per second (stage.throttling.rateLimit): API Gateway will answer 429 to a part of the requests.`,
    );
  }
  const buyer = Object.entries(customers).find(([, customer]) => customer.models.includes(model));
  if (buyer !== undefined) {
    note(`The requests count toward the limits and the quota of the customer ${buyer[0]}.`);
  }
}

/** What the evaluation of a run depends on. */
interface Evaluation {
  /** `undefined` for a local stage. */
  readonly route: PricedRoute | undefined;
  readonly p99InMs: number | undefined;
  readonly limits: ConcurrencyLimits;
}

async function run(
  description: RunDescription,
  check: Check,
  args: Arguments,
  { route, p99InMs, limits }: Evaluation,
): Promise<LoadReport> {
  const { rate, seconds, maxInFlight, sizes, folder } = args;
  const size = description.deployedSize;
  // Before the run, so that a fault of the file system does not lose the report.
  const others = readSizedRuns(folder, description, sizes).filter(
    (other) => other.size.memorySizeInMb !== size?.memorySizeInMb,
  );
  const { timeoutInSeconds = GATEWAY_TIMEOUT_IN_SECONDS } = check;
  const timeoutInMs = timeoutInSeconds * 1_000 + MARGIN_IN_MS;
  const plan: OpenLoopPlan = { rate, count: rate * seconds, maxInFlight, timeoutInMs };
  const sender = new HttpSender(maxInFlight);
  const progress = showProgress(seconds, process.stderr);
  const recording = await interruptible((signal) =>
    runOpenLoop(plan, async (timeoutInMs) => sender.send(check.request(), timeoutInMs), signal),
  ).finally(() => {
    progress.end();
    sender.close();
  });
  const measurements = measure(recording, {
    // The first call has started one instance.
    runningInstances: size === null ? undefined : Math.max(1, size.provisionedConcurrency),
    p99TargetInMs: p99InMs,
  });
  const { mean } = measurements.latencyInMs.all;
  const { interruptedAt } = recording;
  const runs: readonly SizedRun[] = size === null ? [] : [{ size, rate, measurements }, ...others];
  return toReport(description, {
    interruptedAfterInSeconds: interruptedAt === undefined ? null : interruptedAt / 1_000,
    resentRequests: sender.resent,
    measurements,
    price: route === undefined || mean === null ? null : requestPrice(route, mean),
    runUsd: route === undefined ? null : runUsd(route, measurements.usage),
    proposal:
      route === undefined || runs.length === 0 || interruptedAt !== undefined
        ? null
        : propose(route, runs, p99InMs, limits),
  });
}

/** Prints which size to deploy next. */
function announceNextSize({ sizes }: Arguments, { environment, model, proposal }: LoadReport): void {
  const measured = proposal?.sizes.map(({ memorySizeInMb }) => memorySizeInMb) ?? [];
  const missing = sizes.filter((size) => !measured.includes(size));
  const [next] = missing;
  if (next === undefined) return;
  note(
    `Not measured yet: ${missing.join(", ")} MB. Next: set memorySizeInMb: ${next} of ${model} in the environment ${environment}, deploy (npx cdktf deploy ${environment}), and run the same command again.`,
  );
}
