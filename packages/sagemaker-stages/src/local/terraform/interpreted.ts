import * as z from "zod";
import { isObjectOrList } from "../../lib/json";
import { UnsupportedTerraform } from "../errors";
import { QUOTA_PERIODS } from "../rest-api/quota";
import type { Resource, Stack } from "./stack";

/** The metadata of an argument in {@link INTERPRETED}. */
interface ArgumentMetadata {
  /** The effect on this machine of an argument that only AWS uses. */
  readonly effect?: string;
}

/** The arguments whose references are not resolved: some values exist only after an apply, others only on AWS. */
const UNRESOLVED = z.registry<ArgumentMetadata>();

function unresolved<Schema extends z.ZodType>(schema: Schema, remarks: ArgumentMetadata = {}): Schema {
  // A copy, because other arguments use the same schema and resolve references.
  const copy = schema.clone();
  UNRESOLVED.add(copy, remarks);
  return copy;
}

/** An argument that only AWS uses. @param effect - the effect on this machine; `undefined`: nothing to report */
function awsOnly(effect?: string): z.ZodOptional<z.ZodUnknown> {
  return unresolved(z.optional(z.unknown()), effect === undefined ? {} : { effect });
}

const text = z.string();
const meta = {
  depends_on: awsOnly(),
  lifecycle: awsOnly(),
  tags: unresolved(z.optional(z.record(z.string(), z.string()))),
  description: unresolved(z.optional(text)),
};
const throttleSettings = z.object({ rate_limit: z.number(), burst_limit: z.number() });

/** One container of a model. The local stage downloads neither image nor artifact. */
const modelContainer = z.object({
  image: z.optional(text),
  mode: z.optional(z.literal("MultiModel")),
  model_data_url: z.optional(text),
  model_data_source: z.optional(z.unknown()),
  model_package_name: z.optional(text),
  environment: z.optional(z.record(z.string(), z.string())),
});

const variantNames = { variant_name: text, model_name: text };

const variant = z.union(
  [
    z.object({
      ...variantNames,
      serverless_config: z.object({
        memory_size_in_mb: z.number(),
        max_concurrency: z.number(),
        provisioned_concurrency: z.optional(z.number()),
      }),
    }),
    z.object({
      ...variantNames,
      instance_type: text,
      initial_instance_count: z.number(),
      model_data_download_timeout_in_seconds: awsOnly(),
      container_startup_health_check_timeout_in_seconds: awsOnly(),
    }),
  ],
  "a variant must have a serverless_config, or both an instance_type and an initial_instance_count",
);

/** An action of a firewall's rule. A custom response is not supported. */
const countOr = (other: "block" | "none") =>
  z.strictObject({ count: z.optional(z.strictObject({})), [other]: z.optional(z.strictObject({})) });

const ruleMetadata = { name: text, priority: z.number(), visibility_config: z.unknown() };

/** A rule of a firewall: a limit by IP address, or AWS's managed rules, which exist only on AWS. */
const webAclRule = z.union(
  [
    z.strictObject({
      ...ruleMetadata,
      action: countOr("block"),
      statement: z.strictObject({
        rate_based_statement: z.strictObject({
          limit: z.number(),
          aggregate_key_type: z.literal("IP"),
          evaluation_window_sec: z.optional(z.number()),
        }),
      }),
    }),
    z.strictObject({
      ...ruleMetadata,
      override_action: countOr("none"),
      statement: z.strictObject({
        managed_rule_group_statement: z.strictObject({
          name: text,
          vendor_name: text,
          rule_action_override: z.optional(z.unknown()),
        }),
      }),
    }),
  ],
  "the local stage supports rules that limit the rate by IP address, and names managed rule groups",
);

/**
 * The known arguments of each type: the arguments that the local stage reads, and the arguments that only AWS uses,
 * with their effect here. Every other argument is reported as not interpreted.
 */
