import { ASYNC_FOLDERS } from "../../environment/async-requests";
import { type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { type InvokedEndpoint, invokeEndpoint } from "./invoke-endpoint";

/** Trust policy of a function's role: Lambda, for functions of this account only. */
export function functionRoleTrust({ accountId }: { readonly accountId: string }): PolicyDocument {
  return policyDocument({
    Sid: "AllowLambdaToAssumeRole",
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: ["sts:AssumeRole"],
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  });
}

/**
 * Actions with which Lambda manages a function's network interfaces, from AWS's managed policy
 * AWSLambdaVPCAccessExecutionRole
 * (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html).
 */
export const NETWORK_INTERFACE_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** Policy that is added to the role of an existing function: permission to invoke one endpoint. */
export function existingFunctionRolePolicy({
  endpointArn,
}: {
  readonly endpointArn: string;
}): PolicyDocument {
  return policyDocument(invokeEndpoint("InvokeEndpoint", { endpointArn }));
}

/** Permissions of the role of a function that checks credentials: write one log group. */
export function authorizerRolePolicy({ logGroupArn }: { readonly logGroupArn: string }): PolicyDocument {
  return policyDocument(writeOwnLogs(logGroupArn));
}

/** No CreateLogGroup: Terraform owns the group, and with it the retention. */
function writeOwnLogs(logGroupArn: string): Statement {
  return {
    Sid: "WriteOwnLogs",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [`${logGroupArn}:*`],
  };
}

/** The objects to which a function writes captured requests, and the key that encrypts them. */
export interface FunctionCapture {
  readonly objectsArn: string;
  /** @default - none: S3's own keys */
  readonly keyArn?: string | undefined;
  /** S3's service name in `kms:ViaService`: `s3.<region>.amazonaws.com`. */
  readonly s3ServiceName: string;
}

/** The objects of the asynchronous requests of one endpoint, by the parts of their keys. */
export interface AsyncObjects {
  readonly inputsArn: string;
  readonly requestsArn: string;
  readonly resultsArn: string;
  readonly failuresArn: string;
  /** The key that encrypts the objects. @default - S3's own keys */
  readonly key?: BucketKey | undefined;
}

/** The key that encrypts every object of a bucket by default. */
export interface BucketKey {
  readonly keyArn: string;
  readonly bucketArn: string;
  /** S3's service name in `kms:ViaService`: `s3.<region>.amazonaws.com`. */
  readonly s3ServiceName: string;
}

/**
 * Permission to use a bucket's key through S3, for this bucket only. S3 decrypts for a read and for the parts of a multipart upload
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html). With a bucket key, the encryption context is the
 * bucket's ARN (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html).
 */
export function useBucketKey(Sid: string, { keyArn, bucketArn, s3ServiceName }: BucketKey): Statement {
  return {
    Sid,
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: [keyArn],
    Condition: {
      StringEquals: { "kms:ViaService": s3ServiceName, "kms:EncryptionContext:aws:s3:arn": bucketArn },
    },
  };
}

/**
 * The objects of the asynchronous requests of one endpoint.
 *
 * @param bucketArn - the environment's bucket of asynchronous requests
 * @param key - the key of the bucket; `undefined` for S3's own keys
 */
export function asyncObjectsOf(bucketArn: string, endpointName: string, key?: BucketKey): AsyncObjects {
  const arn = (folder: keyof typeof ASYNC_FOLDERS): string =>
    `${bucketArn}/${endpointName}/${ASYNC_FOLDERS[folder]}/*`;
  return {
    inputsArn: arn("inputs"),
    requestsArn: arn("requests"),
    resultsArn: arn("results"),
    failuresArn: arn("failures"),
    ...(key === undefined ? {} : { key }),
  };
}

/**
 * Permissions of a function's role: invoke one endpoint, write one log group, send traces, write captured requests, read and write
 * asynchronous requests.
 */
export function functionRolePolicy({
  endpoint,
  logGroupArn,
  functionInVpcArn,
  capture,
  asyncObjects,
}: {
  readonly endpoint: InvokedEndpoint;
  readonly logGroupArn: string;
  /** The function's ARN, if the function runs in a VPC. */
  readonly functionInVpcArn?: string | undefined;
  /** The captured requests. @default - none */
  readonly capture?: FunctionCapture | undefined;
  /** The objects of asynchronous requests. @default - the endpoint answers in real time */
  readonly asyncObjects?: AsyncObjects | undefined;
}): PolicyDocument {
  return policyDocument(
    // The name of the statement in environments without asynchronous requests must not change.
    invokeEndpoint(asyncObjects === undefined ? "InvokeEndpoint" : "InvokeEndpointAsync", endpoint),
    writeOwnLogs(logGroupArn),
    {
      // X-Ray defines no resource types for these actions.
      Sid: "SendTraces",
      Effect: "Allow",
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      Resource: ["*"],
    },
    ...(capture === undefined ? [] : captureStatements(capture)),
    ...(asyncObjects === undefined ? [] : asyncStatements(asyncObjects)),
    ...(functionInVpcArn === undefined ? [] : networkInterfaceStatements(functionInVpcArn)),
  );
}

/**
 * The function stores inputs and the records of requests, and reads what SageMaker writes. It may not list the bucket, because a list
 * would show the ids of all callers: S3 therefore answers 403 for an object that does not exist
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). The function deletes nothing: the bucket's rules do.
 */
function asyncStatements({
  inputsArn,
  requestsArn,
  resultsArn,
  failuresArn,
  key,
}: AsyncObjects): Statement[] {
  return [
    {
      Sid: "WriteAsyncRequests",
      Effect: "Allow",
      // A presigned URL for an upload has the permissions of this role.
      Action: ["s3:PutObject"],
      Resource: [inputsArn, requestsArn],
    },
    {
      Sid: "ReadAsyncRequests",
      Effect: "Allow",
      Action: ["s3:GetObject"],
      Resource: [inputsArn, requestsArn, resultsArn, failuresArn],
    },
    // A presigned URL for an upload needs the key, too.
    ...(key === undefined ? [] : [useBucketKey("UseAsyncKey", key)]),
  ];
}

/** Only the write: the function reads no captured request. */
function captureStatements({ objectsArn, keyArn, s3ServiceName }: FunctionCapture): Statement[] {
  const write: Statement = {
    Sid: "WriteCapturedRequests",
    Effect: "Allow",
    Action: ["s3:PutObject"],
    Resource: [objectsArn],
  };
  if (keyArn === undefined) return [write];
  return [
    write,
    {
      Sid: "EncryptCapturedRequests",
      Effect: "Allow",
      Action: ["kms:GenerateDataKey"],
      Resource: [keyArn],
      Condition: { StringEquals: { "kms:ViaService": s3ServiceName } },
    },
  ];
}

/**
 * Allows Lambda to manage network interfaces, and denies the same actions to the function's code. Requests of the code
 * contain the function's ARN
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html).
 */
function networkInterfaceStatements(functionArn: string): Statement[] {
  return [
    {
      // Lambda requires these actions on every resource.
      Sid: "ManageNetworkInterfaces",
      Effect: "Allow",
      Action: NETWORK_INTERFACE_ACTIONS,
      Resource: ["*"],
    },
    {
      Sid: "DenyNetworkInterfacesToFunctionCode",
      Effect: "Deny",
      Action: NETWORK_INTERFACE_ACTIONS,
      Resource: ["*"],
      Condition: { ArnEquals: { "lambda:SourceFunctionArn": functionArn } },
    },
  ];
}
