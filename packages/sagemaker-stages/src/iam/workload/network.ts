import { camelCase, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { actionsOf, type InvokedEndpoint, invokedArns } from "./invoke-endpoint";

/** A function's access to its endpoint. */
export interface FunctionAccess {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
  /** ARN of the function's role. */
  readonly roleArn: string;
  /** The endpoint. The role's own policy limits the models of a multi-model endpoint. */
  readonly endpoint: Pick<InvokedEndpoint, "endpointArn" | "componentArn" | "actions">;
}

/**
 * Policy of the VPC endpoint for SageMaker's runtime: each function's role may invoke its endpoint. The role is in
 * `aws:PrincipalArn`, which sessions of the role contain, because a role in `Principal` must exist before the policy
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html).
 */
export function runtimeEndpointPolicy(functions: readonly FunctionAccess[]): PolicyDocument {
  return policyDocument(
    ...functions.map(({ model, roleArn, endpoint }) => ({
      Sid: `Invoke${camelCase(model)}Endpoint`,
      Effect: "Allow" as const,
      Principal: "*" as const,
      Action: actionsOf(endpoint),
      Resource: invokedArns(endpoint),
      Condition: { ArnEquals: { "aws:PrincipalArn": roleArn } },
    })),
  );
}

/** An endpoint's access to buckets. */
export interface BucketAccess {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
  /** ARN of the endpoint's role. */
  readonly roleArn: string;
  /** ARNs of the buckets with the artifacts, each once; none if the image contains or downloads the model. */
  readonly bucketArns: readonly string[];
  /** ARNs of the buckets in which an artifact is a prefix; each once. SageMaker lists the prefix. */
  readonly listedBucketArns: readonly string[];
  /** ARN of the objects that data capture writes; `undefined` without data capture. */
  readonly capturedObjectsArn: string | undefined;
}

/** A function's access to the bucket of captured requests. */
export interface CaptureAccess extends Pick<BucketAccess, "model" | "roleArn"> {
  /** ARN of the objects that the function writes. */
  readonly objectsArn: string;
}

/**
 * Policy of the VPC endpoint for S3: each endpoint's role may use the buckets of its artifacts, and write captured data,
 * and each function with capture may write its objects. The role's own policies name the artifacts. This policy names only buckets: during an update, the previous revision still
 * uses the old artifact, and a policy with only the new artifact would deny the old artifact. Without a SageMaker endpoint
 * in the VPC and without capture, the policy denies everything: Lambda fetches the functions' code, and SageMaker the artifacts, outside of the
 * VPC. AWS's default policy would allow every bucket of every account.
 */
export function s3GatewayPolicy(
  endpoints: readonly BucketAccess[],
  functions: readonly CaptureAccess[] = [],
): PolicyDocument {
  const statements = [...endpoints.flatMap(bucketStatements), ...functions.map(captureStatement)];
  if (statements.length === 0) {
    return policyDocument({
      Sid: "DenyAllS3Actions",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: ["*"],
    });
  }
  return policyDocument(...statements);
}

function captureStatement({ model, roleArn, objectsArn }: CaptureAccess): Statement {
  return {
    Sid: `Write${camelCase(model)}CapturedRequests`,
    Effect: "Allow",
    Action: ["s3:PutObject"],
    Resource: [objectsArn],
    Principal: "*",
    Condition: { ArnEquals: { "aws:PrincipalArn": roleArn } },
  };
}

function bucketStatements({
  model,
  roleArn,
  bucketArns,
  listedBucketArns,
  capturedObjectsArn,
}: BucketAccess): Statement[] {
  const allowed = (Sid: string, action: string, Resource: readonly string[]): Statement[] =>
    Resource.length === 0
      ? []
      : [
          {
            Sid,
            Effect: "Allow",
            Action: [action],
            Resource,
            Principal: "*",
            Condition: { ArnEquals: { "aws:PrincipalArn": roleArn } },
          },
        ];
  const name = camelCase(model);
  const objects = bucketArns.map((bucket) => `${bucket}/*`);
  const captured = capturedObjectsArn === undefined ? [] : [capturedObjectsArn];
  return [
    ...allowed(`Read${name}Artifacts`, "s3:GetObject", objects),
    ...allowed(`List${name}Artifacts`, "s3:ListBucket", listedBucketArns),
    ...allowed(`Write${name}CapturedData`, "s3:PutObject", captured),
  ];
}
