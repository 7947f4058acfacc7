import { type AccessRequest, type AllowedRequest, only } from "../request";
import { type FunctionInStack, functionsOf } from "./function-role";
import { foreignPrincipal, namesOf, outsidePrincipal, type PrincipalRules, type Sources } from "./principal";

const URLS = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

/** The URLs of functions. A function without a URL in the environment must not have a URL. */
export const functionUrl: PrincipalRules = {
  reads: {
    // The mode determines which operation the URL calls. Both need the same permission
    // (https://docs.aws.amazon.com/lambda/latest/dg/config-rs-invoke-furls.html).
    aws_lambda_function_url: ["authorization_type", "cors", "function_name", "invoke_mode"],
  },
  allowedRequests: (sources) =>
    functionsOf(sources.stack)
      .filter((fn) => hasUrl(fn, sources))
      .map((fn): AllowedRequest => ({ ...signedCall(fn, sources), otherRequests: "any" })),
  deniedRequests: (sources) =>
    functionsOf(sources.stack).flatMap((fn): AccessRequest[] => {
      const call = signedCall(fn, sources);
      const { stack } = sources;
      if (!hasUrl(fn, sources)) {
        return [
          {
            ...call,
            reason: "a principal with every permission calls the URL of a function that has no URL",
          },
        ];
      }
      return [
        { ...call, principal: { kind: "anonymous" }, reason: "an unsigned request calls the URL" },
        {
          ...call,
          principal: outsidePrincipal(stack, "principal without permissions"),
          reason: "a principal without permissions calls the URL with a signature",
        },
        {
          ...call,
          principal: foreignPrincipal(stack),
          reason: "a principal of another account calls the URL with a signature",
        },
      ];
    }),
};

/** Whether the environment gives the function a URL. */
function hasUrl({ name }: FunctionInStack, { environment }: Sources): boolean {
  return Object.entries(environment.models).some(
    ([model, settings]) =>
      namesOf(environment, model).function === name && settings.functionUrl !== undefined,
  );
}

function signedCall({ name, arn }: FunctionInStack, { stack }: Sources): AccessRequest {
  return {
    subject: `function URL of ${name}`,
    principal: outsidePrincipal(stack, "principal with every permission"),
    action: "lambda:InvokeFunctionUrl",
    resource: only(arn),
    context: { "lambda:FunctionUrlAuthType": only("AWS_IAM") },
    reason: "a principal with both permissions calls the URL with a signature",
    source: URLS,
  };
}
