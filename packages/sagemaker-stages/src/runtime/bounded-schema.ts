import type * as z from "zod/mini";
import { isRecord } from "./json";
import { MAX_FAULTY_MEMBERS } from "./limits";

/** The properties of zod's definitions that contain a schema for any number of members: array, tuple, record, object. */
const MEMBERS = ["element", "rest", "keyType", "valueType", "catchall"];

const bounded = new WeakSet<object>();

/**
 * Makes a schema stop at the first faulty members of each list and record. zod collects the faults of all members. A body
 * of 6 MB can have millions of faults, which need more memory than a function has. A valid value is parsed as before.
 *
 * The function changes the schema in place, once.
 *
 * @param part - the schema, or a part of its definition
 */
export function stopAtFirstFaults(part: unknown): void {
  // A schema's definition contains the inner schemas directly, in lists, or in objects.
  if (!isRecord(part) || bounded.has(part)) return;
  bounded.add(part);
  if (!isSchema(part)) {
    for (const inner of Object.values(part)) stopAtFirstFaults(inner);
    return;
  }
  const definition: unknown = part._zod.def;
  if (!isRecord(definition)) return;
  stopAtFirstFaults(definition);
  // The inner schema of a lazy schema. zod creates the inner schema at the first use, and keeps it.
  if ("innerType" in part._zod) stopAtFirstFaults(part._zod.innerType);
  for (const name of MEMBERS) {
    const member = definition[name];
    if (isSchema(member)) definition[name] = stopAfterFaults(part, member);
  }
}

function isSchema(part: unknown): part is z.core.$ZodType {
  return isRecord(part) && isRecord(part._zod) && typeof part._zod.run === "function";
}

/**
 * Wraps `member` so that members after the last counted fault pass without validation. The container is refused in any
 * case.
 */
function stopAfterFaults(container: z.core.$ZodType, member: z.core.$ZodType): { _zod: unknown } {
  let faulty = 0;
  const { parse, run } = container._zod;
  // A container can contain itself, so that calls nest.
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
