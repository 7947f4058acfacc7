import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, isValues, textOf, UNKNOWN, type Value, type Values } from "../values";
import type { Finding } from "./risk";

/** What a rule deletes, and when. */
interface Expiration {
  readonly what: string;
  /** What the rule is of: a text of its prefix, tags and sizes; nothing for everything. */
  readonly prefix: string;
  readonly others: string;
  /** Days until it is deleted; 0 for a date, undefined where nobody knows. */
  readonly days: number | undefined;
  readonly words: string;
}

type Reader = (values: Values) => readonly Expiration[] | undefined;

const BACKUP_PLAN = "aws_backup_plan";

/** Types with rules that delete what is stored, and the attribute with the rules. */
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

/** Rules by which AWS deletes objects, versions, images or backups that it would have kept. */
export function retentionRisks(resource: PlannedResource, plan: Plan): Finding[] {
  const reader = READERS.get(resource.type);
  const { before, after } = inAws(resource);
  if (reader === undefined || after === undefined) return [];
  const { attribute, read } = reader;
  const { type } = resource;
  if (isSame(before?.[attribute] ?? null, after[attribute] ?? null)) return [];
  // Nothing is stored yet in what is new.
  if (before === undefined && (resource.type === "aws_s3_bucket" || isOfNew(resource, after, plan)))
    return [];
  const old = before === undefined ? [] : (read(before) ?? []);
  const next = read(after);
  if (next === undefined) {
    const texts = { attribute, before: inWords(old), after: "known after apply" };
    return [
      {
        kind: "data loss",
        direction: "undetermined",
        gates: ["destroy"],
        says: "may delete what it stores: its rules are not known",
        ...texts,
      },
    ];
  }
  const sooner = next.filter(
    (one) =>
      !old.some((other) => isNoLater(other, one)) && !(type === BACKUP_PLAN && isAddedBackup(one, old, next)),
  );
  // A backup rule that goes keeps nothing longer.
  const later = old.filter(
    (one) =>
      !next.some((other) => isNoLater(other, one)) &&
      (type !== BACKUP_PLAN || next.some(({ others }) => others === one.others)),
  );
  const worse = sooner.map((one): Finding => {
    const isUnknown = one.days === undefined;
    return {
      kind: "data loss",
      direction: isUnknown ? "undetermined" : "worse",
      gates: ["destroy"],
      says: `${isUnknown ? "may delete" : "now deletes"} ${one.what} ${one.words}`,
      attribute,
      before: inWords(old.filter((other) => other.what === one.what)),
      after: inWords(next.filter((other) => other.what === one.what)),
    };
  });
  if (worse.length > 0 || later.length === 0) return worse;
  return [
    {
      kind: "data loss",
      direction: "better",
      gates: [],
      says: "keeps what it stores longer",
      attribute,
      before: inWords(old),
      after: inWords(next),
    },
  ];
}

/** A table whose items expire by another attribute than before: items that were kept may be deleted. */
export function timeToLiveRisks(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
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
      says: `deletes items at the time in the attribute ${name ?? "known after apply"}`,
      attribute: "ttl[0].attribute_name",
      before: textOf(was) ?? "(none)",
      after: name ?? "known after apply",
    },
  ];
}

function inWords(all: readonly Expiration[]): string {
  const words = [...new Set(all.map(({ what, words }) => `${what} ${words}`))];
  return words.length === 0 ? "(none)" : words.slice(0, 3).join("; ");
}

/** Whether what one rule deletes, the other one deletes by then. */
function isNoLater(one: Expiration, other: Expiration): boolean {
  return (
    one.what === other.what &&
    other.prefix.startsWith(one.prefix) &&
    (one.others === "" || one.others === other.others) &&
    one.days !== undefined &&
    (other.days === undefined ? false : one.days <= other.days)
  );
}

/**
 * Whether a rule of a backup plan makes further backups, or takes the place of a rule that kept them no longer: each rule
 * keeps its own backups, so that a new rule deletes none of another rule.
 */
