import type { Gate } from "../../lib/gates";
import { textOf, type Values } from "../reading/values";
import type { RiskId } from "../rendering/phrases/risks";
import {
  absent,
  fewer,
  fewerThanForever,
  type Level,
  more,
  no,
  noneOf,
  off,
  on,
  oneOf,
  present,
  weakerThan,
  world,
  zero,
} from "./levels";
import type { RiskKind } from "./risk";

/** A rule: how dangerous the values of an attribute are. */
export interface Rule {
  /** Names the rule's phrases. Several rules can have the same phrases. */
  readonly risk: RiskId;
  readonly types: readonly string[];
  /** Path of the attribute, e.g. `vpc_config.0.endpoint_public_access`; `*` stands for each block of a list. */
  readonly path: string;
  readonly level: Level;
  readonly kind: RiskKind;
  /** Gates in which the dangerous value counts. */
  readonly gates: readonly Gate[];
  /** Whether the review also reports new resources that have the dangerous value. */
  readonly appliesToNew: boolean;
  /** Whether the rule applies to a resource with these values. @default - to every resource of the types */
  readonly appliesTo?: (values: Values) => boolean;
}

/** Settings that make AWS delete stored data or backups after the apply. */
function dataLoss(types: string, path: string, level: Level, risk: RiskId): Rule {
  const common = { types: types.split(" "), path, level, risk };
  return { ...common, kind: "data loss", gates: ["destroy"], appliesToNew: false };
}

/** Settings that give access, or remove a protection against access. */
function exposure(
  types: string,
  path: string,
  level: Level,
  risk: RiskId,
  gates: readonly Gate[] = ["widen"],
): Rule {
  const common = { types: types.split(" "), path, level, risk };
  return { ...common, kind: "exposure", gates, appliesToNew: true };
}

/** Protections whose loss is reported. Their absence in a new resource is not, because most resources never have them. */
function lostProtection(types: string, path: string, level: Level, risk: RiskId): Rule {
  return { ...exposure(types, path, level, risk), appliesToNew: false };
}

/** Settings that reduce a service, or that stop a service which no caller of a route waits for. */
function outage(types: string, path: string, level: Level, risk: RiskId): Rule {
  const common = { types: types.split(" "), path, level, risk };
  return { ...common, kind: "outage", gates: [], appliesToNew: false };
}

/** Settings with which every call of a route, an endpoint, a page or a key fails. */
function failure(types: string, path: string, level: Level, risk: RiskId): Rule {
  return { ...outage(types, path, level, risk), gates: ["outage"] };
}

/** Protections that matter only after another failure. */
function weaker(types: string, path: string, level: Level, risk: RiskId): Rule {
  const common = { types: types.split(" "), path, level, risk };
  return { ...common, kind: "weaker protection", gates: [], appliesToNew: false };
}

const RELATIONAL = "aws_db_instance aws_rds_cluster";
const CLUSTERS = "aws_rds_cluster aws_docdb_cluster aws_neptune_cluster";
const SEARCH = "aws_opensearch_domain aws_elasticsearch_domain";

/**
 * Policies for TLS from the weakest to the strongest
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html).
 */
const CLOUDFRONT_POLICIES = [
  "SSLv3",
  "TLSv1",
  "TLSv1_2016",
  "TLSv1.1_2016",
  "TLSv1.2_2018",
  "TLSv1.2_2019",
  "TLSv1.2_2021",
  "TLSv1.2_2025",
  "TLSv1.3_2025",
];

/**
 * Policies for TLS by their minimum version, from the weakest to the strongest. The order of policies with the same version
 * is by their ciphers (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html).
 */
const API_GATEWAY_POLICIES = [
  "TLS_1_0",
  "TLS_1_2",
  "SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_2021_06",
  "SecurityPolicy_TLS13_1_2_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
  "SecurityPolicy_TLS13_1_3_2025_09",
  "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
];

/**
 * Attributes whose values can be dangerous. Terraform's provider documents each attribute at
 * https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/<type>.
 */
