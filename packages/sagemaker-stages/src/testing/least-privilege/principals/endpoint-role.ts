import { serviceDomain } from "../../../aws/partition";
import { type AccessRequest, type AllowedRequest, only } from "../request";
import type { ResolvedStack } from "../resolved-stack";
import { type EndpointInStack, endpointsOf, type RoleRequest, throughS3 } from "./endpoint-in-stack";
import { allowedRequestsOfInstances, deniedRequestsOfInstances } from "./endpoint-instances";
import { type ModelNeeds, modelNeeds, objectsOf } from "./model-source";
import { type PrincipalRules, roleNameOf, type Sources } from "./principal";

const TRUST = "https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html";
/** The permissions of the execution role of a model. */
const EXECUTION =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms";
const METRICS = "https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html";

const SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html";
const LIST = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html";

/** The namespaces of a real-time endpoint's metrics. */
const NAMESPACES = ["AWS/SageMaker", "/aws/sagemaker/Endpoints"];

/** The execution role of each endpoint's model. */
export const endpointRole: PrincipalRules = {
  reads: {
    aws_sagemaker_model: [
      "container",
      "depends_on",
      "enable_network_isolation",
      "execution_role_arn",
      "inference_execution_config",
      "lifecycle",
      "name",
      "primary_container",
      "tags",
      "vpc_config",
    ],
    aws_sagemaker_endpoint_configuration: [
      "async_inference_config",
      "data_capture_config",
      "depends_on",
      "kms_key_arn",
      "lifecycle",
      "name",
      "production_variants",
      "tags",
    ],
    aws_sagemaker_endpoint: [
      "depends_on",
      "deployment_config",
      "endpoint_config_name",
      "lifecycle",
      "name",
      "tags",
    ],
    aws_cloudwatch_log_group: ["lifecycle", "name", "retention_in_days", "tags"],
  },
  allowedRequests: (sources) =>
    endpointsOf(sources.stack).flatMap((endpoint) => [
      ...allowedRequestsOf(endpoint, sources),
      ...allowedRequestsOfInstances(endpoint, sources),
    ]),
  deniedRequests: (sources) =>
    endpointsOf(sources.stack).flatMap((endpoint) => [
      ...deniedRequestsOf(endpoint),
      ...deniedRequestsOfSecretKeys(endpoint, sources),
      ...deniedRequestsOfInstances(endpoint, sources),
    ]),
};

function allowedRequestsOf(endpoint: EndpointInStack, sources: Sources): AllowedRequest[] {
  const { name, roleArn } = endpoint;
  const { stack } = sources;
  const { account } = stack;
  const needs = modelNeeds(endpoint, sources);
  const common = {
    subject: `role ${roleNameOf(roleArn)}`,
    principal: { kind: "principal", arn: roleArn },
    context: {},
    otherRequests: "denied",
  } as const;
  const logGroup = account.arn("logs", `log-group:/aws/sagemaker/Endpoints/${name}`);
  const logStream = ":log-stream:AllTraffic/0123456789abcdef0123456789abcdef";

  return [
    {
      ...common,
      principal: { kind: "service", name: "sagemaker.amazonaws.com" },
      action: "sts:AssumeRole",
      resource: only(roleArn),
      context: {
        "aws:SourceAccount": only(account.id),
        "aws:SourceArn": { exact: account.arn("sagemaker", ""), free: `endpoint/${name}` },
      },
      reason: "SageMaker assumes the role to create the model and to run its containers",
      source: TRUST,
    },
    {
      ...common,
      action: "ecr:GetAuthorizationToken",
      resource: only("*"),
      reason: "SageMaker logs in to the registry of the image",
      source: EXECUTION,
    },
    ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"].flatMap(
      (action) =>
        needs.repositories.map(
          (repository): AllowedRequest => ({
            ...common,
            action,
            resource: only(repository),
            reason: "SageMaker pulls the model's image",
            source: EXECUTION,
          }),
        ),
    ),
    ...artifactRequests(needs, endpoint, stack).map((request) => ({ ...common, ...request })),
    ...secretRequests(needs, stack).map((request) => ({ ...common, ...request })),
    ...["logs:CreateLogGroup", "logs:DescribeLogStreams"].flatMap((action) =>
      LOG_GROUP_ARN_FORMS.map(
        ({ free, source }): AllowedRequest => ({
          ...common,
          action,
          resource: { exact: logGroup, free },
          reason: "SageMaker finds or creates the endpoint's log group",
          source,
        }),
      ),
    ),
    ...["logs:CreateLogStream", "logs:PutLogEvents"].map(
      (action): AllowedRequest => ({
        ...common,
        action,
        resource: { exact: logGroup, free: logStream },
        reason: "SageMaker writes the log of the endpoint's containers",
        source: EXECUTION,
      }),
    ),
    ...NAMESPACES.map(
      (namespace): AllowedRequest => ({
        ...common,
        action: "cloudwatch:PutMetricData",
        resource: only("*"),
        context: { "cloudwatch:namespace": only(namespace) },
        reason: `SageMaker publishes metrics in ${namespace}`,
        source: METRICS,
      }),
    ),
  ];
}

