import type * as z from "zod";
import { MAX_STREAM_IN_SECONDS, MIN_TIMEOUT_IN_SECONDS, TIME_SOURCES } from "../../../aws/time-budget";
import {
  AWS_MANAGED_ROLE,
  isPrincipal,
  principalAllowed,
  principalName,
  VARIABLE,
  VARIABLE_ALLOWED,
  VARIABLE_SOURCE,
} from "../../patterns";
import {
  byName,
  oneOf,
  optional,
  rule,
  settings,
  text,
  textLike,
  wholeNumber,
  withDefault,
  withDefaults,
} from "../setting";
import { routeAccessSetting } from "./access";
import { captureSettings } from "./capture";
import { modelFunctionSettings } from "./function";
import { functionUrlSettings } from "./function-url";
import { objectivesSettings } from "./objectives";

/** Every value of {@link Via}. */
export const VIA = ["lambda", "gateway"] as const;

/** The service that invokes the endpoint for a route: Lambda or API Gateway. */
export type Via = (typeof VIA)[number];

/** Every value of {@link ResponseTransferMode}. */
export const RESPONSE_TRANSFER_MODES = ["buffer", "stream"] as const;

/** How API Gateway sends the answer of a route: after the whole answer, or as soon as it receives a part. */
export type ResponseTransferMode = (typeof RESPONSE_TRANSFER_MODES)[number];

/** The variable from which new functions read the name of their endpoint. */
export const DEFAULT_ENVIRONMENT_VARIABLE_NAME = "ENDPOINT_NAME";

const MAX_ROLE_CHARACTERS = 64;

