import { ACTIONS, type Comparer, RESOURCES } from "./dimension";
import type { Named } from "./grant";

/** Rights: each of the actions on each of the resources. */
export interface Rights {
  readonly actions: readonly Named[];
  readonly resources: readonly Named[];
}

/**
 * The same rights in few groups: resources with the same actions are one group. Actions, resources and groups are in
 * the order of their texts, whatever the order of the parts.
 */
export function together(parts: readonly Rights[]): readonly Rights[] {
  const resources = new Map<string, { readonly resource: Named; readonly parts: number[] }>();
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

/** In the order of their texts, none twice. */
function distinct(all: readonly Named[], { keyOf, textOf }: Comparer<Named>): Named[] {
  const byKey = new Map(all.map((one) => [keyOf(one), one]));
  return [...byKey.values()].sort((one, other) => inOrder(textOf(one), textOf(other)));
}

function inOrder(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** All by their key, in the order of the first of each. */
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
