import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { NotReviewable } from "../errors";
import { learnElsewhere } from "../masking/elsewhere";
import { Masking, unnumbered } from "../masking/masking";
import { secretsOfType } from "../masking/secret-attributes";
import { type FailedCheck, readFailedChecks } from "./checks";
import { readConfiguration, withoutKeys } from "./configuration";
import { withForgottenApart } from "./forgotten";
import { parsePlan, REMEDY } from "./plan-text";
import type { Action, PlannedResource } from "./planned-resource";
import { unsupportedPartsOf } from "./unsupported-parts";
import { isValues, type Value } from "./values";

/** The plan of one environment. Its secrets are masked. */
export interface Plan {
  /** From the provider's default tag `Environment`, otherwise from the file's name. */
  readonly environment: string;
  /** The provider's Region; undefined if the configuration does not set a constant. */
  readonly region: string | undefined;
  /** The only allowed account of the provider, 12 digits; undefined if the configuration names none or several. */
  readonly accountId: string | undefined;
  /**
   * The account of the credentials with which Terraform planned, from the data source `aws_caller_identity`; undefined if the
   * plan does not contain it.
   */
  readonly callerAccountId: string | undefined;
  /**
   * Whether the environment has `protected: true`, from the synthesized stack: a plan does not contain `prevent_destroy`.
   * `undefined` if the stack was not read.
   */
  readonly isProtected: boolean | undefined;
  /** When Terraform created the plan; undefined for Terraform before 1.5. */
  readonly plannedAt: Date | undefined;
  /** Every resource that Terraform manages, including unchanged resources, in the plan's order. */
  readonly resources: readonly PlannedResource[];
  /** Changes outside of Terraform since the last apply. */
  readonly drift: readonly PlannedResource[];
  readonly outputs: readonly PlannedOutput[];
  /** Whether a condition or the planning failed. Such a plan cannot be applied. */
  readonly errored: boolean;
  /** Why the plan does not show every change; empty for a complete plan. */
  readonly incompleteReasons: readonly string[];
  /** Parts of the plan that the review does not support, e.g. `1 action invoked (…)`. */
  readonly unsupportedParts: readonly string[];
  /** Failed checks, conditions and validations of the configuration. */
  readonly failedChecks: readonly FailedCheck[];
  /** Masks the secrets of all plans that were read together in a text. */
  readonly scrub: (text: string) => string;
}

/** An output of the stack. */
export interface PlannedOutput {
  readonly name: string;
  readonly actions: readonly Action[];
  readonly before: Value;
  readonly after: Value;
}

const tree = z.optional(z.unknown());
const ACTIONS = ["no-op", "create", "read", "update", "delete", "forget"] as const;
const change = z.object({
  actions: z.array(z.string()),
  before: tree,
  after: tree,
  after_unknown: tree,
  before_sensitive: tree,
  after_sensitive: tree,
});
const resourceChange = z.object({
  address: z.string(),
  previous_address: z.optional(z.string()),
  mode: z.string(),
  type: z.string(),
  deposed: z.optional(z.string()),
  action_reason: z.optional(z.string()),
  change: change.extend({
    replace_paths: z.optional(z.array(z.array(z.union([z.string(), z.number()])))),
    importing: tree,
  }),
});
const check = z.looseObject({
  address: z.object({ to_display: z.optional(z.string()) }),
  status: z.optional(z.string()),
});
const document = z.looseObject({
  format_version: z.string(),
  resource_changes: z.optional(z.array(resourceChange)),
  resource_drift: z.optional(z.array(resourceChange)),
  output_changes: z.optional(z.record(z.string(), change)),
  planned_values: tree,
  prior_state: tree,
  variables: tree,
  configuration: tree,
  errored: z.optional(z.boolean()),
  timestamp: z.optional(z.unknown()),
  complete: z.optional(z.boolean()),
  deferred_changes: z.optional(z.array(z.unknown())),
  action_invocations: z.optional(z.array(z.unknown())),
  checks: z.optional(z.array(check)),
});

