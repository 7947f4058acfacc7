import { MASK } from "./masking";
import type { PlannedResource } from "./planned-resource";
import { isSame, isValues, MASKED, MASKED_CHANGED, UNKNOWN, type Value } from "./values";

/** One attribute of a resource that changes, in texts that anybody may read. */
export interface AttributeChange {
  /** As Terraform writes it: `memory_size`, `cors[0].allow_origins`. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What changes of a resource. */
export interface AttributeChanges {
  /** Without tags, and without what is only known after the apply. */
  readonly changed: readonly AttributeChange[];
  readonly tags: readonly AttributeChange[];
  /** Names of what AWS says anew after the apply. */
  readonly knownAfterApply: readonly string[];
}

/** Longer texts are told by their length. */
const LONGEST_TEXT = 100;

const KNOWN_AFTER_APPLY = "known after apply";

/** What an update or a replacement changes of the resource's attributes, in their names' order. */
export function attributeChanges({ before, after, actions }: PlannedResource): AttributeChanges {
  // What is created anew is planned without the defaults that AWS said of the old one.
  const isNothing = actions.length > 1 ? isDefault : isEmpty;
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
      (isTag ? tags : changed).push({ name, ...inTexts(one, other) });
    });
  }
  return { changed, tags: distinctTags(tags), knownAfterApply };
}

function compare(
  before: Value | undefined,
  after: Value | undefined,
  name: string,
  tell: (name: string, before: Value | undefined, after: Value | undefined) => void,
): void {
  if (isSame(before, after) || (isEmpty(before) && isEmpty(after))) return;
  if (isValues(before ?? {}) && isValues(after ?? {}) && (isValues(before) || isValues(after))) {
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    for (const inner of [...names].sort()) {
      const step = /^\w+$/.test(inner) ? inner : JSON.stringify(inner);
      compare(
        isValues(before) ? before[inner] : undefined,
        isValues(after) ? after[inner] : undefined,
        name === "" ? step : `${name}.${step}`,
        tell,
      );
    }
    return;
  }
  if (isBlocks(before) && isBlocks(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare(before[index], after[index], `${name}[${index}]`, tell);
    }
    return;
  }
  tell(name, before, after);
}

/** Whether Terraform's provider may write the one for the other: nothing is set. */
function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isValues(value) && Object.values(value).every(isEmpty);
}

function isDefault(value: Value | undefined): boolean {
  return value === 0 || value === false || isEmpty(value);
}

/** A list of blocks, or what stands where there are none. */
function isBlocks(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value) && value.every(isValues);
}

/** Of a tag's change in `tags` and in `tags_all`, one. */
function distinctTags(changes: readonly AttributeChange[]): AttributeChange[] {
  const byTag = new Map<string, AttributeChange>();
  for (const change of changes) {
    const name = change.name.replace(/^tags(?:_all)?\.?/, "");
    if (!byTag.has(name)) byTag.set(name, { ...change, name });
  }
  return [...byTag.values()];
}

function inTexts(before: Value | undefined, after: Value | undefined): Omit<AttributeChange, "name"> {
  const texts = { before: inText(before), after: inText(after) };
  if (texts.before !== texts.after) return texts;
  // Both are told by their length, or hidden.
  return { before: texts.before, after: `another: ${texts.after}` };
}

/** A value for people's eyes. */
export function inText(value: Value | undefined): string {
  if (isEmpty(value)) return "(none)";
  if (value === UNKNOWN) return KNOWN_AFTER_APPLY;
  if (value === MASKED) return MASK;
  if (value === MASKED_CHANGED) return `${MASK}, another value`;
  if (typeof value === "string") return textInText(value);
  if (Array.isArray(value)) {
    const items = value.map(inText).join(", ");
    return items.length <= LONGEST_TEXT ? items : `${value.length} values`;
  }
  if (isValues(value)) return `{ ${Object.keys(value).join(", ")} }`;
  return String(value);
}

function textInText(text: string): string {
  if (/^[0-9a-f]{40,}$/.test(text)) return `${text.slice(0, 8)}…`;
  // Policies and API documents are compared by what they mean, elsewhere.
  if (/^\s*[{[]/.test(text)) return `JSON of ${text.length} characters`;
  return text.length <= LONGEST_TEXT ? text : `${text.length} characters`;
}
