import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Plan, readPlan, withConstructPaths } from "../../../src/review/reading/plan";
import { synthesizedStackIn } from "../../../src/review/reading/synthesized-stack";

const FOLDER = join(__dirname, "..", "plans");

/** Plans that Terraform created for one environment: see `tests/deploy/plans.test.ts`. */
export type RecordedPlan =
  | "nothing"
  | "new-environment"
  | "new-artifact"
  | "opened"
  | "widened"
  | "renamed"
  | "destroyed";

/** A recorded plan as `terraform show -json` wrote it, without the parts that no test reads. */
export function recordedText(name: RecordedPlan): string {
  return readFileSync(join(FOLDER, `${name}.json`), "utf8");
}

/** A recorded plan. */
export function recordedPlan(name: RecordedPlan): Plan {
  return withPaths(readPlan(recordedText(name), `${name}.json`));
}

/** `plan` with the construct paths of the recorded environment. */
export function withPaths(plan: Plan): Plan {
  const { paths } = synthesizedStackIn(readFileSync(join(FOLDER, "cdk.tf.json"), "utf8"));
  return withConstructPaths(plan, paths);
}

/**
 * Records a plan.
 *
 * @param shown - the output of `terraform show -json`
 * @param stack - the content of `cdk.tf.json`
 */
export function recordPlan(name: RecordedPlan, shown: string, stack: string): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.json`), inLines(reduced(JSON.parse(shown))));
  writeFileSync(join(FOLDER, "cdk.tf.json"), `${JSON.stringify({ resource: notesOf(stack) }, null, 1)}\n`);
}

interface ShownPlan {
  readonly resource_changes?: readonly object[];
  readonly resource_drift?: readonly { readonly change: { readonly actions: readonly string[] } }[];
  readonly configuration: {
    readonly provider_config: object;
    readonly root_module: {
      readonly resources?: readonly { readonly address: string; readonly expressions?: object }[];
    };
  };
}

/** A plan without repeated parts: the original is ten times as long. */
function reduced(plan: ShownPlan): object {
  const { resource_changes = [], resource_drift = [], configuration } = plan;
  return {
    ...plan,
    planned_values: {},
    prior_state: undefined,
    relevant_attributes: undefined,
    checks: undefined,
    timestamp: undefined,
    configuration: {
      provider_config: configuration.provider_config,
      root_module: {
        resources: (configuration.root_module.resources ?? []).map(({ address, expressions }) => ({
          address,
          expressions: withoutConstants(expressions),
        })),
      },
    },
    resource_changes,
    // The emulator and the provider write some values differently.
    resource_drift: resource_drift.filter(({ change }) => change.actions.includes("delete")),
  };
}

/** Without values, which are part of the changes. */
function withoutConstants(expressions: unknown): unknown {
  return JSON.parse(
    JSON.stringify(expressions ?? {}, (name, value) => (name === "constant_value" ? undefined : value)),
  );
}

/** One line per resource, so that the difference of two recorded plans is readable. */
function inLines(plan: object): string {
  const parts = Object.entries(plan).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return [];
    if (!Array.isArray(value) || value.length === 0)
      return [`${JSON.stringify(name)}: ${JSON.stringify(value)}`];
    const items = value.map((item) => `  ${JSON.stringify(item)}`).join(",\n");
    return [`${JSON.stringify(name)}: [\n${items}\n]`];
  });
  return `{\n${parts.join(",\n")}\n}\n`;
}

/** Only CDKTF's metadata. */
function notesOf(stack: string): object {
  const { resource } = JSON.parse(stack) as { resource: Record<string, Record<string, { "//": object }>> };
  return Object.fromEntries(
    Object.entries(resource).map(([type, byName]) => [
      type,
      Object.fromEntries(Object.entries(byName).map(([name, { "//": notes }]) => [name, { "//": notes }])),
    ]),
  );
}
