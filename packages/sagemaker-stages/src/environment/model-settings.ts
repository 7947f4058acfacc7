import * as z from "zod";
import {
  type ExistingEndpoint,
  existingEndpoint,
  instanceEndpoint,
  type NewEndpoint,
  serverlessEndpoint,
} from "./settings/endpoint/endpoint";
import { type ParsedRouteAccess, routeAccessSetting } from "./settings/model/access";
import { routeSettings, type ServingSettings } from "./settings/model/route";
import { propertiesOf } from "./settings/setting";

export type { CaptureMode, DataCaptureSettings } from "./settings/endpoint/data-capture";
export type { DeploymentSettings, RollbackSettings } from "./settings/endpoint/deployment";
export type {
  ExistingEndpoint,
  InstanceEndpoint,
  NewEndpoint,
  ServerlessEndpoint,
} from "./settings/endpoint/endpoint";
export type { InstanceScaling, InstanceSettings } from "./settings/endpoint/instances";
export type { ScalingSettings } from "./settings/endpoint/scaling";
export type { ProvisionedConcurrencyScaling, ServerlessSettings } from "./settings/endpoint/serverless";
export {
  type AccessKind,
  accessKind,
  type ParsedRouteAccess,
  ROUTE_ACCESS,
  type RouteAccess,
} from "./settings/model/access";
export type { CaptureSettings, ParsedCaptureSettings } from "./settings/model/capture";
export type { FunctionSettings } from "./settings/model/function";
export type { FunctionUrlSettings } from "./settings/model/function-url";
export type { ObjectivesSettings } from "./settings/model/objectives";
export {
  DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  RESPONSE_TRANSFER_MODES,
  type ResponseTransferMode,
  type ServingSettings,
  VIA,
  type Via,
} from "./settings/model/route";
export type { ContainerInvocation, NamedContainer } from "./settings/model-source/containers";
export type {
  ModelImageSettings,
  ModelPackageSettings,
  ModelSourceSettings,
} from "./settings/model-source/model-source";

/**
 * The settings of one model in one environment: the endpoint (new or existing), the function that invokes the endpoint
 * (new or existing), and the access of callers. `docs/environments.md` lists every setting.
 *
 * @example A dedicated serverless endpoint, whose route requires an API key
 * const churn: ModelSettings = {
 *   artifact: "s3://amzn-s3-demo-bucket/churn/model.tar.gz",
 *   image: { framework: "xgboost", version: "1.7-1" },
 *   serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
 *   access: "API_KEY",
 * };
 *
 * @example An existing endpoint
 * const churn: ModelSettings = { existingEndpoint: "churn-2026" };
 */
export type ModelSettings = ServingSettings & (NewEndpoint | ExistingEndpoint);

/** All settings of all kinds of new endpoints. Rules check which settings exclude or require each other, and show why. */
export const anyNewEndpoint = z
  .strictObject({ ...propertiesOf(serverlessEndpoint), ...propertiesOf(instanceEndpoint) })
  .partial();

/** All settings of all kinds of models. @see {@link anyNewEndpoint} */
export const anyModel = z.strictObject({
  ...propertiesOf(routeSettings),
  ...anyNewEndpoint.shape,
  ...existingEndpoint.unwrap().partial().shape,
});

/**
 * The kinds of new endpoints. Parsing removes a setting of the other kind. Only the value `false` is possible for such
 * a setting.
 */
export const newEndpoint = z.union([
  z.object(propertiesOf(serverlessEndpoint)).readonly(),
  z.object(propertiesOf(instanceEndpoint)).readonly(),
]);

/** The kinds of models. @see {@link newEndpoint} */
export const modelSettings = z.union([
  z.object({ ...propertiesOf(routeSettings), ...propertiesOf(existingEndpoint) }).readonly(),
  z.object({ ...propertiesOf(routeSettings), ...propertiesOf(serverlessEndpoint) }).readonly(),
  z.object({ ...propertiesOf(routeSettings), ...propertiesOf(instanceEndpoint) }).readonly(),
]);

/** {@link ModelSettings} with defaults. */
export type ParsedModelSettings = z.output<typeof modelSettings>;

/** {@link NewEndpoint} with defaults. */
export type ParsedNewEndpoint = z.output<typeof newEndpoint>;

/** Whether API Gateway invokes the model's endpoint itself, without a function. */
export function isViaGateway({ via }: Pick<ServingSettings, "via">): boolean {
  return via === "gateway";
}

/** The name of an existing function. @param nameOrArn - the function's name, or its ARN without version */
export function functionNameOf(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf(":") + 1);
}

/** The access of a route with its defaults. Without the setting, the access is `AWS_IAM`. */
export function routeAccess({ access }: Pick<ServingSettings, "access">): ParsedRouteAccess {
  return access === undefined ? DEFAULT_ACCESS : routeAccessSetting.parse(access);
}

const DEFAULT_ACCESS = routeSettings.unwrap().shape.access.parse(undefined);
