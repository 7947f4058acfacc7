import type { Condition, Statement } from "./policy";
import { Refused } from "./refused";
import { type AccessRequest, type Requester, textOf } from "./request";
import { fits, fitsArn } from "./wildcards";

/**
 * What a policy says to a request: IAM's three outcomes
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
export type Verdict = "allowed" | "denied" | "not mentioned";

/** An explicit denial wins, then an allowance; else nothing is said. */
export function judge(statements: readonly Statement[], request: AccessRequest): Verdict {
  let verdict: Verdict = "not mentioned";
  for (const statement of statements) {
    if (!appliesTo(statement, request)) continue;
    if (statement.effect === "Deny") return "denied";
    verdict = "allowed";
  }
  return verdict;
}

function appliesTo(statement: Statement, request: AccessRequest): boolean {
  return (
    namesAction(statement, request.action) &&
    namesPrincipal(statement, request.who) &&
    statement.resources.some((pattern) => namesResource(pattern, textOf(request.resource))) &&
    statement.conditions.every((condition) => holds(condition, request))
  );
}

/** Actions are compared without regard to case. */
export function namesAction({ actions }: Pick<Statement, "actions">, action: string): boolean {
  return actions.some((pattern) => fits(pattern, action, "no case"));
}

function namesPrincipal({ principal }: Statement, who: Requester): boolean {
  if (principal === undefined || principal === "everybody") return true;
  return who.kind === "service" && principal.includes(who.name);
}

/** `*` alone names what has no ARN, too. */
export function namesResource(pattern: string, resource: string): boolean {
  return pattern === "*" || (resource !== "*" && fitsArn(pattern, resource));
}

/** A key that the request does not carry fits no value: none of the operators here is a negation. */
function holds({ operator, key, values }: Condition, request: AccessRequest): boolean {
  const got = contextValue(request, key);
  if (got === undefined) return false;
  switch (operator) {
    case "StringEquals":
      return values.includes(got);
    case "ArnEquals":
    case "ArnLike":
      // IAM documents the two as the same: both know wildcards.
      return values.some((pattern) => pattern === "*" || fitsArn(pattern, got));
    case "Bool":
      return values.some((value) => readBool(value, key) === got.toLowerCase());
  }
}

function readBool(value: string, key: string): string {
  if (!/^(true|false)$/i.test(value)) throw new Refused(`${key}: ${value} is neither true nor false`);
  return value.toLowerCase();
}

/** The names of keys are compared without regard to case. */
function contextValue({ context, who }: AccessRequest, key: string): string | undefined {
  const wanted = key.toLowerCase();
  for (const [name, value] of Object.entries(context)) {
    if (name.toLowerCase() === wanted) return textOf(value);
  }
  if (wanted === "aws:securetransport") return "true";
  if (wanted === "aws:principalarn" && "arn" in who) return who.arn;
  return undefined;
}
