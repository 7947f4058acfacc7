import * as z from "zod";
import { compareTexts } from "../changes/changes";
import type { AuthorizationState, Requirement } from "./change";

/** How strong the authorization of a caller is: nothing, an API key that callers share, or the caller's identity. */
export const STRENGTH = { NONE: 0, API_KEY: 1, IDENTITY: 2 } as const;

/** What a caller of a route must present. */
export interface Authorization {
  /** Sorted, each once. */
  readonly requirements: readonly Requirement[];
  /** The lowest {@link STRENGTH} of all requirements: the review does not assume which of several suffices. */
  readonly weakest: number;
  readonly strongest: number;
  /** A token must have one of the scopes; empty where no scope is required. */
  readonly scopes: readonly string[];
  /**
   * Alternatives, each with the keys of all its requirements, for comparison. The key of an authorizer is its definition,
   * not its name.
   */
  readonly alternatives: readonly (readonly string[])[];
}

/** The parts of a security scheme that API Gateway reads. */
export const securityScheme = z.object({
  type: z.optional(z.string()),
  name: z.optional(z.string()),
  in: z.optional(z.string()),
  "x-amazon-apigateway-authtype": z.optional(z.string()),
  "x-amazon-apigateway-authorizer": z.optional(z.unknown()),
});

/** An authorizer for user pools, with literal ARNs. */
const userPools = z.object({
  type: z.literal("cognito_user_pools"),
  providerARNs: z.array(z.string().regex(/^arn:[^:]+:cognito-idp:[^:]+:\d{12}:userpool\/[\w-]+$/)).min(1),
});

/** The form of the engine's authorizer. A further member can change which requests the authorizer refuses. */
const engineAuthorizer = z.strictObject({
  type: z.literal("request"),
  identitySource: z.string(),
  authorizerUri: z.string(),
  authorizerResultTtlInSeconds: z.number(),
});

/** Security schemes by name. */
export type SecuritySchemes = Readonly<Record<string, z.infer<typeof securityScheme>>>;

/** The parts of an operation that determine its authorization. */
export const operationSecurity = z.object({
  security: z.optional(z.array(z.record(z.string(), z.array(z.string())))),
  // The engine writes this extension and the table of the authorizer's package from the same setting.
  "x-required-token": z.optional(
    z.object({ issuer: z.string(), audience: z.array(z.string()), scopes: z.array(z.string()) }),
  ),
  "x-amazon-apigateway-auth": z.optional(z.object({ type: z.string() })),
});

interface Rated {
  readonly requirement: Requirement;
  /** Of {@link STRENGTH}. */
  readonly strength: number;
  /** For comparison; absent where nothing is required. */
  readonly key?: string;
  /** Alternatives of keys, in place of one key: a token of one of several audiences, for example. */
  readonly keys?: readonly (readonly string[])[];
}

/** Prefix of the key of an authorizer. */
const AUTHORIZER = "authorizer ";

/** The header with the credential that the engine's authorizer checks. */
const TOKEN_HEADER = "Authorization";
const KEY_HEADER = "x-api-key";

/** Prefix of the key of a token's issuer and audience. */
const TOKEN = "token ";

const NOTHING: Rated = { requirement: { kind: "NONE" }, strength: STRENGTH.NONE };
const API_KEY_OF_CALLER = "API_KEY";
const API_KEY: Rated = {
  requirement: { kind: "API_KEY" },
  strength: STRENGTH.API_KEY,
  key: API_KEY_OF_CALLER,
};
const AWS_IAM: Rated = { requirement: { kind: "AWS_IAM" }, strength: STRENGTH.IDENTITY, key: "AWS_IAM" };

/**
 * The authorization of an operation of an OpenAPI document. A requirement at the document's root does not count, because
 * API Gateway may not read it, and no route must look less open than it is.
 *
 * @param ownAuthorizer - the URI of the authorizer that the stack creates; `undefined` if unknown
 * @param keySource - the place from which API Gateway reads keys; default: the header x-api-key
 */
