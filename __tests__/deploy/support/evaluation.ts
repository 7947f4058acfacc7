import type { PolicyDocument, Statement } from "../../../stacks/policies/policy-document";
import { namesResource } from "../../least-privilege/support/evaluator";
import { fitsArn } from "../../least-privilege/support/wildcards";
import type { Asked } from "./authorization";

/** Whether policies that only allow, such as the deployer's, allow what is asked. */
export function isAllowed(policies: readonly PolicyDocument[], asked: Asked): boolean {
  return policies.some(({ Statement }) => Statement.some((statement) => allows(statement, asked)));
}

/**
 * Whether a statement allows what is asked.
 *
 * @throws Error where it says what is not read here: a denial, an operator, an action with a wildcard
 */
export function allows(
  { Sid, Effect, Action, Resource = [], Condition = {} }: Statement,
  asked: Asked,
): boolean {
  if (Effect !== "Allow") throw new Error(`evaluation.ts reads no ${Effect} (${Sid})`);
  if (Action.some((action) => action.includes("*"))) throw new Error(`${Sid} has a wildcard in an action`);
  return (
    Action.some((action) => action === asked.action) &&
    Resource.some((pattern) => namesResource(pattern, asked.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) => {
        const test = OPERATORS[operator];
        if (test === undefined) throw new Error(`evaluation.ts does not read ${operator} (${Sid})`);
        return test([values].flat(), asked.context[key]);
      }),
    )
  );
}

const OPERATORS: Readonly<Record<string, (values: readonly string[], value: string | undefined) => boolean>> =
  {
    StringEquals: (values, value) => value !== undefined && values.includes(value),
    StringEqualsIfExists: (values, value) => value === undefined || values.includes(value),
    Bool: (values, value) => value !== undefined && values.includes(value),
    ArnEquals: (values, value) => value !== undefined && values.some((pattern) => fitsArn(pattern, value)),
  };
