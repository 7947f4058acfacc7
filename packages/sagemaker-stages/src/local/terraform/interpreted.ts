import * as z from "zod";
import { isObjectOrList } from "../../lib/json";
import { NotServable } from "../errors";
import type { Resource, Stack } from "./stack";

const text = z.string();
const tags = z.optional(z.record(z.string(), z.string()));
const meta = {
  depends_on: z.optional(z.unknown()),
  lifecycle: z.optional(z.unknown()),
  tags,
  description: z.optional(text),
};
const throttleSettings = z.object({ rate_limit: z.number(), burst_limit: z.number() });

/** What means something to AWS alone, whatever it holds: `not-done.ts` says what it comes to here. */
const onAwsAlone = z.optional(z.unknown());

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
      model_data_download_timeout_in_seconds: onAwsAlone,
      container_startup_health_check_timeout_in_seconds: onAwsAlone,
    }),
  ],
  "a variant has a serverless_config, or an instance_type and an initial_instance_count",
);

/** The arguments of each type that this machine reads. Any other argument is reported as not done. */
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
    vpc_config: onAwsAlone,
    ephemeral_storage: onAwsAlone,
    role: text,
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
  aws_api_gateway_rest_api: z.object({
    ...meta,
    name: text,
    body: text,
    endpoint_configuration: z.unknown(),
  }),
  aws_api_gateway_deployment: z.object({ ...meta, rest_api_id: text, triggers: z.unknown() }),
  aws_api_gateway_stage: z.object({
    ...meta,
    rest_api_id: text,
    deployment_id: text,
    stage_name: text,
    // The format is interpreted. The destination means something to AWS alone.
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
    api_stages: z.array(z.strictObject({ api_id: text, stage: text })),
    throttle_settings: z.optional(throttleSettings),
  }),
  aws_api_gateway_usage_plan_key: z.object({ ...meta, key_id: text, key_type: text, usage_plan_id: text }),
  aws_sagemaker_endpoint: z.object({
    ...meta,
    name: text,
    endpoint_config_name: text,
    deployment_config: onAwsAlone,
  }),
  aws_sagemaker_endpoint_configuration: z.object({
    ...meta,
    name: text,
    production_variants: z.tuple([variant]),
    kms_key_arn: onAwsAlone,
    data_capture_config: onAwsAlone,
  }),
  aws_sagemaker_model: z.object({
    ...meta,
    name: text,
    execution_role_arn: text,
    primary_container: z.object({
      image: text,
      model_data_url: text,
      environment: z.optional(z.record(z.string(), z.string())),
    }),
    enable_network_isolation: onAwsAlone,
    vpc_config: onAwsAlone,
  }),
};

/** A type of which this machine reads something; data sources are `data.<type>`. */
export type InterpretedType = keyof typeof INTERPRETED;

/** Every {@link InterpretedType}. */
export const INTERPRETED_TYPES = Object.keys(INTERPRETED) as InterpretedType[];

/** A resource or data source, and what was read of it. */
export interface Read<T extends InterpretedType> {
  readonly resource: Resource;
  readonly values: z.infer<(typeof INTERPRETED)[T]>;
}

/**
 * The resources of a type with their references resolved and their arguments checked.
 *
 * @throws NotServable where an argument holds what it cannot
 */
export function read<T extends InterpretedType>(stack: Stack, type: T): Read<T>[] {
  return stack.ofType(type).map((resource) => {
    const known = pick(resource.values, Object.keys(INTERPRETED[type].shape));
    const parsed = INTERPRETED[type].safeParse(stack.resolve(withoutMeta(known)));
    if (!parsed.success) {
      throw new NotServable(
        `${type}.${resource.name} cannot be served on this machine:\n${z.prettifyError(parsed.error)}`,
      );
    }
    return { resource, values: parsed.data as z.infer<(typeof INTERPRETED)[T]> };
  });
}

function pick(values: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
}

/** Nothing here needs what these refer to: some of it has no value (`self`, hashes), much is for AWS to tell. */
const UNRESOLVED = [
  "data_capture_config",
  "depends_on",
  "deployment_config",
  "description",
  "execution_role_arn",
  "kms_key_arn",
  "lifecycle",
  "primary_container",
  "role",
  "tags",
  "triggers",
  "vpc_config",
];

function withoutMeta(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, UNRESOLVED.includes(key) ? neutralize(value) : value]),
  );
}

function neutralize(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/\$\{[^{}]*\}/g, "-"));
}

/** Where `written` holds something that reading it has left out, at any depth, e.g. `logging_config.log_format`. */
export function unreadArguments(written: object, values: object): string[] {
  const known = new Map<string, unknown>(Object.entries(values));
  return Object.entries(written).flatMap(([key, inner]) => {
    if (!known.has(key)) return [key];
    const read = known.get(key);
    if (!isObjectOrList(inner) || !isObjectOrList(read)) return [];
    return unreadArguments(inner, read).map((argument) => `${key}.${argument}`);
  });
}
