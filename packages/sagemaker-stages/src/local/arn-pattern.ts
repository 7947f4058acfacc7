/** How many components an ARN has: `arn`, partition, service, region, account and resource. */
const ARN_COMPONENTS = 6;

/**
 * IAM's ArnLike. Each component of the ARN is compared separately: `*` matches any text within the component, `?` one
 * character of it. Only the resource may contain colons
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN).
 *
 * @returns whether `arn` matches; `false` also where the pattern has too few components to be an ARN
 */
export function matchesArnPattern(pattern: string, arn: string): boolean {
  const patterns = componentsOf(pattern);
  const components = componentsOf(arn);
  if (patterns.length < ARN_COMPONENTS || components.length < ARN_COMPONENTS) return false;
  return patterns.every((wanted, index) => toRegExp(wanted).test(components[index] ?? ""));
}

function componentsOf(arn: string): string[] {
  const parts = arn.split(":");
  const resource = parts.slice(ARN_COMPONENTS - 1);
  return [...parts.slice(0, ARN_COMPONENTS - 1), ...(resource.length > 0 ? [resource.join(":")] : [])];
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
