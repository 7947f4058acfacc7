import type * as z from "zod/mini";
import { isRecord } from "./json";

/** Faulty members of a list after which the rest of the list is not looked at; more than an error names. */
export const MAX_FAULTY_MEMBERS = 10;

/** Where a schema of zod keeps the schemas for any number of members: array, tuple, record and object. */
const MEMBERS = ["element", "rest", "keyType", "valueType", "catchall"];

const bounded = new WeakSet<object>();

/**
 * Makes a schema stop at the first faulty members of each list and record. zod collects the faults of all members: a
 * body of 6 MB has millions of them, for which a function has no memory. A valid value is parsed as before.
 *
 * Changes the schema in place, once.
 */
export function stopAtFirstFaults(schema: z.core.$ZodType): void {
  visit(schema);
}

/** A schema's definition holds its parts as schemas, in lists and in objects. */
function visit(part: unknown): void {
  if (!isRecord(part) || bounded.has(part)) return;
  bounded.add(part);
  if (!isSchema(part)) {
    for (const inner of Object.values(part)) visit(inner);
    return;
  }
  const definition: unknown = part._zod.def;
  if (!isRecord(definition)) return;
  visit(definition);
  // What a lazy schema makes at first use, and keeps.
  if ("innerType" in part._zod) visit(part._zod.innerType);
  for (const name of MEMBERS) {
    const member = definition[name];
    if (isSchema(member)) definition[name] = stopAfterFaults(part, member);
  }
}

function isSchema(part: unknown): part is z.core.$ZodType {
  return isRecord(part) && isRecord(part._zod) && typeof part._zod.run === "function";
}

/** `member` for `container`: what follows the last faulty member that counts passes, for the container is refused. */
function stopAfterFaults(container: z.core.$ZodType, member: z.core.$ZodType): { _zod: unknown } {
  let faulty = 0;
  const { parse, run } = container._zod;
  // A container can hold itself.
  container._zod.parse = (payload, context) => {
    const before = faulty;
    faulty = 0;
    try {
      return parse(payload, context);
    } finally {
      faulty = before;
    }
  };
  if (run === parse) container._zod.run = container._zod.parse;

  const runMember: typeof run = (payload, context) => {
    if (faulty >= MAX_FAULTY_MEMBERS) return payload;
    const result = member._zod.run(payload, context);
    if ("issues" in result && result.issues.length > 0) faulty++;
    return result;
  };
  return { _zod: Object.create(member._zod, { run: { value: runMember } }) };
}
