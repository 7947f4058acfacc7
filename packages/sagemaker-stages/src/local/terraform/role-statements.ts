import { type RoleStatement, statementsOf } from "../cognito/role-policy";
import { type Stack, UnknownReference } from "./stack";

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
    .flatMap(({ values }) => statementsOf(resolveKnown(stack, String(values.policy))));
}

/** Resolves the references of a policy. A resource that only AWS knows, e.g. the registry of an image, has no name here. */
function resolveKnown(stack: Stack, policy: string): string {
  return policy.replace(/\$\{[^{}]*\}/g, (reference) => {
    try {
      return String(stack.resolve(reference));
    } catch (error) {
      if (error instanceof UnknownReference) return "-";
      throw error;
    }
  });
}