function isAddedBackup(one: Expiration, old: readonly Expiration[], next: readonly Expiration[]): boolean {
  if (one.days === undefined || old.some(({ others }) => others === one.others)) return false;
  const gone = old.filter(({ others }) => !next.some((other) => other.others === others));
  return gone.length === 0 || gone.some(({ days }) => days !== undefined && days <= (one.days ?? 0));
}

function isOfNew({ type }: PlannedResource, after: Values, plan: Plan): boolean {
  const [name, attribute] =
    type === "aws_ecr_lifecycle_policy" ? (["repository", "name"] as const) : (["bucket", "bucket"] as const);
  if (type === BACKUP_PLAN) return true;
  const owner = after[name];
  const owners = plan.resources.filter((one) => [`aws_s3_bucket`, `aws_ecr_repository`].includes(one.type));
  const isNew = (one: PlannedResource): boolean => inAws(one).before === undefined;
  if (owner === UNKNOWN) return owners.some(isNew);
  return owners.some((one) => isNew(one) && isSame(inAws(one).after?.[attribute], owner));
}

/** Rules of a bucket: as a resource of its own, or as blocks of the bucket. */
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

type Scope = Pick<Expiration, "prefix" | "others"> & { readonly of: string };

function scopeOf(rule: Value): Scope {
  const filter = at(rule, "filter", 0);
  const both = at(filter, "and", 0);
  const prefix = [at(rule, "prefix"), at(filter, "prefix"), at(both, "prefix")]
    .map((text) => textOf(text as Value | undefined))
    .find((text) => text !== undefined && text !== "");
  const others = [
    ["tags", at(rule, "tags")],
    ["tag", at(filter, "tag")],
    ["tags", at(both, "tags")],
    ["size", at(filter, "object_size_greater_than")],
    ["size", at(both, "object_size_greater_than")],
    ["size", at(filter, "object_size_less_than")],
    ["size", at(both, "object_size_less_than")],
  ].flatMap(([name, value]) =>
    isSet(value as Value | undefined) ? [`${String(name)} ${JSON.stringify(value)}`] : [],
  );
  const words = [
    ...(prefix === undefined ? [] : [`below ${prefix}`]),
    ...(others.length === 0 ? [] : ["with some tags or sizes"]),
  ];
  return { prefix: prefix ?? "", others: others.join(), of: words.map((one) => ` ${one}`).join("") };
}

function isSet(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === 0) return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isValues(value) || Object.keys(value).length > 0;
}

function expirationOf(
  what: string,
  block: Value | undefined,
  days: Value | undefined,
  date: Value | undefined,
  { prefix, others, of }: Scope,
): Expiration[] {
  if (block === undefined || block === null) return [];
  const common = { what, prefix, others };
  if (typeof block === "symbol" || days === UNKNOWN || date === UNKNOWN) {
    return [{ ...common, days: undefined, words: `after a time that is not known${of}` }];
  }
  if (typeof days === "number" && days > 0) {
    return [{ ...common, days, words: `after ${days === 1 ? "1 day" : `${days} days`}${of}` }];
  }
  const text = textOf(date);
  return text === undefined || text === "" ? [] : [{ ...common, days: 0, words: `on ${text}${of}` }];
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
    const others = isValues(selection) ? inOrder({ ...selection, countNumber: 0 }) : "";
    const days = typeof count === "number" ? count : undefined;
    const words = type === "imageCountMoreThan" ? `beyond the newest ${days}` : `after ${days} days`;
    return { what: "images", prefix: "", others, days, words };
  });
}

/** The same text for selections that say the same in another order. */
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
    const common = { what: "backups", prefix: "", others: textOf(at(rule, "rule_name")) ?? "" };
    if (typeof days === "symbol")
      return { ...common, days: undefined, words: "after a time that is not known" };
    if (typeof days !== "number" || days === 0)
      return { ...common, days: Number.POSITIVE_INFINITY, words: "never" };
    return { ...common, days, words: `after ${days === 1 ? "1 day" : `${days} days`}` };
  });
}
