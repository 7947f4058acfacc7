import type { Condition } from "./condition";
import type { Difference } from "./difference";
import { ACTIONS, canOverlap, Dimension, RESOURCES } from "./dimension";
import { EXTERNAL_PRINCIPALS, meets } from "./external-principals";
import type { Grant, StatementValue } from "./grant";
import type { Permissions } from "./permissions";
import { excludesPublic, isPublic } from "./public-access";
import { IGNORES_LISTS, RESTRICTS_POLICIES } from "./public-access-block";

/** A Deny statement, or a part of its conditions. */
type Rule = Pick<Grant, "effect" | "actions" | "conditions"> & Pick<Difference, "principal">;

/**
 * Whether the removal or relaxation of a Deny gives the public access: an Allow for the public exists, and no other
 * Deny excludes the public.
 *
 * @param difference - the change of the Deny
 * @param all - all statements of the same subject after the plan
 */
export function opensToPublic(
  difference: Pick<Difference, "effect" | "principal" | "actions" | "resources" | "before" | "after">,
  all: readonly Grant[],
): boolean {
  const { before, after, actions, resources } = difference;
  const affectsAccessLists = actions.some((action) => isSetting(action, IGNORES_LISTS));
  const affectsPolicies = actions.some((action) => isSetting(action, RESTRICTS_POLICIES));
  return CALLERS.some((isMet) => {
    const deniesPublicOn = ({ conditions }: Difference["before"][number]): boolean =>
      deniesPublic({ ...difference, conditions }, isMet);
    if (!before.some(deniesPublicOn) || after.some(deniesPublicOn)) return false;
    return exposed(all, isMet).some(
      (permissions) =>
        (permissions.actions.some(isAccessListPermission) ? affectsAccessLists : affectsPolicies) ||
        overlaps(permissions, { actions, resources }),
    );
  });
}

/**
 * Whether an Allow for anyone gives the public access: at least a part of the Allow is not denied to the public.
 *
 * @param difference - the change of the Allow
 * @param all - all statements of the same subject after the plan
 */
export function isExposed(
  difference: Pick<Difference, "actions" | "resources">,
  all: readonly Grant[],
): boolean {
  return exposed(all, excludesPublic).some((permissions) => overlaps(permissions, difference));
}

function overlaps(one: Permissions, other: Permissions): boolean {
  return (
    one.actions.some((action) => other.actions.some((another) => canOverlap(ACTIONS, action, another))) &&
    one.resources.some((resource) =>
      other.resources.some((another) => canOverlap(RESOURCES, resource, another)),
    )
  );
}

/** Whether a caller meets a condition of a Deny. */
type IsMet = (condition: Condition) => boolean;

/** Callers from the public: a caller that can choose every value, a caller without credentials, and another account. */
const CALLERS: readonly IsMet[] = [
  excludesPublic,
  ...EXTERNAL_PRINCIPALS.map((external) => (condition: Condition) => meets(condition, external)),
];

const known = new WeakMap<readonly Grant[], Map<IsMet, readonly Permissions[]>>();

/** The permissions of anyone that no Deny removes for such callers. */
function exposed(all: readonly Grant[], isMet: IsMet): readonly Permissions[] {
  const byCaller = known.get(all) ?? new Map<IsMet, readonly Permissions[]>();
  known.set(all, byCaller);
  const found = byCaller.get(isMet) ?? exposedIn(all, isMet);
  byCaller.set(isMet, found);
  return found;
}

function exposedIn(all: readonly Grant[], isMet: IsMet): readonly Permissions[] {
  const publicDenies = all.filter((one) =>
    one.principals.some((principal) => deniesPublic({ ...one, principal }, isMet)),
  );
  const isSet = (setting: string): boolean =>
    publicDenies.some(({ actions }) => actions.some((action) => isSetting(action, setting)));
  const [ignoresLists, restrictsPolicies] = [isSet(IGNORES_LISTS), isSet(RESTRICTS_POLICIES)];
  const [actions, resources] = [new Dimension(ACTIONS), new Dimension(RESOURCES)];
  const numbered = publicDenies.map((publicDeny) => ({
    actions: publicDeny.actions.map((one) => actions.add(one)),
    resources: publicDeny.resources.map((one) => resources.add(one)),
  }));
  const open = all.filter(
    (one) =>
      one.effect === "Allow" &&
      !(one.actions.some(isAccessListPermission) ? ignoresLists : restrictsPolicies) &&
      one.principals.some((principal) => isPublic(principal, one.conditions)),
  );
  const coverage = {
    actions: actions.coverage(numbered.flatMap((publicDeny) => publicDeny.actions)),
    resources: resources.coverage(numbered.flatMap((publicDeny) => publicDeny.resources)),
  };
  /** The indexes of the public denies that cover the value. */
  const publicDeniesOf = (member: "actions" | "resources", value: number): Set<number> => {
    const covering = new Set(coverage[member].of(value));
    return new Set(
      numbered.flatMap((publicDeny, index) =>
        publicDeny[member].some((one) => covering.has(one)) ? index : [],
      ),
    );
  };
  return open.flatMap((one) => {
    const left = one.resources.map((resource) => ({
      resource,
      publicDenies: publicDeniesOf("resources", resources.add(resource)),
    }));
    return one.actions.flatMap((action): Permissions[] => {
      const around = publicDeniesOf("actions", actions.add(action));
      const free = left.filter((other) =>
        [...around].every((publicDeny) => !other.publicDenies.has(publicDeny)),
      );
      return free.length === 0
        ? []
        : [{ actions: [action], resources: free.map(({ resource }) => resource) }];
    });
  });
}

/** Whether the statement is a Deny that excludes such callers. */
function deniesPublic({ effect, principal, actions, conditions }: Rule, isMet: IsMet): boolean {
  if (effect !== "Deny") return false;
  if (principal.kind !== "anyone" && principal.kind !== "everyone except") return false;
  if (actions.some(({ kind }) => kind === "reference")) return actions.some(isRestriction);
  return conditions.every(isMet);
}

function isRestriction(action: StatementValue): boolean {
  return isSetting(action, RESTRICTS_POLICIES) || isSetting(action, IGNORES_LISTS);
}

function isSetting(action: StatementValue, setting: string): boolean {
  return action.kind === "reference" && action.what === "public access block" && action.text === setting;
}

function isAccessListPermission(action: StatementValue): boolean {
  return action.kind === "reference" && action.what === "access list";
}
