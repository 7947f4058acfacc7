import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import type { WebsiteFile } from "../../page/build";
import { UnsupportedTerraform } from "../errors";
import { type OpenApi, readOpenApi } from "../rest-api/openapi";
import { endpointOf, literalHeaders } from "../rest-api/sagemaker-integration";
import type { AsyncBucketDefinition, BucketCorsRule } from "../s3/async-objects";
import type { CaptureBucketDefinition } from "../s3/captured-requests";
import { readAlarms } from "./alarms";
import type {
  ApiKeyDefinition,
  Deployment,
  ExistingFunctionDefinition,
  FunctionDefinition,
  FunctionUrlDefinition,
  StageDefinition,
  StageDomainDefinition,
  Throttling,
} from "./deployment";
import { type GatewayInvocation, readEndpoints } from "./endpoints";
import { readPageFirewall, readStageFirewall } from "./firewalls";
import { readGatewayRoles } from "./gateway-roles";
import { read } from "./interpreted";
import { statementsOfRole } from "./role-statements";
import { readSignIn } from "./sign-in";
import { localCustomerKey, type Resource, Stack } from "./stack";
import { describeUnsupported } from "./unsupported";

/**
 * Reads the parts of a synthesized stack that the local stage serves.
 *
 * @param name - the environment's name
 * @param folder - the stack's folder with `cdk.tf.json`
 * @param ownContainers - the models with a container of `--container`; default: none
 * @throws UnsupportedTerraform if the stack cannot be served
 */
export function readDeployment(
  name: string,
  folder: string,
  ownContainers: readonly string[] = [],
): Deployment {
  const stack = new Stack(name, folder);
  const existingFunctions = readExistingFunctions(stack);
  const stages = readStages(stack);
  const authorizers = authorizersOf(stages);
  const functions = readFunctions(stack).map((fn) =>
    authorizers.has(fn.arn) ? { ...fn, isAuthorizer: true } : fn,
  );
  const endpoints = readEndpoints(stack, gatewayInvocations(stages));
  const alarms = readAlarms(stack);
  const functionUrls = readFunctionUrls(stack);
  return {
    name,
    region: stack.region,
    accountId: stack.accountId,
    functions,
    existingFunctions,
    endpoints,
    stages,
    functionUrls,
    signIn: readSignIn(stack),
    page: readPage(stack),
    pageFirewall: readPageFirewall(stack),
    pageDomainName: readPageDomainName(stack),
    alarms,
    captureBuckets: readCaptureBuckets(stack, functions),
    asyncBuckets: readAsyncBuckets(stack),
    unsupported: [
      ...describeUnsupported(
        stack,
        { functions, existingFunctions, endpoints, alarms, stages, functionUrls },
        ownContainers,
      ),
    ],
  };
}

function readFunctions(stack: Stack): FunctionDefinition[] {
  return read(stack, "aws_lambda_function").map(({ values }) => {
    const { function_name: functionName } = values;
    return {
      name: functionName,
      arn: stack.arns.arn("lambda", `function:${functionName}`),
      zipFile: join(stack.folder, values.filename),
      codeSha256: values.source_code_hash,
      sourceMapFile: sourceMapOf(stack, values.filename, values.source_code_hash),
      handler: values.handler,
      runtime: values.runtime,
      timeoutInSeconds: values.timeout,
      memorySizeInMb: values.memory_size,
      reservedConcurrency: reservedConcurrencyOf(values.reserved_concurrent_executions),
      environment: values.environment?.variables ?? {},
      region: stack.region,
      logGroup: values.logging_config?.log_group ?? `/aws/lambda/${functionName}`,
      invocableFor: readInvocableFor(stack, functionName),
    };
  });
}

/** In Terraform's provider, -1 means no reserved concurrency. */
function reservedConcurrencyOf(executions: number | undefined): number | undefined {
  return executions === undefined || executions < 0 ? undefined : executions;
}

/** The source map is beside the original zip, in a folder named by the zip's hash. Each stack has a copy of the zip. */
function sourceMapOf(stack: Stack, zipFile: string, codeSha256: string): string {
  const hash = Buffer.from(codeSha256, "base64").toString("hex").slice(0, 16);
  return join(stack.folder, "../../functions", hash, `${basename(zipFile)}.map`);
}

