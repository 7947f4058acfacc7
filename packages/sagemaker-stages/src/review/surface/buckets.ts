import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../values";
import type { Finding } from "./change";
import { type Cors, cors, corsInWords, isWider, NO_CORS } from "./cors";

const KNOWN_LATER = "known after apply";

/** What changes of a bucket's CORS, as a resource of its own or as a part of the bucket. */
export function bucketCorsChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const isBucket = resource.type === "aws_s3_bucket";
  if (isBucket && (before === undefined || after === undefined)) return [];
  if (isSame(before?.cors_rule ?? null, after?.cors_rule ?? null)) return [];
  const what = `bucket ${textOf((after ?? before)?.bucket) ?? resource.path}`;
  const [was, is] = [corsOf(before), corsOf(after)];
  const words = { before: corsInWords(was), after: corsInWords(is) };
  if (words.before === words.after) return [];
  return [{ what, kind: "CORS changed", ...words, widenedCors: isWider(was, is) }];
}

function corsOf(values: Values | undefined): Cors {
  const rules = values?.cors_rule;
  if (rules === UNKNOWN) return cors([KNOWN_LATER], [], false);
  if (!Array.isArray(rules) || rules.length === 0) return NO_CORS;
  const all = (name: string): string[] =>
    (rules as readonly Value[]).flatMap((rule) => {
      const value = at(rule, name);
      if (!Array.isArray(value)) return value === UNKNOWN ? [KNOWN_LATER] : [];
      return (value as readonly Value[]).map((one) => textOf(one) ?? KNOWN_LATER);
    });
  return cors(all("allowed_origins"), all("allowed_methods"), false);
}
