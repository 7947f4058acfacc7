import type { Masking } from "./masking";

/** Parts of a plan that the review does not show. Their secrets can occur in the parts that the review shows. */
interface Elsewhere {
  readonly configuration?: unknown;
  readonly planned_values?: unknown;
  readonly prior_state?: unknown;
  readonly variables?: unknown;
}

/**
 * Collects the secrets of a plan's variables, configuration, data sources and outputs. A value of a resource or the
 * message of a check can contain these secrets
 * (https://developer.hashicorp.com/terraform/internals/json-format#plan-representation).
 */
export function learnElsewhere(
  { configuration, planned_values, prior_state, variables }: Elsewhere,
  masking: Masking,
): void {
  const declared = member(member(configuration, "root_module"), "variables");
  for (const [name, one] of entriesOf(variables)) {
    const sensitive = member(member(declared, name), "sensitive") === true;
    masking.learn({ value: member(one, "value"), sensitive }, name);
  }
  learnConstants(configuration, "", masking);
  for (const values of [member(prior_state, "values"), planned_values]) {
    for (const [name, one] of entriesOf(member(values, "outputs"))) {
      masking.learn({ value: member(one, "value"), sensitive: member(one, "sensitive") === true }, name);
    }
    learnModule(member(values, "root_module"), masking);
  }
}

/** Collects constants of a configuration, with the name of their attribute, and default values of variables. */
function learnConstants(part: unknown, name: string, masking: Masking): void {
  if (typeof part !== "object" || part === null) return;
  const constant = member(part, "constant_value");
  if (constant !== undefined) masking.learn({ value: constant, sensitive: false }, name);
  for (const [inner, one] of Object.entries(part)) {
    if (inner === "constant_value") continue;
    if (inner === "variables") {
      for (const [variable, declaration] of entriesOf(one)) {
        const sensitive = member(declaration, "sensitive") === true;
        masking.learn({ value: member(declaration, "default"), sensitive }, variable);
      }
    }
    // Items of a list get the name of the list.
    learnConstants(one, Array.isArray(part) ? name : inner, masking);
  }
}

function learnModule(module: unknown, masking: Masking): void {
  for (const [, resource] of entriesOf(member(module, "resources"))) {
    // The changes contain the values of managed resources.
    if (member(resource, "mode") !== "data") continue;
    masking.learn({ value: member(resource, "values"), sensitive: member(resource, "sensitive_values") });
  }
  for (const [, child] of entriesOf(member(module, "child_modules"))) learnModule(child, masking);
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