const pageFiles = z.array(z.object({ name: z.string(), contentType: z.string(), body: z.string() }));

/**
 * The content of `<outdir>/pages/<environment>.json`. The Terraform does not contain this content, because not every
 * environment deploys a page.
 */
function readPage(stack: Stack): WebsiteFile[] | undefined {
  const file = join(stack.folder, "../../pages", `${stack.name}.json`);
  return existsSync(file) ? pageFiles.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

/** The domain name of the page's distribution. */
function readPageDomainName(stack: Stack): string | undefined {
  const [name] = stack
    .ofType("aws_cloudfront_distribution")
    .flatMap(({ values: { aliases } }) => (Array.isArray(aliases) ? aliases : []));
  return typeof name === "string" ? name : undefined;
}

/** The buckets of the stack to which its functions write captured requests. */
function readCaptureBuckets(
  stack: Stack,
  functions: readonly FunctionDefinition[],
): CaptureBucketDefinition[] {
  const { name: environment, region, accountId } = stack;
  const written = new Set(
    functions.map(({ environment: { CAPTURE_DESTINATION = "" } }) => CAPTURE_DESTINATION.split("/")[2]),
  );
  return stack.ofType("aws_s3_bucket").flatMap(({ values }) => {
    const bucketName = stack.resolve(values.bucket);
    return typeof bucketName === "string" && written.has(bucketName)
      ? [{ bucketName, environment, region, accountId }]
      : [];
  });
}

/** The functions' environment variable with the place of asynchronous requests: `s3://<bucket>/<endpoint>`. */
const ASYNC_VARIABLE = "ASYNC_LOCATION";

/** The buckets of the stack in which its functions store asynchronous requests, with the permissions of the functions. */
function readAsyncBuckets(stack: Stack): AsyncBucketDefinition[] {
  const { name: environment, region, accountId } = stack;
  const functions = read(stack, "aws_lambda_function").flatMap(({ resource, values }) => {
    const location = values.environment?.variables[ASYNC_VARIABLE];
    const statements = () => statementsOfRole(stack, resource.values.role);
    return location === undefined
      ? []
      : [{ name: values.function_name, bucketName: location.split("/")[2], statements }];
  });
  const names = new Set(functions.map(({ bucketName }) => bucketName));
  return stack.ofType("aws_s3_bucket").flatMap((resource) => {
    const bucketName = stack.resolve(resource.values.bucket);
    if (typeof bucketName !== "string" || !names.has(bucketName)) return [];
    const roles = new Map(functions.map((fn) => [fn.name, fn.statements()] as const));
    const expirations = readExpirations(stack, resource);
    const cors = readCors(stack, resource);
    return [{ bucketName, environment, region, accountId, expirations, cors, roles }];
  });
}

/** The rules of a bucket. Every block of the provider's schema is a list. */
const lifecycle = z.object({
  bucket: z.string(),
  rule: z.array(
    z.object({
      status: z.string(),
      filter: z.tuple([z.object({ prefix: z.optional(z.string()) })]),
      expiration: z.tuple([z.object({ days: z.number() })]),
    }),
  ),
});

/** The rules by which the objects of a bucket expire. @throws UnsupportedTerraform for rules of another form */
function readExpirations(stack: Stack, bucket: Resource): AsyncBucketDefinition["expirations"] {
  return stack
    .ofType("aws_s3_bucket_lifecycle_configuration")
    .filter(({ values }) => values.bucket === `\${aws_s3_bucket.${bucket.name}.id}`)
    .flatMap(({ name, values }) => {
      const { data, error } = lifecycle.safeParse(values);
      if (data === undefined) {
        throw new UnsupportedTerraform(
          `aws_s3_bucket_lifecycle_configuration.${name}: ${z.prettifyError(error)}`,
        );
      }
      return data.rule
        .filter(({ status }) => status === "Enabled")
        .map(({ filter: [{ prefix = "" }], expiration: [{ days }] }) => ({ prefix, days }));
    });
}

/** The CORS rules of a bucket. */
const corsRules = z.object({
  cors_rule: z.array(
    z.object({
      allowed_origins: z.array(z.string()),
      allowed_methods: z.array(z.string()),
      allowed_headers: z.array(z.string()).default([]),
      expose_headers: z.array(z.string()).default([]),
      max_age_seconds: z.optional(z.number()),
    }),
  ),
});

/** The rules by which pages of other origins may use a bucket. @throws UnsupportedTerraform for rules of another form */
function readCors(stack: Stack, bucket: Resource): BucketCorsRule[] {
  return stack
    .ofType("aws_s3_bucket_cors_configuration")
    .filter(({ values }) => values.bucket === `\${aws_s3_bucket.${bucket.name}.id}`)
    .flatMap(({ name, values }) => {
      const { data, error } = corsRules.safeParse(values);
      if (data === undefined) {
        throw new UnsupportedTerraform(`aws_s3_bucket_cors_configuration.${name}: ${z.prettifyError(error)}`);
      }
      return data.cors_rule.map((rule) => ({
        allowedOrigins: rule.allowed_origins,
        allowedMethods: rule.allowed_methods,
        allowedHeaders: rule.allowed_headers,
        exposedHeaders: rule.expose_headers,
        maxAgeInSeconds: rule.max_age_seconds,
      }));
    });
}

function readExistingFunctions(stack: Stack): ExistingFunctionDefinition[] {
  return read(stack, "data.aws_lambda_function").map(({ values: { function_name: name } }) => ({
    name,
    arn: stack.arns.arn("lambda", `function:${name}`),
    invocableFor: readInvocableFor(stack, name),
  }));
}

/** The ARNs of the requests for which the stack lets API Gateway invoke a function. */
function readInvocableFor(stack: Stack, functionName: string): string[] {
  return read(stack, "aws_lambda_permission")
    .filter(
      ({ values }) =>
        values.function_name === functionName &&
        values.principal === "apigateway.amazonaws.com" &&
        values.action === "lambda:InvokeFunction",
    )
    .map(({ values }) => values.source_arn);
}

function readFunctionUrls(stack: Stack): FunctionUrlDefinition[] {
  return read(stack, "aws_lambda_function_url").map(({ resource, values }) => ({
    functionArn: stack.arns.arn("lambda", `function:${values.function_name}`),
    functionName: values.function_name,
    urlId: stack.idOf(resource),
    region: stack.region,
    accountId: stack.accountId,
    invokeMode: values.invoke_mode,
    cors: values.cors && {
      allowOrigins: values.cors.allow_origins,
      allowMethods: values.cors.allow_methods,
      allowHeaders: values.cors.allow_headers,
      exposeHeaders: values.cors.expose_headers,
      maxAgeInSeconds: values.cors.max_age,
    },
  }));
}

function readStages(stack: Stack): StageDefinition[] {
  const apis = read(stack, "aws_api_gateway_rest_api");
  const settings = read(stack, "aws_api_gateway_method_settings");
  const domains = readDomains(stack);
  return read(stack, "aws_api_gateway_stage").map(({ resource, values }) => {
    const { rest_api_id: apiId, stage_name: stageName } = values;
    const api = apis.find(({ resource }) => stack.idOf(resource) === apiId);
    if (api === undefined)
      throw new UnsupportedTerraform(`stage ${stageName}: got no REST API with the id ${apiId}`);
    const openApi = readOpenApi(api.values.body);
    const throttling = settings.find(({ values: s }) => s.rest_api_id === apiId && s.stage_name === stageName)
      ?.values.settings;
    return {
      stageName,
      domain: domains.find((domain) => domain.apiId === apiId && domain.stageName === stageName),
      apiId,
      apiName: api.values.name,
      executionArn: stack.arns.arn("execute-api", `${apiId}/${stageName}`),
      openApi,
      gatewayRoles: readGatewayRoles(stack, credentialsOf(openApi)),
      throttling:
        throttling === undefined
          ? undefined
          : { rateLimit: throttling.throttling_rate_limit, burstLimit: throttling.throttling_burst_limit },
      firewall: readStageFirewall(stack, resource),
      apiKeys: readApiKeys(stack, apiId, stageName),
      accessLogFormat: values.access_log_settings?.format,
    };
  });
}

/** The ARNs of the functions that check credentials. */
function authorizersOf(stages: readonly StageDefinition[]): Set<string> {
  return new Set(
    stages
      .flatMap(({ openApi }) => openApi.methods)
      .flatMap(({ authorizer }) => (authorizer?.kind === "function" ? [authorizer.functionArn] : [])),
  );
}

/** The domain names of API Gateway, each with the stage to which it is mapped. */
function readDomains(
  stack: Stack,
): (StageDomainDefinition & { readonly apiId: string; readonly stageName: string })[] {
  const names = new Set(read(stack, "aws_api_gateway_domain_name").map(({ values }) => values.domain_name));
  return read(stack, "aws_api_gateway_base_path_mapping").map(({ resource, values }) => {
    const { domain_name: name, base_path: basePath, api_id: apiId, stage_name: stageName } = values;
    if (!names.has(name)) {
      throw new UnsupportedTerraform(
        `aws_api_gateway_base_path_mapping.${resource.name}: got no domain name ${name}`,
      );
    }
    return { name, basePath, apiId, stageName };
  });
}

/** The ARNs of the roles that API Gateway assumes. */
function credentialsOf({ methods }: OpenApi): Set<string> {
  return new Set(
    methods.flatMap(({ integration }) => (integration.type === "aws" ? [integration.credentials] : [])),
  );
}

/** The endpoints that API Gateway invokes for routes without functions. */
function gatewayInvocations(stages: readonly StageDefinition[]): GatewayInvocation[] {
  return stages
    .flatMap(({ openApi }) => openApi.methods)
    .flatMap(({ integration, operationId }): GatewayInvocation[] => {
      if (integration.type !== "aws") return [];
      const { endpointName } = endpointOf(integration);
      return [{ endpointName, model: operationId ?? endpointName, headers: literalHeaders(integration) }];
    });
}

/**
 * The keys whose usage plan includes the stage. AWS generates the values of keys. On the local stage, the value
 * contains the key's purpose.
 */
function readApiKeys(stack: Stack, apiId: string, stageName: string): ApiKeyDefinition[] {
  const plans = read(stack, "aws_api_gateway_usage_plan");
  const links = read(stack, "aws_api_gateway_usage_plan_key");
  return read(stack, "aws_api_gateway_api_key").flatMap(({ resource, values }) => {
    const id = stack.idOf(resource);
    const link = links.find(({ values }) => values.key_id === id);
    const plan = plans.find((candidate) => stack.idOf(candidate.resource) === link?.values.usage_plan_id);
    const covered = plan?.values.api_stages.find(
      (stage) => stage.api_id === apiId && stage.stage === stageName,
    );
    if (plan === undefined || covered === undefined) return [];
    const { throttle_settings: throttle, quota_settings: quota } = plan.values;
    const customer = values.tags?.Customer;
    return [
      {
        id,
        value: localCustomerKey(resource.values) ?? `local-${stageName}-key-not-a-secret`,
        throttling: throttle && toThrottling(throttle),
        methodThrottling: new Map(
          (covered.throttle ?? []).map((limits) => [toMethod(limits.path), toThrottling(limits)]),
        ),
        quota: quota && { limit: quota.limit, period: quota.period },
        ...(customer === undefined
          ? {}
          : { customer: { name: customer, keyName: values.name.replace(`${plan.values.name}-`, "") } }),
      },
    ];
  });
}

function toThrottling(limits: { readonly rate_limit: number; readonly burst_limit: number }): Throttling {
  return { rateLimit: limits.rate_limit, burstLimit: limits.burst_limit };
}

/** `<METHOD><path>` of a usage plan's `<path>/<METHOD>`. */
function toMethod(path: string): string {
  const slash = path.lastIndexOf("/");
  return `${path.slice(slash + 1)}${path.slice(0, slash)}`;
}
