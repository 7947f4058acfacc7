import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import type { Cors, Finding } from "./change";
import { cors, corsChange, NO_CORS } from "./cors";

const KNOWN_LATER = "known after apply";

/** Changes of a bucket's CORS, as a separate resource or as a part of the bucket. */
export function bucketCorsChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const isBucket = resource.type === "aws_s3_bucket";
  if (isBucket && (before === undefined || after === undefined)) return [];
  if (isSame(before?.cors_rule ?? null, after?.cors_rule ?? null)) return [];
  const bucket = textOf((after ?? before)?.bucket) ?? resource.path;
  return corsChange({ kind: "bucket", bucket }, corsOf(before), corsOf(after));
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
