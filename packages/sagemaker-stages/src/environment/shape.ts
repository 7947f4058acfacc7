import * as z from "zod";
import { suggestion } from "../runtime/similar-name";
import { inWords } from "./report";

/** One place where a value does not have the type that its schema says. */
export interface ShapeFault {
  /** The field, e.g. `models.iris.serverless.memorySizeInMb`. */
  readonly field: string;
  /** The value, or its kind where it could hold a secret. */
  readonly got: unknown;
  /** What may stand there. */
  readonly allowed: string;
}

/** English, whatever the process sets for all schemas: the testing module removes zod's messages, as in a function. */
const { localeError: inEnglish } = z.locales.en();

/** The message of an issue. Of unknown properties, it has only the known names: the issue itself does not list them. */
const MESSAGES: z.core.ParseContext<z.core.$ZodIssue> = {
  error: (issue) =>
    issue.code === "unrecognized_keys" ? knownNames(issue.inst).join(" ") : inEnglish(issue),
};

function knownNames(schema: unknown): string[] {
  return schema instanceof z.core.$ZodObject ? Object.keys(schema._zod.def.shape) : [];
}

/**
 * Where a value is not of the shape that a schema says.
 *
 * @param documentation - what lists the properties, for the message about an unknown property
 */
export function findFaultsOfShape(schema: z.ZodType, value: unknown, documentation: string): ShapeFault[] {
  const parsed = schema.safeParse(value, MESSAGES);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => describe(issue, [], { value, documentation }));
}

/** What is described. */
interface Described {
  readonly value: unknown;
  readonly documentation: string;
}

function describe(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
  described: Described,
): ShapeFault[] {
  const { value, documentation } = described;
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        field: [...path, key].join("."),
        got: kindOf(at(value, [...path, key])),
        allowed: `no property of this name; ${documentation} lists the properties${suggestion(key, issue.message.split(" "))}`,
      }));
    case "invalid_union":
      return describeUnion(issue, path, described);
    case "invalid_type":
      return [
        { field: path.join("."), got: shown(value, path), allowed: `a value of the type ${typeName(issue)}` },
      ];
    default:
      return [{ field: path.join("."), got: shown(value, path), allowed: issue.message }];
  }
}

/** The form that is nearest to being right says what is wrong; where none is nearer, all of them do. */
function describeUnion(
  { errors }: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
  described: Described,
): ShapeFault[] {
  const forms = errors.map((issues) => issues.flatMap((issue) => describe(issue, path, described)));
  const fewest = Math.min(...forms.map((form) => form.length));
  const nearest = forms.filter((form) => form.length === fewest);
  const [only = []] = nearest;
  const field = path.join(".");
  // Where no form fits at all, each says so of the whole field, and in the same words.
  if (nearest.length === 1 || nearest.flat().every((fault) => fault.field === field)) return only;
  const allowed = nearest.map((form) => form.map(({ field }) => field).join(" and "));
  return [{ field, got: shown(described.value, path), allowed: `either ${allowed.join(", or ")}` }];
}

/** A record is an object whose keys are names that a user gives. */
function typeName({ expected }: z.core.$ZodIssueInvalidType): string {
  return expected === "record" ? "object" : expected;
}

/** Variables of a container or a function may be secrets after all, and so may be what stands in a misspelt property. */
function shown(value: unknown, path: readonly PropertyKey[]): unknown {
  const found = at(value, path);
  const isSimple = typeof found !== "object" || found === null;
  const isVariable = path.includes("containerEnvironment") || path.includes("environment");
  return isSimple && !isVariable ? found : kindOf(found);
}

/** Tells of a value without its content. */
function kindOf(value: unknown): unknown {
  if (value === undefined || value === null || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.length === 0 ? value : inWords("a list");
  if (typeof value === "string") return inWords("a text");
  if (typeof value !== "object") return inWords(`a ${typeof value}`);
  return Object.keys(value).length === 0 ? value : inWords("an object");
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, key) => (typeof parent === "object" && parent !== null ? Reflect.get(parent, key) : undefined),
    value,
  );
}
