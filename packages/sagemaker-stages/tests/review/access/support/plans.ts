import { accessChanges } from "../../../../src/review/access/access";
import type { AccessChange } from "../../../../src/review/access/access-change";
import type { Plan } from "../../../../src/review/plan";
import { planOf, type ResourceJson } from "../../support/plan-json";

export const ACCOUNT = "111122223333";
export const OTHER_ACCOUNT = "444455556666";

type Attributes = Readonly<Record<string, unknown>>;

/** A resource of a plan; without `before` it is created, without `after` destroyed. */
export type Given = Omit<ResourceJson, "actions"> & Partial<Pick<ResourceJson, "actions">>;

/** A plan of the resources, in an account that it names. */
export function planWith(given: readonly Given[], accountId: string | undefined = ACCOUNT): Plan {
  return planOf({ accountId, resources: given.map((one) => ({ actions: actionsOf(one), ...one })) });
}

function actionsOf({ before, after }: Given): string[] {
  if (before === undefined) return ["create"];
  return [after === undefined ? "delete" : "update"];
}

/** The changes of the resources. */
export function changesOf(...given: readonly Given[]): AccessChange[] {
  return accessChanges(planWith(given));
}

/** What a table would say of the changes: `+` stands before those that widen access. */
export function told(changes: readonly AccessChange[]): string[] {
  return changes.map(({ widens, words }) => `${widens ? "+" : " "} ${words}`);
}

/** A statement as a policy may hold it. */
export interface Statement {
  readonly [member: string]: unknown;
}

/** A policy document of the statements. */
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

/** The one policy of the role `scoring`, before and after. */
export function rolePolicy(before: string | undefined, after: string | undefined): Given {
  const of = (document: string | undefined): Attributes | undefined =>
    document === undefined ? undefined : { name: "scoring", role: "scoring", policy: document };
  return { address: "aws_iam_role_policy.scoring", before: of(before), after: of(after) };
}

/** The trust of the role `scoring`, before and after. */
export function trust(before: Statement, after: Statement): Given {
  const of = (statement: Statement): Attributes => ({
    name: "scoring",
    arn: `arn:aws:iam::${ACCOUNT}:role/scoring`,
    assume_role_policy: policy({ Effect: "Allow", Action: "sts:AssumeRole", ...statement }),
  });
  return { address: "aws_iam_role.scoring", before: of(before), after: of(after) };
}

/** A role that is there and stays. */
export function role(name: string, attributes: Attributes = {}): Given {
  const values = { name, assume_role_policy: policy(), ...attributes };
  return { address: `aws_iam_role.${name}`, before: values, after: values, actions: ["no-op"] };
}