/**
 * The supported format versions. Minor versions add members, and major versions are incompatible (same source as
 * {@link Action}). Terraform wrote 0.1 and 0.2 before 1.0 with the same members.
 */
const FORMAT = /^(?:0\.[12]|1\.\d+)$/;

/** A file with a plan. */
export interface PlanFile {
  /** The output of `terraform show -json <plan file>`. */
  readonly text: string;
  /** The file's name, for messages and as a default for the environment's name. */
  readonly file: string;
}

/**
 * Reads plans together: a secret of one plan is masked in every plan.
 *
 * @throws NotReviewable if a file does not contain a plan
 */
export function readPlans(files: readonly PlanFile[]): readonly Plan[] {
  const documents = files.map((file) => ({ file: file.file, data: parse(file) }));
  const masking = new Masking();
  for (const { data } of documents) learn(data, masking);
  return documents.map(({ file, data }) => planOf(data, file, masking));
}

/** Reads one plan: see {@link readPlans}. */
export function readPlan(text: string, file: string): Plan {
  const [plan] = readPlans([{ text, file }]);
  if (plan === undefined) throw new Error("each file is read");
  return plan;
}

type Document = z.infer<typeof document>;

function parse({ text, file }: PlanFile): Document {
  const parsed = parsePlan(text, file);
  requirePlan(parsed, file);
  const { data, error } = document.safeParse(parsed);
  if (error !== undefined) {
    const [issue] = error.issues;
    const where = issue === undefined ? "" : ` (${placeOf(issue.path)}: ${issue.message})`;
    throw new NotReviewable(`${file} is not Terraform's JSON of a plan${where}; ${REMEDY}`);
  }
  requireKnownActions(data, file);
  return data;
}

/** A path in the plan's JSON. The name of an output can contain a secret, and is not shown. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (index > 0 && path[index - 1] === "output_changes" ? "…" : String(step)))
    .join(".");
}

/** Other JSON documents of Terraform, by a member that a plan does not have. */
const OTHERS: readonly (readonly [member: string, what: string])[] = [
  ["lineage", "a state file"],
  ["values", "a state"],
  ["provider_schemas", "the schema of providers"],
  ["diagnostics", "the output of `terraform validate`"],
];

function requirePlan(parsed: object, file: string): void {
  const other = OTHERS.find(([member]) => member in parsed && !("planned_values" in parsed));
  if (other !== undefined) throw new NotReviewable(`${file} is ${other[1]}, and not a plan; ${REMEDY}`);
  const { format_version: version } = parsed as { readonly format_version?: unknown };
  if (version === undefined) {
    throw new NotReviewable(
      `${file} is not Terraform's JSON of a plan (format_version is missing); ${REMEDY}`,
    );
  }
  if (typeof version !== "string" || !FORMAT.test(version)) {
    // A value that is no version can be a secret.
    const shown =
      typeof version === "string" && /^[\d.]{1,20}$/.test(version) ? JSON.stringify(version) : "no version";
    throw new NotReviewable(
      `${file}: got format_version ${shown}; allowed: 0.1, 0.2 and 1.x, which Terraform 0.12 to 1.x and OpenTofu write`,
    );
  }
  if (!("planned_values" in parsed)) throw new NotReviewable(`${file} is a state, and not a plan; ${REMEDY}`);
}

function learn(data: Document, masking: Masking): void {
  const { resource_changes = [], resource_drift = [], output_changes = {} } = data;
  learnElsewhere(data, masking);
  for (const one of [...resource_changes, ...resource_drift]) {
    masking.learnAddress(one.address);
    if (one.previous_address !== undefined) masking.learnAddress(one.previous_address);
    const { before, before_sensitive, after, after_sensitive } = one.change;
    masking.learn({ value: before, sensitive: withSecretsOf(one.type, before_sensitive) });
    if (isUnchanged(one.change)) continue;
    masking.learn({ value: after, sensitive: withSecretsOf(one.type, after_sensitive) });
  }
  for (const [name, one] of Object.entries(output_changes)) {
    masking.learn({ value: one.before, sensitive: one.before_sensitive }, name);
    masking.learn({ value: one.after, sensitive: one.after_sensitive }, name);
  }
}

