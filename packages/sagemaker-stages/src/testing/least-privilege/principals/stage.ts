import { customerKeyName, type Environment, namePrefix } from "../../../environment/environment";
import { accessKind, type ParsedRouteAccess, routeAccess } from "../../../environment/model-settings";
import { parseEnvironment } from "../../../environment/parse";
import { parseEmbedded } from "../../terraform";
import { Refused } from "../refused";
import { type AccessRequest, type AllowedRequest, only, type Principal, type RequestToken } from "../request";
import type { ResolvedStack } from "../resolved-stack";
import { foreignPrincipal, outsidePrincipal, type PrincipalRules, routeOf, type Sources } from "./principal";

const INTEGRATION = "https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html";
const ACCESS =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html";

/**
 * The function in the URI of a buffered or of a streamed integration. Both need `lambda:InvokeFunction`: InvokeWithResponseStream
 * has no action of its own (https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html).
 */
const FUNCTION_IN_URI =
  /:lambda:path\/(?:2015-03-31\/functions\/(arn:[^/]+)\/invocations|2021-11-15\/functions\/(arn:[^/]+)\/response-streaming-invocations)$/;
const STREAMED_INTEGRATION =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html";

/** API Gateway's invocations of functions, and the callers' requests to routes. */
export const stage: PrincipalRules = {
  reads: {
    aws_api_gateway_stage: [
      // API Gateway writes access logs with the account's role, which tests/stacks/account-stack.test.ts checks.
      "access_log_settings",
      "deployment_id",
      "depends_on",
      "rest_api_id",
      "stage_name",
      "xray_tracing_enabled",
    ],
  },
  allowedRequests: (sources) => [
    ...invocationsOf(sources.stack),
    ...routesOf(sources).flatMap((route) => route.allowedRequests),
  ],
  deniedRequests: (sources) => routesOf(sources).flatMap((route) => route.deniedRequests),
};

/** `arn:…:<api>/<stage>` of each stage. */
function stageArns(stack: ResolvedStack): string[] {
  return stack.all("aws_api_gateway_stage").map((resource) => {
    const api = resource.text("rest_api_id");
    return stack.account.arn("execute-api", `${api}/${resource.text("stage_name")}`);
  });
}

/** The request of each integration: API Gateway invokes a function for one route. */
function invocationsOf(stack: ResolvedStack): AllowedRequest[] {
  return stack.all("aws_api_gateway_rest_api").flatMap((api) => {
    const { paths } = parseEmbedded(api.text("body"), `${api.address}.body`) as unknown as {
      paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
    };
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]): AllowedRequest[] => {
        const [, buffered, streamed] = FUNCTION_IN_URI.exec(uriOf(operation)) ?? [];
        const functionArn = buffered ?? streamed;
        if (functionArn === undefined) return [];
        return stageArns(stack).map((arn) => ({
          subject: `function ${functionArn.replace(/^.*:function:/, "")}`,
          principal: { kind: "service", name: "apigateway.amazonaws.com" },
          action: "lambda:InvokeFunction",
          resource: only(functionArn),
          context: { "aws:SourceArn": only(`${arn}/${method.toUpperCase()}${path}`) },
          reason: `the integration of ${method.toUpperCase()} ${path}`,
          source: streamed === undefined ? INTEGRATION : STREAMED_INTEGRATION,
          otherRequests: "denied",
        }));
      }),
    );
  });
}

function uriOf(operation: object): string {
  const integration = (operation as { "x-amazon-apigateway-integration"?: { uri?: unknown } })[
    "x-amazon-apigateway-integration"
  ];
  return typeof integration?.uri === "string" ? integration.uri : "";
}

/** The requests that a route must allow and must deny. */
interface Calls {
  readonly allowedRequests: readonly AllowedRequest[];
  readonly deniedRequests: readonly AccessRequest[];
}

/** The requests to each route, according to the route's access in the environment. */
function routesOf({ stack, environment, models }: Sources): Calls[] {
  return stageArns(stack).flatMap((stageArn) =>
    Object.entries(environment.models).map(([model, settings]) =>
      callsOf(routeOf(models, model), routeAccess(settings), stageArn, stack, keysOf(environment, model)),
    ),
  );
}

