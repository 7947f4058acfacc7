import { buildArn } from "../../aws/arn";
import { type AccessKind, accessKind, type ParsedRouteAccess } from "../../environment/model-settings";
import { omitUndefined } from "../../lib/omit-undefined";
import type { KeyHeader } from "../../runtime/contract";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The function that checks credentials for API Gateway. */
export interface StageAuthorizer {
  readonly functionArn: string;
  /** Seconds for which API Gateway uses a result again; 0: never. */
  readonly cacheInSeconds: number;
}

/** The properties of an API that determine its security schemes. */
export interface SecurityProps {
  readonly region: string;
  readonly partition: string;
  readonly accesses: readonly ParsedRouteAccess[];
  /** @default - none: no route requires a token of `jwt`, and the environment has no customers */
  readonly authorizer?: StageAuthorizer | undefined;
  /** Whether the keys of `API_KEY` routes belong to customers. @default false */
  readonly hasCustomers?: boolean | undefined;
  /** The headers in which customers send their keys. @default - `x-api-key` */
  readonly keyHeaders?: readonly KeyHeader[] | undefined;
}

/** The URI with which API Gateway invokes a function. */
export function invocationUri(functionArn: string, api: Pick<SecurityProps, "region" | "partition">): string {
  return lambdaUri(`2015-03-31/functions/${functionArn}/invocations`, api);
}

/**
 * The URI with which API Gateway invokes a function whose answer it streams: InvokeWithResponseStream, which requires the same
 * permission `lambda:InvokeFunction` as Invoke
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html,
 * https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html).
 */
export function streamedInvocationUri(
  functionArn: string,
  api: Pick<SecurityProps, "region" | "partition">,
): string {
  return lambdaUri(`2021-11-15/functions/${functionArn}/response-streaming-invocations`, api);
}

/** The URI with which API Gateway calls an operation of Lambda. @param path - the operation's path in Lambda's API */
function lambdaUri(path: string, { partition, region }: Pick<SecurityProps, "region" | "partition">): string {
  return buildArn({
    partition,
    service: "apigateway",
    region,
    // The service that API Gateway calls replaces the account.
    accountId: "lambda",
    resource: `path/${path}`,
  });
}

/** The user pools of an API, each once, in the order of its routes. API Gateway gets one authorizer for each pool. */
function userPoolsOf(accesses: readonly ParsedRouteAccess[]): string[] {
  return [...new Set(accesses.flatMap((access) => userPoolOf(access) ?? []))];
}

function userPoolOf(access: ParsedRouteAccess): string | undefined {
  if (typeof access === "string" || !("cognito" in access)) return undefined;
  const { userPoolArn } = access.cognito;
  // The rules of environments refuse this case before.
  if (userPoolArn === undefined)
    throw new Error("access.cognito.userPoolArn: got none; allowed: the ARN of a user pool");
  return userPoolArn;
}

function cognitoScheme(userPoolArn: string, pools: readonly string[]): string {
  const index = pools.indexOf(userPoolArn);
  return index === 0 ? "cognito" : `cognito${index + 1}`;
}

/** The security of a route: the names of schemes, with scopes. */
export function securityOf(
  access: ParsedRouteAccess,
  {
    accesses: all,
    hasCustomers = false,
    keyHeader = "x-api-key",
  }: Pick<SecurityProps, "accesses" | "hasCustomers"> & { readonly keyHeader?: KeyHeader | undefined },
): Json {
  switch (accessKind(access)) {
    case "PUBLIC":
      return [];
    case "AWS_IAM":
      return [{ sigv4: [] }];
    case "API_KEY":
      // API Gateway requires both: a method has at most one authorizer, and requires a key or not. AWS SAM writes the same
      // form (https://github.com/aws/serverless-application-model/blob/develop/samtranslator/swagger/swagger.py).
      return hasCustomers ? [{ [CUSTOMER_SCHEMES[keyHeader]]: [] }, { api_key: [] }] : [{ api_key: [] }];
    case "JWT":
      // The function checks scopes: API Gateway accepts scopes only for user pools.
      return [{ tokens: [] }];
    case "COGNITO": {
      const { userPoolArn = "", scopes = [] } =
        typeof access !== "string" && "cognito" in access ? access.cognito : {};
      return [{ [cognitoScheme(userPoolArn, userPoolsOf(all))]: [...scopes] }];
    }
  }
}

/** The security schemes of an API; `undefined` if every route is public. */
export function securitySchemes({
  accesses,
  authorizer,
  hasCustomers,
  keyHeaders = ["x-api-key"],
  ...api
}: SecurityProps): Json | undefined {
  const kinds = new Set<AccessKind>(accesses.map(accessKind));
  const pools = userPoolsOf(accesses);
  const schemes = omitUndefined({
    api_key: kinds.has("API_KEY") ? KEY_HEADER : undefined,
    customers:
      authorizer !== undefined && hasCustomers === true && keyHeaders.includes("x-api-key")
        ? functionScheme(KEY_HEADER, authorizer, api)
        : undefined,
    // With its own authorizer, a result for one header is never used for a request with the other header.
    customers_bearer:
      authorizer !== undefined && hasCustomers === true && keyHeaders.includes("authorization")
        ? functionScheme(AUTHORIZATION_HEADER, authorizer, api)
        : undefined,
    sigv4: kinds.has("AWS_IAM")
      ? { ...AUTHORIZATION_HEADER, "x-amazon-apigateway-authtype": "awsSigv4" }
      : undefined,
    tokens:
      authorizer !== undefined && kinds.has("JWT")
        ? functionScheme(AUTHORIZATION_HEADER, authorizer, api)
        : undefined,
    ...Object.fromEntries(
      pools.map((pool) => [
        cognitoScheme(pool, pools),
        {
          ...AUTHORIZATION_HEADER,
          "x-amazon-apigateway-authtype": "cognito_user_pools",
          "x-amazon-apigateway-authorizer": { type: "cognito_user_pools", providerARNs: [pool] },
        },
      ]),
    ),
  });
  return Object.keys(schemes).length === 0 ? undefined : (schemes as Json);
}

/** The security schemes of customers' keys, by header. */
const CUSTOMER_SCHEMES: Readonly<Record<KeyHeader, string>> = {
  "x-api-key": "customers",
  authorization: "customers_bearer",
};

/** The scheme of a header that the authorizer function checks. */
function functionScheme(
  header: typeof KEY_HEADER | typeof AUTHORIZATION_HEADER,
  { functionArn, cacheInSeconds }: StageAuthorizer,
  api: Pick<SecurityProps, "region" | "partition">,
): Json {
  return {
    ...header,
    "x-amazon-apigateway-authtype": "custom",
    "x-amazon-apigateway-authorizer": {
      // A request without the header is refused with 401 before the function is invoked.
      type: "request",
      identitySource: `method.request.header.${header.name}`,
      authorizerUri: invocationUri(functionArn, api),
      authorizerResultTtlInSeconds: cacheInSeconds,
    },
  };
}

const KEY_HEADER = { type: "apiKey", name: "x-api-key", in: "header" } as const;
const AUTHORIZATION_HEADER = { type: "apiKey", name: "Authorization", in: "header" } as const;
