import { type Plan, readPlan } from "../../../src/review/plan";

/** A resource's change, as Terraform writes it; what is absent is as Terraform leaves it out. */
export interface ResourceJson {
  readonly address: string;
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
  readonly unknown?: unknown;
  readonly sensitive?: { readonly before?: unknown; readonly after?: unknown };
  readonly replacePaths?: readonly (readonly (string | number)[])[];
  readonly reason?: string;
  readonly deposed?: string;
  readonly previousAddress?: string;
  readonly importing?: object;
  readonly mode?: string;
  /** What its configuration sets, with the references of each; left out, the plan has no configuration of it. */
  readonly sets?: Readonly<Record<string, readonly string[]>>;
}

/** An output's change. */
export interface OutputJson {
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
  readonly sensitive?: boolean;
}

/** What a plan is made of. */
export interface PlanParts {
  readonly environment?: string;
  readonly region?: string;
  /** The provider's, where it is held to one. */
  readonly accountId?: string | undefined;
  readonly resources?: readonly ResourceJson[];
  readonly drift?: readonly ResourceJson[];
  readonly outputs?: Readonly<Record<string, OutputJson>>;
  readonly errored?: boolean;
  readonly complete?: boolean;
  readonly deferred?: readonly object[];
  readonly invocations?: readonly object[];
}

/** What `terraform show -json` writes of a plan. */
export function planJson(parts: PlanParts): string {
  const {
    environment = "dev",
    region = "us-east-1",
    accountId,
    resources = [],
    drift = [],
    outputs = {},
  } = parts;
  return JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.11.4",
    planned_values: {},
    resource_changes: resources.map(changeJson),
    resource_drift: drift.map(changeJson),
    output_changes: Object.fromEntries(
      Object.entries(outputs).map(([name, { actions, before, after, sensitive = false }]) => [
        name,
        { actions, before, after, before_sensitive: sensitive, after_sensitive: sensitive },
      ]),
    ),
    configuration: {
      provider_config: {
        aws: {
          expressions: {
            region: { constant_value: region },
            ...(accountId === undefined ? {} : { allowed_account_ids: { constant_value: [accountId] } }),
            default_tags: [{ tags: { constant_value: { Environment: environment } } }],
          },
        },
      },
      root_module: { resources: resources.flatMap(configurationJson) },
    },
    errored: parts.errored ?? false,
    complete: parts.complete ?? true,
    deferred_changes: parts.deferred,
    action_invocations: parts.invocations,
  });
}

/** A plan, read. */
export function planOf(parts: PlanParts): Plan {
  return readPlan(planJson(parts), "plan.json");
}

function configurationJson({ address, sets }: ResourceJson): object[] {
  if (sets === undefined) return [];
  const expressions = Object.entries(sets).map(([name, references]) => [name, { references }]);
  return [{ address, expressions: Object.fromEntries(expressions) }];
}

function changeJson(resource: ResourceJson): object {
  const { address, actions, before = null, after = null, unknown = {}, sensitive = {} } = resource;
  const [type, name] = address.split(".");
  return {
    address,
    previous_address: resource.previousAddress,
    mode: resource.mode ?? "managed",
    type,
    name,
    deposed: resource.deposed,
    action_reason: resource.reason,
    change: {
      actions,
      before,
      after,
      after_unknown: unknown,
      before_sensitive: sensitive.before ?? {},
      after_sensitive: sensitive.after ?? {},
      replace_paths: resource.replacePaths,
      importing: resource.importing,
    },
  };
}
