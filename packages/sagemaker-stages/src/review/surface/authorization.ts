import * as z from "zod";
import { compareTexts } from "../changes";

/**
 * How much a caller must show: nothing, a key that callers share, or who it is (a signature, a token, what an authorizer
 * checks).
 */
export const STRENGTH = { NONE: 0, API_KEY: 1, IDENTITY: 2 } as const;

/** How a caller of a route must show who it is. */
export interface Authorization {
  /** E.g. `AWS_IAM`, `API_KEY + AWS_IAM`, `authorizer users`, `NONE`. */
  readonly words: string;
  /** Of {@link STRENGTH}, of all that is asked: where several things are, it is not taken for granted which suffices. */
  readonly weakest: number;
  readonly strongest: number;
  /** A token must have one of them; empty where none is asked. */
  readonly scopes: readonly string[];
  /** The ways in, each with all that it asks; an authorizer by its definition, whatever its name: to compare only. */
  readonly ways: readonly (readonly string[])[];
}

/** What of a security scheme API Gateway reads. */
export const securityScheme = z.object({
  type: z.optional(z.string()),
  name: z.optional(z.string()),
  in: z.optional(z.string()),
  "x-amazon-apigateway-authtype": z.optional(z.string()),
  "x-amazon-apigateway-authorizer": z.optional(z.unknown()),
});

/** Security schemes by name. */
export type SecuritySchemes = Readonly<Record<string, z.infer<typeof securityScheme>>>;

/** What of an operation says who may call it. */
export const operationSecurity = z.object({
  security: z.optional(z.array(z.record(z.string(), z.array(z.string())))),
  "x-amazon-apigateway-auth": z.optional(z.object({ type: z.string() })),
});

interface Asked {
  readonly words: string;
  /** Of {@link STRENGTH}. */
  readonly strength: number;
  /** What to compare it by; absent where nothing is asked. */
  readonly key?: string;
}

/** With what the key of an authorizer begins. */
const AUTHORIZER = "authorizer ";

const NOTHING: Asked = { words: "NONE", strength: STRENGTH.NONE };
const API_KEY: Asked = { words: "API_KEY", strength: STRENGTH.API_KEY, key: "API_KEY" };
const AWS_IAM: Asked = { words: "AWS_IAM", strength: STRENGTH.IDENTITY, key: "AWS_IAM" };

/**
 * What an operation asks of its callers. A requirement at the document's root does not count: it is not taken for
 * granted that API Gateway reads it, so that no route looks less open than it is.
 */
export function readAuthorization(
  operation: z.infer<typeof operationSecurity>,
  schemes: SecuritySchemes,
): Authorization {
  const requirements = operation.security ?? [];
  const type = operation["x-amazon-apigateway-auth"]?.type.toUpperCase();
  const ways = [
    // An empty requirement makes the others optional.
    ...requirements.map((requirement) => {
      const asked = Object.keys(requirement).map((name) =>
        askedBy(name, Object.hasOwn(schemes, name) ? schemes[name] : undefined),
      );
      return asked.length === 0 ? [NOTHING] : asked;
    }),
    ...(type === undefined ? [] : [[askedByType(type)]]),
  ];
  const all = ways.length === 0 ? [NOTHING] : ways.flat();
  const scopes = requirements.flatMap((requirement) => Object.values(requirement).flat());
  const scopeWords = scopes.length === 0 ? "" : ` [${unique(scopes).join(", ")}]`;
  return {
    words: `${unique(all.map(({ words }) => words)).join(" + ")}${scopeWords}`,
    weakest: Math.min(...all.map(({ strength }) => strength)),
    strongest: Math.max(...all.map(({ strength }) => strength)),
    scopes: unique(scopes),
    ways: (ways.length === 0 ? [[NOTHING]] : ways)
      .map((asked) => unique(asked.flatMap(({ key }) => key ?? [])))
      .sort((one, other) => compareTexts(one.join(), other.join())),
  };
}

