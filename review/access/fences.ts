import { type Grant, mayMeet, reaches } from "./grant";
import { RESTRICTS } from "./public-access-block";
import { isOfAnyone, isOfStrangers } from "./strangers";

/**
 * Whether a Deny that goes, or is loosened, leaves something to anyone that it kept from strangers: an Allow for anyone
 * that no other Deny fences in.
 *
 * @param before - the Deny as it was, once for each of its conditions
 * @param after - the same afterwards; empty where it goes
 * @param all - all that is there afterwards, of the same subject
 */
export function opensToAnyone(
  before: readonly Grant[],
  after: readonly Grant[],
  all: readonly Grant[],
): boolean {
  const was = before.find(isFence);
  if (was === undefined || after.some(isFence)) return false;
  const fences = all.filter(isFence);
  return all.some(
    (one) =>
      one.effect === "Allow" &&
      isOfAnyone(one) &&
      (isRestriction(was) || mayMeet(was, one)) &&
      !fences.some((fence) => isRestriction(fence) || reaches(fence, one)),
  );
}

/** A Deny that no stranger passes. */
function isFence(one: Grant): boolean {
  if (one.effect !== "Deny") return false;
  if (one.principal.kind !== "anyone" && one.principal.kind !== "everyone but") return false;
  return one.action.kind === "by" ? isRestriction(one) : one.conditions.every(isOfStrangers);
}

function isRestriction({ action }: Grant): boolean {
  return action.kind === "by" && action.what === "public access block" && action.text === RESTRICTS;
}