function artifactRequests(
  { artifacts }: ModelNeeds,
  endpoint: EndpointInStack,
  stack: ResolvedStack,
): RoleRequest[] {
  const read = artifacts.map(
    (artifact): RoleRequest => ({
      action: "s3:GetObject",
      resource: objectsOf(artifact, stack),
      ...throughS3(endpoint, stack),
      reason: "SageMaker reads the model's artifact",
      source: EXECUTION,
    }),
  );
  const listed = artifacts.filter(({ isPrefix }) => isPrefix);
  return [
    ...read,
    ...listed.map(
      ({ bucket, key }): RoleRequest => ({
        action: "s3:ListBucket",
        resource: only(stack.account.bucketArn(bucket)),
        context: { "s3:prefix": { exact: key, free: "weights/" } },
        ...throughS3(endpoint, stack),
        reason: "SageMaker lists the objects of the model's artifact",
        source: LIST,
      }),
    ),
  ];
}

function secretRequests({ secrets }: ModelNeeds, { account }: ResolvedStack): RoleRequest[] {
  return secrets.flatMap(({ arn, keyArn }): RoleRequest[] => [
    {
      action: "secretsmanager:GetSecretValue",
      resource: only(arn),
      reason: "the container reads the secret whose ARN is in its variable",
      source: SECRETS,
    },
    ...(keyArn === undefined
      ? []
      : [
          {
            action: "kms:Decrypt",
            resource: only(keyArn),
            context: { "kms:ViaService": only(serviceDomain("secretsmanager", account.region)) },
            reason: "Secrets Manager decrypts the secret for the role",
            source: SECRETS,
          },
        ]),
  ]);
}

/**
 * With the endpoint's role, Secrets Manager may use the keys of secrets. Code in the container has the same role, but
 * may not use the keys.
 */
function deniedRequestsOfSecretKeys(endpoint: EndpointInStack, sources: Sources): AccessRequest[] {
  return secretRequests(modelNeeds(endpoint, sources), sources.stack)
    .filter(({ action }) => action.startsWith("kms:"))
    .map((request) => ({
      ...request,
      subject: `role ${roleNameOf(endpoint.roleArn)}`,
      principal: { kind: "principal", arn: endpoint.roleArn },
      context: {},
      reason: "the container uses the key directly, not through Secrets Manager",
    }));
}

/**
 * The two forms of a log group's ARN: with and without a suffix after the group's name. AWS's documents disagree on the form
 * that IAM evaluates, so that both forms must be allowed.
 */
const LOG_GROUP_ARN_FORMS = [
  {
    free: "",
    source:
      "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html",
  },
  {
    free: ":log-stream:",
    source: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html",
  },
];

/** A metric in another namespace can suppress or trigger an alarm. */
function deniedRequestsOf({ roleArn }: EndpointInStack): AccessRequest[] {
  return ["AWS/Lambda", "Shop/Orders"].map((namespace) => ({
    subject: `role ${roleNameOf(roleArn)}`,
    principal: { kind: "principal", arn: roleArn },
    action: "cloudwatch:PutMetricData",
    resource: only("*"),
    context: { "cloudwatch:namespace": only(namespace) },
    reason: `the container publishes metrics in ${namespace}`,
    source: METRICS,
  }));
}
