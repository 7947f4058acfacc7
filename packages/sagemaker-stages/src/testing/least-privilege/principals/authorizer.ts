import { parseEmbedded } from "../../terraform";
import { type AccessRequest, type AllowedRequest, only } from "../request";
import type { ResolvedStack, Resource } from "../resolved-stack";
import type { PrincipalRules } from "./principal";

const AUTHORIZER =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html";

const FUNCTION_IN_URI = /:lambda:path\/2015-03-31\/functions\/(arn:[^/]+)\/invocations$/;

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components?: {
    readonly securitySchemes?: Readonly<
      Record<string, { readonly "x-amazon-apigateway-authorizer"?: { readonly authorizerUri?: string } }>
    >;
  };
}

/** API Gateway's invocations of the function that checks credentials. */
export const authorizer: PrincipalRules = {
  reads: {},
  allowedRequests: ({ stack }) =>
    invocationsOf(stack).map(({ request, apiArn }) => ({
      ...request,
      // API Gateway assigns the id of an authorizer.
      context: { "aws:SourceArn": { exact: `${apiArn}/authorizers/`, free: "a1b2c3" } },
      reason: "API Gateway invokes the authorizer of the API",
      otherRequests: "denied",
    })),
  deniedRequests: ({ stack }) =>
    invocationsOf(stack).flatMap(({ request, apiArn, routes }) =>
      routes.map((route) => ({
        ...request,
        context: { "aws:SourceArn": only(`${apiArn}/${route}`) },
        reason: "a route invokes the authorizer as its integration",
      })),
    ),
};

/** The ARNs of the functions that check credentials. */
export function authorizerArnsOf(stack: ResolvedStack): ReadonlySet<string> {
  return new Set(stack.all("aws_api_gateway_rest_api").flatMap((api) => authorizersIn(documentOf(api))));
}

function documentOf(api: Resource): ApiDocument {
  return parseEmbedded(api.text("body"), `${api.address}.body`) as unknown as ApiDocument;
}

function authorizersIn({ components }: ApiDocument): string[] {
  const uris = Object.values(components?.securitySchemes ?? {}).map(
    (scheme) => scheme["x-amazon-apigateway-authorizer"]?.authorizerUri ?? "",
  );
  return [...new Set(uris.flatMap((uri) => FUNCTION_IN_URI.exec(uri)?.[1] ?? []))];
}

/** An authorizer of an API, with the routes of the API as `<stage>/<METHOD>/<path>`. */
interface Invocation {
  readonly request: Omit<AccessRequest & AllowedRequest, "context" | "reason" | "otherRequests">;
  readonly apiArn: string;
  readonly routes: readonly string[];
}

function invocationsOf(stack: ResolvedStack): Invocation[] {
  return stack.all("aws_api_gateway_rest_api").flatMap((api) => {
    const document = documentOf(api);
    const { paths } = document;
    const apiArn = stack.account.arn("execute-api", stack.account.generatedName(api.address, "<api>"));
    const stages = stack.all("aws_api_gateway_stage").map((stage) => stage.text("stage_name"));
    const routes = stages.flatMap((stage) =>
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${stage}/${method.toUpperCase()}${path}`),
      ),
    );
    return authorizersIn(document).map(
      (functionArn): Invocation => ({
        request: {
          subject: `function ${functionArn.replace(/^.*:function:/, "")}`,
          principal: { kind: "service", name: "apigateway.amazonaws.com" },
          action: "lambda:InvokeFunction",
          resource: only(functionArn),
          source: AUTHORIZER,
        },
        apiArn,
        routes,
      }),
    );
  });
}
