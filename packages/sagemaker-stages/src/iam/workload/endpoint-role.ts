import { type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import type { ArtifactLocation } from "./artifact-location";
import { type AsyncObjects, useBucketKey } from "./function-role";

/**
 * Trust policy of an endpoint's execution role: SageMaker, for resources of this account and region. AWS documents that
 * the ARN of a model or an endpoint does not work in this condition
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html).
 */
export function endpointRoleTrust({
  accountId,
  regionArnPrefix,
}: {
  readonly accountId: string;
  /** `arn:<partition>:sagemaker:<region>:<account>` */
  readonly regionArnPrefix: string;
}): PolicyDocument {
  return policyDocument({
    Sid: "AllowSageMakerToAssumeRole",
    Effect: "Allow",
    Principal: { Service: "sagemaker.amazonaws.com" },
    Action: ["sts:AssumeRole"],
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `${regionArnPrefix}:*` },
    },
  });
}

/** The resources that an endpoint uses with its role. */
export interface EndpointNeeds {
  /** The ECR repositories that hold the images, in any account; each once. */
  readonly repositoryArns: readonly string[];
  /** The artifacts in S3; each once, and none if the images contain or download their models. */
  readonly artifacts: readonly ArtifactLocation[];
  /** The log group `/aws/sagemaker/Endpoints/<endpoint>`, which SageMaker creates. */
  readonly logGroupArn: string;
  /** S3's service name in `kms:ViaService`: `s3.<region>.amazonaws.com`. */
  readonly s3ServiceName: string;
  /** The keys that encrypt the artifacts; each once. */
  readonly artifactKeyArns?: readonly string[] | undefined;
  /** Secrets that containers read with the role. */
  readonly secrets?: SecretNeeds | undefined;
  /** The key of the instances' volumes. */
  readonly volumeKeyArn?: string | undefined;
  /** The objects that data capture writes, and the key that encrypts the objects. */
  readonly dataCapture?: { readonly objectsArn: string; readonly keyArn?: string | undefined } | undefined;
  /** The objects of asynchronous requests, and the topics of their results. @default - the endpoint answers in real time */
  readonly asyncRequests?: AsyncNeeds | undefined;
  /** Alarms that roll back an update. */
  readonly alarmArns?: readonly string[] | undefined;
  /** Subnets and security groups of the containers. @default - SageMaker's own network */
  readonly network?: NetworkInterfaceScope | undefined;
}

/** The objects and topics of asynchronous requests. */
export interface AsyncNeeds extends Pick<AsyncObjects, "inputsArn" | "resultsArn" | "failuresArn" | "key"> {
  /** The topics to which SageMaker publishes; each once. */
  readonly topicArns: readonly string[];
}

/** Secrets that containers read. */
export interface SecretNeeds {
  readonly secretArns: readonly string[];
  /** The keys that encrypt the secrets; none for the account's key `aws/secretsmanager`. */
  readonly keyArns: readonly string[];
  /** Secrets Manager's service name in `kms:ViaService`: `secretsmanager.<region>.amazonaws.com`. */
  readonly serviceName: string;
}

/** The subnets and security groups in which SageMaker may create network interfaces. */
export interface NetworkInterfaceScope {
  readonly subnetArns: readonly string[];
  readonly securityGroupArns: readonly string[];
  /** `arn:<partition>:ec2:<region>:<account>:network-interface/*`: EC2 assigns the ids when it creates the interfaces. */
  readonly networkInterfacesArn: string;
}

/**
 * Permissions of an endpoint's role: pull the endpoint's images, read its artifacts, write its log group and metrics, and
 * use the optional resources in `needs`.
 */
export function endpointRolePolicy(needs: EndpointNeeds): PolicyDocument {
  const { repositoryArns, logGroupArn, alarmArns = [] } = needs;
  return policyDocument(
    {
      // ECR defines no resource type for this action.
      Sid: "LogInToRegistries",
      Effect: "Allow",
      Action: ["ecr:GetAuthorizationToken"],
      Resource: ["*"],
    },
    {
      Sid: "PullImages",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: repositoryArns,
    },
    ...artifactStatements(needs),
    ...keyStatements(needs),
    ...secretStatements(needs),
    ...dataCaptureStatements(needs),
    ...asyncStatements(needs),
    {
      // For actions on a group, AWS evaluates the group's ARN with or without a stream
      // (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html).
      Sid: "ManageOwnLogGroup",
      Effect: "Allow",
      Action: ["logs:CreateLogGroup", "logs:DescribeLogStreams"],
      Resource: [logGroupArn, `${logGroupArn}:log-stream:*`],
    },
    {
      Sid: "WriteOwnLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [`${logGroupArn}:log-stream:*`],
    },
    {
      // CloudWatch defines no resource type for this action; the namespace narrows it.
      Sid: "PublishMetrics",
      Effect: "Allow",
      Action: ["cloudwatch:PutMetricData"],
      Resource: ["*"],
      Condition: {
        StringEquals: { "cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/Endpoints"] },
      },
    },
    ...(alarmArns.length === 0
      ? []
      : [
          {
            // https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
            Sid: "DescribeRollbackAlarms",
            Effect: "Allow" as const,
            Action: ["cloudwatch:DescribeAlarms"],
            Resource: alarmArns,
          },
        ]),
    ...networkStatements(needs),
  );
}

/**
 * SageMaker uses all objects below a prefix, and must list them
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3ModelDataSource.html).
 */
