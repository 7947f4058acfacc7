import type * as z from "zod";
import { ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE } from "../patterns";
import { flag, number, optional, rule, settings, textLike, wholeNumber, withDefault } from "./setting";

const THROTTLING_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html";

const RETENTION_STEPS_IN_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Days that CloudWatch keeps logs: one of CloudWatch's values. */
export const logRetentionInDays = rule(number, {
  holds: (days) => RETENTION_STEPS_IN_DAYS.includes(days),
  allowed: RETENTION_STEPS_IN_DAYS.join(", "),
  source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
});

/** Settings of the REST API's stage and of the logs. */
export const stageSettings = settings({
  /** Throttling of each method, over all callers. API Gateway answers further requests with 429. */
  throttling: settings({
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
  }),

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
   * The origin whose pages may read answers (CORS): `*`, or one origin, e.g. `https://www.example.com`. `*` gives a page no
   * additional permission, because no route authorizes a request by cookies.
   *
   * @default "*", or the origin of the page if the environment has a `website`
   */
  corsAllowOrigin: withDefault(textLike(ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE), "*"),

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
