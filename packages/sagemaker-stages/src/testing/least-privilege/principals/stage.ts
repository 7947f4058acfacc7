import { type RouteAccess, routeAccess } from "../../../environment/model-settings";
import { parseEmbedded } from "../../terraform";
import { type AccessRequest, type AllowedRequest, only, type Principal } from "../request";
import type { ResolvedStack } from "../resolved-stack";
import { foreignPrincipal, outsidePrincipal, type PrincipalRules, routeOf, type Sources } from "./principal";

const INTEGRATION = "https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html";
const ACCESS =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html";

const FUNCTION_IN_URI = /:lambda:path\/2015-03-31\/functions\/(arn:[^/]+)\/invocations$/;

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
        const [, functionArn] = FUNCTION_IN_URI.exec(uriOf(operation)) ?? [];
        if (functionArn === undefined) return [];
        return stageArns(stack).map((arn) => ({
          subject: `function ${functionArn.replace(/^.*:function:/, "")}`,
          principal: { kind: "service", name: "apigateway.amazonaws.com" },
          action: "lambda:InvokeFunction",
          resource: only(functionArn),
          context: { "aws:SourceArn": only(`${arn}/${method.toUpperCase()}${path}`) },
          reason: `the integration of ${method.toUpperCase()} ${path}`,
          source: INTEGRATION,
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
      callsOf(routeOf(models, model), routeAccess(settings), stageArn, stack),
    ),
  );
}

function callsOf(
  { method, path }: { readonly method: string; readonly path: string },
  access: RouteAccess,
  stageArn: string,
  stack: ResolvedStack,
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
  switch (access) {
    case "PUBLIC":
      return { allowedRequests: [{ ...anonymous, otherRequests: "denied" }], deniedRequests: [] };
    case "API_KEY":
      return {
        allowedRequests: [{ ...withKey, otherRequests: "denied" }],
        deniedRequests: [anonymous, signed, foreign],
      };
    case "AWS_IAM":
      return {
        allowedRequests: [{ ...signed, otherRequests: "any" }],
        deniedRequests: [anonymous, withKey, withoutPermissions, foreign],
      };
  }
}
