import { type RoleStatement, statementsOf } from "../cognito/role-policy";
import type { Stack } from "./stack";

/**
 * The statements of a role's inline policies.
 *
 * @param roleArn - the reference to the role's ARN, e.g. `${aws_iam_role.x.arn}`
 * @returns an empty list for a role of another stack
 */
export function statementsOfRole(stack: Stack, roleArn: unknown): RoleStatement[] {
  const [, name] = /^\$\{aws_iam_role\.([\w-]+)\.arn\}$/.exec(String(roleArn)) ?? [];
  const role = stack.ofType("aws_iam_role").find((one) => one.name === name);
  if (role === undefined) return [];
  const roleName = stack.resolve(role.values.name);
  return stack
    .ofType("aws_iam_role_policy")
    .filter(({ values }) => stack.resolve(values.role) === roleName)
    .flatMap(({ values }) => statementsOf(String(stack.resolve(values.policy))));
}
