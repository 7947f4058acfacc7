import { type Plan, readPlan, withConstructPaths } from "../../../src/review/reading/plan";

/** A resource of a plan: new without `before`, destroyed without `after`. */
export interface PlannedChange {
  readonly type: string;
  /** The name in Terraform, and the last part of the construct's path. @default "it" */
  readonly name?: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** In Terraform's form: `true` in place of each value that is known after apply. */
  readonly unknown?: Readonly<Record<string, unknown>>;
  /** In Terraform's form: `true` in place of each sensitive value. */
  readonly sensitive?: Readonly<Record<string, unknown>>;
  /** For other actions than create, update and delete. */
  readonly actions?: readonly string[];
  readonly deposed?: string;
}

/**
 * Reads a plan with these changes from the JSON that Terraform would write. Construct paths are `stack/<name>`.
 *
 * @param timestamp - when Terraform created the plan, RFC 3339
 */
export function planned(
  changes: readonly PlannedChange[],
  region: string | null = "us-east-1",
  timestamp?: string,
): Plan {
  const addressOf = ({ type, name = "it" }: PlannedChange) => `${type}.${name}`;
  const text = JSON.stringify({
    format_version: "1.2",
    timestamp,
    planned_values: {},
    resource_changes: changes.map((change) => ({
      address: addressOf(change),
      mode: "managed",
      type: change.type,
      deposed: change.deposed,
      change: {
        actions: change.actions ?? actionsOf(change),
        before: change.before ?? null,
        after: change.after ?? null,
        after_unknown: change.unknown ?? {},
        before_sensitive: change.sensitive ?? {},
        after_sensitive: change.sensitive ?? {},
      },
    })),
    configuration: {
      provider_config: {
        aws: { expressions: region === null ? {} : { region: { constant_value: region } } },
      },
    },
  });
  const paths = new Map(changes.map((change) => [addressOf(change), `stack/${change.name ?? "it"}`]));
  return withConstructPaths(readPlan(text, "test.json"), paths);
}

function actionsOf({ before, after, unknown }: PlannedChange): string[] {
  if (before === undefined) return ["create"];
  if (after === undefined) return ["delete"];
  return JSON.stringify(before) === JSON.stringify(after) && unknown === undefined ? ["no-op"] : ["update"];
}
