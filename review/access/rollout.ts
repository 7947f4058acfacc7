import type { Plan, PlannedResource } from "../plan";
import { at, textOf } from "../values";
import type { AccessChange } from "./access";

const MODEL = "aws_sagemaker_model";

/**
 * The change as part of a rollout, where it is one: that an endpoint's role reads the new artifact of its own model, in
 * the bucket of the old one, is what every rollout asks for, and widens nothing. A place in another bucket does.
 */
export function asRollout(change: AccessChange, plan: Plan): AccessChange {
  if (!change.widens || change.change !== "granted" || change.condition !== "") return change;
  if (change.actions.join() !== "s3:GetObject") return change;
  const expected = plan.resources
    .filter(({ type, before, after }) => type === MODEL && before !== undefined && after !== undefined)
    .filter((model) => `role ${roleOf(model)}` === change.principal)
    .flatMap(movedArtifacts);
  if (!change.resources.every((resource) => expected.includes(resource))) return change;
  return { ...change, widens: false, words: `${change.words} It is the new artifact of its model.` };
}

/** Name of the model's execution role, as long as that stays the same. */
function roleOf({ before }: PlannedResource): string | undefined {
  return textOf(before?.execution_role_arn)?.split("/").at(-1);
}

/** ARNs of the artifacts that come where another one of the same bucket was. */
function movedArtifacts(model: PlannedResource): string[] {
  const was = textOf(at(model.before, "primary_container", 0, "model_data_url"));
  const is = textOf(at(model.after, "primary_container", 0, "model_data_url"));
  const partition = /^arn:([^:]+):/.exec(textOf(model.before?.arn) ?? "")?.[1];
  if (was === undefined || is === undefined || partition === undefined) return [];
  const place = /^s3:\/\/([^/]+)\/[^*?]+$/.exec(is);
  if (place === null || !was.startsWith(`s3://${place[1]}/`)) return [];
  return [`arn:${partition}:s3:::${is.slice("s3://".length)}`];
}
