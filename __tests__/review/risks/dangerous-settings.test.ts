import { describe, expect, it } from "@jest/globals";
import { toMarkdown } from "../../../review/markdown/render";
import { type EnvironmentReport, reportOf } from "../../../review/report";
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

describe("an update in place of a dangerous setting counts in its gates, and is said:", () => {
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
      /keeps what it stores longer/,
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
      /log events for less long/,
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
      /less long/,
    ],
    [
      "aws_sqs_queue",
      { name: "q", message_retention_seconds: 1_209_600 },
      { name: "q", message_retention_seconds: 60 },
      "D--",
      /less long/,
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
      /no longer keeps the versions/,
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
      /no root access any more/,
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
      /everyone, as guests/,
    ],
    [
      "aws_cloudfront_distribution",
      { enabled: true, web_acl_id: "arn:x" },
      { enabled: true, web_acl_id: "" },
      "-W-",
      /no firewall/,
    ],
    [
      "aws_cloudfront_distribution",
      { enabled: true, web_acl_id: "" },
      { enabled: true, web_acl_id: "arn:x" },
      "---",
      /behind a firewall/,
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
      /shared with everyone/,
    ],
    [
      "aws_db_snapshot",
      { name: "s", shared_accounts: [] },
      { name: "s", shared_accounts: ["all"] },
      "-WP",
      /shared with everyone/,
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
      /no longer shared with everyone/,
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
      { resource_id: "r", max_capacity: 3 },
      { resource_id: "r", max_capacity: 0 },
      "---",
      /cannot scale above 0/,
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
      /refuses every request/,
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
      /refuses every request/,
    ],
  ])("%s %j → %j: %s", (type, before, after, gates, words) => {
    // Act
    const reviewed = review({ type, before, after });

    // Assess
    expect([reviewed.gates, reviewed.verdict]).toEqual([gates, expect.stringMatching(words)]);
    expect(reviewed.verdict).not.toContain("outputs change");
    expect(reviewed.verdict.includes("nothing destroyed")).toBe(!gates.includes("D"));
  });

  it("names the attribute with its values before and after on the second screen", () => {
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

describe("a dangerous setting of what is created", () => {
  it.each<[string, string, PlannedChange[], string, RegExp]>([
    [
      "is said where it lets somebody in",
      "database",
      [{ type: "aws_db_instance", after: { identifier: "d", publicly_accessible: true } }],
      "-W-",
      /reachable from the internet/,
    ],
    [
      "is said where it gives something to everyone",
      "guests",
      [
        {
          type: "aws_cognito_identity_pool",
          after: { identity_pool_name: "p", allow_unauthenticated_identities: true },
        },
      ],
      "-WP",
      /as guests/,
    ],
    [
      "is said of an image that everyone gets",
      "image",
      [{ type: "aws_ami_launch_permission", after: { image_id: "ami-1", group: "all" } }],
      "-WP",
      /shared with everyone/,
    ],
    [
      "is said of a bucket that stays",
      "rules",
      [
        { type: "aws_s3_bucket", name: "b", before: { bucket: "b" }, after: { bucket: "b" } },
        { type: "aws_s3_bucket_lifecycle_configuration", after: expiration(1) },
      ],
      "D--",
      /now deletes objects/,
    ],
    [
      "loses nothing of a bucket that is new, too",
      "rules",
      [
        { type: "aws_s3_bucket", name: "b", after: { bucket: "b" } },
        { type: "aws_s3_bucket_lifecycle_configuration", after: expiration(1) },
      ],
      "---",
      /2 created/,
    ],
    [
      "loses nothing where nothing is stored yet",
      "log group",
      [{ type: "aws_cloudwatch_log_group", after: { name: "l", retention_in_days: 1 } }],
      "---",
      /1 created/,
    ],
    [
      "switches nothing off that did not run",
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

describe("a setting that is known after the apply", () => {
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
  ])("counts in the gates of the dangerous value, and is named: %s", (type, before, unknown, gates) => {
    // Prepare
    const known = Object.fromEntries(Object.entries(before).filter(([name]) => !(name in unknown)));

    // Act
    const reviewed = review({ type, before, after: known, unknown });

    // Assess
    expect([reviewed.gates, reviewed.verdict]).toEqual([gates, expect.stringMatching(/undetermined: \w+/)]);
  });
});

describe("a value that is there for certain is no danger", () => {
  it("where a secret is exchanged for another one", () => {
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

describe("a firewall that goes", () => {
  const association: PlannedChange = {
    type: "aws_wafv2_web_acl_association",
    before: {
      resource_arn: "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/1",
      web_acl_arn: "arn:w",
    },
  };

  it("is said where what it protected stays", () => {
    // Act
    const { gates, verdict } = review(association);

    // Assess
    expect(gates).toBe("DW-");
    expect(verdict).toMatch(/has no firewall/);
  });

  it("is no danger where what it protected goes, too", () => {
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

describe("several dangers are all named, the most dangerous first", () => {
  it("whatever their order in the plan", () => {
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
      "test: lifecycle of bucket b now deletes objects after 1 day · anyone can now read (list) the bucket open · " +
        "database d is reachable from the internet · function f is switched off: no invocation can run · cost not all known",
    );
  });
});
