import type * as z from "zod";
import {
  byName,
  flag,
  listOf,
  oneOf,
  optional,
  settings,
  text,
  textLike,
  wholeNumber,
  withDefault,
} from "./setting";
import { throttlingSettings } from "./stage";

/** Every value of {@link QuotaPeriod}. */
export const QUOTA_PERIODS = ["day", "week", "month"] as const;

/** The period of a customer's quota. */
export type QuotaPeriod = (typeof QUOTA_PERIODS)[number];

const QUOTA_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html";

/** The largest 32-bit integer: API Gateway's type of the limit of a quota (QUOTA_SOURCE). */
const MAX_QUOTA = 2_147_483_647;

/** The name of a key: the last part of the key's name in API Gateway. */
const KEY = /^[a-z0-9][a-z0-9-]{0,15}$/;

/** The names of a customer's keys, if the customer sets none. */
const DEFAULT_KEYS: readonly string[] = ["1"];

/**
 * A customer: the models whose routes the customer may call, and the limits of the customer. The environment creates a
 * usage plan and a key for each customer. The environment's authorizer lets the key open only the routes of the
 * customer's models, because a key alone opens every route of its stage. `docs/customers.md` describes how to hand over,
 * rotate and revoke a key.
 */
export const customerSettings = settings({
  /**
   * The models whose routes the customer may call: at least one, without duplicates. The access of each model must be
   * `API_KEY`.
   */
  models: listOf(text),

  /**
   * The limits of each of the customer's keys over all routes. API Gateway answers further requests with 429. API Gateway
   * counts each key of a usage plan separately
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html).
   *
   * @default - the limits of the stage
   */
  throttling: optional(throttlingSettings),

  /**
   * Lower limits for single models, by the name of the model. A request must be within the limits of its model, of the
   * customer and of the stage.
   *
   * @default - `throttling` for each of the customer's models
   */
  modelThrottling: withDefault(byName(throttlingSettings), {}),

  /**
   * The maximum number of requests with each of the customer's keys in a period. API Gateway answers further requests with
   * 429 until the next period begins. API Gateway applies quotas on a best-effort basis, so that a customer can exceed the
   * quota by some requests (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html).
   *
   * @default - no quota
   */
  quota: optional(
    settings({
      /** The number of requests, 1–2,147,483,647. */
      requests: wholeNumber(1, MAX_QUOTA, QUOTA_SOURCE),
      /** The period: `day`, `week` or `month`. A day begins at 00:00 UTC. */
      per: oneOf(QUOTA_PERIODS, QUOTA_SOURCE),
    }),
  ),

  /**
   * The names of the customer's keys: one, or two while one key is replaced. Each name has 1–16 characters `a-z`, `0-9`,
   * `-`, starting with a letter or a digit, e.g. the month in which the key was created. API Gateway generates the values
   * of the keys. If a name is removed, API Gateway refuses the key.
   *
   * @default ["1"]
   */
  keys: withDefault(
    listOf(
      textLike(
        KEY,
        "1–16 characters a-z, 0-9, -, starting with a letter or a digit",
        "the name of a key is part of the key's name in API Gateway",
      ),
    ),
    DEFAULT_KEYS,
  ),

  /**
   * Keep the shared key that the environment had before its first customer: the shared key becomes the first of this
   * customer's keys, with the same value, and its usage plan becomes the customer's usage plan. Callers with the shared key
   * become callers of this customer, without a refused request. At most one customer has this setting. In an environment
   * that never had a shared key, the setting has no effect.
   *
   * @default false
   */
  sharedKey: withDefault(flag, false),
});

/** A customer, see {@link customerSettings}. */
export interface CustomerSettings<Name extends string = string>
  extends Readonly<z.input<typeof customerSettings>> {
  readonly models: readonly Name[];
}

/** {@link CustomerSettings} with defaults. */
export type ParsedCustomerSettings = z.output<typeof customerSettings>;
