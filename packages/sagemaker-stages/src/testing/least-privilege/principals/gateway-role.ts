import { parseEmbedded } from "../../terraform";
import { type AllowedRequest, only } from "../request";
import type { ResolvedStack } from "../resolved-stack";
import { type PrincipalRules, roleNameOf } from "./principal";
import { AUTHORIZATION, TARGET_MODEL } from "./target";

/**
 * API Gateway assumes the role of an integration without a condition key
 * (https://github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/pull/479).
 */
const TRUST = "https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html";
const INTEGRATION = "https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html";

const ENDPOINT_IN_URI = /:runtime\.sagemaker:path\/endpoints\/([^/]+)\/invocations$/;

/** An integration of a route with SageMaker, and its role. */
export interface GatewayRoleInStack {
  readonly roleArn: string;
  readonly endpointName: string;
  /** The model of a multi-model endpoint that the integration names. */
  readonly targetModel: string | undefined;
  /** The inference component that the integration names. */
  readonly component: string | undefined;
  /** E.g. `POST /iris`. */
  readonly route: string;
}

interface Integration {
  readonly uri?: string;
  readonly credentials?: string;
  readonly requestParameters?: Readonly<Record<string, string>>;
}

interface Operation {
  readonly "x-amazon-apigateway-integration"?: Integration;
}

/** The role of every route for which API Gateway invokes the endpoint without a function. */
export function gatewayRolesOf(stack: ResolvedStack): GatewayRoleInStack[] {
  return stack.all("aws_api_gateway_rest_api").flatMap((api) => {
    const { paths } = parseEmbedded(api.text("body"), `${api.address}.body`) as unknown as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]): GatewayRoleInStack[] => {
        const integration = operation["x-amazon-apigateway-integration"] ?? {};
        const { uri = "", credentials } = integration;
        const [, endpointName] = ENDPOINT_IN_URI.exec(uri) ?? [];
        if (endpointName === undefined || credentials === undefined) return [];
        return [
          {
            roleArn: credentials,
            endpointName,
            targetModel: literalHeader(integration, "X-Amzn-SageMaker-Target-Model"),
            component: literalHeader(integration, "X-Amzn-SageMaker-Inference-Component"),
            route: `${method.toUpperCase()} ${path}`,
          },
        ];
      }),
    );
  });
}

/** The value of a header that an integration sends with each request. */
function literalHeader({ requestParameters = {} }: Integration, name: string): string | undefined {
  const value = requestParameters[`integration.request.header.${name}`];
  return value === undefined ? undefined : /^'(.*)'$/s.exec(value)?.[1];
}

/** The role with which API Gateway invokes the endpoint of a route. */
export const gatewayRole: PrincipalRules = {
  reads: {},
  allowedRequests: ({ stack }) => gatewayRolesOf(stack).flatMap((role) => allowedRequestsOf(role, stack)),
  deniedRequests: () => [],
};

function allowedRequestsOf(
  { roleArn, endpointName, targetModel, component, route }: GatewayRoleInStack,
  { account }: ResolvedStack,
): AllowedRequest[] {
  const common = { subject: `role ${roleNameOf(roleArn)}`, context: {}, otherRequests: "denied" } as const;
  const invoked = [
    { resource: `endpoint/${endpointName}`, source: INTEGRATION },
    ...(component === undefined
      ? []
      : [{ resource: `inference-component/${component}`, source: AUTHORIZATION }]),
  ];
  return [
    {
      ...common,
      principal: { kind: "service", name: "apigateway.amazonaws.com" },
      action: "sts:AssumeRole",
      resource: only(roleArn),
      reason: `API Gateway assumes the role for the integration of ${route}`,
      source: TRUST,
    },
    ...invoked.map(
      ({ resource, source }): AllowedRequest => ({
        ...common,
        principal: { kind: "principal", arn: roleArn },
        action: "sagemaker:InvokeEndpoint",
        resource: only(account.arn("sagemaker", resource)),
        context: targetModel === undefined ? {} : { [TARGET_MODEL]: only(targetModel) },
        reason: `the integration of ${route} invokes the model's endpoint`,
        source,
      }),
    ),
  ];
}
