import { serviceDomain } from "../../aws/partition";
import { literalInPattern } from "../../aws/wildcards";
import { ASYNC_FOLDERS, asyncKeyArn } from "../../environment/async-requests";
import type { Environment } from "../../environment/environment";
import type { ModelSettings, NewEndpoint } from "../../environment/model-settings";
import { type ContainerSource, containersOf } from "../../environment/model-source";
import { targetOf } from "../../environment/settings/endpoint/targets";
import type { ModelRoutes } from "../../models";
import { allow, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { ENDPOINT_NETWORK_ACTIONS } from "../workload/endpoint-role";
import { NETWORK_INTERFACE_ACTIONS, useBucketKey } from "../workload/function-role";
import { actionsOf, invokeActions } from "../workload/invoke-endpoint";
import { artifactBuckets } from "./artifact-buckets";
import { deployerPolicies } from "./deployer";
import { hasAlarms, newEndpoints, volumeKeys } from "./deployer-scaling";
import { EnvironmentArns } from "./environment-arns";
import { imageRepositories } from "./image-repositories";

/**
 * The permissions boundary of an environment's roles: the maximum permissions of every role, whatever the role's own
 * policies allow. The boundary allows the actions of the roles' policies for all models of the environment at once, by the
 * environment's prefix. It names the buckets of artifacts and the repositories of images, not single artifacts and images,
 * so that a new artifact needs no new boundary. Another bucket, repository, key or existing endpoint changes the boundary:
 * deploy the account's stack before the environment's stack.
 *
 * @param accountId - 12 digits
 * @param routes - the app's models: a contract with `stream` needs another action
 * @param registryOf - the account of SageMaker's registry in the environment's region, by the image's repository. Terraform
 *   reads the account; default: `*`, for an account that is not known
 * @throws UserError as {@link deployerPolicies}: an environment that no deployer can deploy needs no boundary
 */
export function boundaryPolicy(
  environment: Environment,
  accountId: string,
  routes: ModelRoutes = {},
  registryOf: (algorithm: string) => string = () => "*",
): PolicyDocument {
  deployerPolicies(environment, accountId);
  const arns = new EnvironmentArns(environment, accountId);
  const models: readonly ModelSettings[] = Object.values(environment.models);
  return policyDocument(
    ...functionStatements(arns, models, routes),
    ...endpointStatements(arns, registryOf),
    ...signedInStatements(arns),
  );
}

/** The page's signed-in users call routes and function URLs of the environment. */
function signedInStatements(arns: EnvironmentArns): Statement[] {
  if (!arns.hasSignIn) return [];
  return [
    allow("InvokeRoutes", ["execute-api:Invoke"], [arns.arn("execute-api", `*/${arns.prefix}/*`)]),
    allow("InvokeFunctionUrls", ["lambda:InvokeFunctionUrl"], arns.functions(), {
      StringEquals: { "lambda:FunctionUrlAuthType": "AWS_IAM" },
    }),
    allow("InvokeFunctionsThroughUrls", ["lambda:InvokeFunction"], arns.functions(), {
      Bool: { "lambda:InvokedViaFunctionUrl": "true" },
    }),
  ];
}

function functionStatements(
  arns: EnvironmentArns,
  models: readonly ModelSettings[],
  routes: ModelRoutes,
): Statement[] {
  const existing = models.flatMap((settings) =>
    "existingEndpoint" in settings ? [arns.arn("sagemaker", `endpoint/${settings.existingEndpoint}`)] : [],
  );
  const components = models.flatMap((settings) => {
    const { inferenceComponent: component } = targetOf(settings);
    return component === undefined ? [] : [arns.arn("sagemaker", `inference-component/${component}`)];
  });
  return [
    allow("InvokeEndpoints", invokeActionsOfAll(arns, routes), [
      ...arns.endpoints(),
      ...existing,
      ...components,
    ]),
    // X-Ray defines no resource types for these actions.
    allow("SendTraces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
    allow(
      "WriteLogs",
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      [...arns.logGroups("functions"), ...arns.logGroups("endpoints")].map((group) => `${group}:*`),
    ),
    ...captureStatements(arns),
    ...asyncFunctionStatements(arns),
    // Lambda requires these actions on every resource. The functions' own policies deny them to the functions' code.
    ...(arns.environment.network === undefined
      ? []
      : [allow("ManageNetworkInterfaces", NETWORK_INTERFACE_ACTIONS, ["*"])]),
  ];
}

/** The actions of the functions and of API Gateway's roles. */
function invokeActionsOfAll({ environment }: EnvironmentArns, routes: ModelRoutes): string[] {
  const models: [string, ModelSettings][] = Object.entries(environment.models);
  const needed = new Set(models.flatMap(([model, settings]) => invokeActions(settings, routes[model])));
  return needed.size === 0 ? actionsOf({}) : [...needed].sort();
}

/** The functions store requests in the environment's bucket. Each function's own policy names the prefix of its objects. */
function captureStatements(arns: EnvironmentArns): Statement[] {
  if (!arns.hasCapture) return [];
  const models: readonly ModelSettings[] = Object.values(arns.environment.models);
  const keys = models.flatMap(({ capture }) => capture?.kmsKeyArn ?? []);
  return [
    allow("WriteCapturedRequests", ["s3:PutObject"], [`${arns.bucket("capture")}/*`]),
    ...(keys.length === 0
      ? []
      : [
          allow("EncryptCapturedRequests", ["kms:GenerateDataKey"], [...new Set(keys)], {
            StringEquals: { "kms:ViaService": serviceDomain("s3", arns.region) },
          }),
        ]),
  ];
}

/** Each function's own policy names the folders of its endpoint. */
function asyncFunctionStatements(arns: EnvironmentArns): Statement[] {
  if (!arns.hasAsync) return [];
  const objects = (folder: string): string => `${arns.bucket("async")}/${arns.prefix}-*/${folder}/*`;
  const { inputs, requests, results, failures } = ASYNC_FOLDERS;
  return [
    allow("WriteAsyncRequests", ["s3:PutObject"], [inputs, requests].map(objects)),
    allow("ReadAsyncRequests", ["s3:GetObject"], [inputs, requests, results, failures].map(objects)),
    ...asyncKeyStatements(arns),
  ];
}

/** The roles of functions and endpoints use the key of the bucket through S3. */
function asyncKeyStatements(arns: EnvironmentArns): Statement[] {
  const keyArn = asyncKeyArn(arns.environment);
  if (keyArn === undefined) return [];
  const bucketArn = arns.bucket("async");
  return [
    useBucketKey("UseAsyncKey", { keyArn, bucketArn, s3ServiceName: serviceDomain("s3", arns.region) }),
  ];
}

/** The role of an endpoint reads inputs, which the functions' statement includes, writes results, and publishes messages. */
function asyncEndpointStatements(arns: EnvironmentArns, own: readonly NewEndpoint[]): Statement[] {
  if (!arns.hasAsync) return [];
  const topics = own.flatMap((settings) => {
    const { successTopicArn, failureTopicArn } = ("instances" in settings && settings.instances.async) || {};
    return [successTopicArn, failureTopicArn].filter((topic) => topic !== undefined);
  });
  return [
    allow(
      "WriteAsyncResults",
      ["s3:AbortMultipartUpload", "s3:PutObject"],
      [ASYNC_FOLDERS.results, ASYNC_FOLDERS.failures].map(
        (folder) => `${arns.bucket("async")}/${arns.prefix}-*/${folder}/*`,
      ),
    ),
    ...(topics.length === 0 ? [] : [allow("NotifyAboutResults", ["sns:Publish"], [...new Set(topics)])]),
  ];
}

function endpointStatements(arns: EnvironmentArns, registryOf: (algorithm: string) => string): Statement[] {
  const own = newEndpoints(arns.environment);
  if (own.length === 0) return [];
  const containers = own.flatMap(containersOf);
  const repositories = imageRepositories(arns, containers, registryOf);
  const groups = arns.logGroups("endpoints");
  return [
    allow(
      "ManageLogGroups",
      ["logs:CreateLogGroup", "logs:DescribeLogStreams"],
      // The prefix's asterisk also matches a group's streams.
      groups,
    ),
    // CloudWatch defines no resource type for this action; the namespace narrows it.
    allow("PublishMetrics", ["cloudwatch:PutMetricData"], ["*"], {
      StringEquals: { "cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/Endpoints"] },
    }),
    // ECR defines no resource type for this action.
    allow("LogInToRegistries", ["ecr:GetAuthorizationToken"], ["*"]),
    allow(
      "PullImages",
      ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      repositories,
    ),
    ...artifactStatements(arns, own),
    ...secretStatements(arns, containers),
    ...dataCaptureStatements(arns, own),
    ...asyncEndpointStatements(arns, own),
    ...keyStatements(arns, own),
    ...alarmStatements(arns, own),
    ...networkStatements(arns, own),
  ];
}

function artifactStatements(arns: EnvironmentArns, own: readonly NewEndpoint[]): Statement[] {
  const { bucketArns, listedBucketArns } = artifactBuckets(own, arns);
  return [
    ...(bucketArns.length === 0
      ? []
      : [
          allow(
            "ReadArtifacts",
            ["s3:GetObject"],
            bucketArns.map((bucket) => `${bucket}/*`),
          ),
        ]),
    ...(listedBucketArns.length === 0 ? [] : [allow("ListArtifacts", ["s3:ListBucket"], listedBucketArns)]),
  ];
}

/** Permissions to read each secret, and to use the secrets' keys through Secrets Manager. */
function secretStatements({ region }: EnvironmentArns, containers: readonly ContainerSource[]): Statement[] {
  const secrets = containers.flatMap((container) => Object.values(container.secrets ?? {}));
  const keys = containers.flatMap(({ secretsKeyArn }) => secretsKeyArn ?? []);
  const throughSecretsManager = {
    StringEquals: { "kms:ViaService": serviceDomain("secretsmanager", region) },
  };
  return [
    ...(secrets.length === 0 ? [] : [allow("ReadSecrets", ["secretsmanager:GetSecretValue"], secrets)]),
    ...(keys.length === 0 ? [] : [allow("DecryptSecrets", ["kms:Decrypt"], keys, throughSecretsManager)]),
  ];
}

function dataCaptureStatements(arns: EnvironmentArns, own: readonly NewEndpoint[]): Statement[] {
  const destinations = own.flatMap((settings) =>
    "instances" in settings && settings.dataCapture !== undefined ? [settings.dataCapture.destination] : [],
  );
  if (destinations.length === 0) return [];
  const objects = destinations.map((destination) => arns.objectArn(destination));
  return [
    allow(
      "WriteCapturedData",
      ["s3:PutObject"],
      objects.map((prefix) => `${prefix}/${arns.prefix}-*`),
    ),
  ];
}

/** The environment's own alarms, and existing alarms that the environment names. */
function alarmStatements(arns: EnvironmentArns, own: readonly NewEndpoint[]): Statement[] {
  const others = own.flatMap(({ deployment }) => deployment?.rollbackOn?.alarmNames ?? []);
  const alarms = [
    ...(hasAlarms(arns.environment) ? arns.alarms() : []),
    ...others.map((name) => arns.arn("cloudwatch", `alarm:${literalInPattern(name)}`)),
  ];
  return alarms.length === 0 ? [] : [allow("DescribeAlarms", ["cloudwatch:DescribeAlarms"], alarms)];
}

/** The roles' own policies name the subnets: the subnets of a new VPC have no ids yet. */
function networkStatements(arns: EnvironmentArns, own: readonly NewEndpoint[]): Statement[] {
  if (!own.some((settings) => "instances" in settings && settings.inNetwork === true)) return [];
  const interfaces = arns.arn("ec2", "network-interface/*");
  return [
    allow("CreateNetworkInterfacePermissions", ["ec2:CreateNetworkInterfacePermission"], [interfaces]),
    allow("DescribeNetworkAndDeletePermissions", ENDPOINT_NETWORK_ACTIONS, ["*"]),
  ];
}

/** Permissions to use keys, only through the service that stores the encrypted data. */
function keyStatements({ environment, region }: EnvironmentArns, own: readonly NewEndpoint[]): Statement[] {
  const throughS3 = { StringEquals: { "kms:ViaService": serviceDomain("s3", region) } };
  const ofArtifacts = own.flatMap(containersOf).flatMap(({ artifactKeyArn }) => artifactKeyArn ?? []);
  const ofCapture = own.flatMap((settings) =>
    "instances" in settings ? (settings.dataCapture?.kmsKeyArn ?? []) : [],
  );
  const ofVolumes = volumeKeys(environment);
  return [
    ...(ofArtifacts.length === 0 ? [] : [allow("DecryptArtifacts", ["kms:Decrypt"], ofArtifacts, throughS3)]),
    ...(ofCapture.length === 0
      ? []
      : [allow("EncryptCapturedData", ["kms:GenerateDataKey"], ofCapture, throughS3)]),
    ...(ofVolumes.length === 0
      ? []
      : [
          allow("CreateVolumeKeyGrants", ["kms:CreateGrant"], ofVolumes, {
            Bool: { "kms:GrantIsForAWSResource": "true" },
          }),
        ]),
  ];
}
