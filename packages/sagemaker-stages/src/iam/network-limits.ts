import { capturedFolder, capturePrefix, storesRequests } from "../environment/captured-requests";
import type { Environment } from "../environment/environment";
import type { Fault } from "../environment/fault-collector";
import { isViaGateway, type ModelSettings } from "../environment/model-settings";
import { targetOf } from "../environment/settings/endpoint/targets";
import type { ModelRoutes } from "../models";
import { artifactBuckets } from "./deployment/artifact-buckets";
import { EnvironmentArns } from "./deployment/environment-arns";
import type { PolicyDocument } from "./policy-document";
import { invokeActions } from "./workload/invoke-endpoint";
import {
  type BucketAccess,
  type CaptureAccess,
  type FunctionAccess,
  runtimeEndpointPolicy,
  s3GatewayPolicy,
} from "./workload/network";

/** Maximum size of a VPC endpoint's policy in characters, whitespace included; AWS does not raise the quota (SOURCE). */
const MAX_CHARACTERS = 20_480;
const SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html";

/** An account id for environments whose account is not known yet: only the length matters. */
const ANY_ACCOUNT = "123456789012";

/**
 * Finds VPC endpoint policies that AWS would refuse for their length. A policy names every function or endpoint of the
 * network with its role, so that no role can use the endpoint or the captured requests of another role. The policy for S3 names the
 * buckets of artifacts, which several roles can share.
 */
export function findNetworkPolicyFaults(environment: Environment, routes: ModelRoutes = {}): Fault[] {
  const { name, network } = environment;
  if (network === undefined || !("vpc" in network)) return [];
  const arns = new EnvironmentArns(environment, environment.accountId ?? ANY_ACCOUNT);
  const models: [string, ModelSettings][] = Object.entries(environment.models);
  const policies: readonly [what: string, count: number, PolicyDocument][] = [
    ofPolicy("functions", functionAccessOf(models, arns, routes), runtimeEndpointPolicy),
    ofS3Policy(bucketAccessOf(models, arns), captureAccessOf(models, arns)),
  ];
  return policies.flatMap(([what, count, policy]) => {
    const { length } = JSON.stringify(policy);
    if (length <= MAX_CHARACTERS) return [];
    return [
      {
        environment: name,
        field: "network.vpc",
        got: `a VPC endpoint's policy of ${length} characters for ${count} ${what}`,
        allowed: `at most ${MAX_CHARACTERS} characters: about ${Math.floor((count * MAX_CHARACTERS) / length)} ${what} in one VPC. Divide the models among environments, or name an existing network`,
        because: SOURCE,
      },
    ];
  });
}

function ofPolicy<Item>(
  what: string,
  items: readonly Item[],
  policyOf: (items: readonly Item[]) => PolicyDocument,
): [string, number, PolicyDocument] {
  return [what, items.length, policyOf(items)];
}

/** The policy for S3 also names the captured requests of functions. */
function ofS3Policy(
  endpoints: readonly BucketAccess[],
  functions: readonly CaptureAccess[],
): [string, number, PolicyDocument] {
  const what = [
    ...(endpoints.length > 0 || functions.length === 0 ? ["endpoints with inNetwork"] : []),
    ...(functions.length > 0 ? ["functions with capture"] : []),
  ];
  return [what.join(" and "), endpoints.length + functions.length, s3GatewayPolicy(endpoints, functions)];
}

function functionAccessOf(
  models: readonly [string, ModelSettings][],
  arns: EnvironmentArns,
  routes: ModelRoutes,
): FunctionAccess[] {
  return models.flatMap(([model, settings]) => {
    if (settings.existingFunction !== undefined || isViaGateway(settings)) return [];
    const name = `${arns.prefix}-${model}`;
    const endpoint = "existingEndpoint" in settings ? settings.existingEndpoint : name;
    const { inferenceComponent: component } = targetOf(settings);
    return [
      {
        model,
        roleArn: arns.globalArn("iam", `role/${name}-function`),
        endpoint: {
          endpointArn: arns.arn("sagemaker", `endpoint/${endpoint}`),
          componentArn:
            component === undefined ? undefined : arns.arn("sagemaker", `inference-component/${component}`),
          actions: invokeActions(settings, routes[model]),
        },
      },
    ];
  });
}

function captureAccessOf(models: readonly [string, ModelSettings][], arns: EnvironmentArns): CaptureAccess[] {
  return models.flatMap(([model, settings]) => {
    const prefix = capturePrefix(arns.prefix, model, settings);
    if (prefix === undefined || !storesRequests(settings)) return [];
    const roleArn = arns.globalArn("iam", `role/${arns.prefix}-${model}-function`);
    return [{ model, roleArn, objectsArn: `${arns.bucket("capture")}/${prefix}/*` }];
  });
}

function bucketAccessOf(models: readonly [string, ModelSettings][], arns: EnvironmentArns): BucketAccess[] {
  return models.flatMap(([model, settings]) => {
    if (!("instances" in settings) || settings.inNetwork !== true) return [];
    const name = `${arns.prefix}-${model}`;
    return [
      {
        model,
        roleArn: arns.globalArn("iam", `role/${name}-endpoint`),
        ...artifactBuckets([settings], arns),
        capturedObjectsArn:
          settings.dataCapture &&
          `${arns.objectArn(settings.dataCapture.destination)}/${capturedFolder(arns.prefix, model, settings)}/*`,
      },
    ];
  });
}
