import { type Json, type JsonObject, parseEmbedded } from "../terraform";
import { Refused } from "./refused";

/**
 * The principal of a trust or resource policy: names of services and of federations (see {@link federationName}), or `*` for
 * every principal.
 */
export type StatementPrincipal = "*" | readonly string[];

/** `<operator>: {<key>: <values>}`. The condition holds if one of the values matches. */
export interface Condition {
  readonly operator: Operator;
  readonly key: string;
  readonly values: readonly string[];
}

/** One statement of a policy. */
export interface Statement {
  /** The argument that holds the statement, e.g. `aws_iam_role_policy.x.policy`. */
  readonly place: string;
  readonly sid: string;
  readonly effect: "Allow" | "Deny";
  /** Absent in the policies of roles and callers. */
  readonly principal: StatementPrincipal | undefined;
  readonly actions: readonly string[];
  /** `*` in a trust policy, whose only resource is the role. */
  readonly resources: readonly string[];
  /** Every condition must hold. */
  readonly conditions: readonly Condition[];
}

/** The condition operators that the engine's policies use. */
export const OPERATORS = [
  "StringEquals",
  "StringLike",
  "ArnEquals",
  "ArnLike",
  "Bool",
  "ForAnyValue:StringLike",
] as const;
export type Operator = (typeof OPERATORS)[number];

/**
 * - `identity`: the permissions of a role or a caller. The policy names no principal.
 * - `trust`: the principals that may assume a role. The policy names no resource.
 * - `resource`: the permissions on a resource. The policy names principals and resources.
 */
export type PolicyKind = "identity" | "trust" | "resource";

/**
 * Reads the statements of a policy document in the form that `iam/policy-document.ts` writes.
 *
 * @param place - the name of the document in errors
 * @throws Refused for a document with other parts, e.g. NotAction, another operator, a policy variable
 */
export function readPolicy(text: string, kind: PolicyKind, place: string): Statement[] {
  const document = parse(text, place);
  requireMembers(document, ["Version", "Statement"], place);
  if (document.Version !== "2012-10-17")
    throw new Refused(`${place}: no rule reads the version ${document.Version}`);
  if (text.includes("${")) throw new Refused(`${place}: no rule reads policy variables`);
  if (!Array.isArray(document.Statement)) throw new Refused(`${place}: the member Statement is not a list`);
  return document.Statement.map((statement) => readStatement(asObject(statement, place), kind, place));
}

const MEMBERS: Readonly<Record<PolicyKind, readonly string[]>> = {
  identity: ["Sid", "Effect", "Action", "Resource", "Condition"],
  trust: ["Sid", "Effect", "Principal", "Action", "Condition"],
  resource: ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"],
};

function readStatement(statement: JsonObject, kind: PolicyKind, place: string): Statement {
  const sid = String(statement.Sid);
  const here = `${place}, statement ${sid}`;
  requireMembers(statement, MEMBERS[kind], here);
  for (const member of MEMBERS[kind]) {
    if (member !== "Condition" && statement[member] === undefined)
      throw new Refused(`${here}: the statement has no ${member}`);
  }
  const { Effect: effect } = statement;
  if (effect !== "Allow" && effect !== "Deny")
    throw new Refused(`${here}: no rule reads the effect ${effect}`);
  return {
    place,
    sid,
    effect,
    principal: statement.Principal === undefined ? undefined : readPrincipal(statement.Principal, here),
    actions: asTexts(statement.Action, here),
    resources: kind === "trust" ? ["*"] : asTexts(statement.Resource, here),
    conditions: readConditions(statement.Condition, here),
  };
}

function readPrincipal(principal: Json, place: string): StatementPrincipal {
  if (principal === "*") return principal;
  const members = asObject(principal, `${place}: the principal`);
  requireMembers(members, ["Service", "Federated"], `${place}: the principal`);
  const { Service: services, Federated: federations } = members;
  if (services === undefined && federations === undefined)
    throw new Refused(`${place}: the principal is empty`);
  return [
    ...(services === undefined ? [] : asTexts(services, place)),
    ...(federations === undefined
      ? []
      : asTexts(federations, place).map((name) => readFederation(name, place))),
  ];
}

/** The federation of Cognito's identity pools, the only federation of the engine's roles. */
export const IDENTITY_POOLS = "cognito-identity.amazonaws.com";

function readFederation(name: string, place: string): string {
  if (name !== IDENTITY_POOLS) throw new Refused(`${place}: no rule reads the federation ${name}`);
  return federationName(name);
}

/** The name of a federation in {@link StatementPrincipal}, which differs from the name of a service. */
export function federationName(name: string): string {
  return `federation ${name}`;
}

function readConditions(conditions: Json | undefined, place: string): Condition[] {
  if (conditions === undefined) return [];
  return Object.entries(asObject(conditions, place)).flatMap(([operator, byKey]) => {
    const known = OPERATORS.find((candidate) => candidate === operator);
    if (known === undefined) throw new Refused(`${place}: no rule reads the operator ${operator}`);
    return Object.entries(asObject(byKey, place)).map(([key, values]) => ({
      operator: known,
      key,
      values: asTexts(values, place),
    }));
  });
}

function parse(text: string, place: string): JsonObject {
  try {
    return parseEmbedded(text, place);
  } catch (cause) {
    throw new Refused(`${place} is not a JSON object`, { cause });
  }
}

function asObject(value: Json, place: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Refused(`${place} is not an object: ${JSON.stringify(value)}`);
}

function asTexts(value: Json | undefined, place: string): string[] {
  const texts = Array.isArray(value) ? value : [value];
  if (texts.length === 0) throw new Refused(`${place} has an empty list`);
  return texts.map((text) => {
    if (typeof text === "string") return text;
    throw new Refused(`${place} has ${JSON.stringify(text)} in place of a text`);
  });
}

/** @throws Refused if `value` has a member that no rule reads */
export function requireMembers(value: object, known: readonly string[], place: string): void {
  requireNames(Object.keys(value), known, place);
}

/** @throws Refused if `names` contains a name that no rule reads */
export function requireNames(names: readonly string[], known: readonly string[], place: string): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Refused(`${place}: no rule reads ${unknown.join(", ")}`);
}
