import type { Noun } from "./counted";

/** How people call a type of resources. */
const WORDS: Readonly<Record<string, Noun>> = {
  aws_ami_launch_permission: { one: "image permission", many: "image permissions" },
  aws_api_gateway_account: { one: "API Gateway account setting", many: "API Gateway account settings" },
  aws_api_gateway_api_key: { one: "API key", many: "API keys" },
  aws_api_gateway_authorizer: { one: "authorizer", many: "authorizers" },
  aws_api_gateway_deployment: { one: "deployment", many: "deployments" },
  aws_api_gateway_method: { one: "method", many: "methods" },
  aws_api_gateway_method_settings: { one: "method setting", many: "method settings" },
  aws_api_gateway_rest_api: { one: "API", many: "APIs" },
  aws_api_gateway_stage: { one: "stage", many: "stages" },
  aws_api_gateway_usage_plan: { one: "usage plan", many: "usage plans" },
  aws_apigatewayv2_api: { one: "API", many: "APIs" },
  aws_apigatewayv2_route: { one: "route", many: "routes" },
  aws_apigatewayv2_stage: { one: "stage", many: "stages" },
  aws_appautoscaling_policy: { one: "scaling policy", many: "scaling policies" },
  aws_appautoscaling_target: { one: "scaling target", many: "scaling targets" },
  aws_autoscaling_group: { one: "scaling group", many: "scaling groups" },
  aws_cloudfront_distribution: { one: "distribution", many: "distributions" },
  aws_cloudtrail: { one: "trail", many: "trails" },
  aws_cloudwatch_event_rule: { one: "event rule", many: "event rules" },
  aws_cloudwatch_log_group: { one: "log group", many: "log groups" },
  aws_cloudwatch_metric_alarm: { one: "alarm", many: "alarms" },
  aws_cognito_identity_pool: { one: "identity pool", many: "identity pools" },
  aws_cognito_user_pool: { one: "user pool", many: "user pools" },
  aws_db_instance: { one: "database", many: "databases" },
  aws_db_snapshot: { one: "database snapshot", many: "database snapshots" },
  aws_default_security_group: { one: "security group", many: "security groups" },
  aws_docdb_cluster: { one: "database cluster", many: "database clusters" },
  aws_dynamodb_table: { one: "table", many: "tables" },
  aws_ebs_volume: { one: "volume", many: "volumes" },
  aws_ecr_lifecycle_policy: { one: "image lifecycle policy", many: "image lifecycle policies" },
  aws_ecr_repository: { one: "image repository", many: "image repositories" },
  aws_ecs_service: { one: "service", many: "services" },
  aws_efs_file_system: { one: "file system", many: "file systems" },
  aws_eks_cluster: { one: "Kubernetes cluster", many: "Kubernetes clusters" },
  aws_iam_openid_connect_provider: { one: "identity provider", many: "identity providers" },
  aws_iam_policy: { one: "policy", many: "policies" },
  aws_iam_role: { one: "role", many: "roles" },
  aws_iam_role_policy: { one: "role's policy", many: "roles' policies" },
  aws_instance: { one: "instance", many: "instances" },
  aws_kms_key: { one: "key", many: "keys" },
  aws_lambda_event_source_mapping: { one: "event source mapping", many: "event source mappings" },
  aws_lambda_function: { one: "function", many: "functions" },
  aws_lambda_function_url: { one: "function URL", many: "function URLs" },
  aws_lambda_permission: { one: "function's permission", many: "functions' permissions" },
  aws_lb: { one: "load balancer", many: "load balancers" },
  aws_opensearch_domain: { one: "search domain", many: "search domains" },
  aws_rds_cluster: { one: "database cluster", many: "database clusters" },
  aws_rds_cluster_instance: { one: "database", many: "databases" },
  aws_redshift_cluster: { one: "data warehouse", many: "data warehouses" },
  aws_s3_bucket: { one: "bucket", many: "buckets" },
  aws_s3_bucket_acl: { one: "access list of bucket", many: "access lists of buckets" },
  aws_s3_bucket_lifecycle_configuration: { one: "lifecycle of bucket", many: "lifecycles of buckets" },
  aws_s3_bucket_policy: { one: "bucket policy", many: "bucket policies" },
  aws_s3_bucket_public_access_block: {
    one: "public access block of bucket",
    many: "public access blocks of buckets",
  },
  aws_s3_bucket_versioning: { one: "versioning of bucket", many: "versionings of buckets" },
  aws_s3_object: { one: "object", many: "objects" },
  aws_sagemaker_domain: { one: "SageMaker domain", many: "SageMaker domains" },
  aws_sagemaker_endpoint: { one: "endpoint", many: "endpoints" },
  aws_sagemaker_endpoint_configuration: {
    one: "endpoint configuration",
    many: "endpoint configurations",
  },
  aws_sagemaker_model: { one: "model", many: "models" },
  aws_sagemaker_notebook_instance: { one: "notebook instance", many: "notebook instances" },
  aws_secretsmanager_secret: { one: "secret", many: "secrets" },
  aws_security_group: { one: "security group", many: "security groups" },
  aws_security_group_rule: { one: "security group rule", many: "security group rules" },
  aws_sns_topic: { one: "topic", many: "topics" },
  aws_sqs_queue: { one: "queue", many: "queues" },
  aws_ssm_document: { one: "SSM document", many: "SSM documents" },
  aws_subnet: { one: "subnet", many: "subnets" },
  aws_vpc: { one: "VPC", many: "VPCs" },
  aws_vpc_endpoint: { one: "VPC endpoint", many: "VPC endpoints" },
  aws_vpc_security_group_egress_rule: { one: "egress rule", many: "egress rules" },
  aws_vpc_security_group_ingress_rule: { one: "ingress rule", many: "ingress rules" },
  aws_wafv2_web_acl_association: { one: "firewall association", many: "firewall associations" },
  terraform_data: { one: "revision", many: "revisions" },
};

/** A type in words; what has none is told by Terraform's name. */
export function inWords(type: string): Noun {
  return (isNamed(type) ? WORDS[type] : undefined) ?? { one: type, many: type };
}

/** Whether people have a word for the type: the review knows what its resources are for. */
export function isNamed(type: string): boolean {
  return Object.hasOwn(WORDS, type);
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
