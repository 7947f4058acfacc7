import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../src/environment/environment";
import { programOfApp } from "../src/lib/synthesize-app";
import { environments } from "../tests/fixtures/app/environments";
import { accounts } from "../tests/fixtures/app/environments/accounts";
import { ProjectCopy } from "../tests/local/support/project";
import { environmentWith, ManyModels } from "../tests/stacks/support/many-models";
import { requireSameResources, writeCdkApp } from "./cdk-app";
import { installComparison } from "./comparison";
import { compileEngine } from "./compiled-engine";
import {
  alternate,
  costOf,
  FIXTURE_APP,
  median,
  medianCost,
  nodeCost,
  type ProcessCost,
  usePackages,
} from "./measure";
import type { Report } from "./report";

/** The numbers of environments of which the synthesis is measured. Tests measure small numbers. */
export interface SynthesisSizes {
  /** Fresh processes of each number. */
  readonly rounds: number;
  /** Whether a first synthesis fills the caches. */
  readonly warmsUp: boolean;
  /** In ascending order. The first number is the base. */
  readonly environments: readonly [number, ...number[]];
}

/** The size of the whole measurement. */
export interface SynthesisSize {
  /** Fresh processes of each app that is compared with AWS CDK. */
  readonly rounds: number;
  /** The numbers of models, each with the numbers of environments in `sizes`. */
  readonly models: readonly number[];
  readonly sizes: SynthesisSizes;
}

const SIZE: SynthesisSize = {
  rounds: 7,
  models: [4, 50],
  // The large apps take many seconds.
  sizes: { rounds: 3, warmsUp: true, environments: [1, 3, 12] },
};

const MAX_TIME_OF_AWS_CDK = 0.25;
const MAX_MEMORY_OF_AWS_CDK = 0.35;
/** The limit of the time that one more environment adds. */
const MAX_MS_PER_ENVIRONMENT = 60;

/** The number of models of an app of the usual size. */
const USUAL_MODELS = 4;

/**
 * Compares the synthesis of three environments and two accounts with AWS CDK, and measures how time and memory grow with the
 * number of environments and models. The measured apps use the engine as `npm pack` compiles it, and the command of
 * `cdktf.json`, as a team's app does.
 */
export async function benchSynthesis(report: Report, folder: string, size = SIZE): Promise<void> {
  const installed = await installComparison();
  const packages = compileEngine(join(folder, "engine"));
  await compareWithCdk(report, folder, installed, packages, size.rounds);
  for (const models of size.models) await benchSizes(report, models, packages, size.sizes);
}

async function compareWithCdk(
  report: Report,
  folder: string,
  installed: string,
  packages: string,
  rounds: number,
): Promise<void> {
  const project = new ProjectCopy();
  try {
    project.setEnvironments(...environments);
    project.setAccounts(...accounts);
    usePackages(project.folder, packages);
    const cdk = join(folder, "cdk");
    const stacks = join(project.folder, "cdktf.out", "stacks");
    const libraries = join(folder, "libraries.cjs");
    writeFileSync(libraries, requireLibraries());

    // The first synthesis fills the caches of both apps, and shows that the apps are comparable.
    await synthesize(project);
    const cdkApp = writeCdkApp(cdk, installed, environments, accounts, stacks);
    await nodeCost(cdkApp.words, { cwd: cdk });
    report.note(requireSameResources(stacks, join(cdk, "cdk.out")));

    const costs = await alternate(rounds, {
      app: () => synthesize(project),
      cdk: () => nodeCost(cdkApp.words, { cwd: cdk }),
      cdkWithoutBundling: () => nodeCost(cdkApp.wordsWithoutBundling, { cwd: cdk }),
      libraries: () => nodeCost([libraries], { cwd: project.folder }),
    });
    const [app, base] = [medianCost(costs.app), medianCost(costs.cdk)];
    const measured = `synthesis of ${environments.length} environments and ${accounts.length} accounts`;
    report.add({
      measured: `${measured}, time`,
      value: app.timeInMs,
      base: "AWS CDK",
      baseValue: base.timeInMs,
      unit: "ms",
      goal: { atMost: MAX_TIME_OF_AWS_CDK },
    });
    report.add({
      measured: `${measured}, peak memory`,
      value: app.peakInMb,
      base: "AWS CDK",
      baseValue: base.peakInMb,
      unit: "MB",
      goal: { atMost: MAX_MEMORY_OF_AWS_CDK },
    });
    report.add({
      measured: `${measured}, CPU time`,
      value: app.cpuInMs,
      base: "AWS CDK",
      baseValue: base.cpuInMs,
      unit: "ms",
    });
    report.add({
      measured: `${measured}, time`,
      value: app.timeInMs,
      base: "AWS CDK without bundling the functions",
      baseValue: medianCost(costs.cdkWithoutBundling).timeInMs,
      unit: "ms",
    });
    report.add({
      measured: `${measured}, time`,
      value: app.timeInMs,
      base: "loading the libraries of the synthesis",
      baseValue: medianCost(costs.libraries).timeInMs,
      unit: "ms",
    });
  } finally {
    project.remove();
  }
}

