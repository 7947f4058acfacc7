import { describe, expect, it } from "@jest/globals";
import type { EnvironmentReport } from "../../../src/review/environment-report";
import { readPlan } from "../../../src/review/reading/plan";
import { toMarkdown } from "../../../src/review/rendering/render";
import { reportOf } from "../../../src/review/report";
import { type PlannedChange, planned } from "../support/planned";

type Values = Readonly<Record<string, unknown>>;

/** `D`, `W` and `P` for the gates that stop the plan. */
function gatesOf({ flags }: EnvironmentReport): string {
  return `${flags.destroy ? "D" : "-"}${flags.widen ? "W" : "-"}${flags.public ? "P" : "-"}`;
}

const stays: PlannedChange = { type: "aws_vpc", name: "stays", before: { id: "1" }, after: { id: "1" } };

function review(...changes: readonly PlannedChange[]): { gates: string; verdict: string; text: string } {
  const report = reportOf([planned([stays, ...changes])]);
  const [environment] = report.environments;
  if (environment === undefined) throw new Error("there is one environment");
  return { gates: gatesOf(environment), verdict: report.verdict, text: toMarkdown(report) };
}

const rule = (block: Values, others: Values = {}): Values => ({
  bucket: "b",
  rule: [{ id: "r", status: "Enabled", filter: [{ prefix: "" }], ...block, ...others }],
});
const expiration = (days: number, others: Values = {}): Values => rule({ expiration: [{ days }] }, others);
const noncurrent = (days: number): Values =>
  rule({ noncurrent_version_expiration: [{ noncurrent_days: days }] });

/** The encryption of a bucket. */
function encryption(byDefault: object): Readonly<Record<string, unknown>> {
  return { bucket: "b", rule: [{ apply_server_side_encryption_by_default: [byDefault] }] };
}

