import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, isValues, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import { KNOWN_AFTER_APPLY, NONE } from "../rendering/phrases/values";
import type { ExpirationRule, Finding } from "./risk";

/** A rule with the values that rules are compared by. */
interface Expiration extends ExpirationRule {
  /** Tags, sizes or the name that the rule applies to, as a text; empty for all. */
  readonly filter: string;
  /** Days until the deletion: 0 for a date, undefined where known after apply. */
  readonly days: number | undefined;
}

type Reader = (values: Values) => readonly Expiration[] | undefined;

const BACKUP_PLAN = "aws_backup_plan";

/** Types with rules that delete stored data, and the attribute with the rules. */
const READERS: ReadonlyMap<string, { readonly attribute: string; readonly read: Reader }> = new Map([
  ["aws_s3_bucket_lifecycle_configuration", { attribute: "rule", read: rulesOf("rule", "status") }],
  ["aws_s3_bucket", { attribute: "lifecycle_rule", read: rulesOf("lifecycle_rule", "enabled") }],
  ["aws_ecr_lifecycle_policy", { attribute: "policy", read: imagesOf }],
  [BACKUP_PLAN, { attribute: "rule", read: backupsOf }],
]);

/** Whether the rules of a type are read here. */
export function hasExpiration(type: string): boolean {
  return READERS.has(type);
}

/** The name of a bucket of captured or asynchronous requests: `<prefix>-capture-<account>-<region>`. */
const BUCKET_OF_CALLERS = /-(async|capture)-\d{12}-[a-z]{2}(?:-[a-z]+)+-\d$/;

/**
 * Rules of a bucket of captured or asynchronous requests by which S3 deletes them later than before, or never: data of callers is stored
 * longer.
 */
export function capturedRetentionRisks(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  if (resource.type !== "aws_s3_bucket_lifecycle_configuration" || before === undefined) return [];
  const bucket = textOf(before.bucket);
  const [, purpose] = BUCKET_OF_CALLERS.exec(bucket ?? "") ?? [];
  if (bucket === undefined || purpose === undefined) return [];
  if (after === undefined && isDestroyed(bucket, plan)) return [];
  const read = rulesOf("rule", "status");
  const [old, next] = [read(before) ?? [], after === undefined ? [] : read(after)];
  // Rules that are known after apply have a finding already.
  if (next === undefined) return [];
  return old
    .filter((one) => !next.some((other) => isNoLater(other, one)))
    .map((one): Finding => {
      const { prefix, filter } = one;
      const covering = next.filter((other) => prefix.startsWith(other.prefix) && other.filter === filter);
      const [soonest] = [...covering].sort(
        (first, second) =>
          (first.days ?? Number.POSITIVE_INFINITY) - (second.days ?? Number.POSITIVE_INFINITY),
      );
      const { objects, isFiltered } = one;
      return {
        kind: "exposure",
        direction: soonest !== undefined && soonest.days === undefined ? "undetermined" : "worse",
        gates: ["widen"],
        risk: purpose === "async" ? "asynchronous retention" : "captured retention",
        details: {
          kind: "expiration",
          rule: { objects, prefix, isFiltered, when: soonest?.when ?? "never" },
        },
        attribute: `rule ${prefix}`.trimEnd(),
        before: reported([one]),
        after: reported(soonest === undefined ? [] : [soonest]),
      };
    });
}

function isDestroyed(bucket: string, plan: Plan): boolean {
  return plan.resources.some((one) => {
    const { before, after } = deployedValues(one);
    return one.type === "aws_s3_bucket" && after === undefined && textOf(before?.bucket) === bucket;
  });
}

