import { type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import type { ArtifactPlace } from "./artifact";

/**
 * Who may take the endpoint's execution role: SageMaker, for resources of this account and region. AWS says that
 * a model's or endpoint's own ARN does not work here
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
    Sid: "SageMakerOfThisAccountAndRegion",
    Effect: "Allow",
    Principal: { Service: "sagemaker.amazonaws.com" },
    Action: ["sts:AssumeRole"],
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `${regionArnPrefix}:*` },
    },
  });
}

/** What an endpoint's role is asked for, by what the endpoint is made of. */
export interface EndpointNeeds {
  /** The ECR repositories that hold the images, in whichever account; each once. */
  readonly repositoryArns: readonly string[];
  /** The artifacts in S3; each once, and none where the images contain or download their models. */
  readonly artifacts: readonly ArtifactPlace[];
  /** The log group `/aws/sagemaker/Endpoints/<endpoint>`, which SageMaker creates. */
  readonly logGroupArn: string;
  /** S3's name in its region, by which keys are used: `s3.<region>.amazonaws.com`. */
  readonly s3ServiceName: string;
  /** The keys that the artifacts are encrypted with; each once. */
  readonly artifactKeyArns?: readonly string[] | undefined;
  /** Secrets that containers read with the role. */
  readonly secrets?: SecretNeeds | undefined;
  /** The key of the instances' volumes. */
  readonly volumeKeyArn?: string | undefined;
  /** What data capture writes, and with which key. */
  readonly dataCapture?: { readonly objectsArn: string; readonly keyArn?: string | undefined } | undefined;
  /** Alarms that take an update back. */
  readonly alarmArns?: readonly string[] | undefined;
  /** Where the containers run, if not in SageMaker's own network. */
  readonly network?: NetworkInterfacePlaces | undefined;
}

/** Secrets that containers read. */
export interface SecretNeeds {
  readonly secretArns: readonly string[];
  /** The keys that the secrets are encrypted with; none for the account's key `aws/secretsmanager`. */
  readonly keyArns: readonly string[];
  /** Secrets Manager's name in its region, by which keys are used: `secretsmanager.<region>.amazonaws.com`. */
  readonly serviceName: string;
}

/** Where network interfaces may be made. */
export interface NetworkInterfacePlaces {
  readonly subnetArns: readonly string[];
  readonly securityGroupArns: readonly string[];
  /** `arn:<partition>:ec2:<region>:<account>:network-interface/*`: they get their ids when they are made. */
  readonly networkInterfacesArn: string;
}

/**
 * What the endpoint may do: pull its one image, read its one artifact, write its one log group and metrics, and what
 * else it is made for.
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
      Sid: "PullItsImage",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: repositoryArns,
    },
    ...artifactStatements(needs),
    ...keyStatements(needs),
    ...secretStatements(needs),
    ...dataCaptureStatements(needs),
    {
      // AWS holds actions on a group against its ARN with or without a stream behind it
      // (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html).
      Sid: "SeeToItsLogGroup",
      Effect: "Allow",
      Action: ["logs:CreateLogGroup", "logs:DescribeLogStreams"],
      Resource: [logGroupArn, `${logGroupArn}:log-stream:*`],
    },
    {
      Sid: "WriteItsLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [`${logGroupArn}:log-stream:*`],
    },
    {
      // CloudWatch defines no resource type for this action; the namespace narrows it.
      Sid: "PublishItsMetrics",
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
            Sid: "WatchAlarmsOfItsUpdates",
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
      Sid: "ReadItsArtifact",
      Effect: "Allow",
      Action: ["s3:GetObject"],
      Resource: artifacts.map(({ objectsArn }) => objectsArn),
    },
    ...listed.map(
      ({ bucketArn, prefix }, index): Statement => ({
        Sid: `ListItsArtifact${index === 0 ? "" : index + 1}`,
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: [bucketArn],
        Condition: { StringLike: { "s3:prefix": `${prefix}*` } },
      }),
    ),
  ];
}

/** The container reads the secrets itself, with the role. */
function secretStatements({ secrets }: EndpointNeeds): Statement[] {
  if (secrets === undefined) return [];
  const { secretArns, keyArns, serviceName } = secrets;
  const read: Statement = {
    Sid: "ReadItsSecrets",
    Effect: "Allow",
    Action: ["secretsmanager:GetSecretValue"],
    Resource: secretArns,
  };
  if (keyArns.length === 0) return [read];
  return [
    read,
    {
      Sid: "DecryptItsSecrets",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: keyArns,
      Condition: { StringEquals: { "kms:ViaService": serviceName } },
    },
  ];
}

/** The keys are used by way of the service that stores what they encrypt, and for nothing else. */
function keyStatements({ artifactKeyArns = [], volumeKeyArn, s3ServiceName }: EndpointNeeds): Statement[] {
  const statements: Statement[] = [];
  if (artifactKeyArns.length > 0) {
    statements.push({
      Sid: "DecryptItsArtifact",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: artifactKeyArns,
      Condition: { StringEquals: { "kms:ViaService": s3ServiceName } },
    });
  }
  if (volumeKeyArn !== undefined) {
    statements.push({
      // A grant for the volumes, which AWS's own services make and end
      // (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html).
      Sid: "LetItsVolumesUseTheirKey",
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
    Sid: "WriteWhatItCaptures",
    Effect: "Allow",
    Action: ["s3:PutObject"],
    Resource: [dataCapture.objectsArn],
  };
  if (dataCapture.keyArn === undefined) return [write];
  return [
    write,
    {
      Sid: "EncryptWhatItCaptures",
      Effect: "Allow",
      Action: ["kms:GenerateDataKey"],
      Resource: [dataCapture.keyArn],
      Condition: { StringEquals: { "kms:ViaService": s3ServiceName } },
    },
  ];
}

/** What EC2 defines no resource types for; the last it asks for by the permission's id, without the interface's. */
export const ENDPOINTS_NETWORK_ACTIONS = [
  "ec2:DescribeDhcpOptions",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "ec2:DeleteNetworkInterfacePermission",
];

/**
 * SageMaker keeps network interfaces with the role: in these subnets alone
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms; which action
 * knows which resources and conditions: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
 */
function networkStatements({ network }: EndpointNeeds): Statement[] {
  if (network === undefined) return [];
  const { subnetArns, securityGroupArns, networkInterfacesArn } = network;
  return [
    {
      // The interface has no name yet; the subnets and security groups say where it may be.
      Sid: "MakeNetworkInterfaces",
      Effect: "Allow",
      Action: ["ec2:CreateNetworkInterface"],
      Resource: [...subnetArns, ...securityGroupArns, networkInterfacesArn],
    },
    {
      Sid: "KeepNetworkInterfaces",
      Effect: "Allow",
      Action: ["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"],
      Resource: [networkInterfacesArn],
      Condition: { ArnEquals: { "ec2:Subnet": subnetArns } },
    },
    {
      Sid: "LookAtNetworks",
      Effect: "Allow",
      Action: ENDPOINTS_NETWORK_ACTIONS,
      Resource: ["*"],
    },
  ];
}
