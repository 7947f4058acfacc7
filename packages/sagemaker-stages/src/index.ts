/** The public interface of the engine for an app's `main.ts`, `environments/` and `stacks/`. */
export { type AppProps, createApp } from "./app/create-app";
export { runApp } from "./app/run-app";
export type { StateBucket } from "./constructs/account/state-bucket";
export { AccountStack, type AccountStackContext } from "./constructs/account-stack";
export type { Customers } from "./constructs/api/customers";
export type { RestStage } from "./constructs/api/rest-stage";
export type { EndpointFunction } from "./constructs/function/endpoint-function";
export { type FunctionPackage, functionPackage } from "./constructs/function/function-code";
export type { FunctionUrl } from "./constructs/function/function-url";
export type { ConnectedEndpoint, FunctionAndEndpoint } from "./constructs/function-and-endpoint";
export { type DeployedModel, InferenceStack } from "./constructs/inference-stack";
export {
  LambdaToSagemakerEndpoint,
  type LambdaToSagemakerEndpointProps,
} from "./constructs/lambda-to-sagemaker-endpoint";
export type { Network } from "./constructs/network/network";
export { AwsScope } from "./constructs/terraform/aws-scope";
export { requireVersions } from "./constructs/terraform/terraform-settings";
export type { Website } from "./constructs/website/website";
export type { AccountSettings, ParsedAccountSettings } from "./environment/account";
export type {
  CallerSettings,
  CustomerSettings,
  Environment,
  Invocation,
  ParsedEnvironment,
  StageSettings,
} from "./environment/environment";
export type { ModelSettings, ParsedModelSettings } from "./environment/model-settings";
export type { ContractModel, Model, Models } from "./models";
