/** A version of a provider without a pre-release: its numbers, separated by points. */
const VERSION = /^\d+(\.\d+)*$/;
/** One condition of a constraint (https://developer.hashicorp.com/terraform/language/expressions/version-constraints). */
const CONDITION = /^(=|!=|>|>=|<|<=|~>)?\s*(\d+(?:\.\d+)*)$/;

/** @returns a number below, equal to or above 0 if the version is older than, the same as or newer than the other */
export function compareVersions(version: string, other: string): number {
  const [left, right] = [numbersOf(version), numbersOf(other)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Whether a version satisfies a constraint of Terraform, e.g. `>= 5.100.0, < 7.0.0`.
 *
 * @returns `undefined` for a pre-release and for a constraint with a pre-release: only Terraform evaluates these
 */
export function satisfies(version: string, constraint: string): boolean | undefined {
  const conditions = constraint.split(",").map((condition) => CONDITION.exec(condition.trim()));
  if (!VERSION.test(version) || conditions.includes(null)) return undefined;
  return conditions.every((condition) => {
    const [, operator = "=", bound = ""] = condition ?? [];
    return satisfiesCondition(version, operator, bound);
  });
}

function satisfiesCondition(version: string, operator: string, bound: string): boolean {
  const difference = compareVersions(version, bound);
  switch (operator) {
    case ">=":
      return difference >= 0;
    case ">":
      return difference > 0;
    case "<=":
      return difference <= 0;
    case "<":
      return difference < 0;
    case "!=":
      return difference !== 0;
    case "~>":
      return difference >= 0 && compareVersions(version, nextAfter(bound)) < 0;
    default:
      return difference === 0;
  }
}

/** The first version that `~>` excludes: `~> 1.2.3` allows versions below 1.3, and `~> 1.2` versions below 2. */
function nextAfter(bound: string): string {
  const numbers = numbersOf(bound);
  const fixed = numbers.slice(0, Math.max(1, numbers.length - 1));
  return [...fixed.slice(0, -1), (fixed.at(-1) ?? 0) + 1].join(".");
}

function numbersOf(version: string): number[] {
  return version.split(".").map(Number);
}
