import type { JsonObject } from "../../terraform";
import { type AccessRequest, type AllowedRequest, type Exactly, only } from "../request";
import type { ResolvedStack } from "../resolved-stack";
import { deniedEndpointObjectRequests, endpointObjectRequests } from "./async-requests";
import { type EndpointInStack, type RoleRequest, throughS3, VIA_S3, viaS3 } from "./endpoint-in-stack";
import { artifactKeysOf } from "./model-source";
import { roleNameOf, type Sources } from "./principal";

const VPC =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms";
const VOLUMES = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html";
const CAPTURE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html";
const ROLLBACK = "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html";

/** Actions that need the resource `*`: EC2 has no resource type for the action, or the resource has no ARN. */
const NETWORK_ACTIONS_ON_EVERY_RESOURCE = [
  "ec2:DeleteNetworkInterfacePermission",
  "ec2:DescribeDhcpOptions",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
];

/** The requests that follow from an endpoint's network, keys, data capture and alarms. */
export function allowedRequestsOfInstances(endpoint: EndpointInStack, sources: Sources): AllowedRequest[] {
  const requests = [
    ...vpcRequests(endpoint, sources.stack),
    ...artifactKeyRequests(endpoint, sources),
    ...volumeRequests(endpoint),
    ...captureRequests(endpoint, sources.stack),
    ...endpointObjectRequests(endpoint, sources.stack),
    ...alarmRequests(endpoint, sources.stack),
  ];
  return requests.map((request) => ({
    subject: `role ${roleNameOf(endpoint.roleArn)}`,
    principal: { kind: "principal", arn: endpoint.roleArn },
    context: {},
    ...request,
    otherRequests: "denied",
  }));
}

/**
 * With the endpoint's role, S3 and EBS may use the keys. Code in the container has the same role, but may not use the
 * keys.
 */
export function deniedRequestsOfInstances(endpoint: EndpointInStack, sources: Sources): AccessRequest[] {
  const ofKeys = allowedRequestsOfInstances(endpoint, sources)
    .filter(({ action }) => action.startsWith("kms:"))
    .map((request) => ({
      ...request,
      context: {},
      reason:
        request.action === "kms:CreateGrant"
          ? "the container grants the use of the key to another principal"
          : "the container uses the key directly, not through S3",
    }));
  const ofObjects = deniedEndpointObjectRequests(endpoint, sources.stack).map(
    (request): AccessRequest => ({
      subject: `role ${roleNameOf(endpoint.roleArn)}`,
      principal: { kind: "principal", arn: endpoint.roleArn },
      ...request,
    }),
  );
  return [...ofKeys, ...ofObjects];
}

function vpcRequests({ model }: EndpointInStack, { account }: ResolvedStack): RoleRequest[] {
  if (!model.set.includes("vpc_config")) return [];
  const arns = (argument: string, kind: string): string[] =>
    (model.get(`vpc_config.${argument}`) as readonly string[]).map((id) =>
      account.arn("ec2", `${kind}/${id}`),
    );
  const subnets = arns("subnets", "subnet");
  const networkInterface: Exactly = {
    exact: account.arn("ec2", "network-interface/"),
    free: "eni-0123456789abcdef0",
  };
  const locations = [...subnets, ...arns("security_group_ids", "security-group")].map((arn) => only(arn));
  const reason = "SageMaker manages the network interfaces of the endpoint's instances";
  return [
    ...[networkInterface, ...locations].map((resource) => ({
      action: "ec2:CreateNetworkInterface",
      resource,
      reason,
      source: VPC,
    })),
    ...["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"].flatMap((action) =>
      subnets.map((subnet) => ({
        action,
        resource: networkInterface,
        context: { "ec2:Subnet": only(subnet) },
        reason,
        source: VPC,
      })),
    ),
    ...NETWORK_ACTIONS_ON_EVERY_RESOURCE.map((action) => ({
      action,
      resource: only("*"),
      reason,
      source: VPC,
    })),
  ];
}

/** The environment names the keys of the artifacts. In the Terraform, only the role's policy contains the keys. */
function artifactKeyRequests(endpoint: EndpointInStack, sources: Sources): RoleRequest[] {
  return artifactKeysOf(endpoint, sources).map((key) => ({
    action: "kms:Decrypt",
    resource: only(key),
    context: viaS3(sources.stack),
    reason: "S3 decrypts the artifact for the role",
    source: VIA_S3,
  }));
}

function volumeRequests({ configuration }: EndpointInStack): RoleRequest[] {
  if (!configuration.set.includes("kms_key_arn")) return [];
  return [
    {
      action: "kms:CreateGrant",
      resource: only(configuration.text("kms_key_arn")),
      context: { "kms:GrantIsForAWSResource": only("true") },
      reason: "SageMaker grants the use of the key to the volumes of the instances",
      source: VOLUMES,
    },
  ];
}

/** The objects with captured data of an endpoint's variant. */
export function capturedObjects(endpoint: EndpointInStack, { account }: ResolvedStack): Exactly | undefined {
  const { configuration, name, variantName } = endpoint;
  if (configuration.get("data_capture_config.enable_capture") !== true) return undefined;
  const destination = configuration.text("data_capture_config.destination_s3_uri").replace(/^s3:\/\//, "");
  return {
    exact: account.bucketArn(`${destination}/${name}/${variantName}/`),
    free: "2026/11/21/08/15-30-123-0123abcd.jsonl",
  };
}

function captureRequests(endpoint: EndpointInStack, stack: ResolvedStack): RoleRequest[] {
  const objects = capturedObjects(endpoint, stack);
  if (objects === undefined) return [];
  const key = endpoint.configuration.get("data_capture_config.kms_key_id");
  return [
    {
      action: "s3:PutObject",
      resource: objects,
      ...throughS3(endpoint, stack),
      reason: "SageMaker writes the captured data",
      source: CAPTURE,
    },
    ...(key === undefined
      ? []
      : [
          {
            action: "kms:GenerateDataKey",
            resource: only(String(key)),
            context: viaS3(stack),
            reason: "S3 encrypts the captured data for the role",
            source: VIA_S3,
          },
        ]),
  ];
}

function alarmRequests({ endpoint }: EndpointInStack, { account }: ResolvedStack): RoleRequest[] {
  const alarms = endpoint.get("deployment_config.auto_rollback_configuration.alarms") as
    | readonly JsonObject[]
    | undefined;
  return (alarms ?? []).map(({ alarm_name: name }) => ({
    action: "cloudwatch:DescribeAlarms",
    resource: only(account.arn("cloudwatch", `alarm:${name}`)),
    reason: "SageMaker reads the alarm during an update of the endpoint",
    source: ROLLBACK,
  }));
}
