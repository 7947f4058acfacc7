import type { Condition } from "./condition";
import type { Difference } from "./difference";
import { ACTIONS, Dimension, mayMeet, RESOURCES } from "./dimension";
import type { Grant, Named } from "./grant";
import { meets, OUTSIDERS } from "./outsiders";
import { IGNORES_LISTS, RESTRICTS_POLICIES } from "./public-access-block";
import type { Rights } from "./rights";
import { isOfAnyone, isOfStrangers } from "./strangers";

/** What a Deny, or a Deny on some of its conditions, says. */
type Rule = Pick<Grant, "effect" | "actions" | "conditions"> & Pick<Difference, "principal">;

/**
 * Whether a Deny that goes, or is loosened, leaves something to anyone that it kept from strangers: an Allow for anyone
 * that no other Deny fences in.
 *
 * @param difference - of the Deny
 * @param all - all that is there afterwards, of the same subject
 */
export function opensToAnyone(
  difference: Pick<Difference, "effect" | "principal" | "actions" | "resources" | "before" | "after">,
  all: readonly Grant[],
): boolean {
  const { before, after, actions, resources } = difference;
  const isOfLists = actions.some((action) => isSetting(action, IGNORES_LISTS));
  const isOfPolicies = actions.some((action) => isSetting(action, RESTRICTS_POLICIES));
  return CALLERS.some((isMet) => {
    const isFenceOn = ({ conditions }: Difference["before"][number]): boolean =>
      isFence({ ...difference, conditions }, isMet);
    if (!before.some(isFenceOn) || after.some(isFenceOn)) return false;
    return exposed(all, isMet).some(
      (rights) =>
        (rights.actions.some(isOfList) ? isOfLists : isOfPolicies) ||
        isMeeting(rights, { actions, resources }),
    );
  });
}

/**
 * Whether an Allow for anyone leaves something to anyone: of what no Deny keeps from strangers, a part.
 *
 * @param difference - of the Allow
 * @param all - all that is there afterwards, of the same subject
 */
export function isExposed(
  difference: Pick<Difference, "actions" | "resources">,
  all: readonly Grant[],
): boolean {
  return exposed(all, isOfStrangers).some((rights) => isMeeting(rights, difference));
}

function isMeeting(one: Rights, other: Rights): boolean {
  return (
    one.actions.some((action) => other.actions.some((another) => mayMeet(ACTIONS, action, another))) &&
    one.resources.some((resource) => other.resources.some((another) => mayMeet(RESOURCES, resource, another)))
  );
}

/** Whether a caller meets a condition of a Deny. */
type IsMet = (condition: Condition) => boolean;

/** Callers from outside: any of them, who claims whatever helps, and those who bring nothing along. */
const CALLERS: readonly IsMet[] = [
  isOfStrangers,
  ...OUTSIDERS.map((outsider) => (condition: Condition) => meets(condition, outsider)),
];

const known = new WeakMap<readonly Grant[], Map<IsMet, readonly Rights[]>>();

/** What anyone may do, and no Deny keeps from such callers. */
function exposed(all: readonly Grant[], isMet: IsMet): readonly Rights[] {
  const byCaller = known.get(all) ?? new Map<IsMet, readonly Rights[]>();
  known.set(all, byCaller);
  const found = byCaller.get(isMet) ?? exposedIn(all, isMet);
  byCaller.set(isMet, found);
  return found;
}

function exposedIn(all: readonly Grant[], isMet: IsMet): readonly Rights[] {
  const fences = all.filter((one) =>
    one.principals.some((principal) => isFence({ ...one, principal }, isMet)),
  );
  const isSet = (setting: string): boolean =>
    fences.some(({ actions }) => actions.some((action) => isSetting(action, setting)));
  const [ignoresLists, restrictsPolicies] = [isSet(IGNORES_LISTS), isSet(RESTRICTS_POLICIES)];
  const [actions, resources] = [new Dimension(ACTIONS), new Dimension(RESOURCES)];
  const numbered = fences.map((fence) => ({
    actions: fence.actions.map((one) => actions.add(one)),
    resources: fence.resources.map((one) => resources.add(one)),
  }));
  const open = all.filter(
    (one) =>
      one.effect === "Allow" &&
      !(one.actions.some(isOfList) ? ignoresLists : restrictsPolicies) &&
      one.principals.some((principal) => isOfAnyone(principal, one.conditions)),
  );
  const coverage = {
    actions: actions.coverage(numbered.flatMap((fence) => fence.actions)),
    resources: resources.coverage(numbered.flatMap((fence) => fence.resources)),
  };
  /** By value: the fences that are of all of it. */
  const fencesOf = (member: "actions" | "resources", value: number): Set<number> => {
    const covering = new Set(coverage[member].of(value));
    return new Set(
      numbered.flatMap((fence, index) => (fence[member].some((one) => covering.has(one)) ? index : [])),
    );
  };
  return open.flatMap((one) => {
    const left = one.resources.map((resource) => ({
      resource,
      fences: fencesOf("resources", resources.add(resource)),
    }));
    return one.actions.flatMap((action): Rights[] => {
      const around = fencesOf("actions", actions.add(action));
      const free = left.filter((other) => [...around].every((fence) => !other.fences.has(fence)));
      return free.length === 0
        ? []
        : [{ actions: [action], resources: free.map(({ resource }) => resource) }];
    });
  });
}

/** A Deny that such a caller does not pass. */
function isFence({ effect, principal, actions, conditions }: Rule, isMet: IsMet): boolean {
  if (effect !== "Deny") return false;
  if (principal.kind !== "anyone" && principal.kind !== "everyone but") return false;
  if (actions.some(({ kind }) => kind === "by")) return actions.some(isRestriction);
  return conditions.every(isMet);
}

function isRestriction(action: Named): boolean {
  return isSetting(action, RESTRICTS_POLICIES) || isSetting(action, IGNORES_LISTS);
}

function isSetting(action: Named, setting: string): boolean {
  return action.kind === "by" && action.what === "public access block" && action.text === setting;
}

function isOfList(action: Named): boolean {
  return action.kind === "by" && action.what === "access list";
}
