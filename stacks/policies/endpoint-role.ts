import { type PolicyDocument, policyDocument } from "./policy-document";

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

/** What the endpoint may do: pull its one image, read its one artifact, write its one log group and metrics. */
export function endpointRolePolicy({
  repositoryArn,
  artifactArn,
  logGroupArn,
}: {
  /** The ECR repository that holds the image, in whichever account. */
  readonly repositoryArn: string;
  /** The artifact's object in S3. */
  readonly artifactArn: string;
  /** The log group `/aws/sagemaker/Endpoints/<endpoint>`, which SageMaker creates. */
  readonly logGroupArn: string;
}): PolicyDocument {
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
      Resource: [repositoryArn],
    },
    {
      Sid: "ReadItsArtifact",
      Effect: "Allow",
      Action: ["s3:GetObject"],
      Resource: [artifactArn],
    },
    {
      Sid: "WriteItsLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: [logGroupArn, `${logGroupArn}:log-stream:*`],
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
  );
}
