import { type PolicyDocument, policyDocument } from "./policy-document";

/** A function that may ask an endpoint. */
export interface Asking {
  /** The model's name, e.g. `breast-cancer`. */
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

/**
 * What may pass the VPC's way to S3: nothing. Lambda fetches the functions' code and SageMaker the artifacts outside
 * the VPC. Without a policy AWS would let everything pass, to every bucket of every account.
 */
export function s3GatewayPolicy(): PolicyDocument {
  return policyDocument({
    Sid: "RefuseEverything",
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:*"],
    Resource: ["*"],
  });
}

/** `BreastCancer` of `breast-cancer`: a Sid has letters and digits only, and none twice. */
function camelCase(model: string): string {
  return model.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
}
