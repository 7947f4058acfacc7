import type { PolicyDocument, Statement } from "../../../src/iam/policy-document";
import { namesResource } from "../../least-privilege/support/evaluator";
import { fits, fitsArn } from "../../least-privilege/support/wildcards";
import type { Asked } from "./authorization";

/** Whether policies allow what is asked: a denial wins. */
export function isAllowed(policies: readonly PolicyDocument[], asked: Asked): boolean {
  const applying = policies.flatMap(({ Statement }) =>
    Statement.filter((statement) => applies(statement, asked)),
  );
  return applying.length > 0 && applying.every(({ Effect }) => Effect === "Allow");
}

/**
 * Whether a statement allows what is asked.
 *
 * @throws Error where it is a denial, or says what is not read here
 */
export function allows(statement: Statement, asked: Asked): boolean {
  if (statement.Effect !== "Allow") throw new Error(`${statement.Sid} allows nothing: it is a Deny`);
  return applies(statement, asked);
}

/** Whether a role's trust lets somebody take it: with a token of its provider, whose claims are the context. */
export function trusts({ Statement }: PolicyDocument, context: Asked["context"]): boolean {
  return Statement.some(
    ({ Sid, Effect, Action, Condition = {} }) =>
      Effect === "Allow" &&
      Action.includes("sts:AssumeRoleWithWebIdentity") &&
      holdsAll(Sid, Condition, context),
  );
}

function applies({ Sid, Action, Resource = [], Condition = {} }: Statement, asked: Asked): boolean {
  return (
    Action.some((pattern) => fits(pattern, asked.action, "no case")) &&
    Resource.some((pattern) => namesResource(pattern, asked.resource)) &&
    holdsAll(Sid, Condition, asked.context)
  );
}

function holdsAll(
  Sid: string,
  condition: NonNullable<Statement["Condition"]>,
  context: Asked["context"],
): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const test = OPERATORS[operator];
      if (test === undefined) throw new Error(`evaluation.ts does not read ${operator} (${Sid})`);
      return test([values].flat(), context[key]);
    }),
  );
}

const OPERATORS: Readonly<Record<string, (values: readonly string[], value: string | undefined) => boolean>> =
  {
    ArnEquals: (values, value) => value !== undefined && values.some((pattern) => fitsArn(pattern, value)),
    StringEquals: (values, value) => value !== undefined && values.includes(value),
    StringEqualsIfExists: (values, value) => value === undefined || values.includes(value),
    Null: (values, value) => values.includes(String(value === undefined)),
    Bool: (values, value) => value !== undefined && values.includes(value),
    // A key that is not there equals nothing.
    StringNotEquals: (values, value) => value === undefined || !values.includes(value),
  };
