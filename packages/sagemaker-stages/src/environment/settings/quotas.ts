import type * as z from "zod";
import { number, optional, rule, settings } from "./setting";

/** The value of a quota. */
export const quotaValue = rule(number, {
  holds: (value) => Number.isSafeInteger(value) && value >= 1,
  allowed: "a whole number from 1",
  source: "the type Environment of sagemaker-stages",
});

/**
 * Quotas as Service Quotas shows them, of one account in one region unless the setting says otherwise; whole numbers
 * from 1. `rules/quotas.ts` holds AWS's defaults.
 */
export const quotaSettings = settings({
  /**
   * Sum of `maxConcurrency` over all serverless endpoints. New accounts may start with 10.
   *
   * @default 200
   */
  serverlessConcurrency: optional(quotaValue),

  /**
   * Serverless endpoints: one a model and environment.
   *
   * @default 50
   */
  serverlessEndpoints: optional(quotaValue),

  /**
   * Lambda's concurrent executions over all functions, of which 100 stay unreserved: the sum of `reservedConcurrency`
   * is at most this number minus 100. New accounts can have less than the default and then cannot reserve any
   * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
   *
   * @default 1000
   */
  lambdaConcurrency: optional(quotaValue),

  /**
   * API Gateway's usage plans: one an environment with an API key.
   *
   * @default 300
   */
  usagePlans: optional(quotaValue),

  /**
   * Resources of the environment's REST API: the root, and one for each part of a route's path. Each API has its own
   * quota.
   *
   * @default 300
   */
  apiResources: optional(quotaValue),

  /**
   * IAM roles of the account, in all regions: two a model, one for the function and one for the endpoint, and the
   * account's other roles.
   *
   * @default 1000
   */
  roles: optional(quotaValue),
});

/** Quotas of an account. */
export type QuotaSettings = z.input<typeof quotaSettings>;
