import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import { type LoadedApp, loadApp } from "../../app/load-app";
import type { Environment } from "../../environment/environment";
import {
  type DeployedRelease,
  deployedRelease,
  describeUnreadable,
  pinsOf,
  RELEASES_OUTPUT,
  readRelease,
  releaseDigest,
  releaseIds,
  releaseOf,
  releasePath,
  withReleases,
} from "../../environment/releases";
import { type ReleaseContent, releaseContent } from "../../environment/settings/model-source/release";
import { type CommandLine, UsageError } from "../../lib/arguments";
import { isObject, parseJson } from "../../lib/json";
import { readTerraformOutputs, synthesizedFolder } from "../../lib/terraform-outputs";
import { terraformProgram } from "../../lib/terraform-program";
import { UserError } from "../../lib/user-error";
import { findEnvironment, inApp, newEndpointOf, writeRelease } from "./change";
import { LINE_TO_CHANGE, type PROMOTE, type Result } from "./forms";

/**
 * Promotes a release: changes the release of the environment `to`, and records in the file of the release that `from` has deployed
 * the release.
 *
 * @throws UserError if `from` has not deployed the release unchanged, or if the release breaks a rule; then no file changes
 */
export function runPromote({ words, options }: CommandLine<typeof PROMOTE>): Result {
  const app = loadApp();
  const { model } = words;
  const from = findEnvironment(app, words.from, "<from>");
  const to = findEnvironment(app, words.to, "<to>");
  requireOrder(app, from, to);
  const id = options.release ?? idOf(from, model);
  const { promotedFrom } = to;
  const before = releaseOf(newEndpointOf(to, model));
  const release = read(model, id);
  const promoted = withEvidence(release, from);
  const { written, manual } = writeRelease(app, { release: promoted, environments: [to.name] });
  const was = before === undefined ? "no release" : before.id;
  const text = [
    `${to.name}: ${model} ${was} → ${id}, the ${pinsOf(release)} that ${from.name} deployed`,
    ...written.map((path) => `  ${path}`),
    ...manual,
    ...("local" in from.state
      ? [
          `The state of ${from.name} is a file of this machine: other people cannot check the evidence. Keep the state in S3.`,
        ]
      : []),
    promotedFrom === undefined
      ? `${to.name} accepts every source of a model. To accept only releases that ${from.name} has deployed: promotedFrom: "${from.name}"`
      : `next: commit both files, and read the review of ${to.name}: npx sagemaker-stages review ${to.name}`,
    "",
  ].join("\n");
  return { text, status: manual.length > 0 ? LINE_TO_CHANGE : 0 };
}

function requireOrder(app: LoadedApp, from: Environment, to: Environment): void {
  if (from.name === to.name) {
    throw new UsageError(
      `<to>: got ${to.name}, the same environment as <from>; allowed: another environment`,
    );
  }
  if (to.promotedFrom === undefined || to.promotedFrom === from.name) return;
  const allowed = app.environments.filter(({ name }) => name === to.promotedFrom).map(({ name }) => name);
  throw new UserError(
    `<from>: got ${from.name}; allowed: ${allowed.join(", ") || to.promotedFrom}, the environment of promotedFrom in ${to.name}`,
  );
}

/** The id of the release that an environment names. */
function idOf(from: Environment, model: string): string {
  const { release } = newEndpointOf(from, model);
  if (typeof release === "object") return release.id;
  if (release !== undefined) throw new UserError(unreadable(model, release));
  throw new UserError(
    `${from.name}: models.${model}: got no release; allowed: a release. Make a release, deploy it to ${from.name}, and repeat the command: npx sagemaker-stages release ${model} --from ${from.name}`,
  );
}

/** The whole file of a release, with the images of all regions. */
function read(model: string, id: string): ReleaseContent {
  const found = readRelease(model, id);
  if (!("content" in found)) throw new UserError(unreadable(model, id));
  const { data, error } = releaseContent.safeParse(found.content);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw new UserError(`${releasePath(model, id)}: ${issue?.path.join(".")}: ${issue?.message}`);
}

function unreadable(model: string, id: string): string {
  return `release: got ${id}: ${describeUnreadable(model, id)}; allowed: ${releaseIds(model).join(", ") || `a release: npx sagemaker-stages release ${model}`}`;
}

/**
 * The release with the evidence that an environment has deployed it: from the outputs of its stack, or the evidence of an earlier
 * promotion.
 */