/** Adds the secret attributes of the type to the attributes that the provider declares sensitive. */
function withSecretsOf(type: string, sensitive: unknown): unknown {
  const names = secretsOfType(type);
  if (names.length === 0 || sensitive === true) return sensitive;
  const known = typeof sensitive === "object" && sensitive !== null ? sensitive : {};
  return { ...known, ...Object.fromEntries(names.map((name) => [name, true])) };
}

function withSecrets(one: z.infer<typeof resourceChange>): z.infer<typeof change> {
  return {
    ...one.change,
    before_sensitive: withSecretsOf(one.type, one.change.before_sensitive),
    after_sensitive: withSecretsOf(one.type, one.change.after_sensitive),
  };
}

/** @returns `undefined` if the timestamp is not a time of RFC 3339 */
function readTime(timestamp: unknown): Date | undefined {
  const time = typeof timestamp === "string" ? new Date(timestamp) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}

function planOf(data: Document, file: string, masking: Masking): Plan {
  const provider = providerOf(data.configuration);
  const configured = readConfiguration(data.configuration);
  const resources = (changes: readonly z.infer<typeof resourceChange>[] = []): PlannedResource[] =>
    changes
      .filter(({ mode }) => mode === "managed")
      .map((one) => ({
        address: masking.scrubAddress(one.address),
        path: masking.scrubAddress(one.address),
        type: one.type,
        actions: one.change.actions.filter(isAction),
        ...sidesOf(withSecrets(one), masking),
        configured: configured.get(withoutKeys(one.address)),
        replacePaths: (one.change.replace_paths ?? []).map((path) =>
          path.map((step) => (typeof step === "string" ? masking.scrub(step) : step)),
        ),
        reason: one.action_reason,
        previousAddress:
          one.previous_address === undefined ? undefined : masking.scrubAddress(one.previous_address),
        imported: one.change.importing !== undefined && one.change.importing !== null,
        deposed: one.deposed,
      }))
      .flatMap(withForgottenApart);

  // These texts also become names of properties, from which the numbers are not removed.
  const bare = (text: string): string => unnumbered(masking.scrub(text));
  return {
    environment: bare(provider.environment ?? nameOf(file)),
    region: provider.region === undefined ? undefined : bare(provider.region),
    accountId: provider.accountId,
    callerAccountId: callerAccountOf(data.prior_state),
    isProtected: undefined,
    plannedAt: readTime(data.timestamp),
    resources: resources(data.resource_changes),
    drift: resources(data.resource_drift),
    outputs: Object.entries(data.output_changes ?? {}).map(([name, one]) => ({
      name: masking.scrub(name),
      actions: one.actions.filter(isAction),
      ...readSides(one, masking, name),
    })),
    errored: data.errored ?? false,
    incompleteReasons: incompleteReasonsOf(data),
    unsupportedParts: unsupportedPartsOf(data, masking),
    failedChecks: readFailedChecks(data.checks, (text) => masking.scrub(text)),
    scrub: (said) => masking.scrub(said),
  };
}

/** @throws NotReviewable if the plan contains an unknown action: its effect is undetermined */
function requireKnownActions({ resource_changes = [], resource_drift = [] }: Document, file: string): void {
  for (const [name, changes] of Object.entries({ resource_changes, resource_drift })) {
    for (const [index, { mode, change }] of changes.entries()) {
      const unknown = mode === "managed" ? change.actions.findIndex((action) => !isAction(action)) : -1;
      if (unknown < 0) continue;
      throw new NotReviewable(
        `${file} contains an unknown action (${name}.${index}.change.actions.${unknown}: allowed: ${ACTIONS.join(", ")}); ` +
          `review it with a newer version of this project, or ${REMEDY} with Terraform 1.x`,
      );
    }
  }
}

function isAction(action: string): action is Action {
  return ACTIONS.some((known) => known === action);
}

