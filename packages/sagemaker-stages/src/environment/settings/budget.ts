import type * as z from "zod";
import { listOf, number, rule, settings, wholeNumber, withDefault } from "./setting";

/** The source of an amount: a decimal number without an exponent. */
const AMOUNT_SOURCE =
  "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Spend.html";

/** USD in cents. Terraform shows a number from 1e21 and below 1e-6 with an exponent, which AWS refuses. */
const MIN_AMOUNT = 0.01;
const MAX_AMOUNT = 1_000_000_000;

/** The source of the thresholds. AWS allows up to 1,000,000 %, and recommends 50–200 %. */
const THRESHOLD_SOURCE =
  "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html";

/** Ten times the budget. A larger threshold is a mistake: the notification would come too late. */
const MAX_PERCENT = 1000;

/** The source of the limits of AWS Budgets: a budget has at most 10 notifications. */
const LIMITS_SOURCE = "https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html";

/** The tenth notification is the notification of the forecast. */
const MAX_THRESHOLDS = 9;

/** Settings of the monthly budget. */
export const budgetSettings = settings({
  /**
   * The budget of a month in USD, 0.01–1,000,000,000 with at most two decimals. AWS compares the unblended cost with the budget
   * several times a day.
   */
  monthlyInUsd: rule(number, {
    holds: (value) => value >= MIN_AMOUNT && value <= MAX_AMOUNT && Number(value.toFixed(2)) === value,
    allowed: `an amount from ${MIN_AMOUNT} to ${MAX_AMOUNT} with at most two decimals`,
    source: AMOUNT_SOURCE,
  }),
  /**
   * The parts of the budget in percent: `notify` receives a notification when the cost of the month exceeds a part. 1–9
   * different whole numbers, 1–1000. A further notification says that the forecast of the month exceeds the budget.
   *
   * @default [80, 100]
   */
  notifyAtPercent: withDefault(
    rule(listOf(wholeNumber(1, MAX_PERCENT, THRESHOLD_SOURCE)), {
      holds: (list) =>
        list.length >= 1 && list.length <= MAX_THRESHOLDS && new Set(list).size === list.length,
      allowed: `1–${MAX_THRESHOLDS} different whole numbers`,
      source: LIMITS_SOURCE,
    }),
    [80, 100],
  ),
});

/** Settings of the monthly budget. */
export type BudgetSettings = z.input<typeof budgetSettings>;

/** {@link BudgetSettings} with defaults. */
export type ParsedBudgetSettings = z.output<typeof budgetSettings>;

/** Name of the environment's budget. @param prefix - the environment's `namePrefix` */
export function budgetName(prefix: string): string {
  return `${prefix}-monthly`;
}
