import { partitionOf } from "../../aws/partition";
import type { Environment } from "../environment";
import type { FaultCollector } from "../fault-collector";

/** The rest of the ARN of a managed policy of an account, or of AWS, e.g. `aws:policy/PowerUserAccess`. */
const POLICY = /^(?<owner>\d{12}|aws):policy\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,128}$/;

/** Checks the ARN of an existing policy that is the permissions boundary of the environment's roles. */
export function checkBoundary(
  { permissionsBoundary, accountId, region }: Environment,
  collector: FaultCollector,
): void {
  if (typeof permissionsBoundary !== "string") return;
  const prefix = `arn:${partitionOf(region)}:iam::`;
  const owner = permissionsBoundary.startsWith(prefix)
    ? POLICY.exec(permissionsBoundary.slice(prefix.length))?.groups?.owner
    : undefined;
  collector.require(
    owner !== undefined && (accountId === undefined || owner === "aws" || owner === accountId),
    "permissionsBoundary",
    permissionsBoundary,
    `true, false, or ${prefix}${accountId ?? "<account>"}:policy/<name>`,
    "a boundary is a managed policy of the role's account or of AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
  );
}
