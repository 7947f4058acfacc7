import { budgetName } from "../../environment/settings/budget";
import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** ARN of the environment's budget; empty without a budget. A budget belongs to no region. */
export function budgetArns(arns: EnvironmentArns): string[] {
  return arns.environment.budget === undefined
    ? []
    : [arns.globalArn("budgets", `budget/${budgetName(arns.prefix)}`)];
}

/**
 * The permissions for the environment's budget
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html). `ModifyBudget` also authorizes
 * notifications and the deletion, and `ViewBudget` authorizes every read.
 */
export function budgetStatements(arns: EnvironmentArns): Statement[] {
  const budgets = budgetArns(arns);
  if (budgets.length === 0) return [];
  return [
    allow(
      "ManageBudget",
      [
        "budgets:ListTagsForResource",
        "budgets:ModifyBudget",
        "budgets:TagResource",
        "budgets:UntagResource",
        "budgets:ViewBudget",
      ],
      budgets,
    ),
  ];
}