function incompleteReasonsOf({
  complete,
  deferred_changes = [],
  action_invocations = [],
}: Document): string[] {
  const [deferred, invoked] = [deferred_changes.length, action_invocations.length];
  return [
    ...(complete === false ? ["the plan is not complete (-target, or deferred changes)"] : []),
    ...(deferred > 0 ? [`${deferred} ${deferred === 1 ? "change is" : "changes are"} deferred`] : []),
    ...(invoked > 0
      ? [`${invoked} ${invoked === 1 ? "action is" : "actions are"} invoked, and not reviewed`]
      : []),
  ];
}

/** The plan with the construct paths of its resources, which `paths` contains by address. */
export function withConstructPaths(plan: Plan, paths: ReadonlyMap<string, string>): Plan {
  const withPath = (resource: PlannedResource): PlannedResource => ({
    ...resource,
    path: paths.get(resource.address) ?? resource.address,
  });
  return { ...plan, resources: plan.resources.map(withPath), drift: plan.drift.map(withPath) };
}

/** Whether both sides are equal, as for most resources in most plans. */
function isUnchanged({ actions, before_sensitive, after_sensitive }: z.infer<typeof change>): boolean {
  return actions.join() === "no-op" && isDeepStrictEqual(before_sensitive, after_sensitive);
}

function readSides(
  one: z.infer<typeof change>,
  masking: Masking,
  name = "",
): { before: Value; after: Value } {
  const before = { value: one.before, unknown: undefined, sensitive: one.before_sensitive };
  const after = { value: one.after, unknown: one.after_unknown, sensitive: one.after_sensitive };
  const read = masking.read(before, undefined, name);
  return { before: read, after: isUnchanged(one) ? read : masking.read(after, before, name) };
}

function sidesOf(one: z.infer<typeof change>, masking: Masking): Pick<PlannedResource, "before" | "after"> {
  const { before, after } = readSides(one, masking);
  return { before: isValues(before) ? before : undefined, after: isValues(after) ? after : undefined };
}

const providerShape = z.object({
  provider_config: z.object({
    aws: z.object({
      expressions: z.object({
        region: z.optional(z.object({ constant_value: z.optional(z.string()) })),
        allowed_account_ids: z.optional(z.object({ constant_value: z.optional(z.array(z.string())) })),
        default_tags: z.optional(
          z.array(
            z.object({
              tags: z.optional(z.object({ constant_value: z.optional(z.record(z.string(), z.string())) })),
            }),
          ),
        ),
      }),
    }),
  }),
});

function providerOf(configuration: unknown): {
  environment?: string | undefined;
  region?: string | undefined;
  accountId?: string | undefined;
} {
  // A failure of the schema is slow, because zod creates an error.
  const { data } = configuration === undefined ? {} : providerShape.safeParse(configuration);
  const expressions = data?.provider_config.aws.expressions;
  const accountIds = expressions?.allowed_account_ids?.constant_value;
  return {
    accountId: accountIds?.length === 1 ? accountIds[0] : undefined,
    environment: expressions?.default_tags?.[0]?.tags?.constant_value?.Environment,
    region: expressions?.region?.constant_value,
  };
}

const priorState = z.object({
  values: z.object({
    root_module: z.object({
      resources: z.array(
        z.object({
          mode: z.optional(z.string()),
          type: z.optional(z.string()),
          values: z.optional(z.object({ account_id: z.optional(z.unknown()) })),
        }),
      ),
    }),
  }),
});

/** Terraform shows a data source that it read during the plan in the prior state. */
function callerAccountOf(state: unknown): string | undefined {
  if (state === undefined) return undefined;
  const resources = priorState.safeParse(state).data?.values.root_module.resources ?? [];
  const accounts = resources.flatMap(({ mode, type, values }) =>
    mode === "data" && type === "aws_caller_identity" ? [values?.account_id] : [],
  );
  const [account, ...others] = [...new Set(accounts)];
  return typeof account === "string" && /^\d{12}$/.test(account) && others.length === 0 ? account : undefined;
}

/** The environment of `plans/prod.json`, `prod.plan.json` and `prod.tfplan.json` is `prod`. */
function nameOf(file: string): string {
  const name = file.split(/[\\/]/).at(-1) ?? file;
  return name.replace(/\.json$/, "").replace(/[.-](?:tf)?plan$/, "");
}
