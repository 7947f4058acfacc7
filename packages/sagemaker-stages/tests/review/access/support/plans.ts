import { accessChanges } from "../../../../src/review/access/access";
import type { AccessChange } from "../../../../src/review/access/access-change";
import type { Plan } from "../../../../src/review/reading/plan";
import { planOf, type ResourceJson } from "../../support/plan-json";

export const ACCOUNT = "111122223333";
export const OTHER_ACCOUNT = "444455556666";

type Attributes = Readonly<Record<string, unknown>>;

/** A resource of a plan. Without `before`, the plan creates the resource; without `after`, the plan destroys it. */
export type Given = Omit<ResourceJson, "actions"> & Partial<Pick<ResourceJson, "actions">>;

/** A plan with the resources, in the account {@link ACCOUNT}. */
export function planWith(given: readonly Given[], accountId: string | undefined = ACCOUNT): Plan {
  return planOf({ accountId, resources: given.map((one) => ({ actions: actionsOf(one), ...one })) });
}

function actionsOf({ before, after }: Given): string[] {
  if (before === undefined) return ["create"];
  return [after === undefined ? "delete" : "update"];
}

/** The access changes of the resources. */
export function changesOf(...given: readonly Given[]): AccessChange[] {
  return accessChanges(planWith(given));
}

/** The sentences of the changes. A change that widens access starts with `+`. */
export function sentences(changes: readonly AccessChange[]): string[] {
  return changes.map(({ widens, sentence }) => `${widens ? "+" : " "} ${sentence}`);
}

/** A statement of a policy document. */
export interface Statement {
  readonly [member: string]: unknown;
}

/** A policy document with the statements. */
export function policy(...statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** A statement that allows the actions on the resources. */
export function allow(action: unknown, resource: unknown, condition?: unknown): Statement {
  return {
    Effect: "Allow",
    Action: action,
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** The only policy of the role `scoring`, before and after the plan. */
export function rolePolicy(before: string | undefined, after: string | undefined): Given {
  const of = (document: string | undefined): Attributes | undefined =>
    document === undefined ? undefined : { name: "scoring", role: "scoring", policy: document };
  return { address: "aws_iam_role_policy.scoring", before: of(before), after: of(after) };
}

/** The trust policy of the role `scoring`, before and after the plan. */
export function trust(before: Statement, after: Statement): Given {
  const of = (statement: Statement): Attributes => ({
    name: "scoring",
    arn: `arn:aws:iam::${ACCOUNT}:role/scoring`,
    assume_role_policy: policy({ Effect: "Allow", Action: "sts:AssumeRole", ...statement }),
  });
  return { address: "aws_iam_role.scoring", before: of(before), after: of(after) };
}

/** A role that exists before and after the plan. */
export function role(name: string, attributes: Attributes = {}): Given {
  const values = { name, assume_role_policy: policy(), ...attributes };
  return { address: `aws_iam_role.${name}`, before: values, after: values, actions: ["no-op"] };
}
