import { regionalArnPrefix } from "../../aws/arn";
import type { Report } from "../report";

const KEY = /^\d{12}:key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The rule of a KMS key: an ARN in the region, and no alias. */
export function checkKey(arn: string | undefined, field: string, region: string, report: Report): void {
  if (arn === undefined) return;
  const prefix = regionalArnPrefix("kms", region);
  report.require(
    arn.startsWith(prefix) && KEY.test(arn.slice(prefix.length)),
    field,
    arn,
    `${prefix}<account>:key/<id>, and no alias`,
    "policies name keys by their ARNs, and S3 and SageMaker use keys of their own region",
  );
}
