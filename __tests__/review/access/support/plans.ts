import { type AccessChange, accessChanges } from "../../../../review/access/access";
import { type Plan, readPlan } from "../../../../review/plan";

export const ACCOUNT = "111122223333";
export const OTHER_ACCOUNT = "444455556666";

type Attributes = Readonly<Record<string, unknown>>;

/** A resource of a plan, as Terraform's JSON says it; without `before` it is created, without `after` destroyed. */
export interface Given {
  /** E.g. `aws_iam_role.function`. */
  readonly address: string;
  readonly before?: Attributes | undefined;
  readonly after?: Attributes | undefined;
  readonly unknown?: Attributes;
  readonly sensitiveBefore?: Attributes;
  readonly sensitiveAfter?: Attributes;
  /** What the configuration sets, with the references of each; where it is left out, the plan has no configuration. */
  readonly sets?: Readonly<Record<string, readonly string[]>>;
  readonly actions?: readonly string[];
}

/** A plan of the resources, through Terraform's JSON. */
export function planOf(given: readonly Given[], accountId: string | undefined = ACCOUNT): Plan {
  const document = {
    format_version: "1.2",
    planned_values: {},
    resource_changes: given.map(resourceChange),
    configuration: {
      provider_config: {
        aws: {
          expressions: {
            region: { constant_value: "us-east-1" },
            ...(accountId === undefined ? {} : { allowed_account_ids: { constant_value: [accountId] } }),
          },
        },
      },
      root_module: {
        resources: given.flatMap(({ address, sets }) =>
          sets === undefined
            ? []
            : {
                address,
                expressions: Object.fromEntries(
                  Object.entries(sets).map(([name, references]) => [name, { references }]),
                ),
              },
        ),
      },
    },
  };
  return readPlan(JSON.stringify(document), "plan.json", new Map());
}

function resourceChange({ address, before, after, actions, ...rest }: Given): object {
  return {
    address,
    mode: "managed",
    type: address.split(".")[0],
    change: {
      actions: actions ?? actionsOf(before, after),
      before: before ?? null,
      after: after ?? null,
      after_unknown: rest.unknown ?? {},
      before_sensitive: rest.sensitiveBefore ?? {},
      after_sensitive: rest.sensitiveAfter ?? {},
    },
  };
}

function actionsOf(before: unknown, after: unknown): string[] {
  if (before === undefined) return ["create"];
  return [after === undefined ? "delete" : "update"];
}

/** The changes of the resources. */
export function changesOf(...given: readonly Given[]): AccessChange[] {
  return accessChanges(planOf(given));
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