function artifactStatements({ artifacts }: EndpointNeeds): Statement[] {
  if (artifacts.length === 0) return [];
  const listed = artifacts.flatMap(({ bucketArn, prefix }) =>
    prefix === undefined ? [] : [{ bucketArn, prefix }],
  );
  return [
    {
      Sid: "ReadArtifacts",
      Effect: "Allow",
      Action: ["s3:GetObject"],
      Resource: artifacts.map(({ objectsArn }) => objectsArn),
    },
    ...listed.map(
      ({ bucketArn, prefix }, index): Statement => ({
        Sid: `ListArtifacts${index === 0 ? "" : index + 1}`,
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: [bucketArn],
        Condition: { StringLike: { "s3:prefix": `${prefix}*` } },
      }),
    ),
  ];
}

/** The container reads the secrets with the role. */
function secretStatements({ secrets }: EndpointNeeds): Statement[] {
  if (secrets === undefined) return [];
  const { secretArns, keyArns, serviceName } = secrets;
  const read: Statement = {
    Sid: "ReadSecrets",
    Effect: "Allow",
    Action: ["secretsmanager:GetSecretValue"],
    Resource: secretArns,
  };
  if (keyArns.length === 0) return [read];
  return [
    read,
    {
      Sid: "DecryptSecrets",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: keyArns,
      Condition: { StringEquals: { "kms:ViaService": serviceName } },
    },
  ];
}

/** Keys may be used only through the service that stores the encrypted data. */
function keyStatements({ artifactKeyArns = [], volumeKeyArn, s3ServiceName }: EndpointNeeds): Statement[] {
  const statements: Statement[] = [];
  if (artifactKeyArns.length > 0) {
    statements.push({
      Sid: "DecryptArtifacts",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: artifactKeyArns,
      Condition: { StringEquals: { "kms:ViaService": s3ServiceName } },
    });
  }
  if (volumeKeyArn !== undefined) {
    statements.push({
      // AWS's services create and retire the grant for the volumes
      // (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html).
      Sid: "CreateVolumeKeyGrants",
      Effect: "Allow",
      Action: ["kms:CreateGrant"],
      Resource: [volumeKeyArn],
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    });
  }
  return statements;
}

function dataCaptureStatements({ dataCapture, s3ServiceName }: EndpointNeeds): Statement[] {
  if (dataCapture === undefined) return [];
  const write: Statement = {
    Sid: "WriteCapturedData",
    Effect: "Allow",
    Action: ["s3:PutObject"],
    Resource: [dataCapture.objectsArn],
  };
  if (dataCapture.keyArn === undefined) return [write];
  return [
    write,
    {
      Sid: "EncryptCapturedData",
      Effect: "Allow",
      Action: ["kms:GenerateDataKey"],
      Resource: [dataCapture.keyArn],
      Condition: { StringEquals: { "kms:ViaService": s3ServiceName } },
    },
  ];
}

/**
 * SageMaker reads inputs, and writes results and failures, with the role. AWS's example also has `s3:ListBucket` for the objects'
 * ARN, which allows nothing: the action applies to buckets
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-create-endpoint-prerequisites.html).
 */
function asyncStatements({ asyncRequests }: EndpointNeeds): Statement[] {
  if (asyncRequests === undefined) return [];
  const { inputsArn, resultsArn, failuresArn, key, topicArns } = asyncRequests;
  return [
    { Sid: "ReadAsyncInputs", Effect: "Allow", Action: ["s3:GetObject"], Resource: [inputsArn] },
    {
      Sid: "WriteAsyncResults",
      Effect: "Allow",
      // A large result is a multipart upload.
      Action: ["s3:AbortMultipartUpload", "s3:PutObject"],
      Resource: [resultsArn, failuresArn],
    },
    ...(key === undefined ? [] : [useBucketKey("UseAsyncKey", key)]),
    ...(topicArns.length === 0
      ? []
      : [
          {
            Sid: "NotifyAboutResults",
            Effect: "Allow" as const,
            Action: ["sns:Publish"],
            Resource: topicArns,
          },
        ]),
  ];
}

/** Actions for which EC2 defines no resource types. EC2 evaluates the last action on the permission's id, without the interface. */
export const ENDPOINT_NETWORK_ACTIONS = [
  "ec2:DescribeDhcpOptions",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "ec2:DeleteNetworkInterfacePermission",
];

/**
 * SageMaker manages network interfaces with the role, in these subnets only
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms; resources and
 * conditions of each action: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
 */
function networkStatements({ network }: EndpointNeeds): Statement[] {
  if (network === undefined) return [];
  const { subnetArns, securityGroupArns, networkInterfacesArn } = network;
  return [
    {
      // The interface has no id yet: the subnets and security groups limit where EC2 may create it.
      Sid: "CreateNetworkInterfaces",
      Effect: "Allow",
      Action: ["ec2:CreateNetworkInterface"],
      Resource: [...subnetArns, ...securityGroupArns, networkInterfacesArn],
    },
    {
      Sid: "ManageNetworkInterfaces",
      Effect: "Allow",
      Action: ["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"],
      Resource: [networkInterfacesArn],
      Condition: { ArnEquals: { "ec2:Subnet": subnetArns } },
    },
    {
      Sid: "DescribeNetworkAndDeletePermissions",
      Effect: "Allow",
      Action: ENDPOINT_NETWORK_ACTIONS,
      Resource: ["*"],
    },
  ];
}
