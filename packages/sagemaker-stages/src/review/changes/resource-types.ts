/**
 * Immutable resources that each rollout replaces: they get a new name with each revision, and the resource that uses them
 * keeps its name. If the new resource is created before the old resource is destroyed, there is no downtime.
 */
const ROLLED_OUT: ReadonlySet<string> = new Set([
  "aws_api_gateway_deployment",
  "aws_sagemaker_model",
  "aws_sagemaker_endpoint_configuration",
  "aws_iam_role_policy",
  "terraform_data",
]);

/** Whether a replacement of this type is a rollout, if the new resource is created before the old one is destroyed. */
export function isRolledOut(type: string): boolean {
  return ROLLED_OUT.has(type);
}

/** The types whose deletion matters most, most important first: clients call them, or their content is lost. */
const IMPORTANT_TYPES: readonly string[] = [
  "aws_sagemaker_endpoint",
  "aws_api_gateway_rest_api",
  "aws_api_gateway_stage",
  "aws_lambda_function_url",
  "aws_cloudfront_distribution",
  "aws_s3_bucket",
  "aws_kms_key",
  "aws_cloudwatch_log_group",
  "aws_lambda_function",
  "aws_iam_role",
  "aws_api_gateway_api_key",
  "aws_vpc",
];

/** Orders types by the importance of a deletion. */
export function byImportance(one: string, other: string): number {
  return rankOf(one) - rankOf(other);
}

/** Whether a deletion of the type affects clients or stored data. */
export function isImportant(type: string): boolean {
  return IMPORTANT_TYPES.includes(type);
}

function rankOf(type: string): number {
  const index = IMPORTANT_TYPES.indexOf(type);
  return index < 0 ? IMPORTANT_TYPES.length : index;
}
