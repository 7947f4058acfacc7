import type { PolicyDocument, Statement } from "../../../src/iam/policy-document";
import {
  appliesTo,
  type EvaluatedCondition,
  type EvaluatedRequest,
  type EvaluatedStatement,
  evaluate,
  holdAll,
} from "../../../src/testing/least-privilege/iam-evaluator";
import type { Asked } from "./authorization";

/** Whether policies allow a request: a denial wins. */
export function isAllowed(policies: readonly PolicyDocument[], asked: Asked): boolean {
  const statements = policies.flatMap(({ Statement }) => Statement.map(toEvaluated));
  return evaluate(statements, toRequest(asked)) === "allowed";
}

/**
 * Whether a statement allows a request.
 *
 * @throws Error where the statement is a denial, or has what is not evaluated
 */
export function allows(statement: Statement, asked: Asked): boolean {
  if (statement.Effect !== "Allow") throw new Error(`${statement.Sid} allows nothing: it is a Deny`);
  return appliesTo(toEvaluated(statement), toRequest(asked));
}

/** Whether a role's trust lets somebody take it: with a token of its provider, whose claims are the context. */
export function trusts({ Statement }: PolicyDocument, context: Asked["context"]): boolean {
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

function toRequest({ action, resource, context }: Asked): EvaluatedRequest {
  return { action, resource, contextValue: valueIn(context) };
}

/** The names of keys are compared without regard to case. */
function valueIn(context: Asked["context"]): EvaluatedRequest["contextValue"] {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return (key) => values.get(key.toLowerCase());
}
