import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Credentials } from "aws4";
import { defaultCredentials } from "../aws/credentials";
import { isMasked } from "../environment/captured-requests";
import { type Environment, namePrefix, type ParsedEnvironment } from "../environment/environment";
import { namedEnvironment } from "../environment/named-environment";
import { UsageError } from "../lib/arguments";
import type { UserError } from "../lib/user-error";
import type { Models } from "../models";
import { type DriftArguments, STATUS } from "./arguments";
import { baselineFile, readBaseline } from "./baseline/baseline";
import { headerOf, rowsInOf } from "./baseline/command";
import { rowDecoderOf } from "./captured/decode-row";
import { type CapturedPlace, placeOf } from "./captured/place";
import { type ReadFigures, readCaptured } from "./captured/read-captured";
import { Tally } from "./captured/tally";
import { compare } from "./compare";
import { DriftError, isExpected, messageOf, NeverCaptured } from "./errors";
import type { ModelReport } from "./model-report";
import { toJson } from "./report/json";
import { picture } from "./report/picture";
import { describeModel } from "./report/summary";
import { putMetric } from "./services/put-metric";

/** The parts of an app that the comparison reads. */
export interface ComparedApp {
  readonly models: Models;
  readonly environments: readonly Environment[];
}

/** A model that cannot be compared, and the reason. */
interface NotCompared {
  readonly model: string;
  readonly reason: string;
}

/** A model has no baseline. Other models of the environment can have a baseline. */
class NoBaseline extends DriftError {}

/** The models without a baseline or without any captured request, by the title of their list. */
type Skipped = ReadonlyMap<string, NotCompared[]>;

const WITHOUT_BASELINE = "Without a baseline (npx sagemaker-stages baseline <model> --data <file>)";
const NEVER_CAPTURED = "Without captured requests";

/**
 * Compares captured requests with the baselines of an environment's models, and prints the results.
 *
 * @returns the exit status, one of {@link STATUS}
 * @throws UsageError if the environment or the model is unknown
 */
export async function compareEnvironment(app: ComparedApp, args: DriftArguments): Promise<number> {
  try {
    return await compareModels(app, args);
  } catch (error) {
    if (!isExpected(error)) throw error;
    // The exit status of other commands, 1, means that a feature drifts.
    console.error(error.message);
    return STATUS.notCompared;
  }
}

async function compareModels(app: ComparedApp, args: DriftArguments): Promise<number> {
  const environment = namedEnvironment(
    app.environments,
    args.environment,
    "<environment>",
    (message) => new DriftError(message),
  );
  const names = modelsOf(environment, args);
  let credentials: Promise<Credentials> | undefined;
  const context = {
    app,
    environment,
    args,
    isOnly: names.length === 1,
    credentials: () => {
      credentials ??= findCredentials(environment.region);
      return credentials;
    },
  };
  const reports: ModelReport[] = [];
  const failed: NotCompared[] = [];
  const skipped: Skipped = new Map([
    [WITHOUT_BASELINE, []],
    [NEVER_CAPTURED, []],
  ]);
  for (const model of names) {
    try {
      reports.push(await compareModel(model, context));
    } catch (error) {
      if (!isExpected(error)) throw error;
      listOf(error, skipped, failed).push({ model, reason: error.message });
    }
  }
  if (reports.length > 0) writeReports(environment, reports, args);
  if (args.putsMetric) await putMetrics(environment, reports, context.credentials, failed);
  return reportSkipped(skipped, reports.length + failed.length > 0, failed) ?? statusOf(reports, failed);
}

/** The list to which a model with this error belongs. */
function listOf(error: UserError, skipped: Skipped, failed: NotCompared[]): NotCompared[] {
  if (error instanceof NoBaseline) return skipped.get(WITHOUT_BASELINE) ?? failed;
  return error instanceof NeverCaptured ? (skipped.get(NEVER_CAPTURED) ?? failed) : failed;
}

/**
 * Prints the models that were not compared. A baseline and a capture are optional for each model of an environment, but
 * if every model lacks one of them, there is nothing to compare.
 *
 * @param hasOthers - whether a model has a baseline and captured requests
 * @returns the exit status if there is nothing to compare
 */
function reportSkipped(
  skipped: Skipped,
  hasOthers: boolean,
  failed: readonly NotCompared[],
): number | undefined {
  const faults = hasOthers ? failed : [...skipped.values()].flat();
  for (const { model, reason } of faults) {
    console.error(`Not compared: ${model}: ${reason.replace(`${model}: `, "")}`);
  }
  if (!hasOthers) return STATUS.notCompared;
  for (const [title, models] of skipped) {
    if (models.length > 0) process.stdout.write(`${title}: ${models.map(({ model }) => model).join(", ")}\n`);
  }
  return undefined;
}

function modelsOf({ name, models }: ParsedEnvironment, { model }: DriftArguments): readonly string[] {
  const names = Object.keys(models);
  if (model === undefined) return names;
  if (names.includes(model)) return [model];
  throw new UsageError(`--model: got ${model}; allowed: the models of ${name}, ${names.join(", ")}`);
}

async function findCredentials(region: string): Promise<Credentials> {
  try {
    return await defaultCredentials(region);
  } catch (error) {
    throw new DriftError(
      `AWS credentials: ${messageOf(error)}. Log in first, or compare files of this machine: --captured <folder>`,
    );
  }
}