describe("an update of a dangerous setting stops its gates and is in the verdict:", () => {
  it.each<[string, Values, Values, string, RegExp]>([
    // Data loss.
    [
      "aws_s3_bucket_lifecycle_configuration",
      expiration(3650),
      expiration(1),
      "D--",
      /b now deletes objects after 1 day/,
    ],
    [
      "aws_s3_bucket_lifecycle_configuration",
      rule({}),
      expiration(30),
      "D--",
      /now deletes objects after 30 days/,
    ],
    [
      "aws_s3_bucket_lifecycle_configuration",
      expiration(1, { status: "Disabled" }),
      expiration(1),
      "D--",
      /now deletes/,
    ],
    [
      "aws_s3_bucket_lifecycle_configuration",
      expiration(9, { filter: [{ prefix: "logs/" }] }),
      expiration(9),
      "D--",
      /now deletes/,
    ],
    [
      "aws_s3_bucket_lifecycle_configuration",
      noncurrent(90),
      noncurrent(2),
      "D--",
      /noncurrent versions of objects after 2 days/,
    ],
    [
      "aws_s3_bucket_lifecycle_configuration",
      expiration(1),
      expiration(3650),
      "---",
      /keeps its content longer/,
    ],
    [
      "aws_s3_bucket_lifecycle_configuration",
      expiration(9),
      expiration(9, { filter: [{ prefix: "logs/" }] }),
      "---",
      /longer/,
    ],
    [
      "aws_s3_bucket_lifecycle_configuration",
      expiration(9),
      expiration(9, { id: "other" }),
      "---",
      /updated/,
    ],
    [
      "aws_s3_bucket_server_side_encryption_configuration",
      encryption({ sse_algorithm: "aws:kms", kms_master_key_id: "arn:aws:kms:eu-west-1:1:key/k" }),
      encryption({ sse_algorithm: "AES256", kms_master_key_id: "" }),
      "---",
      /customer managed key/,
    ],
    [
      "aws_s3_bucket",
      { bucket: "b", lifecycle_rule: [] },
      { bucket: "b", lifecycle_rule: [{ enabled: true, expiration: [{ days: 5 }] }] },
      "D--",
      /after 5 days/,
    ],
    [
      "aws_cloudwatch_log_group",
      { name: "l", retention_in_days: 0 },
      { name: "l", retention_in_days: 7 },
      "D--",
      /log events for a shorter time/,
    ],
    [
      "aws_cloudwatch_log_group",
      { name: "l", retention_in_days: 7 },
      { name: "l", retention_in_days: 0 },
      "---",
      /updated/,
    ],
    [
      "aws_dynamodb_table",
      { name: "t", ttl: [{ enabled: false }] },
      { name: "t", ttl: [{ enabled: true }] },
      "D--",
      /deletes items/,
    ],
    [
      "aws_dynamodb_table",
      { name: "t", point_in_time_recovery: [{ enabled: true }] },
      { name: "t", point_in_time_recovery: [] },
      "D--",
      /point-in-time recovery/,
    ],
    [
      "aws_db_instance",
      { identifier: "d", backup_retention_period: 30 },
      { identifier: "d", backup_retention_period: 0 },
      "D--",
      /backups/,
    ],
    [
      "aws_kinesis_stream",
      { name: "s", retention_period: 168 },
      { name: "s", retention_period: 24 },
      "D--",
      /shorter time/,
    ],
    [
      "aws_sqs_queue",
      { name: "q", message_retention_seconds: 1_209_600 },
      { name: "q", message_retention_seconds: 60 },
      "D--",
      /shorter time/,
    ],
    [
      "aws_ecr_lifecycle_policy",
      { repository: "r", policy: images(100) },
      { repository: "r", policy: images(3) },
      "D--",
      /deletes images/,
    ],
    [
      "aws_ecr_lifecycle_policy",
      { repository: "r", policy: images(3) },
      { repository: "r", policy: images(100) },
      "---",
      /longer/,
    ],

    // Protections.
    [
      "aws_s3_bucket_versioning",
      { bucket: "b", versioning_configuration: [{ status: "Enabled" }] },
      { bucket: "b", versioning_configuration: [{ status: "Suspended" }] },
      "---",
      /no longer keeps versions/,
    ],
    [
      "aws_s3_bucket",
      { bucket: "b", force_destroy: false },
      { bucket: "b", force_destroy: true },
      "---",
      /can be deleted with all of its content/,
    ],
    [
      "aws_kms_key",
      { description: "k", deletion_window_in_days: 30 },
      { description: "k", deletion_window_in_days: 7 },
      "---",
      /lost sooner/,
    ],
    [
      "aws_db_instance",
      { identifier: "d", deletion_protection: true },
      { identifier: "d", deletion_protection: false },
      "---",
      /no longer protected/,
    ],
    [
      "aws_dynamodb_table",
      { name: "t", deletion_protection_enabled: true },
      { name: "t", deletion_protection_enabled: false },
      "---",
      /no longer protected/,
    ],
    [
      "aws_lb",
      { name: "l", enable_deletion_protection: true },
      { name: "l", enable_deletion_protection: false },
      "---",
      /no longer protected/,
    ],
    [
      "aws_rds_cluster",
      { cluster_identifier: "c", skip_final_snapshot: false },
      { cluster_identifier: "c", skip_final_snapshot: true },
      "---",
      /without a final snapshot/,
    ],

    // Exposure.
    [
      "aws_db_instance",
      { identifier: "d", publicly_accessible: false },
      { identifier: "d", publicly_accessible: true },
      "-W-",
      /reachable from the internet/,
    ],
    [
      "aws_redshift_cluster",
      { cluster_identifier: "c", publicly_accessible: false },
      { cluster_identifier: "c", publicly_accessible: true },
      "-W-",
      /reachable from the internet/,
    ],
    [
      "aws_eks_cluster",
      { name: "e", vpc_config: [{ endpoint_public_access: false }] },
      { name: "e", vpc_config: [{ endpoint_public_access: true }] },
      "-W-",
      /reachable from the internet/,
    ],
    [
      "aws_sagemaker_notebook_instance",
      { name: "n", direct_internet_access: "Disabled" },
      { name: "n", direct_internet_access: "Enabled" },
      "-W-",
      /direct internet access/,
    ],
    [
      "aws_sagemaker_notebook_instance",
      { name: "n", root_access: "Disabled" },
      { name: "n", root_access: "Enabled" },
      "-W-",
      /root access/,
    ],
    [
      "aws_sagemaker_notebook_instance",
      { name: "n", root_access: "Enabled" },
      { name: "n", root_access: "Disabled" },
      "---",
      /no longer gives users root access/,
    ],
    [
      "aws_sagemaker_domain",
      { domain_name: "s", app_network_access_type: "VpcOnly" },
      { domain_name: "s", app_network_access_type: "PublicInternetOnly" },
      "-W-",
      /direct internet access/,
    ],
    [
      "aws_cognito_identity_pool",
      { identity_pool_name: "p", allow_unauthenticated_identities: false },
      { identity_pool_name: "p", allow_unauthenticated_identities: true },
      "-WP",
      /guests: anyone/,
    ],
    [
      "aws_cloudfront_distribution",
      { enabled: true, web_acl_id: "arn:x" },
      { enabled: true, web_acl_id: "" },
      "-W-",
      /no longer has a firewall/,
    ],
    [
      "aws_cloudfront_distribution",
      { enabled: true, web_acl_id: "" },
      { enabled: true, web_acl_id: "arn:x" },
      "---",
      /has a firewall/,
    ],
    [
      "aws_cloudfront_distribution",
      { enabled: true, origin: [{ origin_id: "a" }, { origin_id: "b", origin_access_control_id: "E1" }] },
      { enabled: true, origin: [{ origin_id: "b", origin_access_control_id: "" }, { origin_id: "a" }] },
      "-W-",
      /without an origin access control/,
    ],
    [
      "aws_ssm_document",
      { name: "d", permissions: { type: "Share", account_ids: "111122223333" } },
      { name: "d", permissions: { type: "Share", account_ids: "111122223333,All" } },
      "-WP",
      /shared with the public/,
    ],
    [
      "aws_db_snapshot",
      { name: "s", shared_accounts: [] },
      { name: "s", shared_accounts: ["all"] },
      "-WP",
      /shared with the public/,
    ],
    [
      "aws_db_snapshot",
      { name: "s", shared_accounts: [] },
      { name: "s", shared_accounts: ["444455556666"] },
      "-W-",
      /shared with 444455556666/,
    ],
    [
      "aws_db_snapshot",
      { name: "s", shared_accounts: ["all"] },
      { name: "s", shared_accounts: [] },
      "---",
      /no longer shared with the public/,
    ],
    [
      "aws_lambda_layer_version_permission",
      { principal: "444455556666", action: "lambda:GetLayerVersion" },
      { principal: "*", action: "lambda:GetLayerVersion" },
      "-WP",
      /anyone can now call lambda:GetLayerVersion/i,
    ],

    // Outage.
    [
      "aws_lambda_function",
      { function_name: "f", reserved_concurrent_executions: 5 },
      { function_name: "f", reserved_concurrent_executions: 0 },
      "---",
      /function f is switched off/,
    ],
    [
      "aws_lambda_function",
      { function_name: "f", reserved_concurrent_executions: 0 },
      { function_name: "f", reserved_concurrent_executions: -1 },
      "---",
      /function f is switched on/,
    ],
    [
      "aws_ecs_service",
      { name: "s", desired_count: 3 },
      { name: "s", desired_count: 0 },
      "---",
      /runs no task/,
    ],
    [
      "aws_autoscaling_group",
      { name: "g", max_size: 3 },
      { name: "g", max_size: 0 },
      "---",
      /can run no instance/,
    ],
    [
      "aws_appautoscaling_target",
      { resource_id: "endpoint/r", max_capacity: 3 },
      { resource_id: "endpoint/r", max_capacity: 0 },
      "---",
      /cannot scale above 0/,
    ],
    [
      "aws_appautoscaling_scheduled_action",
      { name: "a", scalable_target_action: [{ min_capacity: "2", max_capacity: "10" }] },
      { name: "a", scalable_target_action: [{ min_capacity: "2", max_capacity: "4" }] },
      "---",
      /schedules a lower limit/,
    ],
    [
      "aws_budgets_budget",
      { name: "prod-monthly", limit_amount: "100" },
      { name: "prod-monthly", limit_amount: "250" },
      "---",
      /prod-monthly has a higher limit/,
    ],
    [
      "aws_cloudwatch_event_rule",
      { name: "r", state: "ENABLED" },
      { name: "r", state: "DISABLED" },
      "---",
      /is switched off/,
    ],
    [
      "aws_kms_key",
      { description: "k", is_enabled: true },
      { description: "k", is_enabled: false },
      "---",
      /is disabled/,
    ],
    [
      "aws_api_gateway_usage_plan",
      { name: "u", quota_settings: [{ limit: 9, period: "DAY" }] },
      { name: "u", quota_settings: [{ limit: 0, period: "DAY" }] },
      "---",
      /rejects every request/,
    ],
    [
      "aws_api_gateway_method_settings",
      {
        stage_name: "s",
        method_path: "*/*",
        settings: [{ throttling_rate_limit: 9, throttling_burst_limit: 9 }],
      },
      {
        stage_name: "s",
        method_path: "*/*",
        settings: [{ throttling_rate_limit: 0, throttling_burst_limit: 9 }],
      },
      "---",
      /rejects every request/,
    ],
  ])("%s %j → %j: %s", (type, before, after, gates, words) => {
    // Act
    const reviewed = review({ type, before, after });

    // Assess
    expect([reviewed.gates, reviewed.verdict]).toEqual([gates, expect.stringMatching(words)]);
    expect(reviewed.verdict).not.toContain("outputs change");
    expect(reviewed.verdict.includes("nothing destroyed")).toBe(!gates.includes("D"));
  });

  it("is in the section with the attribute and its values before and after", () => {
    // Act
    const { text } = review({
      type: "aws_db_instance",
      before: { identifier: "d", publicly_accessible: false },
      after: { identifier: "d", publicly_accessible: true },
    });

    // Assess
    expect(text).toContain(
      "- ⚠ exposure: database d is reachable from the internet (`publicly_accessible`: `false` → `true`; in `stack/it`).",
    );
  });
});