/** Settings of every model, with a new or an existing endpoint. */
export const routeSettings = settings({
  /**
   * Who may call the route.
   * - `AWS_IAM`: principals with the permission `execute-api:Invoke` on the route, with signed requests.
   * - `API_KEY`: callers that send a key in `x-api-key`: the environment's key, or the key of one of its `customers`. An API
   *   key identifies a customer, but does not authenticate the caller: anyone who has the key can use it. If the contract
   *   has `keyHeader: "authorization"`, such as `openAiChat`, callers send `Authorization: Bearer <key>`, and the environment
   *   must have `customers`.
   * - `PUBLIC`: anyone, without authentication.
   * - `{ cognito: … }`: callers that send a token of an Amazon Cognito user pool in the header `authorization`.
   * - `{ jwt: … }`: callers that send a token of another OpenID Connect issuer as `authorization: Bearer <token>`.
   *
   * A function URL always requires signed requests, whatever the access of the route. `docs/tokens.md` describes tokens.
   *
   * @default "AWS_IAM"
   */
  access: withDefault(routeAccessSetting, "AWS_IAM"),

  /**
   * The service that invokes the endpoint for the route.
   * - `lambda`: a Lambda function, which parses the request with the contract, retries, and reads the answer.
   * - `gateway`: API Gateway, with a role that may only invoke this endpoint. The environment creates no function: the route
   *   costs less and answers faster. The route has no retries, no log of the function, no function URL, no direct
   *   invocation, no text and no limit of rows. Only for a model whose contract has `passThrough`, because API Gateway sends
   *   the request's body unchanged. `docs/gateway.md` lists every difference.
   *
   * @default "lambda"
   */
  via: withDefault(oneOf(VIA, "the type ModelSettings of sagemaker-stages"), "lambda"),

  /**
   * How API Gateway and the function URL send the answer.
   * - `buffer`: after the whole answer. API Gateway waits at most 29 seconds, and an answer has at most 6 MB.
   * - `stream`: as soon as the function sends a part. API Gateway waits up to 5 minutes for a plain answer, e.g. of a serverless
   *   endpoint that is starting, and sends the stream of a streaming contract for up to 15 minutes.
   *
   * Only for a new function with a handler in TypeScript. A change of the mode changes the function and the API one after the
   * other: between both, requests fail with 502 for a few seconds. `docs/long-answers.md` describes both modes.
   *
   * @default - `buffer`; `stream` if the contract has `stream`
   */
  responseTransferMode: optional(
    oneOf(RESPONSE_TRANSFER_MODES, "the type ModelSettings of sagemaker-stages"),
  ),

  /**
   * Seconds that API Gateway waits for the answer, from 2. The function has one second less, and costs
   * the same while it waits as while it computes.
   * - With `responseTransferMode: "buffer"` at most 29, or at most the quota `integrationTimeoutInSeconds`.
   * - With `"stream"` at most 300, because a Regional API closes a stream without data after 5 minutes.
   * - With a streaming contract at most 900.
   *
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html)
   *
   * @default - 29; with `responseTransferMode: "stream"` 300, and with a streaming contract 900
   */
  timeoutInSeconds: optional(
    wholeNumber(MIN_TIMEOUT_IN_SECONDS, MAX_STREAM_IN_SECONDS, TIME_SOURCES.transferMode),
  ),

  /**
   * A function URL in addition to the route, for signed requests of principals with `lambda:InvokeFunctionUrl` and
   * `lambda:InvokeFunction` on the function. Not for an existing function, whose owner manages its URL.
   *
   * @default - none
   */
  functionUrl: optional(functionUrlSettings),

  /**
   * Settings of the new function. Cannot be combined with `existingFunction`.
   *
   * @default {}
   */
  function: withDefaults(modelFunctionSettings, {}),

  /**
   * Store requests and answers in the environment's bucket `<prefix>-capture-<account>-<region>`, after the answer, in the
   * format of SageMaker's data capture. Works with every endpoint, also with serverless endpoints. Values are masked unless
   * `keep` or `drop` names fields. Only for a new function with a contract. `docs/capture.md` describes the records.
   *
   * @default - the function stores no requests
   */
  capture: optional(captureSettings),

  /**
   * Name, or ARN without version, of an existing function in the environment's account and region. The function answers the
   * route instead of a new function, and must accept API Gateway's proxy events (payload 1.0). The environment adds to the
   * function's role a policy to invoke this endpoint, and to the function's resource policy a statement that permits this
   * route to invoke the function. The environment changes nothing else of the function: the function's variable
   * `sagemakerEnvironmentVariableName` must already contain the endpoint's name, or the plan fails and shows the expected
   * name. Terraform reads the function to find its role: the function's variables are then in the state.
   *
   * @default - none: the environment creates a function
   */
  existingFunction: optional(text),

  /**
   * Name of the role of `existingFunction`: 1–64 characters, with the path if the role has a path, e.g.
   * `service-role/scoring` for a role of Lambda's console (`aws lambda get-function-configuration --query Role`). The
   * deployer may then write the inline policies of this role, and of no other existing role. If the environment's
   * `permissionsBoundary` is an ARN, the role must have this boundary; with `true`, the role must have a boundary of your
   * choice. Not a role that an environment or an account creates.
   *
   * @default - none: the command `deployer` refuses the environment, and an administrator must deploy it
   */
  existingFunctionRole: optional(
    rule(text, {
      holds: (role) => isPrincipal(role, MAX_ROLE_CHARACTERS) && !AWS_MANAGED_ROLE.test(principalName(role)),
      allowed: `${principalAllowed(MAX_ROLE_CHARACTERS)}; not a role that only AWS can change`,
      source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    }),
  ),

  /**
   * The variable from which an existing function reads the endpoint's name: two or more letters, digits and `_`, starting
   * with a letter (https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html). New functions use the default.
   *
   * @default "ENDPOINT_NAME"
   */
  sagemakerEnvironmentVariableName: withDefault(
    textLike(VARIABLE, VARIABLE_ALLOWED, VARIABLE_SOURCE),
    DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  ),

  /**
   * Service level objectives of the model, with alarms in CloudWatch: for the error budget, for latency, for throttled requests,
   * for an endpoint that does not wake up, and for exhausted concurrency; with asynchronous requests, for requests that wait too long or
   * fail, and for instances that do not start. Requires the environment's `notify`. Only for a new function: an existing
   * function prints no metrics, and a route with `via: "gateway"` has no function.
   *
   * @default - none: no alarms
   */
  objectives: optional(objectivesSettings),

  /**
   * Tags of the model's resources, in addition to the environment's tags: at most 47 in total. A tag of the model replaces
   * the environment's tag with the same key. Two keys must not differ only in upper and lower case: IAM treats them as one
   * key.
   *
   * @default - the environment's tags
   */
  tags: withDefault(byName(text), {}),
});

/** Settings that every model has. */
export type ServingSettings = z.input<typeof routeSettings>;
