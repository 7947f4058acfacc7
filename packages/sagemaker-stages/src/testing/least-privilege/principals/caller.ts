import {
  type CallerSettings,
  callerPolicyName,
  type Invocation,
  namePrefix,
} from "../../../environment/environment";
import { unattachedHolder } from "../read-policy-set";
import { type AccessRequest, only, type Use } from "../request";
import { namesOf, type PrincipalRules, roleNameOf, routeOf, type Sources } from "./principal";

const ROUTE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html";
const FUNCTION_URL = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";
const ENDPOINT = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html";

/** The callers that the environment names, each with what it names for them. */
export const caller: PrincipalRules = {
  reads: {},
  uses: (sources) =>
    Object.entries(sources.environment.callers ?? {}).flatMap(([name, settings]) =>
      usesOf(name, settings, sources),
    ),
  abuses: (sources) =>
    Object.entries(sources.environment.callers ?? {}).flatMap(([name, settings]) =>
      usesOf(name, settings, sources).flatMap(abusesOf),
    ),
};

/** Rights that are meant for a URL, used otherwise. */
function abusesOf(use: Use): AccessRequest[] {
  switch (use.action) {
    case "lambda:InvokeFunctionUrl":
      return [
        {
          ...use,
          context: { "lambda:FunctionUrlAuthType": only("NONE") },
          because: "the caller calls a URL that requires no authorization",
        },
      ];
    case "lambda:InvokeFunction":
      return [
        { ...use, context: {}, because: "the caller invokes the function directly, not through its URL" },
      ];
    default:
      return [];
  }
}

function usesOf(name: string, settings: CallerSettings, sources: Sources): Use[] {
  const { stack, environment } = sources;
  const policyName = callerPolicyName(namePrefix(environment), name);
  const named = [
    // An attachment names a role without the path before its name.
    ...(settings.roles ?? []).map((role) => `role/${roleNameOf(role)}`),
    ...(settings.users ?? []).map((user) => `user/${user}`),
    ...(settings.groups ?? []).map((group) => `group/${group}`),
  ].map((principal) => stack.account.globalArn("iam", principal));
  const holders = named.length > 0 ? named : [unattachedHolder(stack, policyName)];
  return holders.flatMap((arn) =>
    settings.mayInvoke.flatMap((invocation) =>
      requestsOf(invocation, sources).map(
        (request): Use => ({
          ...request,
          subject: `policy ${policyName}`,
          who: { kind: "principal", arn },
          beside: "nothing",
        }),
      ),
    ),
  );
}

/** What it takes to invoke a model in one way. */
function requestsOf(
  { model, by }: Invocation,
  { stack, environment, models }: Sources,
): Omit<AccessRequest, "subject" | "who">[] {
  const names = namesOf(environment, model);
  const functionArn = only(stack.account.arn("lambda", `function:${names.function}`));
  switch (by) {
    case "route": {
      const { method, path } = routeOf(models, model);
      return stack.all("aws_api_gateway_stage").map((stage) => ({
        action: "execute-api:Invoke",
        resource: only(
          stack.account.arn(
            "execute-api",
            `${stage.text("rest_api_id")}/${stage.text("stage_name")}/${method}${path}`,
          ),
        ),
        context: {},
        because: `calls ${method} ${path} with a signature`,
        source: ROUTE,
      }));
    }
    case "functionUrl":
      return [
        {
          action: "lambda:InvokeFunctionUrl",
          resource: functionArn,
          context: { "lambda:FunctionUrlAuthType": only("AWS_IAM") },
          because: "calls the function's URL with a signature",
          source: FUNCTION_URL,
        },
        {
          action: "lambda:InvokeFunction",
          resource: functionArn,
          context: { "lambda:InvokedViaFunctionUrl": only("true") },
          because: "calls the function's URL with a signature",
          source: FUNCTION_URL,
        },
      ];
    case "endpoint":
      return [
        {
          action: "sagemaker:InvokeEndpoint",
          resource: only(stack.account.arn("sagemaker", `endpoint/${names.endpoint}`)),
          context: {},
          because: "invokes the endpoint with the SageMaker SDK",
          source: ENDPOINT,
        },
      ];
  }
}
