import type { JsonObject } from "../../../src/testing/terraform";

interface TerraformCondition {
  readonly condition: string;
  readonly error_message: string;
}

/** The lifecycle block of a resource. */
interface WithLifecycle {
  readonly lifecycle?: {
    readonly create_before_destroy?: boolean;
    readonly prevent_destroy?: boolean;
    readonly replace_triggered_by?: readonly string[];
    readonly precondition?: readonly TerraformCondition[];
    readonly postcondition?: readonly TerraformCondition[];
  };
  readonly depends_on?: readonly string[];
}

interface WithTags {
  readonly tags?: Readonly<Record<string, string>>;
}

interface OfBucket {
  readonly bucket: string;
}

interface OfPolicy {
  readonly policy_arn: string;
}

interface SecurityGroupRule {
  readonly security_group_id: string;
  readonly referenced_security_group_id?: string;
  readonly prefix_list_id?: string;
  readonly description: string;
  readonly ip_protocol: string;
  readonly from_port: number;
  readonly to_port: number;
}

/** One container of a model. */
interface ContainerOfModel {
  readonly container_hostname?: string;
  readonly image: string;
  readonly model_data_url: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The Terraform types that the stacks emit, with the arguments that tests read: a misspelt type or argument does
 * not compile.
 */
export interface TerraformTypes {
  "data.aws_caller_identity": object;
  "data.aws_cloudcontrolapi_resource": { readonly type_name: string; readonly identifier: string };
  "data.aws_iam_openid_connect_provider": WithLifecycle & { readonly url: string };
  "data.aws_lambda_function": WithLifecycle & { readonly function_name: string };
  "data.aws_sagemaker_prebuilt_ecr_image": { readonly repository_name: string; readonly image_tag: string };
  aws_acm_certificate: WithLifecycle & { readonly domain_name: string; readonly validation_method: string };
  aws_acm_certificate_validation: { readonly certificate_arn: string };
  aws_api_gateway_base_path_mapping: { readonly domain_name: string; readonly base_path?: string };
  aws_api_gateway_domain_name: WithLifecycle & {
    readonly domain_name: string;
    readonly regional_certificate_arn: string;
    readonly security_policy: string;
  };
  aws_route53_record: { readonly zone_id: string; readonly name: string; readonly type: string };
  aws_appautoscaling_policy: WithLifecycle & {
    readonly name: string;
    readonly policy_type: string;
    readonly service_namespace: string;
    readonly resource_id: string;
    readonly scalable_dimension: string;
    readonly target_tracking_scaling_policy_configuration: {
      readonly predefined_metric_specification: { readonly predefined_metric_type: string };
      readonly target_value: number;
      readonly scale_in_cooldown?: number;
      readonly scale_out_cooldown?: number;
    };
  };
  aws_appautoscaling_target: WithLifecycle &
    WithTags & {
      readonly service_namespace: string;
      readonly resource_id: string;
      readonly scalable_dimension: string;
      readonly min_capacity: number;
      readonly max_capacity: number;
    };
  aws_api_gateway_account: WithLifecycle & { readonly cloudwatch_role_arn: string };
  aws_api_gateway_api_key: { readonly name: string };
  aws_api_gateway_deployment: WithLifecycle & {
    readonly rest_api_id: string;
    readonly triggers: Readonly<Record<string, string>>;
  };
  aws_api_gateway_method_settings: {
    readonly method_path: string;
    readonly stage_name: string;
    readonly settings: Readonly<Record<string, boolean | number>>;
  };
  aws_api_gateway_rest_api: WithLifecycle & {
    readonly name: string;
    readonly body: string;
    readonly disable_execute_api_endpoint: boolean;
    readonly endpoint_configuration: { readonly types: readonly string[] };
  };
  aws_api_gateway_stage: WithLifecycle & {
    readonly rest_api_id: string;
    readonly deployment_id: string;
    readonly stage_name: string;
    readonly xray_tracing_enabled: boolean;
    readonly access_log_settings?: { readonly destination_arn: string; readonly format: string };
  };
  aws_api_gateway_usage_plan: {
    readonly name: string;
    readonly api_stages: readonly { readonly api_id: string; readonly stage: string }[];
    readonly throttle_settings: { readonly rate_limit: number; readonly burst_limit: number };
  };
  aws_api_gateway_usage_plan_key: {
    readonly key_id: string;
    readonly key_type: string;
    readonly usage_plan_id: string;
  };
  aws_cloudfront_distribution: WithLifecycle & {
    readonly comment: string;
    readonly default_root_object: string;
    readonly price_class: string;
    readonly origin: readonly {
      readonly origin_id: string;
      readonly domain_name: string;
      readonly origin_access_control_id: string;
    }[];
    readonly default_cache_behavior: {
      readonly target_origin_id: string;
      readonly allowed_methods: readonly string[];
      readonly viewer_protocol_policy: string;
      readonly response_headers_policy_id: string;
    };
  };
  aws_cloudfront_origin_access_control: {
    readonly name: string;
    readonly origin_access_control_origin_type: string;
    readonly signing_behavior: string;
    readonly signing_protocol: string;
  };
  aws_cloudfront_response_headers_policy: {
    readonly name: string;
    readonly security_headers_config: {
      readonly content_security_policy: { readonly content_security_policy: string };
      readonly content_type_options: { readonly override: boolean };
      readonly frame_options: { readonly frame_option: string };
      readonly referrer_policy: { readonly referrer_policy: string };
      readonly strict_transport_security: { readonly access_control_max_age_sec: number };
    };
    readonly custom_headers_config: {
      readonly items: readonly { readonly header: string; readonly value: string }[];
    };
  };
  aws_appautoscaling_scheduled_action: WithLifecycle & {
    readonly depends_on?: readonly string[];
    readonly name: string;
    readonly resource_id: string;
    readonly scalable_dimension: string;
    readonly scalable_target_action: { readonly min_capacity: string; readonly max_capacity: string };
    readonly schedule: string;
    readonly service_namespace: string;
    readonly timezone: string;
  };
  aws_budgets_budget: {
    readonly name: string;
    readonly limit_amount: string;
    readonly cost_filter: readonly { readonly name: string; readonly values: readonly string[] }[];
    readonly notification: readonly Readonly<Record<string, unknown>>[];
  };
  aws_cloudwatch_dashboard: { readonly dashboard_name: string; readonly dashboard_body: string };
  aws_cloudwatch_log_group: WithLifecycle &
    WithTags & { readonly name: string; readonly retention_in_days: number };
  aws_cloudwatch_composite_alarm: WithTags &
    WithLifecycle & {
      readonly alarm_name: string;
      readonly alarm_description?: string;
      readonly alarm_rule: string;
      readonly alarm_actions?: readonly string[];
      readonly ok_actions?: readonly string[];
    };
  aws_cloudwatch_metric_alarm: WithTags &
    WithLifecycle & {
      readonly alarm_name: string;
      readonly alarm_description?: string;
      readonly comparison_operator: string;
      readonly dimensions: Readonly<Record<string, string>>;
      readonly metric_name: string;
      readonly namespace: string;
      readonly period: number;
      readonly statistic: string;
      readonly threshold: number;
      readonly treat_missing_data: string;
      readonly evaluation_periods: number;
      readonly datapoints_to_alarm?: number;
      readonly alarm_actions?: readonly string[];
      /** Absent for an alarm on one metric. */
      readonly metric_query?: readonly {
        readonly id: string;
        readonly expression?: string;
        readonly return_data?: boolean;
        readonly metric?: {
          readonly namespace: string;
          readonly metric_name: string;
          readonly period: number;
          readonly stat: string;
          readonly dimensions: Readonly<Record<string, string>>;
        };
      }[];
    };
  aws_iam_group_policy_attachment: OfPolicy & { readonly group: string };
  aws_iam_openid_connect_provider: {
    readonly url: string;
    readonly client_id_list: readonly string[];
    readonly thumbprint_list?: readonly string[];
  };
  aws_iam_policy: { readonly name: string; readonly description: string; readonly policy: string };
  aws_default_security_group: WithTags & { readonly vpc_id: string };
  aws_iam_role: WithTags & {
    readonly name: string;
    readonly description: string;
    readonly assume_role_policy: string;
    readonly max_session_duration?: number;
    readonly permissions_boundary?: string;
  };
  aws_iam_role_policy: WithLifecycle & {
    readonly name: string;
    readonly role: string;
    readonly policy: string;
  };
  aws_iam_role_policy_attachment: OfPolicy & { readonly role: string };
  aws_iam_user_policy_attachment: OfPolicy & { readonly user: string };
  aws_lambda_function: WithLifecycle &
    WithTags & {
      readonly architectures: readonly string[];
      readonly environment: { readonly variables: Readonly<Record<string, string>> };
      readonly filename: string;
      readonly function_name: string;
      readonly handler: string;
      readonly logging_config: { readonly log_format: string; readonly log_group: string };
      readonly memory_size: number;
      readonly reserved_concurrent_executions?: number;
      readonly role: string;
      readonly runtime: string;
      readonly source_code_hash: string;
      readonly timeout: number;
      readonly tracing_config: { readonly mode: string };
      readonly ephemeral_storage?: { readonly size: number };
      readonly vpc_config?: {
        readonly subnet_ids: readonly string[];
        readonly security_group_ids: readonly string[];
      };
    };
  aws_lambda_function_url: {
    readonly function_name: string;
    readonly authorization_type: string;
    readonly invoke_mode?: string;
    readonly cors: {
      readonly allow_origins: readonly string[];
      readonly allow_methods: readonly string[];
      readonly allow_headers: readonly string[];
      readonly expose_headers: readonly string[];
      readonly max_age: number;
    };
  };
  aws_lambda_permission: {
    readonly action: string;
    readonly function_name: string;
    readonly principal: string;
    readonly source_arn: string;
    readonly statement_id: string;
  };
  aws_route_table: WithTags & { readonly vpc_id: string };
  aws_route_table_association: { readonly route_table_id: string; readonly subnet_id: string };
  aws_s3_bucket: WithTags & { readonly bucket: string; readonly force_destroy: boolean };
  aws_s3_bucket_cors_configuration: OfBucket & { readonly cors_rule: readonly object[] };
  aws_s3_bucket_lifecycle_configuration: OfBucket & { readonly rule: readonly object[] };
  aws_s3_bucket_ownership_controls: OfBucket & { readonly rule: { readonly object_ownership: string } };
  aws_s3_bucket_policy: OfBucket & WithLifecycle & { readonly policy: string };
  aws_s3_bucket_public_access_block: OfBucket & {
    readonly block_public_acls: boolean;
    readonly block_public_policy: boolean;
    readonly ignore_public_acls: boolean;
    readonly restrict_public_buckets: boolean;
  };
  aws_s3_bucket_server_side_encryption_configuration: OfBucket & {
    readonly rule: readonly {
      readonly apply_server_side_encryption_by_default: { readonly sse_algorithm: string };
    }[];
  };
  aws_s3_bucket_versioning: OfBucket & { readonly versioning_configuration: { readonly status: string } };
  aws_s3_object: OfBucket &
    WithLifecycle & {
      readonly override_provider: { readonly default_tags: { readonly tags: object } };
      readonly key: string;
      readonly content_type?: string;
      readonly cache_control?: string;
      readonly content?: string;
      readonly source?: string;
      readonly source_hash?: string;
    };
  aws_s3_object_copy: OfBucket & WithLifecycle & { readonly key: string; readonly source: string };
  aws_sagemaker_endpoint: WithLifecycle &
    WithTags & {
      readonly name: string;
      readonly endpoint_config_name: string;
      readonly deployment_config?: object;
    };
  aws_sagemaker_endpoint_configuration: WithLifecycle &
    WithTags & {
      readonly name: string;
      readonly production_variants: readonly {
        readonly variant_name: string;
        readonly model_name: string;
        readonly serverless_config?: {
          readonly memory_size_in_mb: number;
          readonly max_concurrency: number;
          readonly provisioned_concurrency?: number;
        };
        readonly instance_type?: string;
        readonly initial_instance_count?: number;
      }[];
      readonly data_capture_config?: object;
      readonly kms_key_arn?: string;
    };
  aws_cognito_identity_pool: WithTags & {
    readonly identity_pool_name: string;
    readonly allow_classic_flow: boolean;
    readonly allow_unauthenticated_identities: boolean;
    readonly cognito_identity_providers: readonly {
      readonly client_id: string;
      readonly provider_name: string;
      readonly server_side_token_check: boolean;
    }[];
  };
  aws_cognito_identity_pool_roles_attachment: {
    readonly identity_pool_id: string;
    readonly roles: Readonly<Record<string, string>>;
  };
  aws_cognito_user_pool: WithLifecycle &
    WithTags & {
      readonly name: string;
      readonly deletion_protection: string;
      readonly admin_create_user_config: { readonly allow_admin_create_user_only: boolean };
      readonly mfa_configuration: string;
      readonly software_token_mfa_configuration?: { readonly enabled: boolean };
    };
  aws_cognito_user_pool_client: {
    readonly name: string;
    readonly generate_secret: boolean;
    readonly allowed_oauth_flows: readonly string[];
    readonly callback_urls: readonly string[];
    readonly logout_urls: readonly string[];
  };
  aws_cognito_user_pool_domain: { readonly domain: string; readonly user_pool_id: string };
  aws_sagemaker_model: WithLifecycle &
    WithTags & {
      readonly name: string;
      readonly execution_role_arn: string;
      /** Only in a model with one container. */
      readonly primary_container: ContainerOfModel;
      /** Only in a model with several containers. */
      readonly container?: readonly ContainerOfModel[];
      readonly inference_execution_config?: { readonly mode: string };
      readonly enable_network_isolation?: boolean;
      readonly vpc_config?: {
        readonly subnets: readonly string[];
        readonly security_group_ids: readonly string[];
      };
    };
  aws_security_group: WithLifecycle &
    WithTags & {
      readonly vpc_id: string;
      readonly name: string;
      readonly description: string;
      readonly timeouts: { readonly delete: string };
    };
  aws_sns_topic: WithTags & { readonly name: string };
  aws_sns_topic_policy: { readonly arn: string; readonly policy: string };
  aws_sns_topic_subscription: {
    readonly topic_arn: string;
    readonly protocol: string;
    readonly endpoint: string;
  };
  aws_subnet: WithTags & {
    readonly vpc_id: string;
    readonly availability_zone: string;
    readonly cidr_block: string;
    readonly map_public_ip_on_launch: boolean;
    readonly timeouts: { readonly delete: string };
  };
  aws_vpc: WithTags & {
    readonly cidr_block: string;
    readonly enable_dns_hostnames: boolean;
    readonly enable_dns_support: boolean;
  };
  aws_vpc_endpoint: WithLifecycle &
    WithTags & {
      readonly vpc_id: string;
      readonly vpc_endpoint_type: string;
      readonly service_name: string;
      readonly policy?: string;
      readonly private_dns_enabled?: boolean;
      readonly route_table_ids?: readonly string[];
      readonly security_group_ids?: readonly string[];
      readonly subnet_ids?: readonly string[];
    };
  aws_vpc_security_group_egress_rule: SecurityGroupRule;
  aws_vpc_security_group_ingress_rule: SecurityGroupRule;
  aws_wafv2_web_acl: {
    readonly name: string;
    readonly scope: "REGIONAL" | "CLOUDFRONT";
    readonly default_action: { readonly allow: object };
    readonly rule: readonly JsonObject[];
    readonly provider?: string;
  };
  aws_wafv2_web_acl_association: { readonly resource_arn: string; readonly web_acl_arn: string };
  terraform_data: WithLifecycle & { readonly triggers_replace: Readonly<Record<string, string | number>> };
}

/** The name of a type, data sources as in Terraform's addresses: `data.<type>`. */
export type TerraformType = keyof TerraformTypes;

/** Every {@link TerraformType}; the compiler checks that both are equal. */
export const TERRAFORM_TYPES = Object.keys({
  "data.aws_caller_identity": true,
  "data.aws_cloudcontrolapi_resource": true,
  "data.aws_iam_openid_connect_provider": true,
  "data.aws_lambda_function": true,
  "data.aws_sagemaker_prebuilt_ecr_image": true,
  aws_acm_certificate: true,
  aws_acm_certificate_validation: true,
  aws_api_gateway_base_path_mapping: true,
  aws_api_gateway_domain_name: true,
  aws_route53_record: true,
  aws_appautoscaling_policy: true,
  aws_appautoscaling_target: true,
  aws_api_gateway_account: true,
  aws_api_gateway_api_key: true,
  aws_api_gateway_deployment: true,
  aws_api_gateway_method_settings: true,
  aws_api_gateway_rest_api: true,
  aws_api_gateway_stage: true,
  aws_api_gateway_usage_plan: true,
  aws_api_gateway_usage_plan_key: true,
  aws_cloudfront_distribution: true,
  aws_appautoscaling_scheduled_action: true,
  aws_budgets_budget: true,
  aws_cloudfront_origin_access_control: true,
  aws_cloudfront_response_headers_policy: true,
  aws_cloudwatch_dashboard: true,
  aws_cloudwatch_log_group: true,
  aws_cloudwatch_composite_alarm: true,
  aws_cloudwatch_metric_alarm: true,
  aws_cognito_identity_pool: true,
  aws_cognito_identity_pool_roles_attachment: true,
  aws_cognito_user_pool: true,
  aws_cognito_user_pool_client: true,
  aws_cognito_user_pool_domain: true,
  aws_iam_group_policy_attachment: true,
  aws_iam_openid_connect_provider: true,
  aws_iam_policy: true,
  aws_default_security_group: true,
  aws_iam_role: true,
  aws_iam_role_policy: true,
  aws_iam_role_policy_attachment: true,
  aws_iam_user_policy_attachment: true,
  aws_lambda_function: true,
  aws_lambda_function_url: true,
  aws_lambda_permission: true,
  aws_route_table: true,
  aws_route_table_association: true,
  aws_s3_bucket: true,
  aws_s3_bucket_cors_configuration: true,
  aws_s3_bucket_lifecycle_configuration: true,
  aws_s3_bucket_ownership_controls: true,
  aws_s3_bucket_policy: true,
  aws_s3_bucket_public_access_block: true,
  aws_s3_bucket_server_side_encryption_configuration: true,
  aws_s3_bucket_versioning: true,
  aws_s3_object: true,
  aws_s3_object_copy: true,
  aws_sagemaker_endpoint: true,
  aws_sagemaker_endpoint_configuration: true,
  aws_sagemaker_model: true,
  aws_security_group: true,
  aws_sns_topic: true,
  aws_sns_topic_policy: true,
  aws_sns_topic_subscription: true,
  aws_subnet: true,
  aws_vpc: true,
  aws_vpc_endpoint: true,
  aws_vpc_security_group_egress_rule: true,
  aws_vpc_security_group_ingress_rule: true,
  aws_wafv2_web_acl: true,
  aws_wafv2_web_acl_association: true,
  terraform_data: true,
} satisfies Record<TerraformType, true>);
