import * as z from "zod";
import {
  type ExistingEndpoint,
  existingEndpoint,
  instanceEndpoint,
  type NewEndpoint,
  serverlessEndpoint,
} from "./settings/endpoint";
import { type RouteAccess, routeSettings, type ServingSettings } from "./settings/route";
import { propertiesOf } from "./settings/setting";

export type { ModelImageSettings } from "./settings/container";
export type { ContainerInvocation, NamedContainer } from "./settings/containers";
export type { CaptureMode, DataCaptureSettings } from "./settings/data-capture";
export type { DeploymentSettings, RollbackSettings } from "./settings/deployment";
export type {
  ExistingEndpoint,
  InstanceEndpoint,
  NewEndpoint,
  ServerlessEndpoint,
} from "./settings/endpoint";
export type { FunctionSettings } from "./settings/function";
export type { FunctionUrlSettings } from "./settings/function-url";
export type { InstanceScaling, InstanceSettings } from "./settings/instances";
export type { ModelPackageSettings, ModelSourceSettings } from "./settings/model-source";
export {
  DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  ROUTE_ACCESS,
  type RouteAccess,
  type ServingSettings,
  VIA,
  type Via,
} from "./settings/route";
export type { ScalingSettings } from "./settings/scaling";
export type { ProvisionedConcurrencyScaling, ServerlessSettings } from "./settings/serverless";

/**
 * One model in one environment: its endpoint, new or existing, the function that invokes the endpoint, new or existing,
 * and how callers reach both. `settings/` defines each setting, `rules/` holds the rules between settings.
 */
export type ModelSettings = ServingSettings & (NewEndpoint | ExistingEndpoint);

/** Every setting of every kind of new endpoint: a rule says which of them exclude or need each other, and why. */
export const anyNewEndpoint = z
  .strictObject({ ...propertiesOf(serverlessEndpoint), ...propertiesOf(instanceEndpoint) })
  .partial();

/** Every setting of every kind of model, as in {@link anyNewEndpoint}. */
export const anyModel = z.strictObject({
  ...propertiesOf(routeSettings),
  ...anyNewEndpoint.shape,
  ...existingEndpoint.unwrap().partial().shape,
});

/** The kinds of new endpoints. Parsing drops a switch of another kind, which is off. */
export const newEndpoint = z.union([
  z.object(propertiesOf(serverlessEndpoint)).readonly(),
  z.object(propertiesOf(instanceEndpoint)).readonly(),
]);

/** The kinds of models, as {@link newEndpoint}. */
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

/** The name of an existing function. @param nameOrArn - its name, or its ARN without version */
export function functionNameOf(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf(":") + 1);
}

/** The access of a route: the setting, or the safe default. */
export function routeAccess(settings: Pick<ServingSettings, "access">): RouteAccess {
  return routeSettings.unwrap().shape.access.parse(settings.access);
}