export const INTERPRETED = {
  "data.aws_lambda_function": z.object({ ...meta, function_name: text }),
  aws_lambda_function: z.object({
    ...meta,
    function_name: text,
    filename: text,
    source_code_hash: text,
    handler: text,
    runtime: text,
    architectures: z.optional(z.array(text)),
    timeout: z.number(),
    memory_size: z.number(),
    reserved_concurrent_executions: z.optional(z.number()),
    environment: z.optional(z.object({ variables: z.record(z.string(), z.string()) })),
    logging_config: z.optional(z.object({ log_format: text, log_group: text })),
    tracing_config: z.optional(z.object({ mode: text })),
    vpc_config: awsOnly(
      "VPC: functions use this machine's network; their subnets and security groups have no effect",
    ),
    ephemeral_storage: awsOnly(
      "ephemeral storage: functions write to this machine's temporary folder, without a size limit",
    ),
    role: unresolved(text),
  }),
  aws_lambda_permission: z.object({
    ...meta,
    function_name: text,
    principal: text,
    action: text,
    source_arn: text,
    statement_id: text,
  }),
  aws_lambda_function_url: z.object({
    ...meta,
    function_name: text,
    authorization_type: z.literal("AWS_IAM"),
    invoke_mode: z.optional(z.enum(["BUFFERED", "RESPONSE_STREAM"])),
    cors: z.optional(
      z.strictObject({
        allow_origins: z.array(text),
        allow_methods: z.array(text),
        allow_headers: z.array(text),
        expose_headers: z.array(text),
        max_age: z.optional(z.number()),
      }),
    ),
  }),
  aws_cognito_user_pool: z.object({
    ...meta,
    name: text,
    admin_create_user_config: awsOnly(
      "user pool: the sign-in form has one user, which this text shows, and creates no users",
    ),
    mfa_configuration: awsOnly("user pool: the sign-in form requires no one-time codes"),
    software_token_mfa_configuration: awsOnly(),
    account_recovery_setting: awsOnly(),
    auto_verified_attributes: awsOnly(),
    deletion_protection: awsOnly(),
    password_policy: awsOnly(),
    username_attributes: awsOnly(),
    username_configuration: awsOnly(),
  }),
  aws_cognito_user_pool_client: z.object({
    ...meta,
    name: text,
    user_pool_id: text,
    generate_secret: z.literal(false),
    allowed_oauth_flows_user_pool_client: z.literal(true),
    allowed_oauth_flows: z.tuple([z.literal("code")]),
    allowed_oauth_scopes: z.array(text),
    callback_urls: z.array(text),
    logout_urls: z.array(text),
    supported_identity_providers: z.tuple([z.literal("COGNITO")]),
    enable_token_revocation: z.literal(true),
    id_token_validity: z.number(),
    access_token_validity: z.number(),
    refresh_token_validity: z.number(),
    token_validity_units: z.array(
      z.strictObject({
        access_token: z.literal("minutes"),
        id_token: z.literal("minutes"),
        refresh_token: z.literal("minutes"),
      }),
    ),
    explicit_auth_flows: awsOnly(),
    prevent_user_existence_errors: awsOnly(),
    read_attributes: awsOnly(),
  }),
  // The local stage serves the sign-in form at its own port.
  aws_cognito_user_pool_domain: z.object({ ...meta, domain: awsOnly(), user_pool_id: text }),
  aws_cognito_identity_pool: z.object({
    ...meta,
    identity_pool_name: text,
    allow_unauthenticated_identities: z.literal(false),
    allow_classic_flow: z.literal(false),
    cognito_identity_providers: z.tuple([
      z.strictObject({ client_id: text, provider_name: text, server_side_token_check: awsOnly() }),
    ]),
  }),
  aws_cognito_identity_pool_roles_attachment: z.object({
    ...meta,
    identity_pool_id: text,
    roles: z.strictObject({ authenticated: text }),
  }),
  aws_api_gateway_rest_api: z.object({
    ...meta,
    name: text,
    body: text,
    endpoint_configuration: z.unknown(),
    disable_execute_api_endpoint: awsOnly(
      "default address of the API: disabled on AWS; here, routes also answer below the name of the stage, because the page on this machine calls them there",
    ),
    security_policy: awsOnly(),
    endpoint_access_mode: awsOnly(),
  }),
  aws_api_gateway_domain_name: z.object({
    ...meta,
    domain_name: text,
    // A private domain name would not answer callers outside of a VPC.
    endpoint_configuration: z.strictObject({
      types: z.tuple([z.literal("REGIONAL")]),
      ip_address_type: z.optional(text),
    }),
    regional_certificate_arn: awsOnly("domain names: HTTP on 127.0.0.1, without certificates, TLS and DNS"),
    security_policy: awsOnly(),
    endpoint_access_mode: awsOnly(),
  }),
  aws_api_gateway_base_path_mapping: z.object({
    ...meta,
    api_id: text,
    stage_name: text,
    domain_name: text,
    base_path: z.optional(text),
  }),
  aws_api_gateway_deployment: z.object({ ...meta, rest_api_id: text, triggers: unresolved(z.unknown()) }),
  aws_api_gateway_stage: z.object({
    ...meta,
    rest_api_id: text,
    deployment_id: text,
    stage_name: text,
    // The format is interpreted. Only AWS uses the destination.
    access_log_settings: z.optional(z.strictObject({ destination_arn: text, format: text })),
    xray_tracing_enabled: z.optional(z.boolean()),
  }),
  aws_api_gateway_method_settings: z.object({
    ...meta,
    rest_api_id: text,
    stage_name: text,
    method_path: z.literal("*/*"),
    settings: z.strictObject({
      metrics_enabled: z.optional(z.boolean()),
      throttling_rate_limit: z.number(),
      throttling_burst_limit: z.number(),
    }),
  }),
  aws_api_gateway_api_key: z.object({ ...meta, name: text }),
  aws_api_gateway_usage_plan: z.object({
    ...meta,
    name: text,
    api_stages: z.array(
      z.strictObject({
        api_id: text,
        stage: text,
        throttle: z.optional(z.array(z.strictObject({ ...throttleSettings.shape, path: text }))),
      }),
    ),
    throttle_settings: z.optional(throttleSettings),
    // Without an offset, a week begins on Sunday, and a month on its first day.
    quota_settings: z.optional(
      z.strictObject({ limit: z.number(), period: z.enum(QUOTA_PERIODS), offset: z.optional(z.literal(0)) }),
    ),
  }),
  aws_api_gateway_usage_plan_key: z.object({ ...meta, key_id: text, key_type: text, usage_plan_id: text }),
  aws_wafv2_web_acl: z.object({
    ...meta,
    name: text,
    scope: z.enum(["REGIONAL", "CLOUDFRONT"]),
    default_action: z.strictObject({ allow: z.strictObject({}) }),
    rule: z.array(webAclRule),
    visibility_config: awsOnly(),
  }),
  // Both are ARNs of resources of the stack. `firewalls.ts` reads the references.
  aws_wafv2_web_acl_association: z.object({
    ...meta,
    resource_arn: unresolved(text),
    web_acl_arn: unresolved(text),
  }),
  aws_sagemaker_endpoint: z.object({
    ...meta,
    name: text,
    endpoint_config_name: text,
    deployment_config: awsOnly(
      "blue/green deployment: a change takes effect at once, and no alarm rolls it back",
    ),
  }),
  aws_sagemaker_endpoint_configuration: z.object({
    ...meta,
    name: text,
    production_variants: z.tuple([variant]),
    kms_key_arn: awsOnly("volume encryption: an endpoint has no volume here"),
    data_capture_config: awsOnly("data capture: neither requests nor answers are written to S3"),
    async_inference_config: z.optional(
      z.strictObject({
        client_config: z.optional(
          z.strictObject({ max_concurrent_invocations_per_instance: z.optional(z.number()) }),
        ),
        output_config: z.strictObject({
          s3_output_path: text,
          s3_failure_path: text,
          kms_key_id: z.optional(text),
          notification_config: z.optional(
            z.strictObject({ success_topic: z.optional(text), error_topic: z.optional(text) }),
          ),
        }),
      }),
    ),
  }),
  aws_sagemaker_model: z.object({
    ...meta,
    name: text,
    execution_role_arn: unresolved(text),
    primary_container: unresolved(z.optional(modelContainer)),
    container: unresolved(
      z.optional(z.array(z.object({ ...modelContainer.shape, container_hostname: text }))),
    ),
    inference_execution_config: z.optional(z.object({ mode: z.enum(["Serial", "Direct"]) })),
    enable_network_isolation: awsOnly(
      "network isolation: on this machine, the container of a model has network access",
    ),
    vpc_config: awsOnly(
      "VPC: containers of models use this machine's network; their subnets and security groups have no effect",
    ),
  }),
};

