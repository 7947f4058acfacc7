import { inAws } from "../in-aws";
import type { Plan, PlannedResource } from "../plan";
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

/** Types with rules that delete what is stored, and the attribute with the rules. */
const READERS: ReadonlyMap<string, { readonly attribute: string; readonly read: Reader }> = new Map([
  ["aws_s3_bucket_lifecycle_configuration", { attribute: "rule", read: rulesOf("rule", "status") }],
  ["aws_s3_bucket", { attribute: "lifecycle_rule", read: rulesOf("lifecycle_rule", "enabled") }],
  ["aws_ecr_lifecycle_policy", { attribute: "policy", read: imagesOf }],
  ["aws_backup_plan", { attribute: "rule", read: backupsOf }],
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
  const sooner = next.filter((one) => !old.some((other) => isNoLater(other, one)));
  const later = old.filter((one) => !next.some((other) => isNoLater(other, one)));
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

function isOfNew({ type }: PlannedResource, after: Values, plan: Plan): boolean {
  const [name, attribute] =
    type === "aws_ecr_lifecycle_policy" ? (["repository", "name"] as const) : (["bucket", "bucket"] as const);
  if (type === "aws_backup_plan") return true;
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
    const others = isValues(selection) ? JSON.stringify({ ...selection, countNumber: 0 }) : "";
    const days = typeof count === "number" ? count : undefined;
    const words = type === "imageCountMoreThan" ? `beyond the newest ${days}` : `after ${days} days`;
    return { what: "images", prefix: "", others, days, words };
  });
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
  return (values.rule as readonly Value[]).flatMap((rule) => {
    const days = at(rule, "lifecycle", 0, "delete_after");
    if (typeof days !== "number" || days === 0) return [];
    return [
      {
        what: "backups",
        prefix: "",
        others: textOf(at(rule, "rule_name")) ?? "",
        days,
        words: `after ${days} days`,
      },
    ];
  });
}
