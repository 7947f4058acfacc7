import { regionalArnPrefix } from "../../aws/arn";
import type { FaultCollector } from "../fault-collector";

const KEY = /^\d{12}:key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Checks the ARN of a KMS key: a key in the region, not an alias. */
export function checkKey(
  arn: string | undefined,
  field: string,
  region: string,
  collector: FaultCollector,
): void {
  if (arn === undefined) return;
  const prefix = regionalArnPrefix("kms", region);
  collector.require(
    arn.startsWith(prefix) && KEY.test(arn.slice(prefix.length)),
    field,
    arn,
    `${prefix}<account>:key/<id>, not an alias`,
    "policies name keys by their ARNs, and S3 and SageMaker use only keys of the same region",
  );
}
