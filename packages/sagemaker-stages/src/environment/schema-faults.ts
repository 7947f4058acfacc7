import * as z from "zod";
import { suggestion } from "../runtime/similar-name";
import { raw } from "./fault-collector";

/** A property that does not have the type of its schema. */
export interface SchemaFault {
  /** The field, e.g. `models.iris.serverless.memorySizeInMb`. */
  readonly field: string;
  /** The value, or its type if the value can be a secret. */
  readonly got: unknown;
  /** The allowed values. */
  readonly allowed: string;
}

/** English messages, independent of the global setting: the testing module removes zod's messages for all schemas. */
const { localeError: describeInEnglish } = z.locales.en();

/**
 * The message of an issue. For unknown properties, the message lists the known names, because the issue does not
 * contain these names. For a value of another type than an object, the message lists the properties of the object. For a
 * union without a dedicated description, and for other types, the message is empty.
 */
const MESSAGES: z.core.ParseContext<z.core.$ZodIssue> = {
  error: (issue) => {
    switch (issue.code) {
      case "unrecognized_keys":
        return knownNames(issue.inst).join(" ");
      case "invalid_type":
        return objectForm(issue.inst);
      case "invalid_union":
        return "";
      default:
        return describeInEnglish(issue);
    }
  },
};

/** A shorter text is a part of too many names. */
const MIN_PART = 4;

/** Maximum number of properties that a message lists, so that the message stays one readable line. */
const MAX_LISTED_PROPERTIES = 8;

function shapeOf(schema: unknown): Readonly<Record<string, z.core.$ZodType>> {
  return schema instanceof z.core.$ZodObject ? schema._zod.def.shape : {};
}

function knownNames(schema: unknown): string[] {
  return Object.keys(shapeOf(schema));
}

/** An object as TypeScript writes its type, e.g. `an object { monthlyInUsd, notifyAtPercent? }`; empty for other schemas. */
function objectForm(schema: unknown): string {
  const properties = Object.entries(shapeOf(schema)).map(
    ([name, { _zod }]) => `${name}${_zod.optin === "optional" ? "?" : ""}`,
  );
  const isListed = properties.length > 0 && properties.length <= MAX_LISTED_PROPERTIES;
  return isListed ? `an object { ${properties.join(", ")} }` : "";
}

/** The end of the message about an unknown property: the allowed properties, and the one that the name probably means. */
function knownProperties(unknown: string, known: readonly string[]): string {
  const isListed = known.length > 0 && known.length <= MAX_LISTED_PROPERTIES;
  const listed = isListed ? `: ${known.join(", ")}` : "";
  const similar = suggestion(unknown, known);
  if (similar !== "") return `${listed}${similar}`;
  const completed = completedName(unknown.toLowerCase(), known);
  return `${listed}${completed === undefined ? "" : `. Did you mean ${completed}?`}`;
}

/** The only known name with this part, e.g. `monthlyInUsd` for monthly, or `containerEnvironment` for environment. */
function completedName(part: string, known: readonly string[]): string | undefined {
  if (part.length < MIN_PART) return undefined;
  const names = known.filter((name) => name.toLowerCase().includes(part));
  const first = names.filter((name) => name.toLowerCase().startsWith(part));
  const last = names.filter((name) => name.toLowerCase().endsWith(part));
  return [first, last, names].find((found) => found.length === 1)?.[0];
}

/**
 * Compares the type of a value with a schema.
 *
 * @param documentation - the type that lists the properties, for the message about an unknown property
 */
export function findSchemaFaults(schema: z.ZodType, value: unknown, documentation: string): SchemaFault[] {
  const parsed = schema.safeParse(value, MESSAGES);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => describe(issue, [], { value, documentation }));
}

/** The value that is compared, with the type that documents the value. */
interface Described {
  readonly value: unknown;
  readonly documentation: string;
}

