import * as z from "zod";
import { matchesPattern } from "../../aws/wildcards";
import type { Stack } from "./stack";

/** A role that API Gateway assumes to call a service for a route. */
export interface GatewayRoleDefinition {
  readonly arn: string;
  /** Whether the role's trust policy permits API Gateway to assume the role. */
  readonly isAssumable: boolean;
  /** The statements of the role's policies about `sagemaker:InvokeEndpoint`. */
  readonly statements: readonly InvocationStatement[];
}

/** The part of a policy statement about `sagemaker:InvokeEndpoint`. */
export interface InvocationStatement {
  readonly effect: "Allow" | "Deny";
  /** ARNs or ARN patterns. */
  readonly resources: readonly string[];
  /** The condition of the statement. @default - no condition */
  readonly condition?: ModelCondition | "not evaluated" | undefined;
}

/** A condition on `sagemaker:TargetModel`, the only condition key of InvokeEndpoint that this project writes. */
export interface ModelCondition {
  readonly operator: "StringEquals" | "StringLike";
  readonly models: readonly string[];
}

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const statement = z.object({
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.optional(z.object({ Service: z.optional(texts) })),
  Action: texts,
  Resource: z.optional(texts),
  Condition: z.optional(z.unknown()),
});

const policy = z.object({ Statement: z.array(statement) });

const models = z.strictObject({ "sagemaker:TargetModel": texts });

const modelCondition = z.union([
  z
    .strictObject({ StringEquals: models })
    .transform(({ StringEquals }): ModelCondition => conditionOf("StringEquals", StringEquals)),
  z
    .strictObject({ StringLike: models })
    .transform(({ StringLike }): ModelCondition => conditionOf("StringLike", StringLike)),
]);

function conditionOf(
  operator: ModelCondition["operator"],
  condition: z.infer<typeof models>,
): ModelCondition {
  return { operator, models: condition["sagemaker:TargetModel"] };
}

/** The roles with these ARNs that the stack contains. */
export function readGatewayRoles(stack: Stack, arns: ReadonlySet<string>): GatewayRoleDefinition[] {
  return stack.ofType("aws_iam_role").flatMap(({ values }): GatewayRoleDefinition[] => {
    const arn = stack.arns.roleArn(String(values.name));
    if (!arns.has(arn)) return [];
    return [
      {
        arn,
        isAssumable: isAssumable(stack.resolve(values.assume_role_policy)),
        statements: stack
          .ofType("aws_iam_role_policy")
          .filter((one) => stack.resolve(one.values.role) === values.name)
          .flatMap((one) => invocationStatements(stack.resolve(one.values.policy))),
      },
    ];
  });
}

/**
 * API Gateway sends no condition key when it assumes a role, so a trust policy with a condition refuses API Gateway.
 */
function isAssumable(trust: unknown): boolean {
  return statementsOf(trust).some(
    ({ Effect, Principal, Action, Condition }) =>
      Effect === "Allow" &&
      Condition === undefined &&
      Principal?.Service?.includes("apigateway.amazonaws.com") === true &&
      Action.includes("sts:AssumeRole"),
  );
}

function invocationStatements(document: unknown): InvocationStatement[] {
  return statementsOf(document)
    .filter(({ Action }) => Action.some((pattern) => matchesPattern(pattern, "sagemaker:InvokeEndpoint")))
    .map(({ Effect, Resource = [], Condition }) => ({
      effect: Effect,
      resources: Resource,
      condition: Condition === undefined ? undefined : readCondition(Condition),
    }));
}

function readCondition(condition: unknown): ModelCondition | "not evaluated" {
  const { data } = modelCondition.safeParse(condition);
  return data ?? "not evaluated";
}

function statementsOf(document: unknown): z.infer<typeof statement>[] {
  return policy.parse(JSON.parse(String(document))).Statement;
}
