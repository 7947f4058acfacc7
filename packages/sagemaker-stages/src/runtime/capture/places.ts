import { isRecord } from "../json";

/** The definition of a schema of zod, of which only `type` is certain. */
interface Definition extends Readonly<Record<string, unknown>> {
  readonly type: string;
}

/**
 * A place of a document: the schemas of objects, lists and other values that a value at the place can have. Schemas around
 * them, e.g. of optional values and unions, are resolved.
 */
export type Place = readonly Definition[];

/** A place that no schema describes. */
export const ANYWHERE: Place = [];

/** The members of the definitions around a schema: of wrappers, pipes, intersections and unions. */
const AROUND = ["innerType", "in", "out", "left", "right", "options"];

/** The place of a document with the schema. */
export function placeOf(schema: unknown): Place {
  const place = new Set<Definition>();
  const resolve = (one: unknown): void => {
    if (Array.isArray(one)) for (const each of one) resolve(each);
    const definition = definitionOf(one);
    if (definition === undefined || place.has(definition)) return;
    place.add(definition);
    if (typeof definition.getter === "function") resolve(definition.getter());
    for (const name of AROUND) resolve(definition[name]);
  };
  resolve(schema);
  return [...place];
}

function definitionOf(schema: unknown): Definition | undefined {
  const internals = isRecord(schema) ? schema._zod : undefined;
  const definition = isRecord(internals) ? internals.def : undefined;
  return isRecord(definition) && typeof definition.type === "string" ? (definition as Definition) : undefined;
}

/** The places of members, because every row of every request has them. */
const MEMBERS = new WeakMap<Place, Map<string, Place>>();

/**
 * The place of a member.
 *
 * @returns `undefined` if no schema names the member: callers choose its name
 */
export function memberOf(place: Place, name: string): Place | undefined {
  const members = MEMBERS.get(place) ?? new Map<string, Place>();
  MEMBERS.set(place, members);
  const known = members.get(name);
  if (known !== undefined) return known;
  const schemas = place.flatMap(({ shape, keyType, valueType }) => {
    if (isRecord(shape) && Object.hasOwn(shape, name)) return [shape[name]];
    return namesOfKeys(keyType)?.has(name) ? [valueType] : [];
  });
  if (schemas.length === 0) return undefined;
  const found = placeOf(schemas);
  members.set(name, found);
  return found;
}

/** The place of the members of a list. */
export function itemOf(place: Place): Place {
  return placeOf(place.flatMap(({ element, items, rest }) => [element, items, rest]));
}

/** The names that the schema of a record's keys lists; `undefined` if keys can have other names. */
export function namesOfKeys(schema: unknown): ReadonlySet<unknown> | undefined {
  const internals = isRecord(schema) ? schema._zod : undefined;
  const values = isRecord(internals) ? internals.values : undefined;
  return values instanceof Set ? values : undefined;
}
