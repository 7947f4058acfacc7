import { parseArn, s3ObjectArn } from "../../aws/arn";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf } from "../reading/values";
import type { AccessChange } from "./access-change";
import { grouped } from "./permissions";
import type { ShownCondition } from "./shown-condition";

const MODEL = "aws_sagemaker_model";

/** A role whose model changes from one artifact (ARN) to another. */
interface Move {
  readonly role: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The changes, in which rollouts do not count as wider access. In a rollout, an endpoint's role reads (or lists) the
 * new artifact of its model instead of the old artifact. A change is no rollout if the model changes its role, if the
 * old artifact stays readable, or if the new artifact has another location: see {@link moveOf}.
 */
export function withRollouts(plan: Plan, all: readonly AccessChange[]): readonly AccessChange[] {
  const moves = plan.resources.flatMap(moveOf);
  if (moves.length === 0) return all;
  const movesOf = grouped(moves, ({ role }) => role);
  const withdrawnBy = grouped(all.filter(isWithdrawal), ({ principals }) => principals.join());
  return all.map((change) => asRollout(change, movesOf, withdrawnBy));
}

function asRollout(
  change: AccessChange,
  movesOf: ReadonlyMap<string, readonly Move[]>,
  withdrawnBy: ReadonlyMap<string, readonly AccessChange[]>,
): AccessChange {
  const [principal = "", ...others] = change.principals;
  if (!change.widens || others.length > 0) return change;
  const moves = movesOf.get(principal) ?? [];
  const withdrawn = (withdrawnBy.get(principal) ?? []).flatMap(({ resources }) => resources);
  if (!readsNewArtifacts(change, moves, withdrawn) && !listsNewArtifacts(change, moves)) return change;
  return { ...change, widens: false, sentence: `${change.sentence} This is the new artifact of the model.` };
}

function readsNewArtifacts(
  { change, condition, actions, resources }: AccessChange,
  moves: readonly Move[],
  withdrawn: readonly string[],
): boolean {
  if (change !== "granted" || condition !== "" || actions.join() !== "s3:GetObject") return false;
  return areMoved(resources, withdrawn, moves);
}

/** The bucket is the same, and the condition on the prefix changes. */
function listsNewArtifacts(
  { change, effect, actions, resources, before = [], after = [] }: AccessChange,
  moves: readonly Move[],
): boolean {
  const [bucket = "", ...others] = resources;
  if (change !== "changed" || effect !== "Allow" || others.length > 0) return false;
  if (actions.join() !== "s3:ListBucket") return false;
  const [old, next] = [before, after].map((all) => all.map((conditions) => prefixOf(bucket, conditions)));
  if (old === undefined || next === undefined) return false;
  const granted = next.filter((one) => !old.includes(one));
  const withdrawn = old.filter((one) => !next.includes(one));
  return areMoved(granted, withdrawn, moves);
}

/** The ARN of the objects that a role can list if `s3:prefix` is the only condition. */
function prefixOf(bucketArn: string, conditions: readonly ShownCondition[]): string | undefined {
  const [only, ...others] = conditions;
  const [value, ...more] = only?.values ?? [];
  if (only === undefined || value === undefined || others.length + more.length > 0) return undefined;
  return only.operator === "StringLike" && only.key === "s3:prefix" ? `${bucketArn}/${value}` : undefined;
}

/** Whether each granted ARN is a new artifact of a model, and the permission for every old artifact is revoked. */
function areMoved(
  granted: readonly (string | undefined)[],
  withdrawn: readonly (string | undefined)[],
  moves: readonly Move[],
): boolean {
  const found = granted.map((arn) => moves.filter(({ to }) => to === arn));
  return (
    found.length > 0 &&
    found.every((matching) => matching.length > 0 && matching.every(({ from }) => withdrawn.includes(from)))
  );
}

function isWithdrawal({ change, condition, actions }: AccessChange): boolean {
  return change === "revoked" && condition === "" && actions.join() === "s3:GetObject";
}

/** The old and the new artifact of each container of a replaced model. */
function moveOf({ type, actions, before, after }: PlannedResource): Move[] {
  if (type !== MODEL || !actions.includes("create") || !actions.includes("delete")) return [];
  const role = textOf(before?.execution_role_arn);
  if (role === undefined || role !== textOf(after?.execution_role_arn)) return [];
  const partition = parseArn(role)?.partition;
  if (partition === undefined) return [];
  const [old, next] = [artifactsOf(before), artifactsOf(after)];
  if (old.length !== next.length) return [];
  return next.flatMap((is, index) => {
    const was = old[index];
    if (was === undefined || is === undefined || !isNextVersion(was, is)) return [];
    return [
      { role: `role ${role.split("/").at(-1)}`, from: arnOf(partition, was), to: arnOf(partition, is) },
    ];
  });
}

/** The artifact of each container: an archive, or a prefix that ends with a slash. */
function artifactsOf(model: PlannedResource["before"]): (string | undefined)[] {
  const blocks = ["primary_container", "container"].flatMap((name) => at(model, name) ?? []);
  // Terraform writes a missing text as null or as "".
  return blocks.map(
    (container) =>
      textOf(at(container, "model_data_url")) ||
      textOf(at(container, "model_data_source", 0, "s3_data_source", 0, "s3_uri")),
  );
}

/** ARN of an object, or of the objects below a prefix. */
function arnOf(partition: string, url: string): string {
  return `${s3ObjectArn(partition, url)}${url.endsWith("/") ? "*" : ""}`;
}

/**
 * Whether two artifacts are versions of one artifact: the bucket and the file extension are equal, and the keys differ
 * in exactly one part that is not the first, e.g. `<model>/<version>/model.tar.gz`. Any other object can belong to
 * others.
 */
function isNextVersion(was: string, is: string): boolean {
  const [old, next] = [was, is].map((url) => /^s3:\/\/([^*?$]+)$/.exec(url)?.[1]?.split("/"));
  if (old === undefined || next === undefined || old.length !== next.length) return false;
  const different = old.flatMap((part, index) => (part === next[index] ? [] : [index]));
  const [only] = different;
  // Part 0 is the bucket, and part 1 is the first part of the key.
  return different.length === 1 && only !== undefined && only >= 2 && extensionOf(was) === extensionOf(is);
}

function extensionOf(url: string): string | undefined {
  return /(?:\.tar)?\.[a-z]\w*$/i.exec(url)?.[0];
}
