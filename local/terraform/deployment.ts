import { join } from "node:path";
import * as z from "zod";
import { NotServable } from "../errors";
import { type OpenApi, readOpenApi } from "../rest-api/openapi";
import { type Resource, Stack } from "./stack";

/** What the local stage serves of one stack: plain data. */
export interface Deployment {
  /** The environment's name. */
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly FunctionDefinition[];
  readonly endpoints: readonly EndpointDefinition[];
  readonly stages: readonly StageDefinition[];
  readonly functionUrls: readonly FunctionUrlDefinition[];
  /** What the Terraform holds and this machine does not do, one line each. */
  readonly notDone: readonly string[];
}

/** A Lambda function. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** The deployment package on disk. */
  readonly zipFile: string;
  readonly codeSha256: string;
  /** `<file>.<export>` */
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutInSeconds: number;
  readonly memorySizeInMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly region: string;
  readonly logGroup: string;
  /** ARNs for which API Gateway may invoke it. */
  readonly invocableFor: readonly string[];
}

/** A function URL for signed requests. */
export interface FunctionUrlDefinition {
  readonly functionArn: string;
  readonly functionName: string;
  readonly urlId: string;
  readonly region: string;
  readonly accountId: string;
  readonly cors: CorsDefinition | undefined;
}

/** What Lambda itself answers to pages of other origins. */
export interface CorsDefinition {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
}

/** A serverless SageMaker endpoint. */
export interface EndpointDefinition {
  readonly name: string;
  /** The model, by the tag `Model`. */
  readonly model: string;
  readonly variantName: string;
  readonly maxConcurrency: number;
  readonly region: string;
  readonly accountId: string;
}

