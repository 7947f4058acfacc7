import type * as z from "zod";
import { corsOrigins } from "./cors-origins";
import { stageDomain } from "./domain";
import { firewallSettings } from "./firewall";
import { reservedConcurrency } from "./model/function";
import { flag, number, optional, rule, settings, wholeNumber, withDefault } from "./setting";

const THROTTLING_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html";

const AUTHORIZER_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html";

const RETENTION_STEPS_IN_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Days that CloudWatch keeps logs: one of CloudWatch's values. */
export const logRetentionInDays = rule(number, {
  holds: (days) => RETENTION_STEPS_IN_DAYS.includes(days),
  allowed: RETENTION_STEPS_IN_DAYS.join(", "),
  source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
});

/** Limits of API Gateway: a token bucket with `burstLimit` tokens, which is refilled with `rateLimit` tokens per second. */
export const throttlingSettings = settings({
  /**
   * Requests per second, 1–10,000. The maximum is AWS's default limit of an account in a region
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
   */
  rateLimit: wholeNumber(1, 10_000, THROTTLING_SOURCE),
  /**
   * Concurrent requests, 1–5,000. The maximum is AWS's default limit of an account in a region
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
   */
  burstLimit: wholeNumber(1, 5_000, THROTTLING_SOURCE),
});

/** Settings of the REST API's stage and of the logs. */
export const stageSettings = settings({
  /** Throttling of each method, over all callers. API Gateway answers further requests with 429. */
  throttling: throttlingSettings,

  /**
   * Days that CloudWatch keeps the logs of functions, endpoints and the stage: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180,
   * 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653
   * (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
   */
  logRetentionInDays,

  /**
   * Write one line of JSON per request to the log group `/aws/apigateway/<prefix>-inference/access`: the caller, the route,
   * the time and the result, but never the body, the query, the API key or a signature. Calls of function URLs and endpoints
   * do not use the stage, and are not in the log. API Gateway can omit lines for answers with 413, 429 or 431
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-monitor.html).
   *
   * API Gateway writes logs with one CloudWatch role per account and region, and refuses access logs without the role
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). The account setting `apiGatewayLogs`
   * creates the role. If the account has another role, set `true`: the role must have the permission to write to this log
   * group. Without a role, the apply fails.
   *
   * @default - true if `environments/accounts.ts` has an entry for the environment's account and region with
   * `apiGatewayLogs: true`, else false
   */
  accessLogs: optional(flag),

  /**
   * Write the id of a caller to the access log: `callerId` for tokens of `jwt` and for keys of `customers`, `cognitoSubject`
   * for tokens of a user pool. `callerId` is a hash of the token's issuer and subject, see `docs/tokens.md`, or the customer's
   * name in the environment. Without this setting, no log contains a part of a token. Requires the access log.
   *
   * @default false
   */
  logCallers: withDefault(flag, false),

  /**
   * Seconds for which API Gateway uses the result of the authorizer function again for the same credential, 0–3600
   * (https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html). API Gateway accepts a token that expires in the
   * meantime until the end of this time. With 0, each request invokes the function.
   *
   * @default 60
   */
  authorizerCacheInSeconds: withDefault(wholeNumber(0, 3600, AUTHORIZER_SOURCE), 60),

  /**
   * Lambda's reserved concurrency of the authorizer function: a whole number from 1. Each request with an unknown token or key
   * invokes the function, also without a valid credential. With this setting, such requests cannot use the concurrency of the
   * account's other functions. Above the number, API Gateway answers 503, also to callers with a valid credential whose result
   * is not cached. `quotas.lambdaConcurrency` limits the sum over all environments of an account and region. Requires a route
   * with `access.jwt`, or `customers`.
   *
   * @default - none: the function uses the account's unreserved concurrency
   */
  authorizerReservedConcurrency: optional(reservedConcurrency),

  /**
   * The origins whose pages may read answers (CORS): `*`, one origin, e.g. `https://www.example.com`, or a list of 1–10
   * origins. `*` gives a page no additional permission, because
   * no route authorizes a request by cookies. With a list, each answer names the origin of the request if the list contains
   * this origin, and no origin otherwise. With a `website`, the origin of the page is always allowed, in addition to the
   * origins of this setting.
   *
   * @default "*", or the origin of the page if the environment has a `website`
   */
  corsAllowOrigin: withDefault(corsOrigins, "*"),

  /**
   * A firewall (AWS WAF) in front of the stage. Requests to function URLs and endpoints do not pass the firewall. It costs $8
   * a month with its defaults, and $0.60 per million requests. With `{}`, all settings have their defaults.
   *
   * @default - no firewall
   */
  firewall: optional(firewallSettings),

  /**
   * A domain name in front of the stage, e.g. `https://api.example.com/iris`. Outputs, the page and the smoke test then use the
   * domain name. Permissions do not change: policies name the API, the stage and the route.
   *
   * @default - none: `https://<api>.execute-api.<region>.amazonaws.com/<stage>`
   */
  domain: optional(stageDomain),

  /**
   * Write error messages of containers, SageMaker and contracts to the functions' logs, each truncated to 500 characters. A
   * message can quote a request: the logs can then contain callers' data. Without this setting, the logs contain an error's
   * name, origin (service, container, connection or function) and status. The setting becomes the functions' environment
   * variable `LOG_ERROR_MESSAGES`. Existing functions do not change.
   *
   * @default false
   */
  logErrorMessages: withDefault(flag, false),
});

/** Settings of the REST API's stage. */
export type StageSettings = z.input<typeof stageSettings>;
