import {
  absent,
  fewer,
  fewerThanForever,
  type Level,
  no,
  noneOf,
  off,
  on,
  oneOf,
  present,
  world,
  zero,
} from "./levels";
import type { Gate, RiskKind } from "./risk";

/** What a value of an attribute means. */
export interface Rule {
  readonly types: readonly string[];
  /** Of the attribute, e.g. `vpc_config.0.endpoint_public_access`; `*` stands for each block of a list. */
  readonly path: string;
  readonly level: Level;
  readonly kind: RiskKind;
  /** Gates in which the dangerous value counts. */
  readonly gates: readonly Gate[];
  /** Whether a resource that is created with the dangerous value is said, too. */
  readonly isSaidOfNew: boolean;
  readonly worse: string;
  readonly better: string;
}

type Texts = readonly [worse: string, better: string];

/** Settings by which AWS deletes what is stored, or backups of it, after the apply. */
function dataLoss(types: string, path: string, level: Level, [worse, better]: Texts): Rule {
  const common = { types: types.split(" "), path, level, worse, better };
  return { ...common, kind: "data loss", gates: ["destroy"], isSaidOfNew: false };
}

/** Settings that let somebody in, or take away what kept them out. */
function exposure(
  types: string,
  path: string,
  level: Level,
  [worse, better]: Texts,
  gates: readonly Gate[] = ["widen"],
): Rule {
  const common = { types: types.split(" "), path, level, worse, better };
  return { ...common, kind: "exposure", gates, isSaidOfNew: true };
}

/** The same, where only the loss of what was there is said: most resources never have it. */
function lostProtection(types: string, path: string, level: Level, texts: Texts): Rule {
  return { ...exposure(types, path, level, texts), isSaidOfNew: false };
}

/** Settings with which nothing works, or less. */
function outage(types: string, path: string, level: Level, [worse, better]: Texts): Rule {
  const common = { types: types.split(" "), path, level, worse, better };
  return { ...common, kind: "outage", gates: [], isSaidOfNew: false };
}

/** Settings that will be missed only when something else goes wrong. */
function weaker(types: string, path: string, level: Level, [worse, better]: Texts): Rule {
  const common = { types: types.split(" "), path, level, worse, better };
  return { ...common, kind: "weaker protection", gates: [], isSaidOfNew: false };
}

const SHORTER: Texts = ["keeps its content for less long", "keeps its content longer"];
const FEWER_BACKUPS: Texts = [
  "keeps automated backups for less long, and AWS deletes the older ones",
  "keeps automated backups longer",
];
const UNPROTECTED: Texts = ["is no longer protected from deletion", "is protected from deletion"];
const DELETED_WITH_CONTENT: Texts = [
  "can be deleted with all of its content",
  "can no longer be deleted with its content",
];
const REACHABLE: Texts = ["is reachable from the internet", "is no longer reachable from the internet"];
const UNENCRYPTED: Texts = ["is no longer encrypted", "is encrypted"];
const OFF: Texts = ["is switched off", "is switched on"];
const WITHOUT_FIREWALL: Texts = ["has no firewall (web ACL) any more", "is behind a firewall (web ACL)"];

const RELATIONAL = "aws_db_instance aws_rds_cluster";
const CLUSTERS = "aws_rds_cluster aws_docdb_cluster aws_neptune_cluster";
const SEARCH = "aws_opensearch_domain aws_elasticsearch_domain";

/**
 * Attributes whose value is dangerous, with the sentence for each. What a documentation page of Terraform's provider
 * says of each attribute is under https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/<type>.
 */
