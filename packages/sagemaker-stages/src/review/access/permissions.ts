import { ACTIONS, type Comparer, RESOURCES } from "./dimension";
import type { StatementValue } from "./grant";

/** Permissions: every action on every resource. */
export interface Permissions {
  readonly actions: readonly StatementValue[];
  readonly resources: readonly StatementValue[];
}

/**
 * Combines permissions into few groups: one group for all resources with the same actions. Actions, resources and
 * groups are sorted by text, independent of the order of the parts.
 */
export function combinePermissions(parts: readonly Permissions[]): readonly Permissions[] {
  const resources = new Map<string, { readonly resource: StatementValue; readonly parts: number[] }>();
  for (const [index, part] of parts.entries()) {
    for (const resource of part.resources) {
      const key = RESOURCES.keyOf(resource);
      const known = resources.get(key);
      if (known === undefined) resources.set(key, { resource, parts: [index] });
      else known.parts.push(index);
    }
  }
  const byParts = grouped([...resources.values()], (one) => one.parts.join());
  const alike = [...byParts.values()].map((group) => ({
    actions: distinct(
      (group[0]?.parts ?? []).flatMap((index) => parts[index]?.actions ?? []),
      ACTIONS,
    ),
    resources: group.map(({ resource }) => resource),
  }));
  const byActions = grouped(alike, ({ actions }) => JSON.stringify(actions.map(ACTIONS.keyOf)));
  return [...byActions]
    .sort(([one], [other]) => inOrder(one, other))
    .map(([, group]) => ({
      actions: group[0]?.actions ?? [],
      resources: distinct(
        group.flatMap((one) => one.resources),
        RESOURCES,
      ),
    }));
}

/** The distinct values, sorted by text. */
function distinct(
  all: readonly StatementValue[],
  { keyOf, textOf }: Comparer<StatementValue>,
): StatementValue[] {
  const byKey = new Map(all.map((one) => [keyOf(one), one]));
  return [...byKey.values()].sort((one, other) => inOrder(textOf(one), textOf(other)));
}

function inOrder(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Groups values by key, in the order of the first value of each group. */
export function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [one]);
    else known.push(one);
  }
  return groups;
}
