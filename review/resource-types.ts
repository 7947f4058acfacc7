/** How a resource type is told to people. */
export interface ResourceType {
  /** One of them. */
  readonly one: string;
  /** Several of them. */
  readonly many: string;
}

const WORDS: Readonly<Record<string, ResourceType>> = {
  aws_api_gateway_account: { one: "API Gateway account setting", many: "API Gateway account settings" },
  aws_api_gateway_api_key: { one: "API key", many: "API keys" },
  aws_api_gateway_deployment: { one: "deployment", many: "deployments" },
  aws_api_gateway_method_settings: { one: "method setting", many: "method settings" },
  aws_api_gateway_rest_api: { one: "API", many: "APIs" },
  aws_api_gateway_stage: { one: "stage", many: "stages" },
  aws_api_gateway_usage_plan: { one: "usage plan", many: "usage plans" },
  aws_appautoscaling_policy: { one: "scaling policy", many: "scaling policies" },
  aws_appautoscaling_target: { one: "scaling target", many: "scaling targets" },
  aws_cloudfront_distribution: { one: "distribution", many: "distributions" },
  aws_cloudwatch_log_group: { one: "log group", many: "log groups" },
  aws_cloudwatch_metric_alarm: { one: "alarm", many: "alarms" },
  aws_iam_openid_connect_provider: { one: "identity provider", many: "identity providers" },
  aws_iam_policy: { one: "policy", many: "policies" },
  aws_iam_role: { one: "role", many: "roles" },
  aws_iam_role_policy: { one: "role's policy", many: "roles' policies" },
  aws_kms_key: { one: "key", many: "keys" },
  aws_lambda_function: { one: "function", many: "functions" },
  aws_lambda_function_url: { one: "function URL", many: "function URLs" },
  aws_lambda_permission: { one: "function's permission", many: "functions' permissions" },
  aws_s3_bucket: { one: "bucket", many: "buckets" },
  aws_s3_bucket_policy: { one: "bucket policy", many: "bucket policies" },
  aws_s3_object: { one: "object", many: "objects" },
  aws_sagemaker_endpoint: { one: "endpoint", many: "endpoints" },
  aws_sagemaker_endpoint_configuration: {
    one: "endpoint configuration",
    many: "endpoint configurations",
  },
  aws_sagemaker_model: { one: "model", many: "models" },
  aws_security_group: { one: "security group", many: "security groups" },
  aws_subnet: { one: "subnet", many: "subnets" },
  aws_vpc: { one: "VPC", many: "VPCs" },
  aws_vpc_endpoint: { one: "VPC endpoint", many: "VPC endpoints" },
  terraform_data: { one: "revision", many: "revisions" },
};

/** A type in words; what has none is told by Terraform's name. */
export function inWords(type: string): ResourceType {
  return WORDS[type] ?? { one: type, many: type };
}

/** `1 endpoint`, `2 endpoints` */
export function counted(count: number, { one, many }: ResourceType): string {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * What is exchanged as a matter of course: immutable, named anew with each revision, and used by something that keeps
 * its name. Where the new one is created before the old one goes, nothing is ever missing.
 */
const ROLLED_OUT: ReadonlySet<string> = new Set([
  "aws_api_gateway_deployment",
  "aws_sagemaker_model",
  "aws_sagemaker_endpoint_configuration",
  "aws_iam_role_policy",
  "terraform_data",
]);

/** Whether a replacement of this type is a rollout, as long as the new one comes before the old one goes. */
export function isRolledOut(type: string): boolean {
  return ROLLED_OUT.has(type);
}

/**
 * What of a deletion is felt most, first: people call it, or its content is gone for good. What is not named here comes
 * after it.
 */
const FELT_MOST: readonly string[] = [
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

/** Orders types by how much is felt where one goes. */
export function byWeight(one: string, other: string): number {
  return weightOf(one) - weightOf(other);
}

/** Whether its end is felt beyond the deployment. */
export function isFelt(type: string): boolean {
  return FELT_MOST.includes(type);
}

function weightOf(type: string): number {
  const index = FELT_MOST.indexOf(type);
  return index < 0 ? FELT_MOST.length : index;
}
