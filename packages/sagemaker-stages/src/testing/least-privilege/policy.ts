import { type Json, type JsonObject, parseEmbedded } from "../terraform";
import { Refused } from "./refused";

/** Who a trust or resource policy speaks of: services by their names, or everybody. */
export type StatementPrincipal = "everybody" | readonly string[];

/** `<operator>: {<key>: <values>}`; a request fits where it fits one of the values. */
export interface Condition {
  readonly operator: Operator;
  readonly key: string;
  readonly values: readonly string[];
}

/** One statement, as IAM reads it. */
export interface Statement {
  /** The argument that holds the statement, e.g. `aws_iam_role_policy.x.policy`. */
  readonly place: string;
  readonly sid: string;
  readonly effect: "Allow" | "Deny";
  /** Absent in the policies of roles and callers. */
  readonly principal: StatementPrincipal | undefined;
  readonly actions: readonly string[];
  /** `*` alone in a trust, which speaks of its role and of nothing else. */
  readonly resources: readonly string[];
  /** All of them must fit. */
  readonly conditions: readonly Condition[];
}

/** The operators that the project's policies have. */
export const OPERATORS = ["StringEquals", "StringLike", "ArnEquals", "ArnLike", "Bool"] as const;
export type Operator = (typeof OPERATORS)[number];

/**
 * - `identity`: what a role or caller may do; it names no principal.
 * - `trust`: who may take a role; it names no resource.
 * - `resource`: who may do what with a resource; it names both.
 */
export type PolicyKind = "identity" | "trust" | "resource";

/**
 * The statements of a document in the language of `iam/policy-document.ts`.
 *
 * @param place - names the document in errors
 * @throws Refused for everything else, e.g. NotAction, another operator, a policy variable
 */
export function readPolicy(text: string, kind: PolicyKind, place: string): Statement[] {
  const document = parse(text, place);
  requireMembers(document, ["Version", "Statement"], place);
  if (document.Version !== "2012-10-17")
    throw new Refused(`${place}: no rule reads the version ${document.Version}`);
  if (text.includes("${")) throw new Refused(`${place}: no rule reads the variables of policies`);
  if (!Array.isArray(document.Statement)) throw new Refused(`${place}: the statements are no list`);
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
      throw new Refused(`${here}: it has no ${member}`);
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
  if (principal === "*") return "everybody";
  const members = asObject(principal, `${place}: the principal`);
  requireMembers(members, ["Service"], `${place}: the principal`);
  return asTexts(members.Service, place);
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
    throw new Refused(`${place} is no JSON object`, { cause });
  }
}

function asObject(value: Json, place: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Refused(`${place} is no object: ${JSON.stringify(value)}`);
}

function asTexts(value: Json | undefined, place: string): string[] {
  const texts = Array.isArray(value) ? value : [value];
  if (texts.length === 0) throw new Refused(`${place} holds an empty list`);
  return texts.map((text) => {
    if (typeof text === "string") return text;
    throw new Refused(`${place} holds ${JSON.stringify(text)} in place of text`);
  });
}

/** @throws Refused where `value` has a member that no rule reads */
export function requireMembers(value: object, known: readonly string[], place: string): void {
  const unknown = Object.keys(value).filter((member) => !known.includes(member));
  if (unknown.length > 0) throw new Refused(`${place}: no rule reads ${unknown.join(", ")}`);
}