/** Changed rules by which AWS deletes objects, versions, images or backups earlier than before. */
export function retentionRisks(resource: PlannedResource, plan: Plan): Finding[] {
  const reader = READERS.get(resource.type);
  const { before, after } = deployedValues(resource);
  if (reader === undefined || after === undefined) return [];
  const { attribute, read } = reader;
  const { type } = resource;
  if (isSame(before?.[attribute] ?? null, after[attribute] ?? null)) return [];
  // A new resource stores nothing yet.
  if (before === undefined && (resource.type === "aws_s3_bucket" || isOfNew(resource, after, plan)))
    return [];
  const old = before === undefined ? [] : (read(before) ?? []);
  const next = read(after);
  if (next === undefined) {
    const values = { attribute, before: reported(old), after: KNOWN_AFTER_APPLY };
    return [
      {
        kind: "data loss",
        direction: "undetermined",
        gates: ["destroy"],
        risk: "unknown expiration",
        ...values,
      },
    ];
  }
  const sooner = next.filter(
    (one) =>
      !old.some((other) => isNoLater(other, one)) && !(type === BACKUP_PLAN && isAddedBackup(one, old, next)),
  );
  // The removal of a backup rule keeps no backup longer.
  const later = old.filter(
    (one) =>
      !next.some((other) => isNoLater(other, one)) &&
      (type !== BACKUP_PLAN || next.some(({ filter }) => filter === one.filter)),
  );
  const worse = sooner.map((one): Finding => {
    const isUnknown = one.days === undefined;
    return {
      kind: "data loss",
      direction: isUnknown ? "undetermined" : "worse",
      gates: ["destroy"],
      risk: "expiration",
      details: { kind: "expiration", rule: reported([one])[0] ?? one },
      attribute,
      before: reported(old.filter((other) => other.objects === one.objects)),
      after: reported(next.filter((other) => other.objects === one.objects)),
    };
  });
  if (worse.length > 0 || later.length === 0) return worse;
  // Requests of callers are no data to keep: see capturedRetentionRisks.
  if (BUCKET_OF_CALLERS.test(textOf(after.bucket) ?? "")) return [];
  return [
    {
      kind: "data loss",
      direction: "better",
      gates: [],
      risk: "expiration",
      attribute,
      before: reported(old),
      after: reported(next),
    },
  ];
}

/** A table whose items expire by a different attribute than before: AWS can delete items that it kept before. */
export function timeToLiveRisks(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  if (resource.type !== "aws_dynamodb_table" || before === undefined || after === undefined) return [];
  const [old, next] = [before, after].map((values): Value | undefined => at(values, "ttl", 0));
  const was: Value | undefined = at(old, "attribute_name");
  const is: Value | undefined = at(next, "attribute_name");
  if (at(old, "enabled") !== true || at(next, "enabled") !== true || isSame(was ?? null, is ?? null))
    return [];
  const name = textOf(is);
  return [
    {
      kind: "data loss",
      direction: name === undefined ? "undetermined" : "worse",
      gates: ["destroy"],
      risk: "expiration attribute",
      details: { kind: "names", names: [name ?? KNOWN_AFTER_APPLY] },
      attribute: "ttl[0].attribute_name",
      before: textOf(was) ?? NONE,
      after: name ?? KNOWN_AFTER_APPLY,
    },
  ];
}

/** The rules as the review shows them: filters can contain tags that are not for readers of the review. */
function reported(all: readonly Expiration[]): ExpirationRule[] {
  return all.map(({ objects, when, prefix, isFiltered }) => ({ objects, when, prefix, isFiltered }));
}

/** Whether everything that `other` deletes is deleted by `one`, and no later. */
function isNoLater(one: Expiration, other: Expiration): boolean {
  return (
    one.objects === other.objects &&
    other.prefix.startsWith(one.prefix) &&
    (one.filter === "" || one.filter === other.filter) &&
    one.days !== undefined &&
    (other.days === undefined ? false : one.days <= other.days)
  );
}

/**
 * Whether a rule of a backup plan adds backups, or replaces a rule that kept backups no longer. Each rule keeps its own
 * backups, so a new rule deletes no backup of another rule.
 */
function isAddedBackup(one: Expiration, old: readonly Expiration[], next: readonly Expiration[]): boolean {
  if (one.days === undefined || old.some(({ filter }) => filter === one.filter)) return false;
  const gone = old.filter(({ filter }) => !next.some((other) => other.filter === filter));
  return gone.length === 0 || gone.some(({ days }) => days !== undefined && days <= (one.days ?? 0));
}

function isOfNew({ type }: PlannedResource, after: Values, plan: Plan): boolean {
  const [name, attribute] =
    type === "aws_ecr_lifecycle_policy" ? (["repository", "name"] as const) : (["bucket", "bucket"] as const);
  if (type === BACKUP_PLAN) return true;
  const owner = after[name];
  const owners = plan.resources.filter((one) => [`aws_s3_bucket`, `aws_ecr_repository`].includes(one.type));
  const isNew = (one: PlannedResource): boolean => deployedValues(one).before === undefined;
  if (owner === UNKNOWN) return owners.some(isNew);
  return owners.some((one) => isNew(one) && isSame(deployedValues(one).after?.[attribute], owner));
}

