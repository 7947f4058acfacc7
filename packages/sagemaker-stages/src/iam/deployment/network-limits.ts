import type { Environment } from "../../environment/environment";
import { isViaGateway, type ModelSettings } from "../../environment/model-settings";
import type { Fault } from "../../environment/report";
import { targetOf } from "../../environment/settings/targets";
import type { PolicyDocument } from "../policy-document";
import { type Asking, type Reading, runtimeEndpointPolicy, s3GatewayPolicy } from "../workload/network";
import { artifactBuckets } from "./artifact-buckets";
import { EnvironmentArns } from "./environment-arns";

/** Characters of the policy of a VPC endpoint, whitespace included; AWS does not raise it (SOURCE). */
const MAX_CHARACTERS = 20_480;
const SOURCE = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html";

/** Where an account's number is not known yet, one of its length. */
const ANY_ACCOUNT = "123456789012";

/**
 * Policies of VPC endpoints that AWS would refuse for their length: each names every function or endpoint of the network
 * with its role, so that no role passes to another one's endpoint or bucket.
 */
export function findNetworkPolicyFaults(environment: Environment): Fault[] {
  const { name, network } = environment;
  if (network === undefined || !("vpc" in network)) return [];
  const arns = new EnvironmentArns(environment, environment.accountId ?? ANY_ACCOUNT);
  const models: [string, ModelSettings][] = Object.entries(environment.models);
  const policies: readonly [what: string, count: number, PolicyDocument][] = [
    ofPolicy("functions", askingsOf(models, arns), runtimeEndpointPolicy),
    ofPolicy("endpoints with inNetwork", readingsOf(models, arns), s3GatewayPolicy),
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

function askingsOf(models: readonly [string, ModelSettings][], arns: EnvironmentArns): Asking[] {
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
        },
      },
    ];
  });
}

function readingsOf(models: readonly [string, ModelSettings][], arns: EnvironmentArns): Reading[] {
  return models.flatMap(([model, settings]) => {
    if (!("instances" in settings) || settings.inNetwork !== true) return [];
    const name = `${arns.prefix}-${model}`;
    return [
      {
        model,
        roleArn: arns.globalArn("iam", `role/${name}-endpoint`),
        ...artifactBuckets([settings], arns),
        capturedObjectsArn:
          settings.dataCapture && `${arns.objectArn(settings.dataCapture.destination)}/${name}/AllTraffic/*`,
      },
    ];
  });
}
