import type { PlannedResource } from "../reading/planned-resource";
import { isEmptyValue, isSame, isValues, UNKNOWN, type Value } from "../reading/values";
import { changedValueTexts } from "../rendering/phrases/values";

/** One changed attribute of a resource, in texts without secrets. */
export interface AttributeChange {
  /** As Terraform writes it: `memory_size`, `cors[0].allow_origins`. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** The changed attributes of a resource. */
export interface AttributeChanges {
  /** Without tags, and without attributes that are known after apply. */
  readonly changed: readonly AttributeChange[];
  readonly tags: readonly AttributeChange[];
  /** Names of attributes whose new values are known after apply. */
  readonly knownAfterApply: readonly string[];
}

/** The attributes that an update or a replacement changes, sorted by name. */
export function attributeChanges({ before, after, actions }: PlannedResource): AttributeChanges {
  // The plan of a replacement has no defaults that AWS set for the old resource.
  const isNothing = actions.length > 1 ? isDefault : isEmptyValue;
  const changed: AttributeChange[] = [];
  const tags: AttributeChange[] = [];
  const knownAfterApply: string[] = [];
  if (before !== undefined && after !== undefined) {
    compare(before, after, "", (name, one, other) => {
      if (isNothing(one) && isNothing(other)) return;
      // `tags_all` repeats `tags`, and adds the provider's.
      const isTag = /^tags(?:_all)?(?:\.|\[|$)/.test(name);
      if (other === UNKNOWN) {
        if (!isTag) knownAfterApply.push(name);
        return;
      }
      (isTag ? tags : changed).push({ name, ...changedValueTexts(one, other) });
    });
  }
  return { changed, tags: distinctTags(tags), knownAfterApply };
}

function compare(
  before: Value | undefined,
  after: Value | undefined,
  name: string,
  report: (name: string, before: Value | undefined, after: Value | undefined) => void,
): void {
  if (isSame(before, after) || (isEmptyValue(before) && isEmptyValue(after))) return;
  if (isValues(before ?? {}) && isValues(after ?? {}) && (isValues(before) || isValues(after))) {
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    for (const inner of [...names].sort()) {
      const step = /^\w+$/.test(inner) ? inner : JSON.stringify(inner);
      compare(
        isValues(before) ? before[inner] : undefined,
        isValues(after) ? after[inner] : undefined,
        name === "" ? step : `${name}.${step}`,
        report,
      );
    }
    return;
  }
  if (isBlocks(before) && isBlocks(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare(before[index], after[index], `${name}[${index}]`, report);
    }
    return;
  }
  report(name, before, after);
}

function isDefault(value: Value | undefined): boolean {
  return value === 0 || value === false || isEmptyValue(value);
}

/** A list of blocks, possibly empty. */
function isBlocks(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value) && value.every(isValues);
}

/** One change of each tag, which is in `tags` and in `tags_all`. */
function distinctTags(changes: readonly AttributeChange[]): AttributeChange[] {
  const byTag = new Map<string, AttributeChange>();
  for (const change of changes) {
    const name = change.name.replace(/^tags(?:_all)?\.?/, "");
    if (!byTag.has(name)) byTag.set(name, { ...change, name });
  }
  return [...byTag.values()];
}