function images(countNumber: number): string {
  const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber };
  return JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: "expire" } }] });
}

describe("a dangerous setting of a new resource", () => {
  it.each<[string, string, PlannedChange[], string, RegExp]>([
    [
      "is reported when it gives access",
      "database",
      [{ type: "aws_db_instance", after: { identifier: "d", publicly_accessible: true } }],
      "-W-",
      /reachable from the internet/,
    ],
    [
      "is reported when it gives the public access",
      "guests",
      [
        {
          type: "aws_cognito_identity_pool",
          after: { identity_pool_name: "p", allow_unauthenticated_identities: true },
        },
      ],
      "-WP",
      /to guests/,
    ],
    [
      "is reported for a public image",
      "image",
      [{ type: "aws_ami_launch_permission", after: { image_id: "ami-1", group: "all" } }],
      "-WP",
      /shared with the public/,
    ],
    [
      "is reported for an existing bucket",
      "rules",
      [
        { type: "aws_s3_bucket", name: "b", before: { bucket: "b" }, after: { bucket: "b" } },
        { type: "aws_s3_bucket_lifecycle_configuration", after: expiration(1) },
      ],
      "D--",
      /now deletes objects/,
    ],
    [
      "is no risk for a new bucket",
      "rules",
      [
        { type: "aws_s3_bucket", name: "b", after: { bucket: "b" } },
        { type: "aws_s3_bucket_lifecycle_configuration", after: expiration(1) },
      ],
      "---",
      /2 created/,
    ],
    [
      "is no risk when nothing is stored yet",
      "log group",
      [{ type: "aws_cloudwatch_log_group", after: { name: "l", retention_in_days: 1 } }],
      "---",
      /1 created/,
    ],
    [
      "is no outage of a new function",
      "function",
      [{ type: "aws_lambda_function", after: { function_name: "f", reserved_concurrent_executions: 0 } }],
      "---",
      /1 created/,
    ],
  ])("%s (%s)", (_, __, changes, gates, words) => {
    // Act
    const reviewed = review(...changes);

    // Assess
    expect([reviewed.gates, reviewed.verdict]).toEqual([gates, expect.stringMatching(words)]);
  });
});

