import type * as z from "zod";
import {
  isPrincipal,
  principalAllowed,
  principalName,
  ROLE_OF_AWS,
  VARIABLE,
  VARIABLE_ALLOWED,
  VARIABLE_SOURCE,
} from "../patterns";
import { modelFunctionSettings } from "./function";
import { functionUrlSettings } from "./function-url";
import {
  byName,
  oneOf,
  optional,
  rule,
  settings,
  text,
  textLike,
  withDefault,
  withDefaults,
} from "./setting";

/** Every value of {@link RouteAccess}. */
export const ROUTE_ACCESS = ["AWS_IAM", "API_KEY", "PUBLIC"] as const;

/** Who may call a route. */
export type RouteAccess = (typeof ROUTE_ACCESS)[number];

/** Every value of {@link Via}. */
export const VIA = ["lambda", "gateway"] as const;

/** What invokes the endpoint for a route: a Lambda function, or API Gateway itself. */
export type Via = (typeof VIA)[number];

/** The variable in which this project's functions find the name of their endpoint. */
export const DEFAULT_ENVIRONMENT_VARIABLE_NAME = "ENDPOINT_NAME";

const MAX_ROLE_CHARACTERS = 64;

/** Settings that every model has, whether its endpoint is new or not. */
export const routeSettings = settings({
  /**
   * Who may call the route.
   * - `AWS_IAM`: signed requests of principals with `execute-api:Invoke` on it.
   * - `API_KEY`: requests with the environment's key in `x-api-key`. For trials: a key says who pays, it does not prove
   *   who calls.
   * - `PUBLIC`: everybody.
   *
   * @default "AWS_IAM"
   */
  access: withDefault(oneOf(ROUTE_ACCESS, "the type ModelSettings of sagemaker-stages"), "AWS_IAM"),

  /**
   * What invokes the endpoint for the route.
   * - `lambda`: a function, which parses the request with the contract, retries, and reads the answer.
   * - `gateway`: API Gateway itself, with a role that may invoke this endpoint and do nothing else. No function is
   *   created: the route costs less and answers faster, and there are no retries, no log of the function, no function
   *   URL, no direct invocation, no text and no limit of rows. Only for a model whose contract has `passThrough`,
   *   because API Gateway sends the request's body as it stands. `docs/gateway.md` lists every difference.
   *
   * @default "lambda"
   */
  via: withDefault(oneOf(VIA, "the type ModelSettings of sagemaker-stages"), "lambda"),

  /**
   * A function URL beside the route, for signed requests only: of principals with `lambda:InvokeFunctionUrl` and
   * `lambda:InvokeFunction` on the function. Not for an existing function, whose URL belongs to its owner.
   *
   * @default - none
   */
  functionUrl: optional(functionUrlSettings),

  /**
   * Settings of the new function. Not beside `existingFunction`.
   *
   * @default - the defaults of these settings
   */
  function: withDefaults(modelFunctionSettings, {}),

  /**
   * An existing function, by its name or its ARN without version, in the environment's account and region. The function
   * answers the route instead of a new function and must take API Gateway's proxy events (payload 1.0). The environment
   * gives the function's role a policy to invoke this endpoint, and the function's resource policy lets this route
   * invoke the function; nothing else of the function changes. The function's variable
   * `sagemakerEnvironmentVariableName` must therefore already hold the endpoint's name, or the plan fails and says
   * which. Terraform reads the function to find its role: the function's variables are then in the state.
   *
   * @default - none: the environment creates a function
   */
  existingFunction: optional(text),

  /**
   * Name of the role of `existingFunction`, 1–64 characters, behind its path where it has one: `service-role/scoring`,
   * as Lambda's console names roles (`aws lambda get-function-configuration --query Role`). A deployer without
   * administrator permissions may then write the inline policies of this role and of no other existing role; where the
   * environment has a `permissionsBoundary`, only while the role has one, too. Not a role that an environment or an
   * account creates.
   *
   * @default - none: the command `deployer` refuses the environment, which an administrator deploys
   */
  existingFunctionRole: optional(
    rule(text, {
      holds: (role) => isPrincipal(role, MAX_ROLE_CHARACTERS) && !ROLE_OF_AWS.test(principalName(role)),
      allowed: `${principalAllowed(MAX_ROLE_CHARACTERS)}; none that AWS alone may change`,
      source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    }),
  ),

  /**
   * The variable in which an existing function finds the endpoint's name: two or more letters, digits and `_`, starting
   * with a letter (https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html). New functions use the default.
   *
   * @default "ENDPOINT_NAME"
   */
  sagemakerEnvironmentVariableName: withDefault(
    textLike(VARIABLE, VARIABLE_ALLOWED, VARIABLE_SOURCE),
    DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  ),

  /**
   * Tags of the model's resources, beside the environment's tags and instead of those with the same key; at most 47
   * together. No key may differ from another key by its case only: IAM treats both as one key.
   *
   * @default - the environment's tags
   */
  tags: withDefault(byName(text), {}),
});

/** Settings that every model has. */
export type ServingSettings = z.input<typeof routeSettings>;