interface Context {
  readonly app: ComparedApp;
  readonly environment: ParsedEnvironment;
  readonly args: DriftArguments;
  /** Whether only one model is compared. */
  readonly isOnly: boolean;
  readonly credentials: () => Promise<Credentials>;
}

async function compareModel(model: string, context: Context): Promise<ModelReport> {
  const { app, environment, args, isOnly, credentials } = context;
  const baseline = readBaseline(model);
  if (baseline === undefined) {
    throw new NoBaseline(
      `${model}: got no ${baselineFile(model)}; allowed: the baseline of a training sample. Write it: npx sagemaker-stages baseline ${model} --data <file>`,
    );
  }
  const place = await placeOf(model, { environment, captured: args.captured, isOnly, credentials });
  const tally = new Tally(baseline);
  const { capture } = place;
  const definition = Object.hasOwn(app.models, model) ? app.models[model] : undefined;
  const rowsIn = definition === undefined ? undefined : rowsInOf(definition);
  const header = definition === undefined ? undefined : headerOf(definition);
  const decode = definition === undefined ? undefined : rowDecoderOf(definition, baseline);
  const read = await readCaptured(
    place.store,
    { prefix: place.prefix, hasDays: place.hasDays, period: args.period },
    tally,
    { rowsIn, header, decode },
    progressOf(model),
  );
  endProgress();
  if (read.files === 0 && !(await hasFiles(place)))
    throw new NeverCaptured(describeAbsent(model, place, read, args));
  if (read.requests === 0) throw new DriftError(describeAbsent(model, place, read, args));
  const drift = compare(baseline, tally, args.thresholds, {
    isMasked: (name) => capture !== undefined && isMasked(name, capture, rowsIn),
    requests: read.requests,
    unreadable: read.unreadable,
  });
  return { drift, read, place: nameOf(place), note: place.note };
}

function nameOf({ store, prefix }: CapturedPlace): string {
  return `${store.name}/${prefix}`.replace(/\/$/, "");
}

/** Whether the place contains a file of any time. */
async function hasFiles({ store, prefix }: CapturedPlace): Promise<boolean> {
  for await (const _ of store.list(prefix, 1)) return true;
  return false;
}

function describeAbsent(
  model: string,
  place: CapturedPlace,
  { files, unreadable }: ReadFigures,
  { period: { from, to } }: DriftArguments,
): string {
  const period = [
    ...(from === undefined ? [] : [`from ${from.toISOString()}`]),
    ...(to === undefined ? [] : [`to ${to.toISOString()}`]),
  ].join(" ");
  const found = files === 0 ? "no file" : `${files} files with no request`;
  const remedy =
    unreadable > 0
      ? `${unreadable} lines are not records of SageMaker's data capture with a request in CSV or JSON`
      : "Is capture or dataCapture set and deployed, and did the endpoint receive requests? --from sets an earlier start";
  return `${model}: got ${found} in ${nameOf(place)}${period === "" ? "" : ` ${period}`}; allowed: captured requests. ${remedy}: docs/drift.md`;
}

/** Shows the number of files in a terminal. A log contains no such line. */
function progressOf(model: string): (files: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (files) => {
    if (files % 50 === 0) process.stderr.write(`\r${model}: ${files} files …\r`);
  };
}

/** Clears the line of {@link progressOf}. */
function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
}

function writeReports(
  environment: ParsedEnvironment,
  reports: readonly ModelReport[],
  args: DriftArguments,
): void {
  process.stdout.write(`${reports.map((report) => describeModel(report, args.thresholds)).join("\n\n")}\n\n`);
  write(args.html, picture(environment.name, reports, args.thresholds));
  process.stdout.write(`Picture: ${args.html}\n`);
  if (args.json === undefined) return;
  write(args.json, `${JSON.stringify(toJson(environment.name, reports), null, 2)}\n`);
  process.stdout.write(`Figures: ${args.json}\n`);
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new DriftError(`${file}: ${messageOf(error)}`);
  }
}

/** A model with too few rows has no value: a value of 0 would state that the model does not drift. */
async function putMetrics(
  environment: ParsedEnvironment,
  reports: readonly ModelReport[],
  credentials: () => Promise<Credentials>,
  failed: NotCompared[],
): Promise<void> {
  for (const { drift } of reports.filter((report) => isStatement(report))) {
    const driftingFeatures = drift.features.filter(({ verdict }) => verdict === "drift").length;
    try {
      await putMetric(
        { environment: namePrefix(environment), model: drift.model, driftingFeatures },
        environment.region,
        await credentials(),
      );
      process.stdout.write(`Metric: SageMakerStages Drift ${drift.model}: ${driftingFeatures}\n`);
    } catch (error) {
      if (!isExpected(error)) throw error;
      failed.push({ model: drift.model, reason: error.message });
    }
  }
}

/** Whether every feature with values has enough rows, or a feature drifts in any case. */
function isStatement({ drift: { features } }: ModelReport): boolean {
  const verdicts = features.map(({ verdict }) => verdict);
  return verdicts.includes("drift") || !verdicts.includes("too few rows");
}

function statusOf(reports: readonly ModelReport[], failed: readonly NotCompared[]): number {
  const verdicts = reports.flatMap(({ drift: { features } }) => features.map(({ verdict }) => verdict));
  if (verdicts.includes("drift")) return STATUS.drift;
  if (failed.length > 0) return STATUS.notCompared;
  return verdicts.includes("too few rows") ? STATUS.tooFew : STATUS.stable;
}
