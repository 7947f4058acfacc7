import type { PolicyDocument, Statement } from "../../../src/iam/policy-document";
import {
  appliesTo,
  type EvaluatedCondition,
  type EvaluatedRequest,
  type EvaluatedStatement,
  evaluate,
  holdAll,
} from "../../../src/testing/least-privilege/iam-evaluator";
import type { AuthorizationCheck } from "./authorization";

/** Whether policies allow a request. A deny overrides every allow. */
export function isAllowed(policies: readonly PolicyDocument[], check: AuthorizationCheck): boolean {
  const statements = policies.flatMap(({ Statement }) => Statement.map(toEvaluated));
  return evaluate(statements, toRequest(check)) === "allowed";
}

/**
 * Whether a statement allows a request.
 *
 * @throws Error if the statement is a deny, or has a part that is not evaluated
 */
export function allows(statement: Statement, check: AuthorizationCheck): boolean {
  if (statement.Effect !== "Allow")
    throw new Error(`statement ${statement.Sid}: got a Deny; allowed: an Allow`);
  return appliesTo(toEvaluated(statement), toRequest(check));
}

/** Whether a role's trust policy allows a token of the role's OIDC provider. The context has the token's claims. */
export function trusts({ Statement }: PolicyDocument, context: AuthorizationCheck["context"]): boolean {
  return Statement.some(
    (statement) =>
      statement.Effect === "Allow" &&
      statement.Action.includes("sts:AssumeRoleWithWebIdentity") &&
      holdAll(toEvaluated(statement), { contextValue: valueIn(context) }),
  );
}

function toEvaluated({ Sid, Effect, Action, Resource = [], Condition = {} }: Statement): EvaluatedStatement {
  return {
    sid: Sid,
    effect: Effect,
    actions: Action,
    resources: Resource,
    conditions: toConditions(Condition),
  };
}

function toConditions(condition: NonNullable<Statement["Condition"]>): EvaluatedCondition[] {
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values: [values].flat() })),
  );
}

function toRequest({ action, resource, context }: AuthorizationCheck): EvaluatedRequest {
  return { action, resource, contextValue: valueIn(context) };
}

/** The value of a condition key. Upper and lower case of the key's name are equal. */
function valueIn(context: AuthorizationCheck["context"]): EvaluatedRequest["contextValue"] {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return (key) => values.get(key.toLowerCase());
}
