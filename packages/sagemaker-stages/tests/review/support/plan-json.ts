import { type Plan, readPlan } from "../../../src/review/reading/plan";

/** A resource's change in Terraform's form. */
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
  /** The configured attributes with their references. If absent, the plan has no configuration of the resource. */
  readonly sets?: Readonly<Record<string, readonly string[]>>;
}

/** A change of an output. */
export interface OutputJson {
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
  readonly sensitive?: boolean;
}

/** The parts of a plan. */
export interface PlanParts {
  readonly environment?: string;
  readonly region?: string;
  /** The only allowed account of the provider. */
  readonly accountId?: string | undefined;
  /** The account of the credentials. If absent, the plan contains no data source with the account. */
  readonly callerAccountId?: string;
  readonly resources?: readonly ResourceJson[];
  readonly drift?: readonly ResourceJson[];
  readonly outputs?: Readonly<Record<string, OutputJson>>;
  readonly errored?: boolean;
  readonly complete?: boolean;
  readonly deferred?: readonly object[];
  readonly invocations?: readonly object[];
}

/** A plan as `terraform show -json` writes it. */
export function planJson(parts: PlanParts): string {
  const {
    environment = "dev",
    region = "us-east-1",
    accountId,
    callerAccountId,
    resources = [],
    drift = [],
    outputs = {},
  } = parts;
  return JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.11.4",
    planned_values: {},
    prior_state: callerAccountId === undefined ? undefined : priorState(callerAccountId),
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

/** The state before an apply, with the data source that Terraform has read during the plan. */
function priorState(accountId: string): object {
  const address = "data.aws_caller_identity.caller";
  const values = { account_id: accountId, id: accountId };
  const caller = { address, mode: "data", type: "aws_caller_identity", name: "caller", values };
  return { format_version: "1.0", values: { root_module: { resources: [caller] } } };
}

/** A plan from its parts. */
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