function callsOf(
  { method, path }: { readonly method: string; readonly path: string },
  access: ParsedRouteAccess,
  stageArn: string,
  stack: ResolvedStack,
  customerKeys: readonly CustomerKey[],
): Calls {
  const call = (principal: Principal, reason: string, withApiKey = false): AccessRequest => ({
    subject: `route ${method} ${path} of ${stack.name}`,
    principal,
    action: "execute-api:Invoke",
    resource: only(`${stageArn}/${method}${path}`),
    context: {},
    withApiKey,
    reason,
    source: ACCESS,
  });
  const unsigned = { kind: "anonymous" } as const;
  const anonymous = call(unsigned, "a request without a signature and without a key");
  const withKey = call(unsigned, "a request with the stage's API key", true);
  const signed = call(
    outsidePrincipal(stack, "principal with every permission"),
    "a principal with execute-api:Invoke calls with a signature",
  );
  const withoutPermissions = call(
    outsidePrincipal(stack, "principal without permissions"),
    "a principal without permissions calls with a signature",
  );
  const foreign = call(foreignPrincipal(stack), "a principal of another account calls with a signature");
  switch (accessKind(access)) {
    case "COGNITO":
    case "JWT": {
      const tokens = tokensOf(access, stack);
      const withToken = ({ token, reason }: TokenOfRoute): AccessRequest => ({
        ...call(unsigned, reason),
        token,
      });
      return {
        allowedRequests: tokens.accepted.map((token) => ({ ...withToken(token), otherRequests: "denied" })),
        deniedRequests: [anonymous, withKey, signed, foreign, ...tokens.refused.map(withToken)],
      };
    }
    case "PUBLIC":
      return { allowedRequests: [{ ...anonymous, otherRequests: "denied" }], deniedRequests: [] };
    case "API_KEY":
      if (customerKeys.length > 0) {
        const withCustomerKey = ({ name, reason }: CustomerKey): AccessRequest => ({
          ...call(unsigned, reason),
          apiKey: name,
        });
        const onOtherStage = ({ name }: CustomerKey): AccessRequest => ({
          ...call(unsigned, "a key of a customer opens another stage"),
          resource: only(`${stageArn}-other/${method}${path}`),
          apiKey: name,
        });
        return {
          allowedRequests: customerKeys
            .filter(({ mayCall }) => mayCall)
            .map((key) => ({ ...withCustomerKey(key), otherRequests: "denied" })),
          deniedRequests: [
            anonymous,
            withKey,
            signed,
            foreign,
            withCustomerKey({ name: "unknown", mayCall: false, reason: "a request with an unknown key" }),
            ...customerKeys.filter(({ mayCall }) => !mayCall).map(withCustomerKey),
            ...customerKeys.map(onOtherStage),
          ],
        };
      }
      return {
        allowedRequests: sharedKeysOf(stack).map((apiKey) => ({
          ...call(unsigned, "a request with the stage's API key"),
          apiKey,
          otherRequests: "denied",
        })),
        deniedRequests: [anonymous, signed, foreign],
      };
    case "AWS_IAM":
      return {
        allowedRequests: [{ ...signed, otherRequests: "any" }],
        deniedRequests: [anonymous, withKey, withoutPermissions, foreign],
      };
  }
}

/** The names of the keys of a stack without customers. */
function sharedKeysOf(stack: ResolvedStack): string[] {
  const names = stack.all("aws_api_gateway_api_key").map((key) => key.text("name"));
  if (names.length === 1) return names;
  throw new Refused(
    `${stack.name}: got ${names.length} keys; allowed: one key for the routes with the access API_KEY`,
  );
}

/** A key of a customer. */
interface CustomerKey {
  readonly name: string;
  /** Whether the environment lets the customer call the route. */
  readonly mayCall: boolean;
  readonly reason: string;
}

/** The keys of every customer of the environment; empty for an environment without customers. */
function keysOf(environment: Environment, model: string): CustomerKey[] {
  const { customers } = parseEnvironment(environment);
  return Object.entries(customers).flatMap(([customer, { models, keys }]) => {
    const mayCall = models.includes(model);
    return keys.map((key) => ({
      name: customerKeyName(namePrefix(environment), customer, key),
      mayCall,
      reason: mayCall
        ? `the key of the customer ${customer}, who has the model ${model}`
        : `the key of the customer ${customer}, who does not have the model ${model}`,
    }));
  });
}

/** A token, with the reason for the request. */
interface TokenOfRoute {
  readonly token: RequestToken;
  readonly reason: string;
}

/** An issuer, a user pool, an audience and a scope that no environment names. */
const OTHER_ISSUER = "https://other-issuer.example.com";
const OTHER_AUDIENCE = "other-audience";
const OTHER_SCOPE = "other-scope";

/** The user pool of the page's sign-in, whose tokens open a route without the setting `userPoolArn`. */
function ownUserPool(stack: ResolvedStack): string {
  const [pool, ...others] = stack.all("aws_cognito_user_pool");
  if (pool !== undefined && others.length === 0) return pool.text("arn");
  throw new Refused(
    `${stack.name}: got ${others.length + (pool === undefined ? 0 : 1)} user pools; allowed: one user pool for the routes with the access { cognito: {} }`,
  );
}

/** The tokens that a route must accept, and the near misses that it must refuse. */
function tokensOf(
  access: ParsedRouteAccess,
  stack: ResolvedStack,
): {
  readonly accepted: readonly TokenOfRoute[];
  readonly refused: readonly TokenOfRoute[];
} {
  if (typeof access === "string") return { accepted: [], refused: [] };
  if ("cognito" in access) {
    const { scopes } = access.cognito;
    const userPoolArn = access.cognito.userPoolArn ?? ownUserPool(stack);
    const one = (issuer: string, given: readonly string[], reason: string): TokenOfRoute => ({
      token: { issuer, scopes: given },
      reason,
    });
    return {
      accepted:
        scopes.length === 0
          ? [one(userPoolArn, [], "an ID token of the user pool")]
          : scopes.map((scope) => one(userPoolArn, [scope], `an access token with the scope ${scope}`)),
      refused: [
        one(`${userPoolArn}x`, scopes, "a token of another user pool"),
        one(userPoolArn, [OTHER_SCOPE], "an access token with another scope"),
        ...(scopes.length === 0 ? [] : [one(userPoolArn, [], "an ID token in place of an access token")]),
      ],
    };
  }
  const { issuer, audience, scopes } = access.jwt;
  const [first = ""] = audience;
  const valid: RequestToken = { issuer, audience: first, scopes };
  return {
    accepted: audience.map((one) => ({ token: { ...valid, audience: one }, reason: `a token for ${one}` })),
    refused: [
      { token: { ...valid, issuer: OTHER_ISSUER }, reason: "a token of another issuer" },
      { token: { ...valid, audience: OTHER_AUDIENCE }, reason: "a token for another audience" },
      ...scopes.map((scope) => ({
        token: { ...valid, scopes: [...scopes.filter((one) => one !== scope), OTHER_SCOPE] },
        reason: `a token without the scope ${scope}`,
      })),
    ],
  };
}
