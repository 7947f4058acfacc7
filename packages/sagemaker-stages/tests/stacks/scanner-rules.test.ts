import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { prod } from "../fixtures/app/environments/prod";
import { type JsonObject, type SynthesizedStack, synthesizeOne } from "./support/synthesized";

const DOCUMENT = readFileSync(join(__dirname, "../../../../docs/scanner-rules.md"), "utf8");

const { website: _website, ...withoutWebsite } = prod;
const KEY_ARN = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/** An environment with every setting that the table names. */
const strict: Environment = {
  ...withoutWebsite,
  stage: { ...prod.stage, logRetentionInDays: 365, accessLogs: true, firewall: {} },
  network: { vpc: { availabilityZones: ["us-east-1a", "us-east-1b"] } },
  notify: { email: "on-call@example.com" },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-20/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      networkIsolation: true,
      volumeKeyArn: KEY_ARN,
      access: "AWS_IAM",
      function: { reservedConcurrency: 40 },
      functionUrl: { corsAllowOrigins: ["https://www.example.com"] },
      objectives: { availability: 0.995 },
    },
  },
};

/** An environment whose page has a firewall. A page needs a public route, which {@link strict} does not have. */
const guarded: Environment = { ...prod, website: { firewall: {} } };

interface Row {
  readonly ids: readonly string[];
  readonly status: string;
  readonly reason: string;
}

/** The rows of the document's only table. */
function rows(): Row[] {
  const lines = DOCUMENT.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| rule "));
  return lines.map((line) => {
    const [ids = "", _requires, status = "", reason = ""] = line.slice(2, -2).split(" | ");
    return { ids: ids.split(", "), status, reason };
  });
}

type Values = Readonly<Record<string, unknown>>;

/** The arguments of every resource of a type. */
function resources({ terraform }: SynthesizedStack, type: string): Values[] {
  return Object.values(terraform.resource[type] ?? {});
}

/** The value at a path, e.g. `settings.logging_level`. A block in a list has its index in the path. */
function at(values: Values, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((found, key) => (isObject(found) ? Reflect.get(found, key) : undefined), values);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

type Holds = (stack: SynthesizedStack) => boolean;

/** Whether resources of a type exist, and the value at a path of each resource passes. */
function every(type: string, path: string, passes: (value: unknown) => boolean): Holds {
  return (stack) => {
    const found = resources(stack, type);
    return found.length > 0 && found.every((values) => passes(at(values, path)));
  };
}

const is = (expected: unknown) => (value: unknown) => value === expected;
const isSet = (value: unknown) => value !== undefined;
const isNot = (refused: unknown) => (value: unknown) => value !== refused;

/** Whether a stack has a resource of a type. */
function has(type: string): Holds {
  return (stack) => resources(stack, type).length > 0;
}

function both(...all: readonly Holds[]): Holds {
  return (stack) => all.every((holds) => holds(stack));
}

function not(holds: Holds): Holds {
  return (stack) => !holds(stack);
}

/** Whether a stack has one resource of the type per bucket. */
function forEachBucket(type: string): Holds {
  return (stack) => resources(stack, type).length === resources(stack, "aws_s3_bucket").length;
}

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: JsonObject;
}

/** Whether each statement of a policy passes. References are not resolved. */
function everyStatement(type: string, argument: string, passes: (statement: Statement) => boolean): Holds {
  return every(type, argument, (policy) => {
    const { Statement }: { Statement: readonly Statement[] } = JSON.parse(String(policy));
    return Statement.length > 0 && Statement.every(passes);
  });
}

const ROLE_POLICY = "aws_iam_role_policy";
const DISTRIBUTION = "aws_cloudfront_distribution";
const FUNCTION = "aws_lambda_function";