type Shape = Readonly<Record<string, z.ZodType>>;

/** A type of which the local stage reads arguments; the type of a data source is `data.<type>`. */
export type InterpretedType = keyof typeof INTERPRETED;

/** Every {@link InterpretedType}. */
export const INTERPRETED_TYPES = Object.keys(INTERPRETED) as InterpretedType[];

/** A resource or data source, and its checked arguments. */
export interface Read<T extends InterpretedType> {
  readonly resource: Resource;
  readonly values: z.infer<(typeof INTERPRETED)[T]>;
}

/**
 * Reads the resources of a type: resolves references and checks arguments.
 *
 * @throws UnsupportedTerraform if an argument has an unsupported value
 */
export function read<T extends InterpretedType>(stack: Stack, type: T): Read<T>[] {
  return stack.ofType(type).map((resource) => {
    requireOwnRegion(stack, resource);
    const parsed = INTERPRETED[type].safeParse(knownArguments(stack, resource, INTERPRETED[type].shape));
    if (!parsed.success) {
      throw new UnsupportedTerraform(
        `${type}.${resource.name} cannot be served on this machine:\n${z.prettifyError(parsed.error)}`,
      );
    }
    return { resource, values: parsed.data as z.infer<(typeof INTERPRETED)[T]> };
  });
}

