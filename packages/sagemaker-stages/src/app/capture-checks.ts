import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../environment/environment";
import { type Fault, FaultCollector, raw } from "../environment/fault-collector";
import { appFolder } from "../lib/app-folder";
import type { Model, Models } from "../models";
import { itemOf, memberOf, namesOfKeys, type Place, placeOf } from "../runtime/capture/places";
import { isRecord } from "../runtime/json";

/** The names of requests and answers that are not objects, see `src/runtime/capture/records.ts`. */
const REQUEST = "request";
const ANSWER = "answer";

/**
 * Finds faults of `capture` that need the models: fields that neither the contract's schema nor its example has, `drop` for a
 * model whose callers choose names, and models whose handler is not generated. A misspelt field in `drop`, and a field that a
 * caller names in another way, would store the data that `drop` should mask.
 *
 * @param environments - environments without other faults
 */
export function findCaptureFaults(environments: readonly Environment[], models: Models): Fault[] {
  const faults: Fault[] = [];
  for (const environment of environments) {
    for (const [name, { capture }] of Object.entries(environment.models)) {
      const model = models[name];
      if (capture === undefined || model === undefined) continue;
      const collector = new FaultCollector(environment.name, faults).in(`models.${name}`);
      collector.require(
        !existsSync(join(appFolder(), "functions", name, "handler.ts")),
        "capture",
        raw("capture for a model with handler.ts"),
        "no capture, or a model without handler.ts",
        "the handler is the model's own code, which the engine does not change",
      );
      const known = namesOf(model);
      const below = collector.in("capture");
      below.require(
        capture.drop === undefined || !known.isOpen,
        "drop",
        capture.drop,
        "keep, with the fields to store",
        known.isOpen && model.passThrough === undefined
          ? "the schema accepts fields with any name: callers could send the same data under another name, which would be stored"
          : "the model passes any body through: callers could send the same data under another name, which would be stored",
      );
      // Any name can be in an open part; a misspelt name in keep stores nothing.
      if (known.isOpen) continue;
      for (const field of ["keep", "drop"] as const) {
        const unknown = (capture[field] ?? []).filter((one) => !known.names.has(one));
        below.require(
          unknown.length === 0,
          field,
          unknown,
          [...known.names].join(", "),
          "the names of fields in the schema of requests and in the example: a misspelt name would store other data. If the model answers with the field, add the field to the example of about",
        );
      }
    }
  }
  return faults;
}

/** The names of a model's fields. */
interface Names {
  readonly names: ReadonlySet<string>;
  /** Whether callers can also send fields with other names. */
  readonly isOpen: boolean;
}

function namesOf({ schema, example, passThrough }: Model): Names {
  const names = new Set<string>();
  const isOpen = addNamesOfPlace(placeOf(schema), names, new Set());
  addNamesOfValue(example.request, names);
  addNamesOfValue(example.answer, names);
  if (!isRecord(example.request) || Array.isArray(example.request)) names.add(REQUEST);
  if (!isRecord(example.answer) || Array.isArray(example.answer)) names.add(ANSWER);
  return { names, isOpen: isOpen || passThrough !== undefined };
}

/** The types of schemas whose values have no members, or whose members are read here. */
const CLOSED = new Set([
  ...["string", "number", "int", "boolean", "bigint", "symbol", "null", "undefined", "void", "never", "nan"],
  ...["date", "enum", "literal", "file", "template_literal", "success"],
  ...["optional", "nullable", "default", "prefault", "nonoptional", "catch", "readonly", "promise", "lazy"],
  ...["pipe", "union", "intersection", "object", "array", "tuple", "record"],
]);

/** @returns whether a schema accepts fields with any name */
function addNamesOfPlace(place: Place, names: Set<string>, around: Set<unknown>): boolean {
  const here = place.filter((definition) => !around.has(definition));
  for (const definition of here) around.add(definition);
  let isOpen = here.some(({ type, catchall, keyType }) => {
    const hasAnyKey = type === "record" && namesOfKeys(keyType) === undefined;
    const others = placeOf(catchall);
    return !CLOSED.has(type) || hasAnyKey || others.some((other) => other.type !== "never");
  });
  const own = here.flatMap(({ shape, keyType }) => [
    ...(isRecord(shape) ? Object.keys(shape) : []),
    ...(namesOfKeys(keyType) ?? []),
  ]);
  for (const name of own.map(String)) {
    names.add(name);
    isOpen = addNamesOfPlace(memberOf(here, name) ?? [], names, around) || isOpen;
  }
  const items = itemOf(here);
  return (items.length > 0 && addNamesOfPlace(items, names, around)) || isOpen;
}

function addNamesOfValue(value: unknown, names: Set<string>): void {
  if (!isRecord(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (!Array.isArray(value)) names.add(name);
    addNamesOfValue(member, names);
  }
}