/** Requests per second, and at once. */
export interface Throttling {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** An API key with its value on this machine. */
export interface ApiKeyDefinition {
  readonly id: string;
  readonly value: string;
  readonly throttling: Throttling | undefined;
}

/** A REST API's stage. */
export interface StageDefinition {
  readonly stageName: string;
  readonly apiId: string;
  /** `arn:aws:execute-api:<region>:<account>:<api>/<stage>` */
  readonly executionArn: string;
  readonly openApi: OpenApi;
  readonly throttling: Throttling | undefined;
  readonly apiKeys: readonly ApiKeyDefinition[];
}

const text = z.string();
const tags = z.optional(z.record(z.string(), z.string()));
const meta = {
  depends_on: z.optional(z.unknown()),
  lifecycle: z.optional(z.unknown()),
  tags,
  description: z.optional(text),
};
const throttleSettings = z.object({ rate_limit: z.number(), burst_limit: z.number() });

/** The arguments of each type that this machine reads. Any other argument is reported as not done. */
const INTERPRETED = {
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
    environment: z.optional(z.object({ variables: z.record(z.string(), z.string()) })),
    logging_config: z.optional(z.object({ log_format: text, log_group: text })),
    tracing_config: z.optional(z.object({ mode: text })),
    vpc_config: z.optional(z.unknown()),
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
  aws_sagemaker_endpoint: z.object({ ...meta, name: text, endpoint_config_name: text }),
  aws_sagemaker_endpoint_configuration: z.object({
    ...meta,
    name: text,
    production_variants: z.tuple([
      z.strictObject({
        variant_name: text,
        model_name: text,
        serverless_config: z.strictObject({
          memory_size_in_mb: z.number(),
          max_concurrency: z.number(),
          provisioned_concurrency: z.optional(z.number()),
        }),
      }),
    ]),
  }),
  aws_sagemaker_model: z.object({
    ...meta,
    name: text,
    execution_role_arn: text,
    primary_container: z.object({ image: text, model_data_url: text }),
  }),
};

/** Types that mean something only to AWS, and what that comes to here. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  aws_iam_role: "roles are not assumed",
  aws_iam_role_policy:
    "what roles may do is not enforced: a request that lacks a permission works here and fails on AWS",
  aws_iam_policy:
    "what callers may call is not read: every signature of the local credentials is let through",
  aws_iam_group_policy_attachment: "as the policy",
  aws_iam_role_policy_attachment: "as the policy",
  aws_iam_user_policy_attachment: "as the policy",
  aws_cloudfront_distribution: "the page is served by this machine, below /website/",
  aws_cloudfront_origin_access_control: "the page is served by this machine",
  aws_cloudfront_response_headers_policy: "the page comes with the same headers from this machine",
  aws_s3_bucket: "the page's files are served from this project, and artifacts are not read",
  aws_s3_bucket_ownership_controls: "as its bucket",
  aws_s3_bucket_policy: "as its bucket",
  aws_s3_bucket_public_access_block: "as its bucket",
  aws_s3_bucket_server_side_encryption_configuration: "as its bucket",
  aws_s3_bucket_versioning: "as its bucket",
  aws_s3_object: "as its bucket",
  terraform_data: "what AWS cannot change needs no new name here",
  aws_cloudwatch_log_group: "logs go to this terminal and are not kept",
  aws_vpc: "functions run on this machine's network, which is not isolated",
  aws_vpc_endpoint: "as its VPC: a request that its policy refuses works here and fails on AWS",
  aws_default_security_group: "as its VPC",
  aws_route_table: "as its VPC",
  aws_route_table_association: "as its VPC",
  aws_security_group: "as its VPC",
  aws_subnet: "as its VPC",
  aws_vpc_security_group_egress_rule: "as its VPC",
  aws_vpc_security_group_ingress_rule: "as its VPC",
};

type InterpretedType = keyof typeof INTERPRETED;

const INTERPRETED_TYPES = Object.keys(INTERPRETED) as InterpretedType[];

/**
 * Reads a synthesized stack and tells what of it is served on this machine.
 *
 * @param name - the environment's name
 * @param folder - the stack's folder, which holds `cdk.tf.json`
 * @throws NotServable where the stack cannot be served at all, saying which resource is the reason
 */
export function readDeployment(name: string, folder: string): Deployment {
  const stack = new Stack(name, folder);
  const permissions = read(stack, "aws_lambda_permission");
  const functions = read(stack, "aws_lambda_function").map(({ values }): FunctionDefinition => {
    const functionName = values.function_name;
    return {
      name: functionName,
      arn: functionArn(stack, functionName),
      zipFile: join(folder, values.filename),
      codeSha256: values.source_code_hash,
      handler: values.handler,
      runtime: values.runtime,
      timeoutInSeconds: values.timeout,
      memorySizeInMb: values.memory_size,
      environment: values.environment?.variables ?? {},
      region: stack.region,
      logGroup: values.logging_config?.log_group ?? `/aws/lambda/${functionName}`,
      invocableFor: permissions
        .filter(
          ({ values: p }) =>
            p.function_name === functionName &&
            p.principal === "apigateway.amazonaws.com" &&
            p.action === "lambda:InvokeFunction",
        )
        .map(({ values: p }) => p.source_arn),
    };
  });
  return {
    name,
    region: stack.region,
    accountId: stack.accountId,
    functions,
    endpoints: readEndpoints(stack),
    stages: readStages(stack),
    functionUrls: readFunctionUrls(stack),
    notDone: [...describeNotDone(stack, functions)],
  };
}

function functionArn({ partition, region, accountId }: Stack, name: string): string {
  return `arn:${partition}:lambda:${region}:${accountId}:function:${name}`;
}

/** The resources of a type with their references resolved and their arguments checked. */
function read<T extends InterpretedType>(
  stack: Stack,
  type: T,
): { resource: Resource; values: z.infer<(typeof INTERPRETED)[T]> }[] {
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

/** References here need no value, and some (`self`, hashes) have none; neither do computed ARNs. */
const UNRESOLVED = [
  "depends_on",
  "lifecycle",
  "triggers",
  "role",
  "execution_role_arn",
  "primary_container",
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

function readEndpoints(stack: Stack): EndpointDefinition[] {
  const configurations = read(stack, "aws_sagemaker_endpoint_configuration");
  return read(stack, "aws_sagemaker_endpoint").map(({ values }) => {
    const configuration = configurations.find(({ values: c }) => c.name === values.endpoint_config_name);
    if (configuration === undefined) {
      throw new NotServable(
        `endpoint ${values.name}: got no configuration named ${values.endpoint_config_name}`,
      );
    }
    const [variant] = configuration.values.production_variants;
    return {
      name: values.name,
      model: values.tags?.Model ?? values.name,
      variantName: variant.variant_name,
      maxConcurrency: variant.serverless_config.max_concurrency,
      region: stack.region,
      accountId: stack.accountId,
    };
  });
}

function readFunctionUrls(stack: Stack): FunctionUrlDefinition[] {
  return read(stack, "aws_lambda_function_url").map(({ resource, values }) => ({
    functionArn: functionArn(stack, values.function_name),
    functionName: values.function_name,
    urlId: stack.idOf(resource),
    region: stack.region,
    accountId: stack.accountId,
    cors: values.cors && {
      allowOrigins: values.cors.allow_origins,
      allowMethods: values.cors.allow_methods,
      allowHeaders: values.cors.allow_headers,
      exposeHeaders: values.cors.expose_headers,
    },
  }));
}

function readStages(stack: Stack): StageDefinition[] {
  const apis = read(stack, "aws_api_gateway_rest_api");
  const settings = read(stack, "aws_api_gateway_method_settings");
  return read(stack, "aws_api_gateway_stage").map(({ values }) => {
    const { rest_api_id: apiId, stage_name: stageName } = values;
    const api = apis.find(({ resource }) => stack.idOf(resource) === apiId);
    if (api === undefined) throw new NotServable(`stage ${stageName}: got no REST API with the id ${apiId}`);
    const throttling = settings.find(({ values: s }) => s.rest_api_id === apiId && s.stage_name === stageName)
      ?.values.settings;
    return {
      stageName,
      apiId,
      executionArn: `arn:${stack.partition}:execute-api:${stack.region}:${stack.accountId}:${apiId}/${stageName}`,
      openApi: readOpenApi(api.values.body),
      throttling:
        throttling === undefined
          ? undefined
          : { rateLimit: throttling.throttling_rate_limit, burstLimit: throttling.throttling_burst_limit },
      apiKeys: readApiKeys(stack, apiId, stageName),
    };
  });
}

/** The keys whose usage plan covers the stage. AWS makes their values up; here they say what they are. */
function readApiKeys(stack: Stack, apiId: string, stageName: string): ApiKeyDefinition[] {
  const plans = read(stack, "aws_api_gateway_usage_plan");
  const links = read(stack, "aws_api_gateway_usage_plan_key");
  return read(stack, "aws_api_gateway_api_key").flatMap(({ resource }) => {
    const id = stack.idOf(resource);
    const link = links.find(({ values }) => values.key_id === id);
    const plan = plans.find((candidate) => stack.idOf(candidate.resource) === link?.values.usage_plan_id);
    const covered = plan?.values.api_stages.some(
      (stage) => stage.api_id === apiId && stage.stage === stageName,
    );
    if (plan === undefined || covered !== true) return [];
    const throttle = plan.values.throttle_settings;
    return [
      {
        id,
        value: `local-${stageName}-key-not-a-secret`,
        throttling: throttle && { rateLimit: throttle.rate_limit, burstLimit: throttle.burst_limit },
      },
    ];
  });
}

/** Where `written` holds something that reading it has left out, at any depth, e.g. `logging_config.log_format`. */
function unreadArguments(written: object, values: object): string[] {
  const known = new Map<string, unknown>(Object.entries(values));
  return Object.entries(written).flatMap(([key, inner]) => {
    if (!known.has(key)) return [key];
    const read = known.get(key);
    if (!isObject(inner) || !isObject(read)) return [];
    return unreadArguments(inner, read).map((argument) => `${key}.${argument}`);
  });
}

/** Lists, too: their keys are numbers. */
function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function* describeNotDone(stack: Stack, functions: readonly FunctionDefinition[]): Generator<string> {
  for (const type of new Set(stack.resources.map((resource) => resource.type))) {
    const count = stack.ofType(type).length;
    if (type in WITHOUT_EFFECT) {
      yield `${type} (${count}): ${WITHOUT_EFFECT[type]}`;
    } else if (!(type in INTERPRETED)) {
      yield `${type} (${count}): NOT SERVED on this machine`;
    }
  }
  for (const type of INTERPRETED_TYPES) {
    for (const { resource, values } of read(stack, type)) {
      for (const argument of unreadArguments(resource.values, values)) {
        yield `${type}.${resource.name}: ${argument} is NOT INTERPRETED on this machine`;
      }
    }
  }
  if (
    stack.resources.some(({ values }) => "tracing_config" in values || values.xray_tracing_enabled === true)
  ) {
    yield "X-Ray: no traces are sent";
  }
  if (stack.ofType("aws_lambda_function").some(({ values }) => "vpc_config" in values)) {
    yield "VPC: functions run on this machine's network, whatever their subnets and security groups are";
  }
  for (const runtime of new Set(functions.map((fn) => fn.runtime))) {
    const own = `node${process.versions.node}`;
    if (
      !own.startsWith(
        runtime
          .replace(/js\.x$/, "")
          .replace("nodejs", "node")
          .replace(".x", "."),
      )
    ) {
      yield `${runtime}: functions run on Node ${process.version} of this machine`;
    }
  }
}
