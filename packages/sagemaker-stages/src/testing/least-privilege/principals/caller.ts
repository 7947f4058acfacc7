import {
  type CallerSettings,
  callerPolicyName,
  type Environment,
  type Invocation,
  namePrefix,
} from "../../../environment/environment";
import type { Models } from "../../../models";
import { unattachedHolder } from "../read-policy-set";
import { type AccessRequest, type AllowedRequest, only } from "../request";
import {
  namesOf,
  type PrincipalRules,
  roleNameOf,
  routesOfModel,
  type Sources,
  withParameter,
} from "./principal";
import { namedModels, TARGET_MODEL, targetOfModel } from "./target";

const ROUTE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html";
const FUNCTION_URL = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";
const STREAM =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html";
const ENDPOINT = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html";

/** The callers of the environment, each with its invocations. */
export const caller: PrincipalRules = {
  reads: {},
  allowedRequests: (sources) =>
    Object.entries(sources.environment.callers ?? {}).flatMap(([name, settings]) =>
      allowedRequestsOf(name, settings, sources),
    ),
  deniedRequests: (sources) =>
    Object.entries(sources.environment.callers ?? {}).flatMap(([name, settings]) =>
      allowedRequestsOf(name, settings, sources).flatMap(deniedRequestsOf),
    ),
};

/** Requests that use the permissions for a function URL in another way. */
export function deniedRequestsOf(allowed: AllowedRequest): AccessRequest[] {
  switch (allowed.action) {
    case "lambda:InvokeFunctionUrl":
      return [
        {
          ...allowed,
          context: { "lambda:FunctionUrlAuthType": only("NONE") },
          reason: "the caller calls a URL that requires no authorization",
        },
      ];
    case "lambda:InvokeFunction":
      return [
        { ...allowed, context: {}, reason: "the caller invokes the function directly, not through its URL" },
      ];
    default:
      return [];
  }
}

function allowedRequestsOf(name: string, settings: CallerSettings, sources: Sources): AllowedRequest[] {
  const { stack, environment } = sources;
  const policyName = callerPolicyName(namePrefix(environment), name);
  const named = [
    // An attachment contains the name of a role without the role's path.
    ...(settings.roles ?? []).map((role) => `role/${roleNameOf(role)}`),
    ...(settings.users ?? []).map((user) => `user/${user}`),
    ...(settings.groups ?? []).map((group) => `group/${group}`),
  ].map((principal) => stack.account.globalArn("iam", principal));
  const holders = named.length > 0 ? named : [unattachedHolder(stack, policyName)];
  return holders.flatMap((arn) =>
    settings.mayInvoke.flatMap((invocation) =>
      requestsOf(invocation, settings, sources).map(
        (request): AllowedRequest => ({
          ...request,
          subject: `policy ${policyName}`,
          principal: { kind: "principal", arn },
          otherRequests: "denied",
        }),
      ),
    ),
  );
}

/** The requests of one way to invoke a model. */
export function requestsOf(
  { model, by }: Invocation,
  { mayInvoke }: Pick<CallerSettings, "mayInvoke">,
  { stack, environment, models }: Sources,
): Omit<AccessRequest, "subject" | "principal">[] {
  const names = namesOf(environment, model);
  const functionArn = only(stack.account.arn("lambda", `function:${names.function}`));
  switch (by) {
    case "route": {
      return stack.all("aws_api_gateway_stage").flatMap((stage) =>
        routesOfModel(environment, models, model).map(({ method, path }) => ({
          action: "execute-api:Invoke",
          resource: withParameter(
            stack.account.arn(
              "execute-api",
              `${stage.text("rest_api_id")}/${stage.text("stage_name")}/${method}${path}`,
            ),
          ),
          context: {},
          reason: `calls ${method} ${path} with a signature`,
          source: ROUTE,
        })),
      );
    }
    case "functionUrl":
      return [
        {
          action: "lambda:InvokeFunctionUrl",
          resource: functionArn,
          context: { "lambda:FunctionUrlAuthType": only("AWS_IAM") },
          reason: "calls the function's URL with a signature",
          source: FUNCTION_URL,
        },
        {
          action: "lambda:InvokeFunction",
          resource: functionArn,
          context: { "lambda:InvokedViaFunctionUrl": only("true") },
          reason: "calls the function's URL with a signature",
          source: FUNCTION_URL,
        },
      ];
    case "endpoint": {
      const { inferenceComponent: component } = targetOfModel(environment, model);
      const resources = [
        `endpoint/${names.endpoint}`,
        ...(component === undefined ? [] : [`inference-component/${component}`]),
      ];
      const targets = mayInvoke
        .filter(
          (other) => other.by === "endpoint" && namesOf(environment, other.model).endpoint === names.endpoint,
        )
        .map((other) => targetOfModel(environment, other.model));
      const named = namedModels(targetOfModel(environment, model), targets);
      const contexts = named.length === 0 ? [{}] : named.map((target) => ({ [TARGET_MODEL]: target }));
      return resources.flatMap((resource) =>
        contexts.flatMap((context) =>
          operationsOf(environment, models, model).map((operation) => ({
            ...operation,
            resource: only(stack.account.arn("sagemaker", resource)),
            context,
          })),
        ),
      );
    }
  }
}

/** The operations with which a caller invokes the endpoint of a model: as its answers are, whole or in a stream. */
function operationsOf(
  environment: Environment,
  models: Models,
  model: string,
): Pick<AccessRequest, "action" | "reason" | "source">[] {
  const whole = {
    action: "sagemaker:InvokeEndpoint",
    reason: "invokes the endpoint with the SageMaker SDK",
    source: ENDPOINT,
  };
  const streamed = {
    action: "sagemaker:InvokeEndpointWithResponseStream",
    reason: "invokes the endpoint with the SageMaker SDK, and reads the answer as a stream",
    source: STREAM,
  };
  const { responseTransferMode, existingFunction } = environment.models[model] ?? {};
  const { stream } = models[model] ?? {};
  // The environment knows nothing of the answers of an existing function.
  if (stream === undefined || responseTransferMode === "buffer" || existingFunction !== undefined)
    return [whole];
  return stream.wants === undefined ? [streamed] : [whole, streamed];
}