/** The local stage serves one region: the ARNs and hosts of a resource in another region would be wrong. */
function requireOwnRegion(stack: Stack, { type, name, region = stack.region, values }: Resource): void {
  if (region === stack.region) return;
  // The web ACL of a distribution is in us-east-1, and its rules apply in every region.
  if (type === "aws_wafv2_web_acl" && values.scope === "CLOUDFRONT") return;
  throw new UnsupportedTerraform(
    `${type}.${name} cannot be served on this machine: provider: got the region ${region}; allowed: ${stack.region}, the region of the stack`,
  );
}

/** The arguments of `shape` that a resource has, with their references resolved. */
function knownArguments(stack: Stack, { values }: Resource, shape: Shape): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(shape)
      .filter(([argument]) => argument in values)
      .map(([argument, schema]) => [
        argument,
        stack.resolve(UNRESOLVED.has(schema) ? neutralize(values[argument]) : values[argument]),
      ]),
  );
}

/** The effects of the arguments that only AWS uses and that a resource of `type` in the stack sets. */
export function awsOnlyEffects(stack: Stack, type: InterpretedType): string[] {
  const resources = stack.ofType(type);
  return Object.entries<z.ZodType>(INTERPRETED[type].shape).flatMap(([argument, schema]) => {
    const effect = UNRESOLVED.get(schema)?.effect;
    const isSet = resources.some(({ values }) => Boolean(values[argument]));
    return effect !== undefined && isSet ? [effect] : [];
  });
}

function neutralize(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/\$\{[^{}]*\}/g, "-"));
}

/** The paths of the arguments in `written` that `values` lacks, at any depth, e.g. `logging_config.log_format`. */
export function unreadArguments(written: object, values: object): string[] {
  const known = new Map<string, unknown>(Object.entries(values));
  return Object.entries(written).flatMap(([key, inner]) => {
    if (!known.has(key)) return [key];
    const read = known.get(key);
    if (!isObjectOrList(inner) || !isObjectOrList(read)) return [];
    return unreadArguments(inner, read).map((argument) => `${key}.${argument}`);
  });
}
