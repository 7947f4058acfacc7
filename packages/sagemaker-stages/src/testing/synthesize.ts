import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type * as creating from "../app/create-app";
import { withoutNotices } from "../app/notice";
import { accountName } from "../environment/account";
import { BEFORE_EVERY_END } from "./clock";
import { inTempFolder } from "./temp-folder";
import { StackJson, SynthesizedStacks } from "./terraform";

/**
 * The parts of an app: the argument of `createApp` in `main.ts`. The functions of this module do not compare the end dates of
 * Lambda's runtimes with the current day, unless `now` is set, and accept the placeholders of `new-model`, unless `placeholders` is
 * false.
 *
 * @example
 * const app: TestedApp = { models, environments, accounts, InferenceStack, AccountStack };
 */
export type TestedApp = Omit<creating.AppProps, "outdir">;

/**
 * Synthesizes an app into a temporary folder, and reads its stacks. Needs neither network nor credentials.
 *
 * @throws InvalidCatalog or InvalidEnvironments with every fault of the app
 * @example synthesize(app).stack("prod").resources("aws_lambda_function")
 */
export function synthesize(app: TestedApp): SynthesizedStacks {
  return inTempFolder((outdir) => {
    synthesizeInto(outdir, app);
    const stacks = stackNames(app).map((name) => new StackJson(name, readStack(outdir, name)));
    return new SynthesizedStacks(stacks);
  });
}

/**
 * Loads the constructs and CDKTF only now: most test files of an app import this module for other functions, and Jest loads
 * modules again for each test file.
 */
function synthesizeInto(outdir: string, app: TestedApp): void {
  const { createApp } = require("../app/create-app") as typeof creating;
  const create = () => createApp({ now: BEFORE_EVERY_END, placeholders: true, ...app, outdir });
  // A test that sets the day also reads the warnings of that day.
  (app.now === undefined ? withoutNotices(create) : create()).synth();
}

/** The names of an app's stacks: environments, then accounts. */
function stackNames({ environments, accounts = [], accountStacks }: TestedApp): string[] {
  return [
    ...environments.map(({ name }) => name),
    ...(accountStacks === false ? [] : accounts.map(accountName)),
  ];
}

/** The text of a stack's `cdk.tf.json`. */
export function readStack(outdir: string, name: string): string {
  return readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8");
}

/**
 * Synthesizes an app twice, into different folders and with equal copies of its settings, and compares every file:
 * `cdk.tf.json`, the functions' packages and every other file of the output.
 *
 * @returns the paths of the files that differ or that only one synthesis wrote. Empty if the synthesis is deterministic
 * @example expect(findSynthesisDifferences(app)).toEqual([]);
 */
export function findSynthesisDifferences(app: TestedApp): string[] {
  const first = filesOf(app);
  const second = filesOf({
    ...app,
    environments: structuredClone(app.environments),
    ...(app.accounts === undefined ? {} : { accounts: structuredClone(app.accounts) }),
  });
  const paths = new Set([...first.keys(), ...second.keys()]);
  return [...paths].filter((path) => first.get(path) !== second.get(path)).sort();
}

/** The content of every file of a synthesis in base64, by its path. */
function filesOf(app: TestedApp): Map<string, string> {
  return inTempFolder((outdir) => {
    synthesizeInto(outdir, app);
    const paths = readdirSync(outdir, { recursive: true, encoding: "utf8" }).filter(
      (path) => existsSync(join(outdir, path)) && statSync(join(outdir, path)).isFile(),
    );
    return new Map(paths.map((path) => [path, readFileSync(join(outdir, path)).toString("base64")]));
  });
}
