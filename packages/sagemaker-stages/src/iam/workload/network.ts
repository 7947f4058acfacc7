import { type PolicyDocument, policyDocument, type Statement } from "../policy-document";

/** A function that may ask an endpoint. */
export interface Asking {
  /** The model's name, e.g. `loan-default`. */
  readonly model: string;
  /** ARN of the function's role. */
  readonly roleArn: string;
  readonly endpointArn: string;
}

/**
 * What may pass the VPC's way to SageMaker's runtime: each function's role, to its one endpoint. Sessions of a role
 * have the role's ARN in `aws:PrincipalArn`; as a Principal the role would have to exist before the policy
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html).
 */
export function runtimeEndpointPolicy(askings: readonly Asking[]): PolicyDocument {
  return policyDocument(
    ...askings.map(({ model, roleArn, endpointArn }) => ({
      Sid: `${camelCase(model)}InvokesItsEndpoint`,
      Effect: "Allow" as const,
      Principal: "*" as const,
      Action: ["sagemaker:InvokeEndpoint"],
      Resource: [endpointArn],
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
  /** ARN of the artifact's bucket, with `/*`. */
  readonly artifactsArn: string;
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
  if (readings.length === 0) {
    return policyDocument({
      Sid: "RefuseEverything",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: ["*"],
    });
  }
  return policyDocument(...readings.flatMap(readingStatements));
}

function readingStatements({ model, roleArn, artifactsArn, capturedObjectsArn }: Reading): Statement[] {
  const ofItsRole = { Principal: "*", Condition: { ArnEquals: { "aws:PrincipalArn": roleArn } } } as const;
  const read: Statement = {
    Sid: `${camelCase(model)}ReadsItsArtifacts`,
    Effect: "Allow",
    Action: ["s3:GetObject"],
    Resource: [artifactsArn],
    ...ofItsRole,
  };
  if (capturedObjectsArn === undefined) return [read];
  return [
    read,
    {
      Sid: `${camelCase(model)}WritesWhatItCaptures`,
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: [capturedObjectsArn],
      ...ofItsRole,
    },
  ];
}

/** `LoanDefault` of `loan-default`: a Sid has letters and digits only, and none twice. */
function camelCase(model: string): string {
  return model.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
}