function describe(
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
  described: Described,
): SchemaFault[] {
  const { value, documentation } = described;
  const path = [...above, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        field: [...path, key].join("."),
        got: kindOf(at(value, [...path, key])),
        allowed: `a property of ${documentation}${knownProperties(key, issue.message.split(" "))}`,
      }));
    case "invalid_union":
      return describeUnion(issue, path, described);
    case "invalid_type":
      return [
        {
          field: path.join("."),
          got: shown(value, path),
          allowed: issue.message === "" ? `a value of the type ${typeName(issue)}` : issue.message,
        },
      ];
    default:
      return [{ field: path.join("."), got: shown(value, path), allowed: issue.message }];
  }
}

/**
 * Describes the faults of the nearest alternative: the one with the fewest wrong own properties, then with the fewest
 * faults. If no single alternative is nearest, describes all alternatives: by the union's own message, or by their fields.
 */
function describeUnion(
  { errors, message }: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
  described: Described,
): SchemaFault[] {
  const field = path.join(".");
  const all = errors.map((issues) => issues.flatMap((issue) => describe(issue, path, described)));
  // An alternative of another type, e.g. a string, is not similar to an object.
  const ofType = all.filter((form) => form.every((fault) => fault.field !== field));
  const forms = ofType.length > 0 ? ofType : all;
  const isOwn = (fault: SchemaFault) => fault.field.split(".").length <= path.length + 1;
  const fewestOwn = withFewest(forms, (form) => form.filter(isOwn).length);
  const nearest = withFewest(fewestOwn, (form) => form.length);
  const [only = []] = nearest;
  const hasType = ofType.length > 0;
  if (nearest.length === 1 && (hasType || message === "")) return only;
  // No alternative matches the type of the whole field: one fault, with the types of all alternatives.
  if (message === "" && nearest.flat().every((fault) => fault.field === field)) {
    const types = [...new Set(nearest.flat().map((fault) => fault.allowed))];
    return only.map((fault) => ({ ...fault, allowed: types.join(", or ") }));
  }
  const names = namesOf(errors);
  const misspelt = Object.keys(Object(at(described.value, path))).filter((name) => !names.includes(name));
  const similar = hasType
    ? misspelt.map((name) => suggestion(name, names)).find((end) => end !== "")
    : undefined;
  const unknown = misspelt.map((name) => [...path, name].join("."));
  const fields = nearest.map((form) =>
    form.map((fault) => fault.field).filter((one) => !unknown.includes(one)),
  );
  const allowed =
    message !== "" ? message : `either ${fields.map((form) => form.join(" and ")).join(", or ")}`;
  return [{ field, got: shown(described.value, path), allowed: `${allowed}${similar ?? ""}` }];
}

/** The forms with the smallest count. */
function withFewest(
  forms: readonly SchemaFault[][],
  count: (form: readonly SchemaFault[]) => number,
): readonly SchemaFault[][] {
  const fewest = Math.min(...forms.map(count));
  return forms.filter((form) => count(form) === fewest);
}

/** The names of the properties of a union's alternatives that have an unknown property. */
function namesOf(errors: z.core.$ZodIssueInvalidUnion["errors"]): string[] {
  return errors.flatMap((issues) =>
    issues.flatMap((issue) =>
      issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.message.split(" ") : [],
    ),
  );
}

/** The name of the expected type. A record is an object whose keys a user chooses. */
function typeName({ expected }: z.core.$ZodIssueInvalidType): string {
  return expected === "record" ? "object" : expected;
}

/** A value for a message. Variables of a container or a function can be secrets: the message shows their type only. */
function shown(value: unknown, path: readonly PropertyKey[]): unknown {
  const found = at(value, path);
  const isSimple = typeof found !== "object" || found === null;
  const isVariable = path.includes("containerEnvironment") || path.includes("environment");
  return isSimple && !isVariable ? found : kindOf(found);
}

/** The type of a value, without its content. */
function kindOf(value: unknown): unknown {
  if (value === undefined || value === null || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.length === 0 ? value : raw("a list");
  if (typeof value === "string") return raw("a string");
  if (typeof value !== "object") return raw(`a ${typeof value}`);
  return Object.keys(value).length === 0 ? value : raw("an object");
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, key) => (typeof parent === "object" && parent !== null ? Reflect.get(parent, key) : undefined),
    value,
  );
}