export function readAuthorization(
  operation: z.infer<typeof operationSecurity>,
  schemes: SecuritySchemes,
  ownAuthorizer: string | undefined,
  keySource?: string,
): Authorization {
  const requirements = operation.security ?? [];
  const type = operation["x-amazon-apigateway-auth"]?.type.toUpperCase();
  const alternatives = withKeyOfAuthorizers([
    // An empty requirement makes the others optional.
    ...requirements.map((requirement) => {
      const required = Object.keys(requirement).map((name) =>
        requiredByScheme(
          name,
          Object.hasOwn(schemes, name) ? schemes[name] : undefined,
          operation["x-required-token"],
          ownAuthorizer,
          keySource,
        ),
      );
      return required.length === 0 ? [NOTHING] : required;
    }),
    ...(type === undefined ? [] : [[requiredByType(type)]]),
  ]);
  const all = alternatives.length === 0 ? [NOTHING] : alternatives.flat();
  const scopes = requirements.flatMap((requirement) => Object.values(requirement).flat());
  return {
    requirements: requirementsOf(all),
    weakest: Math.min(...all.map(({ strength }) => strength)),
    strongest: Math.max(...all.map(({ strength }) => strength)),
    scopes: unique(scopes),
    alternatives: (alternatives.length === 0 ? [[NOTHING]] : alternatives)
      .flatMap(combinations)
      .sort((one, other) => compareTexts(one.join(), other.join())),
  };
}

/**
 * Alternatives, in which a key is required in addition to an authorizer. In OpenAPI, a key and an authorizer in separate
 * requirements are alternatives. A method of API Gateway has no alternatives: it has at most one authorizer, and requires a
 * key or not. AWS SAM writes both as separate requirements
 * (https://github.com/aws/serverless-application-model/blob/develop/samtranslator/swagger/swagger.py).
 */
function withKeyOfAuthorizers(alternatives: readonly (readonly Rated[])[]): readonly (readonly Rated[])[] {
  const isKey = (required: readonly Rated[]) => required.length === 1 && required[0] === API_KEY;
  const others = alternatives.filter((required) => !isKey(required));
  const haveAuthorizers = others.every((required) => required.some(({ key }) => key?.startsWith(AUTHORIZER)));
  if (others.length === alternatives.length || others.length === 0 || !haveAuthorizers) return alternatives;
  return others.map((required) => [...required, API_KEY]);
}

/** Every combination of the keys of requirements that are all required. */
function combinations(required: readonly Rated[]): string[][] {
  return required
    .reduce<readonly string[][]>(
      (all, { key, keys = [key === undefined ? [] : [key]] }) =>
        all.flatMap((one) => keys.map((more) => [...one, ...more])),
      [[]],
    )
    .map(unique);
}

/** The authorization of a method that is a separate resource: its type and its API key are both required. */
export function methodAuthorization(
  type: string,
  withKey: boolean,
  authorizer: string,
  scopes: readonly string[],
): Authorization {
  const required = [
    ...(withKey ? [API_KEY] : []),
    ...(type === "NONE" ? [] : [type === "AWS_IAM" ? AWS_IAM : authorizerOfType(type, authorizer)]),
  ];
  const all = required.length === 0 ? [NOTHING] : required;
  const strength = Math.max(...all.map((one) => one.strength));
  return {
    requirements: requirementsOf(all),
    weakest: strength,
    strongest: strength,
    scopes: unique(scopes),
    alternatives: [unique(all.flatMap(({ key }) => key ?? []))],
  };
}

/** An authorization as a state of a change. */
export function authorizationState(
  { requirements, scopes, alternatives }: Pick<Authorization, "requirements" | "scopes" | "alternatives">,
  others: Omit<AuthorizationState, "kind" | "requirements" | "scopes" | "isOpen"> = {},
): AuthorizationState {
  const isOpen = alternatives.some((keys) => keys.length === 0);
  return { kind: "authorization", requirements, scopes, isOpen, ...others };
}

/** The state of a subject with exactly one requirement. */
export function stateOfRequirement(
  requirement: Requirement,
  others: Parameters<typeof authorizationState>[1] = {},
): AuthorizationState {
  const alternatives = [requirement.kind === "NONE" ? [] : [requirement.kind]];
  return authorizationState({ requirements: [requirement], scopes: [], alternatives }, others);
}