/** Rules of a bucket: a separate resource, or blocks of the bucket. */
function rulesOf(attribute: string, status: "status" | "enabled"): Reader {
  return (values) => {
    const rules = values[attribute];
    if (rules === undefined || rules === null) return [];
    if (!Array.isArray(rules)) return undefined;
    return (rules as readonly Value[]).flatMap((rule) => {
      const state = at(rule, status);
      if (state === "Disabled" || state === false) return [];
      const scope = scopeOf(rule);
      const current = at(rule, "expiration", 0);
      const noncurrent = at(rule, "noncurrent_version_expiration", 0);
      return [
        ...expirationOf("objects", current, at(current, "days"), at(current, "date"), scope),
        ...expirationOf(
          "noncurrent versions of objects",
          noncurrent,
          at(noncurrent, "noncurrent_days") ?? at(noncurrent, "days"),
          undefined,
          scope,
        ),
      ];
    });
  };
}

type Scope = Pick<Expiration, "prefix" | "filter" | "isFiltered">;

function scopeOf(rule: Value): Scope {
  const filter = at(rule, "filter", 0);
  const and = at(filter, "and", 0);
  const prefix = [at(rule, "prefix"), at(filter, "prefix"), at(and, "prefix")]
    .map((text) => textOf(text as Value | undefined))
    .find((text) => text !== undefined && text !== "");
  const filters = [
    ["tags", at(rule, "tags")],
    ["tag", at(filter, "tag")],
    ["tags", at(and, "tags")],
    ["size", at(filter, "object_size_greater_than")],
    ["size", at(and, "object_size_greater_than")],
    ["size", at(filter, "object_size_less_than")],
    ["size", at(and, "object_size_less_than")],
  ].flatMap(([name, value]) =>
    isSet(value as Value | undefined) ? [`${String(name)} ${JSON.stringify(value)}`] : [],
  );
  return { prefix: prefix ?? "", filter: filters.join(), isFiltered: filters.length > 0 };
}

function isSet(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === 0) return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isValues(value) || Object.keys(value).length > 0;
}

function expirationOf(
  objects: Expiration["objects"],
  block: Value | undefined,
  days: Value | undefined,
  date: Value | undefined,
  scope: Scope,
): Expiration[] {
  if (block === undefined || block === null) return [];
  const common = { ...scope, objects };
  if (typeof block === "symbol" || days === UNKNOWN || date === UNKNOWN) {
    return [{ ...common, days: undefined, when: KNOWN_AFTER_APPLY }];
  }
  if (typeof days === "number" && days > 0) {
    return [{ ...common, days, when: { days } }];
  }
  const text = textOf(date);
  return text === undefined || text === "" ? [] : [{ ...common, days: 0, when: { date: text } }];
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
function imagesOf(values: Values): readonly Expiration[] | undefined {
  const policy = parsed(values.policy);
  const rules = policy === undefined ? undefined : at(policy, "rules");
  if (!Array.isArray(rules)) return undefined;
  return (rules as readonly Value[]).map((rule) => {
    const selection = at(rule, "selection");
    const count = at(selection, "countNumber");
    const type = textOf(at(selection, "countType")) ?? "";
    const filter = isValues(selection) ? inOrder({ ...selection, countNumber: 0 }) : "";
    const days = typeof count === "number" ? count : undefined;
    const when =
      days === undefined ? KNOWN_AFTER_APPLY : type === "imageCountMoreThan" ? { newest: days } : { days };
    return { objects: "images", prefix: "", filter, isFiltered: false, days, when };
  });
}

/** A text that does not depend on the order of the selection's members. */
function inOrder(selection: Values): string {
  const entries = Object.entries(selection).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...(value as readonly Value[])].map(String).sort() : value,
  ]);
  return JSON.stringify(entries.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
}

function parsed(value: Value | undefined): Value | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function backupsOf(values: Values): readonly Expiration[] | undefined {
  if (!Array.isArray(values.rule)) return undefined;
  return (values.rule as readonly Value[]).map((rule): Expiration => {
    const lifecycle = at(rule, "lifecycle", 0);
    const days = typeof lifecycle === "symbol" ? lifecycle : at(lifecycle, "delete_after");
    const filter = textOf(at(rule, "rule_name")) ?? "";
    const common = { objects: "backups", prefix: "", filter, isFiltered: false } as const;
    if (typeof days === "symbol") return { ...common, days: undefined, when: KNOWN_AFTER_APPLY };
    if (typeof days !== "number" || days === 0)
      return { ...common, days: Number.POSITIVE_INFINITY, when: "never" };
    return { ...common, days, when: { days } };
  });
}