describe("a setting that is known after apply", () => {
  it.each<[string, Values, Values, string]>([
    [
      "aws_db_instance",
      { identifier: "d", publicly_accessible: false },
      { publicly_accessible: true },
      "-W-",
    ],
    ["aws_cloudfront_distribution", { enabled: true, web_acl_id: "arn:x" }, { web_acl_id: true }, "-W-"],
    ["aws_s3_bucket_lifecycle_configuration", expiration(30), { rule: true }, "D--"],
    ["aws_db_snapshot", { name: "s", shared_accounts: [] }, { shared_accounts: true }, "-WP"],
    ["aws_cloudwatch_log_group", { name: "l", retention_in_days: 30 }, { retention_in_days: true }, "D--"],
    ["aws_s3_bucket_acl", { bucket: "b", acl: "private" }, { acl: true }, "-WP"],
    [
      "aws_api_gateway_method",
      { http_method: "GET", authorization: "AWS_IAM" },
      { authorization: true },
      "-WP",
    ],
    ["aws_sns_topic_policy", { arn: "arn:aws:sns:eu-west-1:1:t", policy: "{}" }, { policy: true }, "-WP"],
    ["aws_iam_role_policy", { role: "r", policy: '{"Statement":[]}' }, { policy: true }, "-W-"],
  ])("stops the gates of the dangerous value and is in the verdict: %s", (type, before, unknown, gates) => {
    // Prepare
    const known = Object.fromEntries(Object.entries(before).filter(([name]) => !(name in unknown)));

    // Act
    const reviewed = review({ type, before, after: known, unknown });

    // Assess
    expect([reviewed.gates, reviewed.verdict]).toEqual([gates, expect.stringMatching(/undetermined: \w+/)]);
  });
});