function requirementsOf(all: readonly Rated[]): Requirement[] {
  const byKey = new Map(
    all.map(({ requirement }) => [`${requirement.kind} ${JSON.stringify(requirement)}`, requirement]),
  );
  return [...byKey].sort(([one], [other]) => compareTexts(one, other)).map(([, requirement]) => requirement);
}

function authorizerOfType(type: string, authorizer: string): Rated {
  return {
    requirement: { kind: "authorizer", type },
    strength: STRENGTH.IDENTITY,
    key: `${AUTHORIZER}${type} ${authorizer}`,
  };
}

/** Whether two authorizations read alike. The definitions of their authorizers may differ. */
export function readsAlike(one: Authorization, other: Authorization): boolean {
  const textOf = ({ requirements, scopes }: Authorization) => JSON.stringify([requirements, scopes]);
  return textOf(one) === textOf(other);
}

/** Whether two authorizations require the same. */
export function isSameAuthorization(one: Authorization, other: Authorization): boolean {
  return readsAlike(one, other) && JSON.stringify(one.alternatives) === JSON.stringify(other.alternatives);
}

/** Whether a caller is permitted after, and not before. */
export function isWeaker(before: Authorization, after: Authorization): boolean {
  const hasMoreScopes =
    before.scopes.length > 0 &&
    (after.scopes.length === 0 || after.scopes.some((scope) => !before.scopes.includes(scope)));
  const requiresLess = after.alternatives.some(
    (keys) =>
      before.alternatives.some((old) => old.length > keys.length && isWithin(keys, old)) &&
      !before.alternatives.some((old) => isWithin(old, keys)),
  );
  return (
    after.weakest < before.weakest ||
    after.strongest < before.strongest ||
    hasMoreScopes ||
    requiresLess ||
    acceptsOtherTokens(before, after)
  );
}

/** Whether tokens are accepted after that were not accepted before, e.g. of another issuer or audience. */
function acceptsOtherTokens(before: Authorization, after: Authorization): boolean {
  // A token in place of an API key identifies the caller better.
  if (before.weakest < STRENGTH.IDENTITY) return false;
  return after.alternatives.some(
    (keys) =>
      keys.some((key) => key.startsWith(TOKEN)) && !before.alternatives.some((old) => isWithin(old, keys)),
  );
}

/**
 * Whether a caller is permitted before, and not after. Another authorizer counts, because its code is not compared.
 *
 * @param acceptsKeys - the URI of the engine's authorizer where it accepts each key that the route accepted before and that is kept
 */
export function refusesCallers(before: Authorization, after: Authorization, acceptsKeys?: string): boolean {
  const customers = acceptsKeys === undefined ? undefined : customersKey(acceptsKeys);
  const permitted = after.alternatives.map((keys) =>
    keys.map((key) => (key === customers ? API_KEY_OF_CALLER : key)),
  );
  const needsScope = after.scopes.length > 0;
  const losesScope =
    before.scopes.length === 0 || before.scopes.some((scope) => !after.scopes.includes(scope));
  return (
    (needsScope && losesScope) ||
    before.alternatives.some((old) => !permitted.some((keys) => isWithin(keys, old)))
  );
}

/**
 * Whether the permitted callers are undetermined: an authorizer is code. No new caller is permitted only where the
 * authorizer is required in addition to everything that was required before.
 */
export function isUndetermined(before: Authorization, after: Authorization): boolean {
  const withAuthorizer = after.alternatives.filter((keys) => keys.some((key) => key.startsWith(AUTHORIZER)));
  if (withAuthorizer.length === 0) return false;
  return !(
    withAuthorizer.every((keys) => before.alternatives.some((old) => isWithin(old, keys))) &&
    isWithin(before.alternatives.flat(), after.alternatives.flat())
  );
}

function isWithin(keys: readonly string[], others: readonly string[]): boolean {
  return keys.every((key) => others.includes(key));
}

