import { BudgetsBudget, type BudgetsBudgetNotification } from "@cdktf/provider-aws/lib/budgets-budget";
import { Construct } from "constructs";
import { budgetName, type ParsedBudgetSettings } from "../../environment/settings/budget";
import type { NotifySettings } from "../../environment/settings/notify";

/** Props of {@link Budget}. */
export interface BudgetProps {
  /** The environment's prefix, which is also the value of the tag `Environment`. */
  readonly prefix: string;
  /** The account of the environment. */
  readonly accountId: string;
  readonly settings: ParsedBudgetSettings;
  /** The recipient of the notifications. */
  readonly notify: NotifySettings;
}

/** The monthly budget of an environment in AWS Budgets: the cost of all resources of its account with the environment's tag. */
export class Budget extends Construct {
  /** Terraform's resource of the budget, for overrides. */
  readonly budget: BudgetsBudget;

  constructor(scope: Construct, id: string, { prefix, accountId, settings, notify }: BudgetProps) {
    super(scope, id);
    const recipient =
      "email" in notify
        ? { subscriberEmailAddresses: [notify.email] }
        : { subscriberSnsTopicArns: [notify.topicArn] };
    const above = (
      threshold: number,
      notificationType: "ACTUAL" | "FORECASTED",
    ): BudgetsBudgetNotification => ({
      comparisonOperator: "GREATER_THAN",
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      ...recipient,
    });
    this.budget = new BudgetsBudget(this, "budget", {
      name: budgetName(prefix),
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(settings.monthlyInUsd),
      limitUnit: "USD",
      // AWS Budgets' form of a tag that a user defines
      // (https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html).
      costFilter: [
        { name: "TagKeyValue", values: [`user:Environment$${prefix}`] },
        // The budget of a management account counts the cost of all accounts of the organization.
        { name: "LinkedAccount", values: [accountId] },
      ],
      notification: [
        ...settings.notifyAtPercent.map((percent) => above(percent, "ACTUAL")),
        // The forecast notifies before the end of the month.
        above(100, "FORECASTED"),
      ],
    });
  }
}
