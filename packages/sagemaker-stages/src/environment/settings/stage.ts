import type * as z from "zod";
import { ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE } from "../patterns";
import { flag, number, optional, rule, settings, textLike, wholeNumber, withDefault } from "./setting";

const THROTTLING_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html";

const RETENTION_STEPS_IN_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Days that logs are kept: one of CloudWatch's steps. */
export const logRetentionInDays = rule(number, {
  holds: (days) => RETENTION_STEPS_IN_DAYS.includes(days),
  allowed: RETENTION_STEPS_IN_DAYS.join(", "),
  source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
});

/** The REST API's stage. */
export const stageSettings = settings({
  /** Token bucket over all callers of one method; further requests get a 429. */
  throttling: settings({
    /**
     * Requests per second, 1–10,000: the account's default limit in a region
     * (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
     */
    rateLimit: wholeNumber(1, 10_000, THROTTLING_SOURCE),
    /** Requests at once, 1–5,000: the account's default limit in a region (same source). */
    burstLimit: wholeNumber(1, 5_000, THROTTLING_SOURCE),
  }),

  /**
   * Days that the logs of functions, endpoints and the stage are kept: one of CloudWatch's steps (1, 3, 5, 7, 14, 30,
   * 60, 90, … 3653;
   * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
   */
  logRetentionInDays,

  /**
   * Write one line of JSON to the log group `/aws/apigateway/<prefix>-inference/access` for each request: who called
   * which route, when, with which result; never the body, the query, the API key or a signature. Calls of function URLs
   * and endpoints do not pass the stage, and are not in the log. API Gateway may write no line for an answer of 413 or
   * 431, or for many of 429 (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-monitor.html).
   *
   * API Gateway writes with the one CloudWatch role of the account and region, and refuses access logs while the account
   * has none (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html). An account's
   * `apiGatewayLogs` creates the role. `true` is also allowed without it, for an account that has the role from
   * elsewhere: that role must be allowed to write to this group, and where the account has none, the apply fails.
   *
   * @default - true where `environments/accounts.ts` has an entry of the environment's account and region with
   * `apiGatewayLogs: true`, else false
   */
  accessLogs: optional(flag),

  /**
   * The origin whose pages may read answers (CORS): `*`, or one such as `https://www.example.com`.
   * `*` gives a page no permission that its user does not have: no route is authorized by cookies.
   *
   * @default "*"; where the environment has a `website`, the page's origin is allowed instead
   */
  corsAllowOrigin: withDefault(textLike(ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE), "*"),

  /**
   * Write the messages of errors to the functions' logs: of a model's container, of SageMaker and of a contract, each
   * cut to 500 characters. A message can quote a request, so the logs can then hold callers' data. The setting becomes
   * the functions' environment variable `LOG_ERROR_MESSAGES`. Existing functions do not change.
   *
   * @default false: the logs hold an error's name, its origin (service, container, connection or function) and its
   * status
   */
  logErrorMessages: withDefault(flag, false),
});

/** The REST API's stage. */
export type StageSettings = z.input<typeof stageSettings>;