function requiredByScheme(
  name: string,
  scheme: SecuritySchemes[string] | undefined,
  token: z.infer<typeof operationSecurity>["x-required-token"],
  ownAuthorizer: string | undefined,
  keySource: string | undefined,
): Rated {
  const tokens = requiredTokens(scheme, token, ownAuthorizer);
  if (tokens !== undefined) return tokens;
  const authtype = scheme?.["x-amazon-apigateway-authtype"];
  if (authtype?.toLowerCase() === "awssigv4") return AWS_IAM;
  const authorizer = scheme?.["x-amazon-apigateway-authorizer"];
  if (authtype !== undefined || authorizer !== undefined) {
    // The time for which results are used again changes no result of the engine's authorizer. A required token is only a
    // part of the key where another authorizer checks it.
    const isOwn = (header: string) => isOwnAuthorizer(scheme, header, ownAuthorizer);
    const definition = isOwn(TOKEN_HEADER)
      ? `customers with bearer keys ${ownAuthorizer}`
      : inOneOrder({
          ...scheme,
          ...(token === undefined ? {} : { token }),
          // Another authorizer can return the same key for every caller.
          ...(keySource?.toUpperCase() === "AUTHORIZER" ? { keySource } : {}),
        });
    const key =
      ownAuthorizer !== undefined && isOwn(KEY_HEADER)
        ? customersKey(ownAuthorizer)
        : `${AUTHORIZER}${authorizer === undefined ? name : ""}${definition}`;
    return { requirement: { kind: "authorizer", name }, strength: STRENGTH.IDENTITY, key };
  }
  if (scheme?.type === "apiKey" && scheme.name?.toLowerCase() === "x-api-key") {
    return API_KEY;
  }
  return { requirement: { kind: "NONE", ignoredScheme: name }, strength: STRENGTH.NONE };
}

/**
 * Whether a scheme is the engine's authorizer for a header: the stack's own function with the header as the only identity
 * source. API Gateway uses a result again for every request with the same value of the identity source. With another header
 * as the identity source, one valid request would open the route for every caller.
 */
function isOwnAuthorizer(
  scheme: SecuritySchemes[string] | undefined,
  header: string,
  ownAuthorizer: string | undefined,
): boolean {
  const { data } = engineAuthorizer.safeParse(scheme?.["x-amazon-apigateway-authorizer"]);
  return (
    data !== undefined &&
    data.authorizerUri === ownAuthorizer &&
    data.identitySource === `method.request.header.${header}` &&
    scheme?.["x-amazon-apigateway-authtype"] === "custom" &&
    scheme.type === "apiKey" &&
    scheme.in === "header" &&
    scheme.name === header
  );
}

/** The tokens that a scheme requires; `undefined` for another scheme, and for an authorizer whose effect is undetermined. */
function requiredTokens(
  scheme: SecuritySchemes[string] | undefined,
  token: z.infer<typeof operationSecurity>["x-required-token"],
  ownAuthorizer: string | undefined,
): Rated | undefined {
  if (scheme?.name?.toLowerCase() !== "authorization") return undefined;
  const pools = userPools.safeParse(scheme["x-amazon-apigateway-authorizer"]).data?.providerARNs;
  if (pools !== undefined) {
    const issuers = unique(pools.map((arn) => arn.replace(/^.*userpool\//, "user pool ")));
    return {
      requirement: { kind: "token", issuers },
      strength: STRENGTH.IDENTITY,
      keys: pools.map((arn) => [`${TOKEN}${arn}`]),
    };
  }
  if (token === undefined || !isOwnAuthorizer(scheme, TOKEN_HEADER, ownAuthorizer)) return undefined;
  const { issuer, audience, scopes } = token;
  return {
    requirement: { kind: "token", issuers: [issuer], audiences: unique(audience), scopes: unique(scopes) },
    strength: STRENGTH.IDENTITY,
    keys: audience.map((one) => [
      `${TOKEN}${JSON.stringify([issuer, one])}`,
      ...scopes.map((scope) => `scope ${scope}`),
    ]),
  };
}

function requiredByType(type: string): Rated {
  if (type === "NONE") return NOTHING;
  if (type === "AWS_IAM") return AWS_IAM;
  return { requirement: { kind: "NONE", ignoredType: type }, strength: STRENGTH.NONE };
}

/** The key of the engine's authorizer of customers. @param ownAuthorizer - its URI */
function customersKey(ownAuthorizer: string): string {
  return `${AUTHORIZER}customers ${ownAuthorizer}`;
}

/** As JSON with sorted names, so that the order of names makes no difference. */
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