export const RULES: readonly Rule[] = [
  // Stored data and backups.
  dataLoss("aws_cloudwatch_log_group", "retention_in_days", fewerThanForever, "log retention"),
  dataLoss("aws_dynamodb_table", "ttl.0.enabled", on, "item expiration"),
  dataLoss(
    "aws_dynamodb_table",
    "point_in_time_recovery.0.recovery_period_in_days",
    fewer(35),
    "restore window",
  ),
  dataLoss(
    "aws_dlm_lifecycle_policy",
    "policy_details.0.schedule.*.retain_rule.0.count",
    fewerThanForever,
    "snapshot retention",
  ),
  dataLoss(
    "aws_dynamodb_table aws_dynamodb_table_replica",
    "point_in_time_recovery.0.enabled",
    off,
    "point-in-time recovery",
  ),
  dataLoss("aws_dynamodb_table_replica", "point_in_time_recovery", off, "point-in-time recovery"),
  dataLoss(
    "aws_keyspaces_table",
    "point_in_time_recovery.0.status",
    noneOf("ENABLED"),
    "point-in-time recovery",
  ),
  dataLoss(`aws_db_instance ${CLUSTERS}`, "backup_retention_period", fewer(0), "automated backups"),
  dataLoss(
    "aws_elasticache_cluster aws_elasticache_replication_group aws_memorydb_cluster",
    "snapshot_retention_limit",
    fewer(0),
    "automated backups",
  ),
  dataLoss("aws_redshift_cluster", "automated_snapshot_retention_period", fewer(1), "automated backups"),
  dataLoss(
    "aws_fsx_lustre_file_system aws_fsx_ontap_file_system aws_fsx_openzfs_file_system aws_fsx_windows_file_system",
    "automatic_backup_retention_days",
    fewer(0),
    "automated backups",
  ),
  weaker("aws_efs_backup_policy", "backup_policy.0.status", noneOf("ENABLED"), "backup"),
  dataLoss("aws_kinesis_stream", "retention_period", fewer(24), "retention"),
  dataLoss("aws_sqs_queue", "message_retention_seconds", fewer(345_600), "retention"),
  dataLoss(
    "aws_timestreamwrite_table",
    "retention_properties.0.magnetic_store_retention_period_in_days",
    fewer(0),
    "retention",
  ),
  dataLoss("aws_cloudtrail_event_data_store", "retention_period", fewer(2_555), "retention"),

  // Access.
  exposure(
    "aws_db_instance aws_rds_cluster_instance aws_docdb_cluster_instance aws_neptune_cluster_instance aws_redshift_cluster aws_redshiftserverless_workgroup aws_dms_replication_instance aws_mq_broker aws_rds_cluster",
    "publicly_accessible",
    on,
    "internet access",
  ),
  exposure(
    "aws_msk_cluster",
    "broker_node_group_info.0.connectivity_info.0.public_access.0.type",
    oneOf("SERVICE_PROVIDED_EIPS"),
    "internet access",
  ),
  exposure("aws_eks_cluster", "vpc_config.0.endpoint_public_access", on, "public API endpoint"),
  lostProtection("aws_eks_cluster", "vpc_config.0.public_access_cidrs", world, "public API addresses"),
  lostProtection("aws_wafv2_web_acl", "default_action.0.allow", present, "firewall default"),
  lostProtection("aws_wafv2_web_acl", "rule.*.action.0.block", absent, "firewall block"),
  lostProtection("aws_wafv2_web_acl", "rule.*.override_action.0.count", present, "firewall count"),
  exposure("aws_transfer_server", "endpoint_type", oneOf("PUBLIC"), "internet access"),
  exposure("aws_lb aws_alb aws_elb", "internal", no, "internet access"),
  exposure("aws_instance aws_launch_configuration", "associate_public_ip_address", on, "public address"),
  exposure(
    "aws_launch_template",
    "network_interfaces.*.associate_public_ip_address",
    on,
    "public addresses of instances",
  ),
  exposure("aws_subnet", "map_public_ip_on_launch", on, "public addresses of a subnet"),
  exposure("aws_ecs_service", "network_configuration.0.assign_public_ip", on, "public addresses of tasks"),
  exposure(
    "aws_sagemaker_notebook_instance",
    "direct_internet_access",
    oneOf("Enabled"),
    "direct internet access",
  ),
  exposure("aws_sagemaker_notebook_instance", "root_access", oneOf("Enabled"), "root access"),
  exposure(
    "aws_sagemaker_domain",
    "app_network_access_type",
    oneOf("PublicInternetOnly"),
    "internet access of apps",
  ),
  lostProtection("aws_sagemaker_model", "enable_network_isolation", off, "network isolation"),
  exposure("aws_cognito_identity_pool", "allow_unauthenticated_identities", on, "guest credentials", [
    "widen",
    "public",
  ]),
  exposure("aws_cognito_identity_pool", "allow_classic_flow", on, "classic flow"),
  lostProtection(
    "aws_cognito_user_pool",
    "admin_create_user_config.0.allow_admin_create_user_only",
    off,
    "sign-up",
  ),
  lostProtection(
    "aws_cognito_user_pool",
    "mfa_configuration",
    noneOf("ON", "OPTIONAL"),
    "multi-factor authentication",
  ),
  lostProtection("aws_cloudfront_distribution", "web_acl_id", absent, "firewall"),
  lostProtection(
    "aws_cloudfront_distribution",
    "origin.*.origin_access_control_id",
    absent,
    "origin access control",
  ),
  lostProtection(SEARCH, "vpc_options.0.subnet_ids", absent, "internet access"),
  lostProtection(SEARCH, "advanced_security_options.0.enabled", off, "fine-grained access control"),
  lostProtection("aws_elasticache_replication_group", "auth_token", absent, "password"),
  lostProtection("aws_vpc_endpoint_service", "acceptance_required", no, "connection acceptance"),
  exposure("aws_ram_resource_share", "allow_external_principals", on, "external sharing"),
  exposure(
    "aws_ec2_image_block_public_access aws_ebs_snapshot_block_public_access",
    "state",
    oneOf("unblocked"),
    "public sharing block",
  ),
  exposure(
    "aws_emr_block_public_access_configuration",
    "block_public_security_group_rules",
    no,
    "public cluster block",
  ),

  // Outages.
  failure("aws_lambda_function", "reserved_concurrent_executions", zero, "reserved concurrency"),
  outage("aws_lambda_event_source_mapping", "enabled", no, "event source"),
  outage(
    "aws_lambda_provisioned_concurrency_config",
    "provisioned_concurrent_executions",
    fewer(0),
    "provisioned concurrency",
  ),
  outage("aws_ecs_service", "desired_count", zero, "tasks"),
  outage("aws_autoscaling_group", "max_size", zero, "instance limit"),
  outage("aws_autoscaling_group", "desired_capacity", zero, "instances"),
  // Without instances, another scalable target, e.g. the provisioned concurrency of a function, answers with less capacity.
  {
    ...failure("aws_appautoscaling_target", "max_capacity", zero, "scaling disabled"),
    appliesTo: ({ resource_id }) => textOf(resource_id)?.startsWith("endpoint/") ?? false,
  },
  outage("aws_appautoscaling_target", "max_capacity", fewer(0), "scaling limit"),
  outage("aws_appautoscaling_target", "min_capacity", zero, "scales to zero"),
  outage(
    "aws_appautoscaling_scheduled_action",
    "scalable_target_action.0.max_capacity",
    fewer(0),
    "scheduled limit",
  ),
  outage(
    "aws_sagemaker_endpoint_configuration",
    "production_variants.*.initial_instance_count",
    fewer(0),
    "initial instances",
  ),
  outage(
    "aws_sagemaker_endpoint_configuration",
    "production_variants.*.initial_variant_weight",
    zero,
    "variant weight",
  ),
  outage(
    "aws_sagemaker_endpoint_configuration",
    "production_variants.*.serverless_config.0.max_concurrency",
    fewer(0),
    "endpoint concurrency",
  ),
  {
    ...failure("aws_api_gateway_method_settings", "settings.0.throttling_rate_limit", zero, "rate of 0"),
    appliesToNew: true,
  },
  {
    ...failure("aws_api_gateway_method_settings", "settings.0.throttling_burst_limit", zero, "burst of 0"),
    appliesToNew: true,
  },
  failure("aws_api_gateway_usage_plan", "throttle_settings.0.rate_limit", zero, "usage plan of 0"),
  failure("aws_api_gateway_usage_plan", "throttle_settings.0.burst_limit", zero, "usage plan of 0"),
  failure("aws_api_gateway_usage_plan", "quota_settings.0.limit", zero, "usage plan of 0"),
  failure("aws_api_gateway_usage_plan", "api_stages.*.throttle.*.rate_limit", zero, "usage plan route of 0"),
  failure("aws_api_gateway_usage_plan", "api_stages.*.throttle.*.burst_limit", zero, "usage plan route of 0"),
  failure("aws_apigatewayv2_stage", "default_route_settings.0.throttling_rate_limit", zero, "rate of 0"),
  failure("aws_apigatewayv2_stage", "default_route_settings.0.throttling_burst_limit", zero, "burst of 0"),
  failure("aws_apigatewayv2_stage", "route_settings.*.throttling_rate_limit", zero, "route of 0"),
  failure("aws_apigatewayv2_stage", "route_settings.*.throttling_burst_limit", zero, "route of 0"),
  failure("aws_api_gateway_api_key", "enabled", no, "switched off"),
  outage("aws_cloudwatch_event_rule aws_scheduler_schedule", "state", oneOf("DISABLED"), "switched off"),
  outage("aws_cloudwatch_event_rule", "is_enabled", no, "switched off"),
  failure("aws_kms_key aws_kms_external_key aws_kms_replica_key", "is_enabled", no, "disabled key"),
  failure("aws_kms_key aws_kms_external_key aws_kms_replica_key", "enabled", no, "disabled key"),
  outage("aws_iam_access_key", "status", oneOf("Inactive"), "switched off"),
  failure("aws_cloudfront_distribution", "enabled", no, "switched off"),
  outage("aws_route53_health_check", "disabled", on, "switched off"),
  outage("aws_rds_cluster", "serverlessv2_scaling_configuration.0.max_capacity", fewer(0), "scaling limit"),

  // Weaker protection.
  weaker(
    "aws_s3_bucket aws_backup_vault aws_route53_zone aws_s3_directory_bucket aws_ecrpublic_repository aws_timestreaminfluxdb_db_instance",
    "force_destroy",
    on,
    "forced deletion",
  ),
  weaker("aws_ecr_repository", "force_delete", on, "forced deletion"),
  weaker("aws_iam_user", "force_destroy", on, "forced deletion of a user"),
  weaker(
    "aws_s3_bucket_versioning",
    "versioning_configuration.0.status",
    noneOf("Enabled"),
    "object versions",
  ),
  weaker("aws_s3_bucket", "versioning.0.enabled", off, "object versions"),
  weaker(
    "aws_s3_bucket_versioning",
    "versioning_configuration.0.mfa_delete",
    noneOf("Enabled"),
    "MFA delete",
  ),
  weaker(
    "aws_kms_key aws_kms_external_key aws_kms_replica_key",
    "deletion_window_in_days",
    fewer(30),
    "key deletion window",
  ),
  weaker("aws_kms_key", "enable_key_rotation", off, "key rotation"),
  weaker("aws_secretsmanager_secret", "recovery_window_in_days", fewer(30), "secret recovery window"),
  weaker(
    `${RELATIONAL} aws_docdb_cluster aws_neptune_cluster aws_rds_global_cluster aws_eks_cluster aws_neptune_global_cluster aws_docdb_global_cluster aws_networkmanager_core_network`,
    "deletion_protection",
    off,
    "deletion protection",
  ),
  weaker("aws_cognito_user_pool", "deletion_protection", noneOf("ACTIVE"), "deletion protection"),
  weaker(
    "aws_dynamodb_table aws_cloudwatch_log_group aws_verifiedpermissions_policy_store",
    "deletion_protection_enabled",
    off,
    "deletion protection",
  ),
  weaker("aws_lb aws_alb", "enable_deletion_protection", off, "deletion protection"),
  weaker("aws_instance aws_launch_template", "disable_api_termination", off, "deletion protection"),
  weaker("aws_cloudtrail_event_data_store", "termination_protection_enabled", off, "deletion protection"),
  weaker("aws_networkfirewall_firewall", "delete_protection", off, "deletion protection"),
  weaker(
    `${RELATIONAL} aws_docdb_cluster aws_neptune_cluster aws_redshift_cluster`,
    "skip_final_snapshot",
    on,
    "final snapshot",
  ),
  weaker(RELATIONAL, "delete_automated_backups", on, "deleted backups"),
  weaker(RELATIONAL, "storage_encrypted", off, "encryption"),
  weaker("aws_ebs_volume aws_efs_file_system aws_redshift_cluster", "encrypted", off, "encryption"),
  weaker("aws_sqs_queue", "sqs_managed_sse_enabled", no, "encryption"),
  weaker("aws_lambda_function", "kms_key_arn", absent, "encryption of variables"),
  weaker("aws_sns_topic", "kms_master_key_id", absent, "encryption"),
  weaker("aws_cloudwatch_log_group", "kms_key_id", absent, "customer managed key"),
  weaker(
    "aws_s3_bucket_server_side_encryption_configuration",
    "rule.0.apply_server_side_encryption_by_default.0.kms_master_key_id",
    absent,
    "customer managed key",
  ),
  weaker(
    "aws_sagemaker_notebook_instance aws_sagemaker_domain",
    "kms_key_id",
    absent,
    "customer managed key",
  ),
  weaker("aws_lambda_function", "vpc_config.0.subnet_ids", absent, "VPC"),
  weaker(
    "aws_cloudfront_distribution",
    "default_cache_behavior.0.viewer_protocol_policy",
    oneOf("allow-all"),
    "HTTPS",
  ),
  weaker(
    "aws_cloudfront_distribution",
    "viewer_certificate.0.minimum_protocol_version",
    weakerThan(CLOUDFRONT_POLICIES, "TLSv1"),
    "TLS policy",
  ),
  weaker(
    "aws_api_gateway_domain_name aws_api_gateway_rest_api",
    "security_policy",
    weakerThan(API_GATEWAY_POLICIES, "TLS_1_0"),
    "TLS policy",
  ),
  weaker(SEARCH, "domain_endpoint_options.0.enforce_https", off, "HTTPS"),
  weaker("aws_elasticache_replication_group", "transit_encryption_enabled", off, "encrypted connections"),
  weaker(
    "aws_instance aws_launch_template",
    "metadata_options.0.http_tokens",
    oneOf("optional"),
    "instance metadata",
  ),
  weaker("aws_ecr_repository", "image_tag_mutability", oneOf("MUTABLE"), "image tags"),
  weaker("aws_ecr_repository", "image_scanning_configuration.0.scan_on_push", off, "image scan"),
  weaker("aws_cloudtrail", "enable_logging", no, "trail logging"),
  weaker("aws_cloudtrail", "enable_log_file_validation", off, "log file validation"),
  weaker("aws_guardduty_detector", "enable", no, "threat detection"),
  weaker("aws_config_configuration_recorder_status", "is_enabled", no, "configuration recorder"),
  weaker("aws_budgets_budget", "limit_amount", more, "budget limit"),
  weaker(
    "aws_cloudwatch_metric_alarm aws_cloudwatch_composite_alarm",
    "actions_enabled",
    no,
    "alarm actions",
  ),
  weaker(`${RELATIONAL} aws_rds_cluster_instance`, "multi_az", off, "standby"),
];
