import { camelCase, type PolicyDocument, policyDocument, type Statement } from "../policy-document";
import { type InvokedEndpoint, invokedArns } from "./invoke-endpoint";

/** A function that may ask an endpoint. */
export interface Asking {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
  /** ARN of the function's role. */
  readonly roleArn: string;
  /** The endpoint. Which model of a multi-model endpoint the role may invoke, the role's own policy says. */
  readonly endpoint: Pick<InvokedEndpoint, "endpointArn" | "componentArn">;
}

/**
 * What may pass the VPC's way to SageMaker's runtime: each function's role, to its one endpoint. Sessions of a role
 * have the role's ARN in `aws:PrincipalArn`; as a Principal the role would have to exist before the policy
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html).
 */
export function runtimeEndpointPolicy(askings: readonly Asking[]): PolicyDocument {
  return policyDocument(
    ...askings.map(({ model, roleArn, endpoint }) => ({
      Sid: `${camelCase(model)}InvokesItsEndpoint`,
      Effect: "Allow" as const,
      Principal: "*" as const,
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: invokedArns(endpoint),
      Condition: { ArnEquals: { "aws:PrincipalArn": roleArn } },
    })),
  );
}

/** An endpoint that uses S3. */
export interface Reading {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
  /** ARN of the endpoint's role. */
  readonly roleArn: string;
  /** ARNs of the buckets of its artifacts, each once; none where the image contains or downloads the model. */
  readonly bucketArns: readonly string[];
  /** ARNs of the buckets in which an artifact is a prefix, which SageMaker lists; each once. */
  readonly listedBucketArns: readonly string[];
  /** What data capture writes, where it does. */
  readonly capturedObjectsArn: string | undefined;
}

/**
 * What may pass the VPC's way to S3: each endpoint's role, to its artifact's bucket and to what it captures. Which
 * artifact it is, says the role's own policy, of which there are two while one model takes over from another: named
 * here, the old artifact would be out of reach for the endpoint that still serves it. Where no endpoint is in the VPC,
 * nothing passes: Lambda fetches the functions' code and SageMaker the artifacts outside. Without a policy AWS would let
 * everything pass, to every bucket of every account.
 */
export function s3GatewayPolicy(readings: readonly Reading[]): PolicyDocument {
  const statements = readings.flatMap(readingStatements);
  if (statements.length === 0) {
    return policyDocument({
      Sid: "RefuseEverything",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: ["*"],
    });
  }
  return policyDocument(...statements);
}

function readingStatements({
  model,
  roleArn,
  bucketArns,
  listedBucketArns,
  capturedObjectsArn,
}: Reading): Statement[] {
  const allowed = (what: string, action: string, Resource: readonly string[]): Statement[] =>
    Resource.length === 0
      ? []
      : [
          {
            Sid: `${camelCase(model)}${what}`,
            Effect: "Allow",
            Action: [action],
            Resource,
            Principal: "*",
            Condition: { ArnEquals: { "aws:PrincipalArn": roleArn } },
          },
        ];
  const objects = bucketArns.map((bucket) => `${bucket}/*`);
  const captured = capturedObjectsArn === undefined ? [] : [capturedObjectsArn];
  return [
    ...allowed("ReadsItsArtifacts", "s3:GetObject", objects),
    ...allowed("ListsItsArtifacts", "s3:ListBucket", listedBucketArns),
    ...allowed("WritesWhatItCaptures", "s3:PutObject", captured),
  ];
}
