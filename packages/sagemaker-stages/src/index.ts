/** The public interface of the engine for an app's `main.ts`, `environments/` and `stacks/`. */
export { type AppProps, createApp } from "./app/create-app";
export { runApp } from "./app/run-app";
export { AccountStack, type AccountStackContext } from "./constructs/account-stack";
export { type FunctionPackage, functionPackage } from "./constructs/function/function-code";
export { type DeployedModel, InferenceStack } from "./constructs/inference-stack";
export {
  LambdaToSagemakerEndpoint,
  type LambdaToSagemakerEndpointProps,
} from "./constructs/lambda-to-sagemaker-endpoint";
export { AwsScope } from "./constructs/terraform/aws-scope";
export { requireVersions } from "./constructs/terraform/terraform-settings";
export type { AccountSettings, ParsedAccountSettings } from "./environment/account";
export type {
  CallerSettings,
  Environment,
  Invocation,
  ParsedEnvironment,
  StageSettings,
} from "./environment/environment";
export type { ModelSettings, ParsedModelSettings } from "./environment/model-settings";
export type { Model, Models } from "./models";