/** A program that loads the libraries of a synthesis, without the engine. */
function requireLibraries(): string {
  const provider = ["lambda-function", "api-gateway-rest-api", "sagemaker-endpoint", "iam-role", "provider"];
  const names = ["cdktf", "constructs", ...provider.map((name) => `@cdktf/provider-aws/lib/${name}`)];
  const from = JSON.stringify(join(FIXTURE_APP, "main.ts"));
  return `const load = require("node:module").createRequire(${from});
for (const name of ${JSON.stringify(names)}) load(name);
`;
}

/**
 * Measures numbers of environments that each serve all models.
 *
 * @param models - the number of models
 * @param packages - the folder `node_modules` with the engine
 */
export async function benchSizes(
  report: Report,
  models: number,
  packages: string,
  { rounds, warmsUp, environments: numbers }: SynthesisSizes,
): Promise<void> {
  const app = new ManyModels(models);
  try {
    usePackages(app.project.folder, packages);
    app.project.setAccounts();
    const sized = (count: number) => async () => {
      app.project.setEnvironments(...environmentsOf(app.models, count));
      return await synthesize(app.project);
    };
    if (warmsUp) await sized(numbers[0])();
    const costs = await alternate(
      rounds,
      Object.fromEntries(numbers.map((count) => [String(count), sized(count)])),
    );
    const medians = new Map(numbers.map((count) => [count, medianCost(costs[String(count)] ?? [])]));
    const [one, ...larger] = numbers.map((count) => ({
      count,
      ...costOfSize(medians, count),
    }));
    if (one === undefined) throw new Error("nothing was measured");
    for (const { count, timeInMs, peakInMb } of larger) {
      const measured = `synthesis of ${count} environments of ${models} models`;
      const base = `${one.count} environment of ${models} models`;
      report.add({
        measured: `${measured}, time`,
        value: timeInMs,
        base,
        baseValue: one.timeInMs,
        unit: "ms",
      });
      report.add({
        measured: `${measured}, peak memory`,
        value: peakInMb,
        base,
        baseValue: one.peakInMb,
        unit: "MB",
      });
    }
    const most = larger.at(-1);
    if (most === undefined) throw new Error("nothing was measured");
    // Each round is compared with itself, because the rounds see different loads of the machine.
    const perEnvironment = (costs[String(most.count)] ?? []).map(
      ({ timeInMs }, round) =>
        (timeInMs - (costs[String(one.count)]?.[round]?.timeInMs ?? Number.NaN)) / (most.count - one.count),
    );
    report.add({
      measured: `each further environment of ${models} models, time`,
      value: median(perEnvironment),
      base: `the limit of ${MAX_MS_PER_ENVIRONMENT} ms${models === USUAL_MODELS ? "" : ` for ${USUAL_MODELS} models`}`,
      baseValue: MAX_MS_PER_ENVIRONMENT,
      unit: "ms",
      // The goal is for an app of the usual size.
      ...(models === USUAL_MODELS && { goal: { atMost: 1 } }),
    });
  } finally {
    app.remove();
  }
}

function costOfSize(medians: ReadonlyMap<number, ProcessCost>, count: number): ProcessCost {
  const cost = medians.get(count);
  if (cost === undefined) throw new Error(`${count} environments were not measured`);
  return cost;
}

/** Environments with different names and accounts: one account cannot have the endpoints of all environments. */
function environmentsOf(models: readonly string[], count: number): Environment[] {
  const environment = environmentWith(models);
  return Array.from({ length: count }, (_, index) => {
    const name = `stage-${String(index + 1).padStart(2, "0")}`;
    const accountId = String(111_111_111_111 + index);
    return { ...environment, name, accountId, state: { local: { path: `terraform.${name}.tfstate` } } };
  });
}

/** Runs the app's own command of synthesis, which `cdktf` runs. */
function synthesize(project: ProjectCopy): Promise<ProcessCost> {
  return costOf(["bash", "-c", `exec ${programOfApp(project.folder)}`], {
    cwd: project.folder,
    env: { CDKTF_OUTDIR: join(project.folder, "cdktf.out"), TMPDIR: project.tempFolder },
  });
}