/** The check of each row, by the row's first rule: whether a stack meets the rule. */
const RULES: Readonly<Record<string, Holds>> = {
  CKV_AWS_73: every("aws_api_gateway_stage", "xray_tracing_enabled", is(true)),
  CKV_AWS_76: every("aws_api_gateway_stage", "access_log_settings", isSet),
  CKV2_AWS_4: every("aws_api_gateway_method_settings", "settings.logging_level", isSet),
  CKV_AWS_276: every("aws_api_gateway_method_settings", "settings.data_trace_enabled", isNot(true)),
  CKV_AWS_120: every("aws_api_gateway_stage", "cache_cluster_enabled", is(true)),
  CKV_AWS_308: every("aws_api_gateway_method_settings", "settings.cache_data_encrypted", is(true)),
  CKV_AWS_217: every("aws_api_gateway_deployment", "lifecycle.create_before_destroy", is(true)),
  CKV_AWS_237: every("aws_api_gateway_rest_api", "lifecycle.create_before_destroy", is(true)),
  CKV2_AWS_29: has("aws_wafv2_web_acl_association"),
  CKV2_AWS_51: every("aws_api_gateway_stage", "client_certificate_id", isSet),
  CKV2_AWS_53: (stack) =>
    operations(stack).every((operation) => operation["x-amazon-apigateway-request-validator"] !== undefined),
  CKV_AWS_59: (stack) => operations(stack).every(({ security }) => security.length > 0),
  CKV_AWS_34: every(DISTRIBUTION, "default_cache_behavior.viewer_protocol_policy", is("redirect-to-https")),
  CKV2_AWS_72: every(DISTRIBUTION, "origin.0.custom_origin_config", is(undefined)),
  CKV2_AWS_46: every(DISTRIBUTION, "origin.0.origin_access_control_id", isSet),
  CKV2_AWS_32: every(DISTRIBUTION, "default_cache_behavior.response_headers_policy_id", isSet),
  CKV_AWS_259: every(
    "aws_cloudfront_response_headers_policy",
    "security_headers_config.strict_transport_security.preload",
    is(true),
  ),
  CKV_AWS_216: every(DISTRIBUTION, "enabled", is(true)),
  CKV_AWS_305: every(DISTRIBUTION, "default_root_object", is("index.html")),
  CKV_AWS_86: every(DISTRIBUTION, "logging_config", isSet),
  CKV_AWS_68: every(DISTRIBUTION, "web_acl_id", isSet),
  CKV_AWS_174: every(DISTRIBUTION, "viewer_certificate.minimum_protocol_version", isSet),
  CKV_AWS_374: every(DISTRIBUTION, "restrictions.geo_restriction.restriction_type", isNot("none")),
  CKV_AWS_310: every(DISTRIBUTION, "origin_group", isSet),
  CKV_AWS_53: both(
    forEachBucket("aws_s3_bucket_public_access_block"),
    ...["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"].map(
      (argument) => every("aws_s3_bucket_public_access_block", argument, is(true)),
    ),
  ),
  CKV2_AWS_65: both(
    forEachBucket("aws_s3_bucket_ownership_controls"),
    every("aws_s3_bucket_ownership_controls", "rule.object_ownership", is("BucketOwnerEnforced")),
    not(has("aws_s3_bucket_acl")),
  ),
  CKV_AWS_70: both(
    forEachBucket("aws_s3_bucket_policy"),
    everyStatement(
      "aws_s3_bucket_policy",
      "policy",
      ({ Effect, Principal }) => Effect === "Deny" || !JSON.stringify(Principal).includes('"*"'),
    ),
  ),
  CKV_AWS_19: both(
    forEachBucket("aws_s3_bucket_server_side_encryption_configuration"),
    every(
      "aws_s3_bucket_server_side_encryption_configuration",
      "rule.0.apply_server_side_encryption_by_default.sse_algorithm",
      is("AES256"),
    ),
  ),
  CKV_AWS_145: every(
    "aws_s3_bucket_server_side_encryption_configuration",
    "rule.0.apply_server_side_encryption_by_default.sse_algorithm",
    is("aws:kms"),
  ),
  CKV_AWS_21: both(
    forEachBucket("aws_s3_bucket_versioning"),
    every("aws_s3_bucket_versioning", "versioning_configuration.status", is("Enabled")),
  ),
  "AWS-0170": every("aws_s3_bucket_versioning", "versioning_configuration.mfa_delete", is("Enabled")),
  CKV_AWS_143: every("aws_s3_bucket", "object_lock_enabled", is(true)),
  CKV_AWS_18: has("aws_s3_bucket_logging"),
  CKV2_AWS_61: has("aws_s3_bucket_lifecycle_configuration"),
  CKV2_AWS_62: has("aws_s3_bucket_notification"),
  CKV_AWS_144: has("aws_s3_bucket_replication_configuration"),
  CKV_AWS_50: every(FUNCTION, "tracing_config.mode", is("Active")),
  CKV_AWS_115: every(FUNCTION, "reserved_concurrent_executions", isSet),
  CKV_AWS_116: every(FUNCTION, "dead_letter_config", isSet),
  CKV_AWS_117: every(FUNCTION, "vpc_config", isSet),
  CKV_AWS_173: every(FUNCTION, "kms_key_arn", isSet),
  CKV_AWS_272: every(FUNCTION, "code_signing_config_arn", isSet),
  CKV_AWS_45: every(
    FUNCTION,
    "environment.variables",
    (variables) =>
      Object.keys(variables as object)
        .sort()
        .join() === "CORS_ALLOW_ORIGIN,ENDPOINT_NAME,METRICS_ENVIRONMENT",
  ),
  CKV_AWS_363: every(FUNCTION, "runtime", is("nodejs22.x")),
  CKV_AWS_258: every("aws_lambda_function_url", "authorization_type", is("AWS_IAM")),
  CKV2_AWS_75: every(
    "aws_lambda_function_url",
    "cors.allow_origins",
    (origins) => Array.isArray(origins) && !origins.includes("*"),
  ),
  CKV_AWS_301: every("aws_lambda_permission", "principal", is("apigateway.amazonaws.com")),
  CKV_AWS_364: every("aws_lambda_permission", "source_arn", (arn) =>
    /\/[a-z-]+\/(GET|POST)\/[a-z-]+$/.test(String(arn)),
  ),
  CKV_AWS_66: every("aws_cloudwatch_log_group", "retention_in_days", (days) => Number(days) > 0),
  CKV_AWS_338: every("aws_cloudwatch_log_group", "retention_in_days", (days) => Number(days) >= 365),
  CKV_AWS_158: every("aws_cloudwatch_log_group", "kms_key_id", isSet),
  CKV_AWS_319: every("aws_cloudwatch_metric_alarm", "actions_enabled", isNot(false)),
  CKV_AWS_26: every("aws_sns_topic", "kms_master_key_id", isSet),
  CKV_AWS_169: everyStatement(
    "aws_sns_topic_policy",
    "policy",
    ({ Principal, Condition }) =>
      !JSON.stringify(Principal).includes('"*"') && isObject(Condition) && "ArnEquals" in Condition,
  ),
  CKV_AWS_98: every("aws_sagemaker_endpoint_configuration", "kms_key_arn", isSet),
  CKV_AWS_370: every("aws_sagemaker_model", "enable_network_isolation", is(true)),
  CKV_AWS_60: everyStatement("aws_iam_role", "assume_role_policy", ({ Principal, Condition }) => {
    const services = isObject(Principal) ? Object.entries(Principal) : [];
    return services.length === 1 && services[0]?.[0] === "Service" && Condition !== undefined;
  }),
  CKV_AWS_62: everyStatement(
    ROLE_POLICY,
    "policy",
    ({ Effect, Action = "*" }) =>
      Effect === "Deny" || ![Action].flat().some((action) => /^\*|:\*$/.test(action)),
  ),
  CKV_AWS_355: everyStatement(
    ROLE_POLICY,
    "policy",
    ({ Effect, Resource = "*" }) => Effect === "Deny" || ![Resource].flat().includes("*"),
  ),
  CKV_AWS_274: not(has("aws_iam_role_policy_attachment")),
  CKV_AWS_40: both(not(has("aws_iam_user_policy_attachment")), not(has("aws_iam_user_policy"))),
};