export const RULES: readonly Rule[] = [
  // Stored data, and backups of it.
  dataLoss("aws_cloudwatch_log_group", "retention_in_days", fewerThanForever, [
    "keeps log events for less long, and AWS deletes the older ones",
    "keeps log events longer",
  ]),
  dataLoss("aws_dynamodb_table", "ttl.0.enabled", on, [
    "deletes items at the time that they name",
    "no longer deletes items by a time to live",
  ]),
  dataLoss("aws_dynamodb_table", "point_in_time_recovery.0.recovery_period_in_days", fewer(35), [
    "can be restored to fewer points in time",
    "can be restored to more points in time",
  ]),
  dataLoss("aws_dlm_lifecycle_policy", "policy_details.0.schedule.*.retain_rule.0.count", fewerThanForever, [
    "keeps fewer snapshots, and AWS deletes the older ones",
    "keeps more snapshots",
  ]),
  dataLoss("aws_dynamodb_table aws_dynamodb_table_replica", "point_in_time_recovery.0.enabled", off, [
    "has no point-in-time recovery any more, and its continuous backups go",
    "has point-in-time recovery",
  ]),
  dataLoss("aws_dynamodb_table_replica", "point_in_time_recovery", off, [
    "has no point-in-time recovery any more, and its continuous backups go",
    "has point-in-time recovery",
  ]),
  dataLoss("aws_keyspaces_table", "point_in_time_recovery.0.status", noneOf("ENABLED"), [
    "has no point-in-time recovery any more, and its continuous backups go",
    "has point-in-time recovery",
  ]),
  dataLoss(`aws_db_instance ${CLUSTERS}`, "backup_retention_period", fewer(0), FEWER_BACKUPS),
  dataLoss(
    "aws_elasticache_cluster aws_elasticache_replication_group aws_memorydb_cluster",
    "snapshot_retention_limit",
    fewer(0),
    FEWER_BACKUPS,
  ),
  dataLoss("aws_redshift_cluster", "automated_snapshot_retention_period", fewer(1), FEWER_BACKUPS),
  dataLoss(
    "aws_fsx_lustre_file_system aws_fsx_ontap_file_system aws_fsx_openzfs_file_system aws_fsx_windows_file_system",
    "automatic_backup_retention_days",
    fewer(0),
    FEWER_BACKUPS,
  ),
  weaker("aws_efs_backup_policy", "backup_policy.0.status", noneOf("ENABLED"), [
    "is no longer backed up",
    "is backed up",
  ]),
  dataLoss("aws_kinesis_stream", "retention_period", fewer(24), SHORTER),
  dataLoss("aws_sqs_queue", "message_retention_seconds", fewer(345_600), SHORTER),
  dataLoss(
    "aws_timestreamwrite_table",
    "retention_properties.0.magnetic_store_retention_period_in_days",
    fewer(0),
    SHORTER,
  ),
  dataLoss("aws_cloudtrail_event_data_store", "retention_period", fewer(2_555), SHORTER),

  // Who can reach it.
  exposure(
    "aws_db_instance aws_rds_cluster_instance aws_docdb_cluster_instance aws_neptune_cluster_instance aws_redshift_cluster aws_redshiftserverless_workgroup aws_dms_replication_instance aws_mq_broker aws_rds_cluster",
    "publicly_accessible",
    on,
    REACHABLE,
  ),
  exposure(
    "aws_msk_cluster",
    "broker_node_group_info.0.connectivity_info.0.public_access.0.type",
    oneOf("SERVICE_PROVIDED_EIPS"),
    REACHABLE,
  ),
  exposure("aws_eks_cluster", "vpc_config.0.endpoint_public_access", on, [
    "has an API that is reachable from the internet",
    "has an API that is no longer reachable from the internet",
  ]),
  lostProtection("aws_eks_cluster", "vpc_config.0.public_access_cidrs", world, [
    "has an API that every address of the internet reaches",
    "has an API that only some addresses reach",
  ]),
  lostProtection("aws_wafv2_web_acl", "default_action.0.allow", present, [
    "lets requests through that no rule blocks",
    "blocks requests that no rule lets through",
  ]),
  lostProtection("aws_wafv2_web_acl", "rule.*.action.0.block", absent, [
    "no longer blocks what one of its rules finds",
    "blocks what one of its rules finds",
  ]),
  lostProtection("aws_wafv2_web_acl", "rule.*.override_action.0.count", present, [
    "only counts what one of its rule groups finds",
    "lets one of its rule groups block",
  ]),
  exposure("aws_transfer_server", "endpoint_type", oneOf("PUBLIC"), REACHABLE),
  exposure("aws_lb aws_alb aws_elb", "internal", no, REACHABLE),
  exposure("aws_instance aws_launch_configuration", "associate_public_ip_address", on, [
    "has a public IP address",
    "has no public IP address any more",
  ]),
  exposure("aws_launch_template", "network_interfaces.*.associate_public_ip_address", on, [
    "gives instances a public IP address",
    "gives instances no public IP address any more",
  ]),
  exposure("aws_subnet", "map_public_ip_on_launch", on, [
    "gives each instance a public IP address",
    "gives instances no public IP address any more",
  ]),
  exposure("aws_ecs_service", "network_configuration.0.assign_public_ip", on, [
    "gives its tasks a public IP address",
    "gives its tasks no public IP address any more",
  ]),
  exposure("aws_sagemaker_notebook_instance", "direct_internet_access", oneOf("Enabled"), [
    "has direct internet access, past the VPC",
    "has no direct internet access any more",
  ]),
  exposure("aws_sagemaker_notebook_instance", "root_access", oneOf("Enabled"), [
    "gives its users root access",
    "gives its users no root access any more",
  ]),
  exposure("aws_sagemaker_domain", "app_network_access_type", oneOf("PublicInternetOnly"), [
    "has direct internet access, past the VPC",
    "reaches the internet through the VPC only",
  ]),
  lostProtection("aws_sagemaker_model", "enable_network_isolation", off, [
    "is no longer isolated from the network",
    "is isolated from the network",
  ]),
  exposure(
    "aws_cognito_identity_pool",
    "allow_unauthenticated_identities",
    on,
    [
      "gives AWS credentials to everyone, as guests without a sign-in",
      "gives guests no credentials any more",
    ],
    ["widen", "public"],
  ),
  exposure("aws_cognito_identity_pool", "allow_classic_flow", on, [
    "allows the classic flow, in which a client chooses its role",
    "no longer allows the classic flow",
  ]),
  lostProtection("aws_cognito_user_pool", "admin_create_user_config.0.allow_admin_create_user_only", off, [
    "lets everyone sign up",
    "lets only administrators create users",
  ]),
  lostProtection("aws_cognito_user_pool", "mfa_configuration", noneOf("ON", "OPTIONAL"), [
    "has no multi-factor authentication any more",
    "has multi-factor authentication",
  ]),
  lostProtection("aws_cloudfront_distribution", "web_acl_id", absent, WITHOUT_FIREWALL),
  lostProtection("aws_cloudfront_distribution", "origin.*.origin_access_control_id", absent, [
    "reads its origin without an origin access control, as everyone does",
    "reads its origin with an origin access control",
  ]),
  lostProtection(SEARCH, "vpc_options.0.subnet_ids", absent, REACHABLE),
  lostProtection(SEARCH, "advanced_security_options.0.enabled", off, [
    "has no fine-grained access control any more",
    "has fine-grained access control",
  ]),
  lostProtection("aws_elasticache_replication_group", "auth_token", absent, [
    "asks for no password any more",
    "asks for a password",
  ]),
  lostProtection("aws_vpc_endpoint_service", "acceptance_required", no, [
    "accepts every connection without asking",
    "asks before it accepts a connection",
  ]),
  exposure("aws_ram_resource_share", "allow_external_principals", on, [
    "can be shared outside of the organization",
    "can no longer be shared outside of the organization",
  ]),
  exposure(
    "aws_ec2_image_block_public_access aws_ebs_snapshot_block_public_access",
    "state",
    oneOf("unblocked"),
    ["no longer keeps anyone from sharing with everyone", "keeps anyone from sharing with everyone"],
  ),
  exposure("aws_emr_block_public_access_configuration", "block_public_security_group_rules", no, [
    "no longer keeps clusters off the internet",
    "keeps clusters off the internet",
  ]),

  // What stops.
  outage("aws_lambda_function", "reserved_concurrent_executions", zero, [
    "is switched off: no invocation can run",
    "is switched on",
  ]),
  outage("aws_lambda_event_source_mapping", "enabled", no, [
    "no longer invokes its function",
    "invokes its function",
  ]),
  outage("aws_lambda_provisioned_concurrency_config", "provisioned_concurrent_executions", fewer(0), [
    "keeps fewer instances ready",
    "keeps more instances ready",
  ]),
  outage("aws_ecs_service", "desired_count", zero, ["runs no task", "runs tasks"]),
  outage("aws_autoscaling_group", "max_size", zero, ["can run no instance", "can run instances"]),
  outage("aws_autoscaling_group", "desired_capacity", zero, ["runs no instance", "runs instances"]),
  outage("aws_appautoscaling_target", "max_capacity", zero, ["cannot scale above 0", "can scale above 0"]),
  outage("aws_appautoscaling_target", "max_capacity", fewer(0), ["can scale less far", "can scale further"]),
  outage("aws_sagemaker_endpoint_configuration", "production_variants.*.initial_instance_count", fewer(0), [
    "starts with fewer instances",
    "starts with more instances",
  ]),
  outage("aws_sagemaker_endpoint_configuration", "production_variants.*.initial_variant_weight", zero, [
    "sends no request to one of its variants",
    "sends requests to each of its variants",
  ]),
  outage(
    "aws_sagemaker_endpoint_configuration",
    "production_variants.*.serverless_config.0.max_concurrency",
    fewer(0),
    ["answers fewer requests at once", "answers more requests at once"],
  ),
  outage("aws_api_gateway_method_settings", "settings.0.throttling_rate_limit", zero, [
    "refuses every request (throttled to 0 a second)",
    "no longer refuses every request",
  ]),
  outage("aws_api_gateway_method_settings", "settings.0.throttling_burst_limit", zero, [
    "refuses every request (throttled to 0 at once)",
    "no longer refuses every request",
  ]),
  outage("aws_api_gateway_usage_plan", "throttle_settings.0.rate_limit", zero, [
    "refuses every request of its keys",
    "no longer refuses every request of its keys",
  ]),
  outage("aws_api_gateway_usage_plan", "quota_settings.0.limit", zero, [
    "refuses every request of its keys",
    "no longer refuses every request of its keys",
  ]),
  outage("aws_apigatewayv2_stage", "default_route_settings.0.throttling_rate_limit", zero, [
    "refuses every request (throttled to 0 a second)",
    "no longer refuses every request",
  ]),
  outage("aws_apigatewayv2_stage", "default_route_settings.0.throttling_burst_limit", zero, [
    "refuses every request (throttled to 0 at once)",
    "no longer refuses every request",
  ]),
  outage("aws_api_gateway_api_key", "enabled", no, OFF),
  outage("aws_cloudwatch_event_rule aws_scheduler_schedule", "state", oneOf("DISABLED"), OFF),
  outage("aws_cloudwatch_event_rule", "is_enabled", no, OFF),
  outage("aws_kms_key aws_kms_external_key aws_kms_replica_key", "is_enabled", no, [
    "is disabled: nothing can encrypt or decrypt with the key",
    "is enabled",
  ]),
  outage("aws_kms_key aws_kms_external_key aws_kms_replica_key", "enabled", no, [
    "is disabled: nothing can encrypt or decrypt with the key",
    "is enabled",
  ]),
  outage("aws_iam_access_key", "status", oneOf("Inactive"), OFF),
  outage("aws_cloudfront_distribution", "enabled", no, OFF),
  outage("aws_route53_health_check", "disabled", on, OFF),
  outage("aws_rds_cluster", "serverlessv2_scaling_configuration.0.max_capacity", fewer(0), [
    "can scale less far",
    "can scale further",
  ]),

  // What will be missed later.
  weaker(
    "aws_s3_bucket aws_backup_vault aws_route53_zone aws_s3_directory_bucket aws_ecrpublic_repository aws_timestreaminfluxdb_db_instance",
    "force_destroy",
    on,
    DELETED_WITH_CONTENT,
  ),
  weaker("aws_ecr_repository", "force_delete", on, DELETED_WITH_CONTENT),
  weaker("aws_iam_user", "force_destroy", on, [
    "can be deleted with its keys",
    "can no longer be deleted with its keys",
  ]),
  weaker("aws_s3_bucket_versioning", "versioning_configuration.0.status", noneOf("Enabled"), [
    "no longer keeps the versions of objects that are overwritten or deleted",
    "keeps the versions of objects",
  ]),
  weaker("aws_s3_bucket", "versioning.0.enabled", off, [
    "no longer keeps the versions of objects that are overwritten or deleted",
    "keeps the versions of objects",
  ]),
  weaker("aws_s3_bucket_versioning", "versioning_configuration.0.mfa_delete", noneOf("Enabled"), [
    "no longer asks for a second factor before a version is deleted",
    "asks for a second factor before a version is deleted",
  ]),
  weaker("aws_kms_key aws_kms_external_key aws_kms_replica_key", "deletion_window_in_days", fewer(30), [
    "can be lost sooner after its deletion is scheduled",
    "can be kept longer after its deletion is scheduled",
  ]),
  weaker("aws_kms_key", "enable_key_rotation", off, ["is no longer rotated", "is rotated"]),
  weaker("aws_secretsmanager_secret", "recovery_window_in_days", fewer(30), [
    "can be lost sooner after its deletion",
    "can be restored longer after its deletion",
  ]),
  weaker(
    `${RELATIONAL} aws_docdb_cluster aws_neptune_cluster aws_rds_global_cluster aws_eks_cluster aws_neptune_global_cluster aws_docdb_global_cluster aws_networkmanager_core_network`,
    "deletion_protection",
    off,
    UNPROTECTED,
  ),
  weaker("aws_cognito_user_pool", "deletion_protection", noneOf("ACTIVE"), UNPROTECTED),
  weaker(
    "aws_dynamodb_table aws_cloudwatch_log_group aws_verifiedpermissions_policy_store",
    "deletion_protection_enabled",
    off,
    UNPROTECTED,
  ),
  weaker("aws_lb aws_alb", "enable_deletion_protection", off, UNPROTECTED),
  weaker("aws_instance aws_launch_template", "disable_api_termination", off, UNPROTECTED),
  weaker("aws_cloudtrail_event_data_store", "termination_protection_enabled", off, UNPROTECTED),
  weaker("aws_networkfirewall_firewall", "delete_protection", off, UNPROTECTED),
  weaker(
    `${RELATIONAL} aws_docdb_cluster aws_neptune_cluster aws_redshift_cluster`,
    "skip_final_snapshot",
    on,
    ["is deleted without a final snapshot", "is deleted only after a final snapshot"],
  ),
  weaker(RELATIONAL, "delete_automated_backups", on, [
    "is deleted with its automated backups",
    "keeps its automated backups after its deletion",
  ]),
  weaker(RELATIONAL, "storage_encrypted", off, UNENCRYPTED),
  weaker("aws_ebs_volume aws_efs_file_system aws_redshift_cluster", "encrypted", off, UNENCRYPTED),
  weaker("aws_sqs_queue", "sqs_managed_sse_enabled", no, UNENCRYPTED),
  weaker("aws_lambda_function", "kms_key_arn", absent, [
    "no longer encrypts its environment variables with a key of the account",
    "encrypts its environment variables with a key of the account",
  ]),
  weaker("aws_sns_topic", "kms_master_key_id", absent, UNENCRYPTED),
  weaker("aws_cloudwatch_log_group", "kms_key_id", absent, [
    "is no longer encrypted with a key of the account",
    "is encrypted with a key of the account",
  ]),
  weaker("aws_sagemaker_notebook_instance aws_sagemaker_domain", "kms_key_id", absent, [
    "is no longer encrypted with a key of the account",
    "is encrypted with a key of the account",
  ]),
  weaker("aws_lambda_function", "vpc_config.0.subnet_ids", absent, ["leaves its VPC", "runs in a VPC"]),
  weaker(
    "aws_cloudfront_distribution",
    "default_cache_behavior.0.viewer_protocol_policy",
    oneOf("allow-all"),
    ["accepts HTTP without encryption", "accepts HTTPS only"],
  ),
  weaker(SEARCH, "domain_endpoint_options.0.enforce_https", off, [
    "accepts HTTP without encryption",
    "accepts HTTPS only",
  ]),
  weaker("aws_elasticache_replication_group", "transit_encryption_enabled", off, [
    "no longer encrypts connections",
    "encrypts connections",
  ]),
  weaker("aws_instance aws_launch_template", "metadata_options.0.http_tokens", oneOf("optional"), [
    "gives credentials to requests without a session token (IMDSv1)",
    "asks for a session token (IMDSv2)",
  ]),
  weaker("aws_ecr_repository", "image_tag_mutability", oneOf("MUTABLE"), [
    "lets an image tag be overwritten",
    "lets no image tag be overwritten",
  ]),
  weaker("aws_ecr_repository", "image_scanning_configuration.0.scan_on_push", off, [
    "no longer scans images",
    "scans images",
  ]),
  weaker("aws_cloudtrail", "enable_logging", no, ["records nothing any more", "records what is done"]),
  weaker("aws_cloudtrail", "enable_log_file_validation", off, [
    "no longer shows whether its log files were changed",
    "shows whether its log files were changed",
  ]),
  weaker("aws_guardduty_detector", "enable", no, ["finds no threats any more", "finds threats"]),
  weaker("aws_config_configuration_recorder_status", "is_enabled", no, [
    "records nothing any more",
    "records changes",
  ]),
  weaker("aws_cloudwatch_metric_alarm aws_cloudwatch_composite_alarm", "actions_enabled", no, [
    "tells nobody any more",
    "tells its receivers",
  ]),
  weaker(`${RELATIONAL} aws_rds_cluster_instance`, "multi_az", off, [
    "has no standby in another zone any more",
    "has a standby in another zone",
  ]),
];