describe("a value that is certainly set is no risk", () => {
  it("when a secret replaces another secret", () => {
    // Act
    const { gates } = review({
      type: "aws_elasticache_replication_group",
      before: { replication_group_id: "g", auth_token: "one-secret-of-many" },
      after: { replication_group_id: "g", auth_token: "two-secrets-of-many" },
      sensitive: { auth_token: true },
    });

    // Assess
    expect(gates).toBe("---");
  });
});

describe("a removed firewall", () => {
  const association: PlannedChange = {
    type: "aws_wafv2_web_acl_association",
    before: {
      resource_arn: "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/1",
      web_acl_arn: "arn:w",
    },
  };

  it("is a risk when the protected resource stays", () => {
    // Act
    const { gates, verdict } = review(association);

    // Assess
    expect(gates).toBe("DW-");
    expect(verdict).toMatch(/no longer has a firewall/);
  });

  it("is no risk when the protected resource is destroyed, too", () => {
    // Act
    const { gates, verdict } = review(association, {
      type: "aws_lb",
      name: "a",
      before: { arn: "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/1", name: "a" },
    });

    // Assess
    expect(gates).toBe("D--");
    expect(verdict).not.toMatch(/firewall \(web/);
  });
});

const backups = (name: string, ...days: readonly (number | undefined)[]): Values => ({
  name: "p",
  rule: days.map((delete_after, index) => ({
    rule_name: `${name}${index}`,
    lifecycle: delete_after === undefined ? [] : [{ delete_after }],
  })),
});
const imageRules = (selection: Values, others: Values = {}): Values => ({
  repository: "r",
  policy: JSON.stringify({ rules: [{ rulePriority: 1, ...others, selection, action: { type: "expire" } }] }),
});
const firewall = (...rules: readonly Values[]): Values => ({
  name: "w",
  default_action: [{ allow: [{}], block: [] }],
  rule: rules,
});
const blocking = { name: "bots", priority: 1, action: [{ block: [{}], count: [] }] };
const limiting = (limit: number, window: number): Values => ({
  ...blocking,
  name: "rate",
  statement: [{ rate_based_statement: [{ limit, evaluation_window_sec: window, aggregate_key_type: "IP" }] }],
});
const managed = { name: "core", priority: 2, override_action: [{ none: [{}], count: [] }] };
const grouped = (...overrides: readonly (readonly [name: string, action: string])[]): Values => ({
  ...managed,
  statement: [
    {
      managed_rule_group_statement: [
        {
          name: "core",
          rule_action_override: overrides.map(([name, action]) => ({
            name,
            action_to_use: [{ allow: [], block: [], count: [], [action]: [{}] }],
          })),
        },
      ],
    },
  ],
});
const scoped = (...scope: readonly Values[]): Values => ({
  ...managed,
  statement: [{ managed_rule_group_statement: [{ name: "core", scope_down_statement: scope }] }],
});
const below = (path: string): Values => ({ byte_match_statement: [{ search_string: path }] });
const table = (attribute: string): Values => ({
  name: "t",
  ttl: [{ enabled: true, attribute_name: attribute }],
});
const listener = (...types: readonly string[]): Values => ({
  protocol: "HTTPS",
  port: 443,
  load_balancer_arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1",
  default_action: types.map((type, order) => ({ type, order })),
});
const cluster = (...cidrs: readonly string[]): Values => ({
  name: "c",
  vpc_config: [{ endpoint_public_access: true, public_access_cidrs: cidrs }],
});

describe("a setting that is compared with its previous value", () => {
  it.each<[string, string, Values, Values, string, RegExp]>([
    [
      "a backup rule keeps less",
      "aws_backup_plan",
      backups("r", 30),
      backups("r", 3),
      "D--",
      /backups after 3 days/,
    ],
    [
      "a backup rule no longer keeps backups for ever",
      "aws_backup_plan",
      backups("r", undefined),
      backups("r", 30),
      "D--",
      /backups after 30 days/,
    ],
    ["a backup rule is renamed", "aws_backup_plan", backups("r", 30), backups("q", 30), "---", /1 updated/],
    [
      "a backup rule is replaced by a shorter one",
      "aws_backup_plan",
      backups("r", 30),
      backups("q", 3),
      "D--",
      /backups after 3 days/,
    ],
    ["a backup rule is added", "aws_backup_plan", backups("r", 30), backups("r", 30, 3), "---", /1 updated/],
    [
      "image rules only change their order",
      "aws_ecr_lifecycle_policy",
      imageRules({ tagStatus: "any", countType: "imageCountMoreThan", countNumber: 9 }),
      imageRules({ countNumber: 9, countType: "imageCountMoreThan", tagStatus: "any" }, { description: "d" }),
      "---",
      /1 updated/,
    ],
    [
      "image rules keep fewer",
      "aws_ecr_lifecycle_policy",
      imageRules({ tagStatus: "any", countType: "imageCountMoreThan", countNumber: 9 }),
      imageRules({ countNumber: 2, countType: "imageCountMoreThan", tagStatus: "any" }),
      "D--",
      /beyond the newest 2/,
    ],
    [
      "items expire by a different attribute",
      "aws_dynamodb_table",
      table("x"),
      table("y"),
      "D--",
      /at the time in the attribute y/,
    ],
    [
      "point-in-time recovery is shorter",
      "aws_dynamodb_table",
      { name: "t", point_in_time_recovery: [{ enabled: true, recovery_period_in_days: 35 }] },
      { name: "t", point_in_time_recovery: [{ enabled: true, recovery_period_in_days: 3 }] },
      "D--",
      /fewer points in time/,
    ],
    [
      "fewer snapshots are kept",
      "aws_dlm_lifecycle_policy",
      { policy_details: [{ schedule: [{ name: "s", retain_rule: [{ count: 14 }] }] }] },
      { policy_details: [{ schedule: [{ name: "s", retain_rule: [{ count: 2 }] }] }] },
      "D--",
      /keeps fewer snapshots/,
    ],
    [
      "a firewall loses a rule",
      "aws_wafv2_web_acl",
      firewall(blocking, managed),
      firewall(managed),
      "-W-",
      /no longer has the rule bots/,
    ],
    [
      "a firewall loses a managed rule group",
      "aws_wafv2_web_acl",
      firewall(blocking, managed),
      firewall(blocking),
      "-W-",
      /no longer has the rule core/,
    ],
    [
      "a firewall loses a rule that permits requests",
      "aws_wafv2_web_acl",
      firewall({ name: "office", action: [{ allow: [{}] }] }),
      firewall(),
      "---",
      /1 updated/,
    ],
    [
      "a rule of a firewall only counts",
      "aws_wafv2_web_acl",
      firewall(blocking),
      firewall({ ...blocking, action: [{ block: [], count: [{}] }] }),
      "-W-",
      /no longer blocks/,
    ],
    [
      "a rule group of a firewall only counts",
      "aws_wafv2_web_acl",
      firewall(managed),
      firewall({ ...managed, override_action: [{ none: [], count: [{}] }] }),
      "-W-",
      /only counts/,
    ],
    [
      "a rate rule of a firewall permits more requests",
      "aws_wafv2_web_acl",
      firewall(limiting(100, 60)),
      firewall(limiting(101, 60)),
      "-W-",
      /permits more requests from one address/,
    ],
    [
      "a rate rule of a firewall has a shorter window",
      "aws_wafv2_web_acl",
      firewall(limiting(100, 0)),
      firewall(limiting(100, 60)),
      "-W-",
      /permits more requests from one address/,
    ],
    [
      "a rate rule of a firewall permits fewer requests",
      "aws_wafv2_web_acl",
      firewall(limiting(100, 60)),
      firewall(limiting(100, 120)),
      "---",
      /permits fewer requests from one address/,
    ],
    [
      "a rate rule of a firewall has the same rate",
      "aws_wafv2_web_acl",
      firewall(limiting(100, 60)),
      firewall(limiting(500, 300)),
      "---",
      /1 updated/,
    ],
    [
      "a rule inside a rule group of a firewall only counts",
      "aws_wafv2_web_acl",
      firewall(grouped(["SizeRestrictions_BODY", "count"])),
      firewall(grouped(["SizeRestrictions_BODY", "count"], ["CrossSiteScripting_BODY", "count"])),
      "-W-",
      /only counts or permits requests that match the rule CrossSiteScripting_BODY/,
    ],
    [
      "a rule inside a rule group of a firewall permits requests",
      "aws_wafv2_web_acl",
      firewall(grouped(["CrossSiteScripting_BODY", "block"])),
      firewall(grouped(["CrossSiteScripting_BODY", "allow"])),
      "-W-",
      /only counts or permits requests that match the rule CrossSiteScripting_BODY/,
    ],
    [
      "another rule inside a rule group of a firewall only counts, in place of the first",
      "aws_wafv2_web_acl",
      firewall(grouped(["SizeRestrictions_BODY", "count"])),
      firewall(grouped(["CrossSiteScripting_BODY", "count"])),
      "-W-",
      /rule CrossSiteScripting_BODY/,
    ],
    [
      "a rule inside a rule group of a firewall blocks again",
      "aws_wafv2_web_acl",
      firewall(grouped(["SizeRestrictions_BODY", "count"])),
      firewall(grouped()),
      "---",
      /blocks requests that match the rule SizeRestrictions_BODY/,
    ],
    [
      "the overrides of a rule group of a firewall only change their order",
      "aws_wafv2_web_acl",
      firewall(grouped(["a", "count"], ["b", "count"])),
      firewall(grouped(["b", "count"], ["a", "count"])),
      "---",
      /1 updated/,
    ],
    [
      "a rule group of a firewall that only counted blocks, except for one rule",
      "aws_wafv2_web_acl",
      firewall({ ...managed, override_action: [{ none: [], count: [{}] }] }),
      firewall(grouped(["SizeRestrictions_BODY", "count"])),
      "---",
      /rule group that blocks/,
    ],
    [
      "a rule group of a firewall inspects only some requests",
      "aws_wafv2_web_acl",
      firewall(scoped()),
      firewall(scoped(below("/a"))),
      "-W-",
      /inspects fewer requests/,
    ],
    [
      "a rule group of a firewall inspects all requests",
      "aws_wafv2_web_acl",
      firewall(scoped(below("/a"))),
      firewall(scoped()),
      "---",
      /inspects more requests/,
    ],
    [
      "a rule group of a firewall inspects other requests",
      "aws_wafv2_web_acl",
      firewall(scoped(below("/a"))),
      firewall(scoped(below("/b"))),
      "-W-",
      /undetermined: .*w/,
    ],
    [
      "the rules of a firewall only change their order",
      "aws_wafv2_web_acl",
      firewall(blocking, managed),
      firewall(managed, blocking),
      "---",
      /1 updated/,
    ],
    [
      "a firewall permits requests by default",
      "aws_wafv2_web_acl",
      { name: "w", default_action: [{ allow: [], block: [{}] }] },
      firewall(),
      "-W-",
      /permits requests that no rule blocks/,
    ],
    [
      "a listener no longer authenticates",
      "aws_lb_listener",
      listener("authenticate-oidc", "forward"),
      listener("forward"),
      "-WP",
      /listener HTTPS 443 no longer requires an authorizer's consent/,
    ],
    [
      "a listener authenticates",
      "aws_lb_listener",
      listener("forward"),
      listener("authenticate-oidc", "forward"),
      "---",
      /closed to the public: listener HTTPS 443/,
    ],
    [
      "a cluster's API opens to every address",
      "aws_eks_cluster",
      cluster("10.0.0.0/8"),
      cluster("0.0.0.0/0"),
      "-W-",
      /every internet address/,
    ],
    [
      "a cluster's API closes to most addresses",
      "aws_eks_cluster",
      cluster("0.0.0.0/0"),
      cluster("10.0.0.0/8"),
      "---",
      /only some addresses/,
    ],
    [
      "a prefix list gets every address",
      "aws_ec2_managed_prefix_list",
      { name: "l", entry: [] },
      { name: "l", entry: [{ cidr: "0.0.0.0/0" }] },
      "-WP",
      /anyone can now reach/,
    ],
    [
      "an instance opens a port to the public",
      "aws_lightsail_instance_public_ports",
      { port_info: [] },
      { port_info: [{ protocol: "tcp", from_port: 22, to_port: 22, ipv6_cidrs: ["::/0"] }] },
      "-WP",
      /anyone can now reach tcp 22/,
    ],
  ])("stops the expected gates when %s", (_, type, before, after, gates, sentence) => {
    // Act
    const reviewed = review({ type, before, after });

    // Assess
    expect(reviewed.gates).toBe(gates);
    expect(reviewed.verdict).toMatch(sentence);
  });

  it("is undetermined when the overrides of a rule group of a firewall are known after apply", () => {
    // Act
    const { gates, verdict } = review({
      type: "aws_wafv2_web_acl",
      before: firewall(grouped()),
      after: firewall({ ...managed, statement: [{ managed_rule_group_statement: [{ name: "core" }] }] }),
      unknown: {
        rule: [{ statement: [{ managed_rule_group_statement: [{ rule_action_override: true }] }] }],
      },
    });

    // Assess
    expect(gates).toBe("-W-");
    expect(verdict).toMatch(/undetermined: .*web ACL w/);
  });

  it("is undetermined, and no improvement, when the days of backups are known after apply", () => {
    // Act
    const { gates, verdict } = review({
      type: "aws_backup_plan",
      before: backups("r", 30),
      after: { name: "p", rule: [{ rule_name: "r0", lifecycle: [{}] }] },
      unknown: { rule: [{ lifecycle: [{ delete_after: true }] }] },
    });

    // Assess
    expect(gates).toBe("D--");
    expect(verdict).toMatch(/undetermined: rule of /);
    expect(verdict).not.toMatch(/improved/);
  });
});

describe("a change that permits no new caller passes all gates", () => {
  const ingress = (cidr_ipv4: string): Values => ({
    security_group_id: "sg-1",
    cidr_ipv4,
    ip_protocol: "tcp",
    from_port: 443,
    to_port: 443,
  });
  const trust = (operator: string, subject: string): Values => ({
    name: "r",
    assume_role_policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "sts:AssumeRoleWithWebIdentity",
          Principal: {
            Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
          },
          Condition: { [operator]: { "token.actions.githubusercontent.com:sub": subject } },
        },
      ],
    }),
  });
  const main = "repo:org/repo:ref:refs/heads/main";

  it.each<[string, string, Values, Values, string]>([
    [
      "a network becomes smaller",
      "aws_vpc_security_group_ingress_rule",
      ingress("10.0.0.0/8"),
      ingress("10.1.0.0/16"),
      "---",
    ],
    [
      "a network becomes larger",
      "aws_vpc_security_group_ingress_rule",
      ingress("10.1.0.0/16"),
      ingress("10.0.0.0/8"),
      "-W-",
    ],
    [
      "a network becomes a different network",
      "aws_vpc_security_group_ingress_rule",
      ingress("10.1.0.0/16"),
      ingress("10.2.0.0/16"),
      "-W-",
    ],
    [
      "StringLike has no wildcard",
      "aws_iam_role",
      trust("StringEquals", main),
      trust("StringLike", main),
      "---",
    ],
    [
      "StringLike has a wildcard",
      "aws_iam_role",
      trust("StringEquals", main),
      trust("StringLike", "repo:org/repo:*"),
      "-W-",
    ],
  ])("when %s", (_, type, before, after, gates) => {
    // Act
    const reviewed = review({ type, before, after });

    // Assess
    expect(reviewed.gates).toBe(gates);
  });
});

