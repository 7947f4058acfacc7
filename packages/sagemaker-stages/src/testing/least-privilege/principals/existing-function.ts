import { type AllowedRequest, only } from "../request";
import { namesOf, type PrincipalRules, requireOne, roleNameOf } from "./principal";

const INVOKE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html";

/** The role of an existing function. The function's code is not part of the app, so the proof cannot run the code. */
export const existingFunction: PrincipalRules = {
  reads: {},
  allowedRequests: ({ stack, environment }) =>
    Object.entries(environment.models)
      .filter(([, settings]) => settings.existingFunction !== undefined)
      .map(([model]): AllowedRequest => {
        const names = namesOf(environment, model);
        const fn = requireOne(stack, "data.aws_lambda_function", "function_name", names.function);
        const roleArn = fn.text("role");
        return {
          subject: `role ${roleNameOf(roleArn)}`,
          principal: { kind: "principal", arn: roleArn },
          action: "sagemaker:InvokeEndpoint",
          resource: only(stack.account.arn("sagemaker", `endpoint/${names.endpoint}`)),
          context: {
            "lambda:SourceFunctionArn": {
              exact: "",
              free: stack.account.arn("lambda", `function:${names.function}`),
            },
          },
          reason: "the existing function invokes the model's endpoint",
          source: INVOKE,
          otherRequests: "denied",
        };
      }),
  deniedRequests: () => [],
};