function withEvidence(release: ReleaseContent, from: Environment): ReleaseContent {
  const { model, id } = release;
  const [own] = Object.values(withReleases(onlyModel(from, model, id)).models);
  const digest = releaseDigest((own === undefined ? undefined : releaseOf(own)) ?? release);
  const outputs = readDeployed(from, model);
  const deployed = "release" in outputs ? outputs.release : undefined;
  if (deployed?.release === id && deployed.digest === digest) {
    requirePlace(deployed, from);
    const { account, region } = deployed;
    const seen = new Date().toISOString().slice(0, "2026-11-20".length);
    const evidence = { digest, account, region, seen };
    return { ...release, deployedIn: { ...release.deployedIn, [from.name]: evidence } };
  }
  if (release.deployedIn?.[from.name]?.digest === digest) return release;
  if ("fault" in outputs) throw new UserError(`${model}: nothing was written.\n${outputs.fault}`);
  throw new UserError(
    `${model}: nothing was written. ${from.name} has not deployed the release ${id} with the digest ${digest}: ${describeDeployed(deployed)}. Deploy ${from.name} first: npx cdktf deploy ${from.name}`,
  );
}

/** @throws UserError unless the outputs are those of the environment, its account and its region */
function requirePlace(deployed: DeployedRelease, { name, region, accountId }: Environment): void {
  const { environment, account, region: itsRegion } = deployed;
  if (environment === name && itsRegion === region && (accountId ?? account) === account) return;
  throw new UserError(
    `${name}: nothing was written. got outputs of ${environment} in the account ${account} in ${itsRegion}; allowed: outputs of ${name} in the account ${accountId ?? account} in ${region}. Deploy ${name} first: npx cdktf deploy ${name}`,
  );
}

function describeDeployed(deployed: DeployedRelease | undefined): string {
  return deployed === undefined
    ? "the outputs of its stack contain no release of the model"
    : `the outputs of its stack contain ${deployed.release} with the digest ${deployed.digest}`;
}

/** An environment whose only model has a release. */
function onlyModel(environment: Environment, model: string, release: string): Environment {
  return { ...environment, models: { [model]: { ...newEndpointOf(environment, model), release } } };
}

/** The release of a model in the outputs of an environment's stack, or why the outputs cannot be read. */
type Deployed = { readonly release: DeployedRelease | undefined } | { readonly fault: string };

/** Reads the release that an environment has deployed, from the outputs of its stack. */
function readDeployed(from: Environment, model: string): Deployed {
  const fault = describeOtherState(from);
  if (fault !== undefined) return { fault };
  const found = readTerraformOutputs(from.name);
  if ("fault" in found) return found;
  const releases = found.values.get(RELEASES_OUTPUT);
  const { data } = deployedRelease.safeParse(
    isObject(releases) && Object.hasOwn(releases, model) ? releases[model] : undefined,
  );
  return { release: data };
}

const stack = z.object({
  terraform: z.object({
    backend: z.object({
      local: z.optional(z.object({ path: z.string() })),
      s3: z.optional(z.object({ bucket: z.string(), key: z.string(), region: z.string() })),
    }),
  }),
});

/**
 * Why the synthesized stack of an environment has another state than the environment; `undefined` for the same state. Otherwise the
 * outputs of a state that the environment had before would be evidence.
 */
function describeOtherState({ name, region, state }: Environment): string | undefined {
  const folder = synthesizedFolder(name);
  const file = inApp(`${folder}/cdk.tf.json`);
  const { data } = stack.safeParse(existsSync(file) ? parseJson(readFileSync(file, "utf8")) : undefined);
  const { local, s3 } = data?.terraform.backend ?? {};
  const found = local === undefined ? describeBucket(s3) : resolve(inApp(folder), local.path);
  const expected =
    "local" in state
      ? inApp(state.local.path)
      : describeBucket({ ...state.s3, region: state.s3.region ?? region });
  if (found === expected) return undefined;
  return `${folder}: got ${found === undefined ? "no synthesized stack" : `a stack with the state ${found}`}; allowed: a stack with the state ${expected} of the environment ${name}. Run: npx cdktf synth, then ${terraformProgram()} -chdir=${folder} init`;
}

function describeBucket(
  s3: { readonly bucket: string; readonly key: string; readonly region: string } | undefined,
): string | undefined {
  return s3 === undefined ? undefined : `s3://${s3.bucket}/${s3.key} in ${s3.region}`;
}