describe("a role that every repository can assume", () => {
  it("is in the verdict with the principals that can assume it", () => {
    // Prepare
    const trusting = (subject: string): Values => ({
      name: "r",
      assume_role_policy: JSON.stringify({
        Statement: {
          Effect: "Allow",
          Action: "sts:AssumeRoleWithWebIdentity",
          Principal: {
            Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
          },
          Condition: {
            StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
            StringLike: { "token.actions.githubusercontent.com:sub": subject },
          },
        },
      }),
    });

    // Act
    const { gates, verdict } = review({
      type: "aws_iam_role",
      before: trusting("repo:org/repo:ref:refs/heads/main"),
      after: trusting("repo:*"),
    });

    // Assess
    expect(gates).toBe("-WP");
    expect(verdict).toBe("test: every repository on GitHub can now assume the role r · nothing destroyed");
  });
});

describe("the verdict names a resource without a construct once", () => {
  it("by its address, which begins with its type", () => {
    // Act
    const report = reportOf([
      readPlan(
        JSON.stringify({
          format_version: "1.2",
          planned_values: {},
          resource_changes: [
            {
              address: "aws_iam_user_login_profile.u",
              mode: "managed",
              type: "aws_iam_user_login_profile",
              change: { actions: ["update"], before: { user: "u" }, after: { user: "v" } },
            },
          ],
        }),
        "test.json",
      ),
    ]);

    // Assess
    expect(report.verdict).toContain("undetermined: access to aws_iam_user_login_profile.u ·");
  });
});

describe("several risks are all in the verdict, the most dangerous first", () => {
  it("independent of their order in the plan", () => {
    // Act
    const { verdict } = review(
      {
        type: "aws_lambda_function",
        before: { function_name: "f", reserved_concurrent_executions: 5 },
        after: { function_name: "f", reserved_concurrent_executions: 0 },
      },
      { type: "aws_s3_bucket_lifecycle_configuration", before: expiration(100), after: expiration(1) },
      {
        type: "aws_db_instance",
        before: { identifier: "d", publicly_accessible: false },
        after: { identifier: "d", publicly_accessible: true },
      },
      {
        type: "aws_s3_bucket_acl",
        before: { bucket: "open", acl: "private" },
        after: { bucket: "open", acl: "public-read" },
      },
    );

    // Assess
    expect(verdict).toBe(
      "test: lifecycle of bucket b now deletes objects after 1 day · anyone can now list the bucket open · " +
        "database d is reachable from the internet · function f is switched off: no invocation can run · cost partly unknown",
    );
  });
});
