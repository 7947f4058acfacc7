import type { Environment } from "../../environment";
import { type FaultCollector, raw } from "../../fault-collector";
import type { ExistingEndpoint, NewEndpoint, ServingSettings } from "../../model-settings";
import { keepsRules } from "../../settings/check-rules";
import type { InstanceEndpoint, ServerlessEndpoint } from "../../settings/endpoint/endpoint";
import { instanceSettings } from "../../settings/endpoint/instances";
import { EXCLUSIONS_SOURCE } from "../../settings/endpoint/serverless";
import { SOURCE_FIELDS } from "../../settings/model-source/model-source";
import { propertiesOf } from "../../settings/setting";
import { checkKey } from "../kms-key-checks";
import { checkContainers } from "../model-source/container-checks";
import type { ContainerContext } from "../model-source/container-context";
import { checkRelease } from "../model-source/release-checks";
import { checkDeployment } from "./deployment-checks";
import { checkInstances, checkVolumeKey } from "./instance-checks";
import { checkMultiModel } from "./multi-model-checks";
import { checkServerless } from "./serverless-checks";

/** All settings of all kinds of endpoints: an environment can contain settings that exclude each other. */
type AnyEndpoint = Partial<ServerlessEndpoint & InstanceEndpoint & ExistingEndpoint> &
  Pick<ServingSettings, "existingFunction">;

/** The settings of the environment that the rules of an endpoint need. */
export type EndpointContext = Pick<Environment, "region"> & {
  /** Whether the environment has a network for an endpoint with `inNetwork`. */
  readonly hasNetwork: boolean;
  /**
   * Whether the network is a new VPC. SageMaker endpoints in a new VPC can reach only S3.
   *
   * @default false
   */
  readonly hasNewVpc?: boolean;
};

/** The settings that only an endpoint on instances can have, each with the reason. */
const NOT_SERVERLESS = {
  containers: "a serverless endpoint has only one container",
  inNetwork: "a serverless endpoint supports no VPC",
  networkIsolation: "a serverless endpoint supports no network isolation",
  dataCapture: "a serverless endpoint supports no data capture",
  volumeKeyArn: "a serverless endpoint has no volumes to encrypt",
  multiModel: "a serverless endpoint is no multi-model endpoint",
} as const satisfies Partial<Record<keyof InstanceEndpoint, string>>;

/** The settings that a new endpoint can have, and an existing endpoint cannot. */
const NEW_ENDPOINT_FIELDS = [
  ...SOURCE_FIELDS,
  "release",
  "containers",
  "invocation",
  "deployment",
  "serverless",
  "instances",
  "inNetwork",
  "networkIsolation",
  "volumeKeyArn",
  "dataCapture",
  "multiModel",
] as const satisfies readonly (keyof ServerlessEndpoint | keyof InstanceEndpoint)[];

/** Checks the settings of an endpoint, new or existing. @param collector - collects the faults of the settings of the endpoint */
export function checkEndpoint(
  settings: NewEndpoint | ExistingEndpoint,
  context: EndpointContext,
  collector: FaultCollector,
): void {
  const all: AnyEndpoint = settings;
  if (!checkKind(all, collector) || all.existingEndpoint !== undefined) return;
  const { serverless, instances, deployment } = all;
  const containerContext = containerContextOf(all, context);
  checkContainers(all, containerContext, collector);
  checkRelease(all, containerContext, collector);
  checkMultiModel(all, collector);
  if (serverless !== undefined) checkServerless(serverless, collector.in("serverless"));
  if (instances !== undefined) checkInstances(instances, collector.in("instances"));
  checkInNetwork(all, context, collector);
  checkVolumeKey(all, context.region, collector);
  checkKey(all.dataCapture?.kmsKeyArn, "dataCapture.kmsKeyArn", context.region, collector);
  if (deployment !== undefined) checkDeployment(deployment, instances, collector);
}

/** @returns `false` if the endpoint is both existing and new, so that no other rule applies */
function checkKind(all: AnyEndpoint, collector: FaultCollector): boolean {
  const isOneKind = collector.requireExclusive(
    all,
    "existingEndpoint",
    NEW_ENDPOINT_FIELDS,
    "the endpoint either exists or is created",
  );
  if (!isOneKind || all.existingEndpoint !== undefined) return isOneKind;
  const because = "an endpoint is either serverless or runs on instances";
  collector.require(
    all.serverless !== undefined || all.instances !== undefined,
    "serverless",
    undefined,
    "serverless, instances or existingEndpoint",
    because,
  );
  collector.requireExclusive(all, "serverless", ["instances"], because);
  for (const [field, reason] of Object.entries(NOT_SERVERLESS)) {
    collector.requireExclusive(all, field, ["serverless"], `${reason}: ${EXCLUSIONS_SOURCE}`);
  }
  return true;
}

function containerContextOf(
  { serverless, instances, containers, multiModel, networkIsolation, inNetwork }: AnyEndpoint,
  { region, hasNewVpc = false }: EndpointContext,
): ContainerContext {
  // An invalid type has its own fault.
  const instanceType = instances?.instanceType;
  const hasValidType =
    instanceType !== undefined && keepsRules(propertiesOf(instanceSettings).instanceType, instanceType);
  return {
    region,
    instanceType: hasValidType ? instanceType : undefined,
    isServerless: serverless !== undefined,
    isSeries: containers !== undefined,
    isMultiModel: multiModel === true,
    isIsolated: networkIsolation === true,
    isInNewVpc: hasNewVpc && inNetwork === true,
  };
}

function checkInNetwork(
  { inNetwork }: AnyEndpoint,
  { hasNetwork }: EndpointContext,
  collector: FaultCollector,
): void {
  collector.require(
    inNetwork !== true || hasNetwork,
    "inNetwork",
    raw("inNetwork without the environment's network"),
    "no inNetwork, or the setting network in the environment",
    "there is no VPC for the endpoint",
  );
}
