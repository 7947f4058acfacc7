import * as z from "zod";

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
  /** What the authorizers are, apart from their names: to compare only. */
  readonly definition: string;
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
}

const NOTHING: Asked = { words: "NONE", strength: STRENGTH.NONE };

/**
 * What an operation asks of its callers. A requirement at the document's root does not count: it is not taken for
 * granted that API Gateway reads it, so that no route looks less open than it is.
 */
export function readAuthorization(
  operation: z.infer<typeof operationSecurity>,
  schemes: SecuritySchemes,
): Authorization {
  const requirements = operation.security ?? [];
  const names = requirements.flatMap((requirement) => Object.keys(requirement));
  const type = operation["x-amazon-apigateway-auth"]?.type.toUpperCase();
  const asked = [
    ...names.map((name) => askedBy(name, Object.hasOwn(schemes, name) ? schemes[name] : undefined)),
    // An empty requirement makes the others optional.
    ...(requirements.some((requirement) => Object.keys(requirement).length === 0) ? [NOTHING] : []),
    ...(type === undefined ? [] : [askedByType(type)]),
  ];
  const all = asked.length === 0 ? [NOTHING] : asked;
  const scopes = requirements.flatMap((requirement) => Object.values(requirement).flat());
  const scopeWords = scopes.length === 0 ? "" : ` [${unique(scopes).join(", ")}]`;
  return {
    words: `${unique(all.map(({ words }) => words)).join(" + ")}${scopeWords}`,
    weakest: Math.min(...all.map(({ strength }) => strength)),
    strongest: Math.max(...all.map(({ strength }) => strength)),
    scopes: unique(scopes),
    definition: JSON.stringify(
      unique(names).map((name) => (Object.hasOwn(schemes, name) ? schemes[name] : null)),
    ),
  };
}

/** Whether the two ask the same. */
export function isSameAuthorization(one: Authorization, other: Authorization): boolean {
  return one.words === other.words && one.definition === other.definition;
}

/** Whether somebody is let in after, and not before. */
export function isWeaker(before: Authorization, after: Authorization): boolean {
  const hasMoreScopes =
    before.scopes.length > 0 &&
    (after.scopes.length === 0 || after.scopes.some((scope) => !before.scopes.includes(scope)));
  return after.weakest < before.weakest || after.strongest < before.strongest || hasMoreScopes;
}

function askedBy(name: string, scheme: SecuritySchemes[string] | undefined): Asked {
  const authtype = scheme?.["x-amazon-apigateway-authtype"];
  if (authtype?.toLowerCase() === "awssigv4") return { words: "AWS_IAM", strength: STRENGTH.IDENTITY };
  if (authtype !== undefined || scheme?.["x-amazon-apigateway-authorizer"] !== undefined) {
    return { words: `authorizer ${name}`, strength: STRENGTH.IDENTITY };
  }
  if (scheme?.type === "apiKey" && scheme.name?.toLowerCase() === "x-api-key") {
    return { words: "API_KEY", strength: STRENGTH.API_KEY };
  }
  return { words: `NONE (API Gateway checks nothing of ${name})`, strength: STRENGTH.NONE };
}

function askedByType(type: string): Asked {
  if (type === "NONE") return NOTHING;
  if (type === "AWS_IAM") return { words: type, strength: STRENGTH.IDENTITY };
  return { words: `NONE (API Gateway knows no type ${type})`, strength: STRENGTH.NONE };
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