/** Methods that invoke a function. */
function operations(stack: SynthesizedStack) {
  return Object.values(stack.openApi().paths)
    .flatMap((path) => Object.values(path))
    .filter((operation) => operation["x-amazon-apigateway-integration"].type === "aws_proxy");
}

describe("the table of scanners' rules", () => {
  const prodStack = synthesizeOne(prod);
  const strictStack = synthesizeOne(strict);
  const guardedStack = synthesizeOne(guarded);

  it("contains each rule once", () => {
    // Act
    const ids = rows().flatMap((row) => row.ids);

    // Assess
    expect(ids.length).toBeGreaterThan(80);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids.filter((id) => !/^(CKV2?_AWS_\d+|AWS-\d{4})$/.test(id))).toEqual([]);
  });

  it("has a check for each row, and no check without a row", () => {
    // Act
    const checked = rows().map(({ ids }) => ids[0]);

    // Assess
    expect(checked.sort()).toEqual(Object.keys(RULES).sort());
  });

  it.each(rows())("is correct for $ids: $status", ({ ids: [id = ""], status, reason }) => {
    // Act
    const holds = RULES[id];
    const inProd = holds?.(prodStack);
    const withSettings = [strictStack, guardedStack].some((stack) => holds?.(stack) === true);

    // Assess
    expect(reason).not.toBe("");
    switch (status) {
      case "met":
        expect(inProd).toBe(true);
        break;
      case "setting":
        expect([inProd, withSettings]).toEqual([false, true]);
        break;
      default:
        expect([status, inProd, withSettings]).toEqual(["not met", false, false]);
    }
  });
});
