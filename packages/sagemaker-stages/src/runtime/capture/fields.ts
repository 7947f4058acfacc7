import { isRecord } from "../json";
import { ANYWHERE, itemOf, memberOf, type Place } from "./places";

/** The fields whose values capture stores. Names are matched at every depth of requests and answers. */
export interface CapturedFields {
  /** Store only the values in these fields. */
  readonly keep?: readonly string[];
  /** Store all values except the values in these fields. */
  readonly drop?: readonly string[];
}

/** A flat JSON object: Model Monitor's containers read no other JSON. */
export type FlatRecord = Record<string, string | number | boolean | null>;

/** A value, and what is known about the place where it was found. */
export interface Part {
  readonly value: unknown;
  /** Whether the values of the part are stored, because of the names above it. */
  readonly isStored: boolean;
  /**
   * The schemas of the value. The name of a member that no schema names is data of callers.
   *
   * @default - the model chose every name, e.g. in an answer
   */
  readonly place?: Place | undefined;
}

/** Whether the value in a field is stored. @param above - whether the values around the field are stored */
export function isStoredIn(name: string, above: boolean, { keep, drop = [] }: CapturedFields): boolean {
  return keep === undefined ? above && !drop.includes(name) : above || keep.includes(name);
}

/**
 * Whether the values of a whole request or answer are stored.
 *
 * @param name - the name of the whole: `request` or `answer`. `keep` selects the whole by this name only if it is not an object,
 * because an object has members with names
 */
export function isWholeStored(value: unknown, name: string, { keep, drop = [] }: CapturedFields): boolean {
  const isObject = isNamed(value);
  if (keep !== undefined) return !isObject && keep.includes(name);
  return !drop.includes(name) || (isObject && Object.hasOwn(value, name));
}

/** Whether a value is an object with named members. */
export function isNamed(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !Array.isArray(value);
}

/**
 * Writes a value into a flat JSON object. Names of members are joined with `.`, and members of lists have their index as the
 * name. A masked value is `null`. A masked list is one `null`, unless the list contains objects. A name that a caller chose is
 * only written with a stored value: a member without it has its index as the name, or is omitted with all its values.
 *
 * @param name - the name of a value that is not an object, e.g. `answer`
 */
export function flatten(flat: FlatRecord, part: Part, name: string, fields: CapturedFields): void {
  /** @param isOpen - whether a caller chose a name of the path */
  const visit = (path: string | undefined, { value, isStored, place }: Part, isOpen: boolean): void => {
    if (isNamed(value)) {
      for (const [index, member] of Object.keys(value).entries()) {
        const known = place && memberOf(place, member);
        const isChosen = place !== undefined && known === undefined;
        const stored = isStoredIn(member, isStored, fields);
        const own = isChosen && !stored ? index : member;
        visit(
          path === undefined ? `${own}` : `${path}.${own}`,
          { value: value[member], isStored: stored, place: place && (known ?? ANYWHERE) },
          isOpen || isChosen,
        );
      }
    } else if (Array.isArray(value) && value.length > 0 && (isStored || value.some(isRecord))) {
      const item = place && itemOf(place);
      for (const [index, one] of value.entries()) {
        visit(`${path ?? name}.${index}`, { value: one, isStored, place: item }, isOpen);
      }
    } else if (isStored || !isOpen) {
      flat[path ?? name] = isStored && isScalar(value) ? value : null;
    }
  };
  visit(undefined, part, false);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
