import type { Construct } from "constructs";
import { FunctionAndEndpoint } from "./function-and-endpoint";
import { parseProps } from "./lambda-to-sagemaker-endpoint-checks";
import type { LambdaToSagemakerEndpointProps } from "./lambda-to-sagemaker-endpoint-props";

export type { LambdaToSagemakerEndpointProps } from "./lambda-to-sagemaker-endpoint-props";

/**
 * A Lambda function with the permission to invoke one SageMaker endpoint. The function and the endpoint are each new or
 * existing, and can be in a VPC. The Terraform equivalent of AWS Solutions Constructs' aws-lambda-sagemakerendpoint
 * (https://docs.aws.amazon.com/solutions/latest/constructs/aws-lambda-sagemakerendpoint.html).
 *
 * @example A new function for an existing endpoint
 * const scoring = new LambdaToSagemakerEndpoint(this, "scoring", {
 *   account: new AwsScope(this, { region: "eu-central-1", accountId: "111122223333" }),
 *   name: "shop-scoring",
 *   newFunction: { code: functionPackage("scoring", folder), description: "Scores orders" },
 *   existingEndpoint: "notebook-1",
 *   logRetentionInDays: 30,
 * });
 * // Extend: the function and the endpoint are Terraform's resources or data sources.
 * scoring.lambdaFunction.addOverride("memory_size", 512);
 */
export class LambdaToSagemakerEndpoint extends FunctionAndEndpoint {
  /** @throws Error with every fault of the props */
  constructor(scope: Construct, id: string, props: LambdaToSagemakerEndpointProps) {
    super(scope, id, parseProps(props, pathOf(scope, id), id));
  }
}

/** The construct's path. */
function pathOf(scope: Construct, id: string): string {
  return [scope.node.path, id].filter((part) => part !== "").join("/");
}
