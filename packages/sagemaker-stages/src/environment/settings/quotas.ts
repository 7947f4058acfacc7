import type * as z from "zod";
import {
  GATEWAY_TIMEOUT_IN_SECONDS,
  MAX_RAISED_TIMEOUT_IN_SECONDS,
  TIME_SOURCES,
} from "../../aws/time-budget";
import { number, optional, rule, settings, wholeNumber } from "./setting";

/** The value of a quota. */
export const quotaValue = rule(number, {
  holds: (value) => Number.isSafeInteger(value) && value >= 1,
  allowed: "a whole number from 1",
  source: "the type Environment of sagemaker-stages",
});

/**
 * Quotas of AWS, with the values that Service Quotas shows: whole numbers from 1. A quota applies to one account and
 * region, unless its description names another scope. Synthesis adds up the use of all environments, and refuses
 * environments that exceed a quota.
 */
export const quotaSettings = settings({
  /**
   * The sum of `maxConcurrency` over all serverless endpoints. New accounts can start with 10.
   *
   * @default 200
   */
  serverlessConcurrency: optional(quotaValue),

  /**
   * The number of serverless endpoints: one per model and environment.
   *
   * @default 50
   */
  serverlessEndpoints: optional(quotaValue),

  /**
   * Lambda's concurrent executions over all functions. Lambda keeps 100 executions unreserved: the sum of
   * `reservedConcurrency` is at most this number minus 100. New accounts can have a lower quota, and an account with 100 or
   * less cannot reserve concurrency
   * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
   *
   * @default 1000
   */
  lambdaConcurrency: optional(quotaValue),

  /**
   * The number of API Gateway's usage plans: one per customer, and one per environment with the access `API_KEY` and without
   * customers.
   *
   * @default 300
   */
  usagePlans: optional(quotaValue),

  /**
   * The number of AWS WAF's web ACLs: one per environment with `stage.firewall`, and the account's other web ACLs of the region
   * (https://docs.aws.amazon.com/waf/latest/developerguide/limits.html).
   *
   * @default 100
   */
  webAcls: optional(quotaValue),

  /**
   * The number of AWS WAF's web ACLs for CloudFront, of the account in all regions: one per environment with
   * `website.firewall`, and the account's other web ACLs for CloudFront.
   *
   * @default 100
   */
  cloudFrontWebAcls: optional(quotaValue),

  /**
   * The number of resources of one REST API: the root, and one for each part of a route's path. The quota applies to each
   * environment separately.
   *
   * @default 300
   */
  apiResources: optional(quotaValue),

  /**
   * API Gateway's *Maximum integration timeout* of Regional APIs, in seconds, 29–300 (Service Quotas shows milliseconds). A
   * buffered route may then have a longer `timeoutInSeconds`. Request the increase first: API Gateway refuses a document with a
   * longer timeout than the quota. AWS can reduce the account's throttling quota in return
   * (https://aws.amazon.com/about-aws/whats-new/2024/06/amazon-api-gateway-integration-timeout-limit-29-seconds/). Routes with
   * `responseTransferMode: "stream"` do not need the quota.
   *
   * @default 29
   */
  integrationTimeoutInSeconds: optional(
    wholeNumber(GATEWAY_TIMEOUT_IN_SECONDS, MAX_RAISED_TIMEOUT_IN_SECONDS, TIME_SOURCES.quotas),
  ),

  /**
   * The number of authorizers of one REST API: one for the tokens of all `jwt` issuers, one for the keys of
   * `customers`, and one per user pool. The quota
   * applies to each environment separately.
   *
   * @default 10
   */
  authorizers: optional(quotaValue),

  /**
   * The number of IAM roles of the account in all regions: one per new function, one per new endpoint, and the account's
   * other roles.
   *
   * @default 1000
   */
  roles: optional(quotaValue),
});

/** Quotas of an account. */
export type QuotaSettings = z.input<typeof quotaSettings>;