/** What a method asks that is a resource of its own: of its type and its key, both. */
export function requirementOf(
  type: string,
  withKey: boolean,
  authorizer: string,
  scopes: readonly string[],
): Authorization {
  const asked = [
    ...(withKey ? [API_KEY] : []),
    ...(type === "NONE" ? [] : [type === "AWS_IAM" ? AWS_IAM : askedOf(type, authorizer)]),
  ];
  const all = asked.length === 0 ? [NOTHING] : asked;
  const strength = Math.max(...all.map((one) => one.strength));
  const scopeWords = scopes.length === 0 ? "" : ` [${unique(scopes).join(", ")}]`;
  return {
    words: `${unique(all.map(({ words }) => words)).join(" + ")}${scopeWords}`,
    weakest: strength,
    strongest: strength,
    scopes: unique(scopes),
    ways: [unique(all.flatMap(({ key }) => key ?? []))],
  };
}

function askedOf(type: string, authorizer: string): Asked {
  return {
    words: `authorizer (${type})`,
    strength: STRENGTH.IDENTITY,
    key: `${AUTHORIZER}${type} ${authorizer}`,
  };
}

/** Whether the two ask the same. */
export function isSameAuthorization(one: Authorization, other: Authorization): boolean {
  return one.words === other.words && JSON.stringify(one.ways) === JSON.stringify(other.ways);
}

/** Whether somebody is let in after, and not before. */
export function isWeaker(before: Authorization, after: Authorization): boolean {
  const hasMoreScopes =
    before.scopes.length > 0 &&
    (after.scopes.length === 0 || after.scopes.some((scope) => !before.scopes.includes(scope)));
  const asksForLess = after.ways.some(
    (way) =>
      before.ways.some((old) => old.length > way.length && isWithin(way, old)) &&
      !before.ways.some((old) => isWithin(old, way)),
  );
  return after.weakest < before.weakest || after.strongest < before.strongest || hasMoreScopes || asksForLess;
}

/**
 * Whether nobody can tell who is let in after: an authorizer is code, so that only where it is asked in addition to all
 * that was asked before, nobody new comes in.
 */
export function isUnjudged(before: Authorization, after: Authorization): boolean {
  const doors = after.ways.filter((way) => way.some((key) => key.startsWith(AUTHORIZER)));
  if (doors.length === 0) return false;
  return !(
    doors.every((door) => before.ways.some((way) => isWithin(way, door))) &&
    isWithin(before.ways.flat(), after.ways.flat())
  );
}

function isWithin(keys: readonly string[], others: readonly string[]): boolean {
  return keys.every((key) => others.includes(key));
}

function askedBy(name: string, scheme: SecuritySchemes[string] | undefined): Asked {
  const authtype = scheme?.["x-amazon-apigateway-authtype"];
  if (authtype?.toLowerCase() === "awssigv4") return AWS_IAM;
  const authorizer = scheme?.["x-amazon-apigateway-authorizer"];
  if (authtype !== undefined || authorizer !== undefined) {
    const key = `${AUTHORIZER}${authorizer === undefined ? name : ""}${inOneOrder(scheme)}`;
    return { words: `authorizer ${name}`, strength: STRENGTH.IDENTITY, key };
  }
  if (scheme?.type === "apiKey" && scheme.name?.toLowerCase() === "x-api-key") {
    return API_KEY;
  }
  return { words: `NONE (API Gateway checks nothing of ${name})`, strength: STRENGTH.NONE };
}

function askedByType(type: string): Asked {
  if (type === "NONE") return NOTHING;
  if (type === "AWS_IAM") return AWS_IAM;
  return { words: `NONE (API Gateway knows no type ${type})`, strength: STRENGTH.NONE };
}

/** As JSON, in which the order of names says nothing. */
function inOneOrder(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => compareTexts(one, other)))
      : inner,
  );
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
