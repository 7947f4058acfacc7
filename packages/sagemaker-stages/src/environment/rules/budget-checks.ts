import { partitionOf } from "../../aws/partition";
import type { Environment } from "../environment";
import type { FaultCollector } from "../fault-collector";

/** Checks that a budget has a recipient, and that the partition has a bill. @param collector - collects the faults of the environment */
export function checkBudget({ budget, notify, region }: Environment, collector: FaultCollector): void {
  if (budget === undefined) return;
  collector.require(
    notify !== undefined,
    "notify",
    notify,
    'notify: { email: "on-call@example.com" } or notify: { topicArn: "arn:aws:sns:…" }',
    "the environment has a budget, whose notifications need a recipient",
  );
  collector.require(
    partitionOf(region) === "aws",
    "budget",
    budget,
    `no budget in ${region}`,
    "AWS GovCloud (US) has its bill in the associated standard account, and the bill of China is not in USD: https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-billing.html",
  );
}
