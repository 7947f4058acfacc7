import { parseArn, s3ObjectArn } from "../../aws/arn";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { at, textOf } from "../values";
import type { AccessChange } from "./access-change";
import { grouped } from "./rights";

const MODEL = "aws_sagemaker_model";

/** An artifact that takes the place of another one, by their ARNs, for a role. */
interface Move {
  readonly role: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The changes, with those that are part of a rollout marked as such: that an endpoint's role reads the new artifact of
 * its own model in place of the old one is what every rollout asks for, and widens nothing. It is none where the model
 * changes its role, where the old artifact stays readable, or where the new one is in another place: see {@link moveOf}.
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
  if (!change.widens || change.change !== "granted" || change.condition !== "") return change;
  if (change.actions.join() !== "s3:GetObject") return change;
  const [principal = "", ...others] = change.principals;
  if (others.length > 0) return change;
  const moves = movesOf.get(principal) ?? [];
  const asked = change.resources.map((resource) => moves.filter(({ to }) => to === resource));
  if (asked.some((found) => found.length === 0)) return change;
  const withdrawn = new Set((withdrawnBy.get(principal) ?? []).flatMap(({ resources }) => resources));
  if (!asked.flat().every(({ from }) => withdrawn.has(from))) return change;
  return { ...change, widens: false, words: `${change.words} It is the new artifact of its model.` };
}

function isWithdrawal({ change, condition, actions }: AccessChange): boolean {
  return change === "withdrawn" && condition === "" && actions.join() === "s3:GetObject";
}

/** The artifact that the role of a replaced model reads afterwards, and the one that it read before. */
function moveOf({ type, actions, before, after }: PlannedResource): Move[] {
  if (type !== MODEL || !actions.includes("create") || !actions.includes("delete")) return [];
  const role = textOf(before?.execution_role_arn);
  if (role === undefined || role !== textOf(after?.execution_role_arn)) return [];
  const was = textOf(at(before, "primary_container", 0, "model_data_url"));
  const is = textOf(at(after, "primary_container", 0, "model_data_url"));
  const partition = parseArn(role)?.partition;
  if (partition === undefined || was === undefined || is === undefined || !isNextVersion(was, is)) return [];
  const arnOf = (url: string): string => s3ObjectArn(partition, url);
  return [{ role: `role ${role.split("/").at(-1)}`, from: arnOf(was), to: arnOf(is) }];
}

/**
 * Whether two artifacts are versions of one: in the same bucket, of the same kind of file, with keys that differ in one
 * part alone, which is not the first, as `<model>/<version>/model.tar.gz`. Anything else can be a file of anybody's.
 */
function isNextVersion(was: string, is: string): boolean {
  const [old, next] = [was, is].map((url) => /^s3:\/\/([^*?$]+)$/.exec(url)?.[1]?.split("/"));
  if (old === undefined || next === undefined || old.length !== next.length) return false;
  const different = old.flatMap((part, index) => (part === next[index] ? [] : [index]));
  const [only] = different;
  // The parts are the bucket, what the key begins with, and the rest.
  return different.length === 1 && only !== undefined && only >= 2 && extensionOf(was) === extensionOf(is);
}

function extensionOf(url: string): string | undefined {
  return /(?:\.tar)?\.[a-z]\w*$/i.exec(url)?.[0];
}
