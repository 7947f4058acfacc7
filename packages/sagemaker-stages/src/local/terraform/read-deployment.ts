import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import type { WebsiteFile } from "../../page/build";
import { UnsupportedTerraform } from "../errors";
import { type OpenApi, readOpenApi } from "../rest-api/openapi";
import { endpointOf, literalHeaders } from "../rest-api/sagemaker-integration";
import type {
  ApiKeyDefinition,
  Deployment,
  ExistingFunctionDefinition,
  FunctionDefinition,
  FunctionUrlDefinition,
  StageDefinition,
} from "./deployment";
import { type GatewayInvocation, readEndpoints } from "./endpoints";
import { readGatewayRoles } from "./gateway-roles";
import { read } from "./interpreted";
import { Stack } from "./stack";
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
  const functions = readFunctions(stack);
  const existingFunctions = readExistingFunctions(stack);
  const stages = readStages(stack);
  const endpoints = readEndpoints(stack, gatewayInvocations(stages));
  return {
    name,
    region: stack.region,
    accountId: stack.accountId,
    functions,
    existingFunctions,
    endpoints,
    stages,
    functionUrls: readFunctionUrls(stack),
    page: readPage(stack),
    unsupported: [...describeUnsupported(stack, { functions, existingFunctions, endpoints }, ownContainers)],
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
  return read(stack, "aws_api_gateway_stage").map(({ values }) => {
    const { rest_api_id: apiId, stage_name: stageName } = values;
    const api = apis.find(({ resource }) => stack.idOf(resource) === apiId);
    if (api === undefined)
      throw new UnsupportedTerraform(`stage ${stageName}: got no REST API with the id ${apiId}`);
    const openApi = readOpenApi(api.values.body);
    const throttling = settings.find(({ values: s }) => s.rest_api_id === apiId && s.stage_name === stageName)
      ?.values.settings;
    return {
      stageName,
      apiId,
      executionArn: stack.arns.arn("execute-api", `${apiId}/${stageName}`),
      openApi,
      gatewayRoles: readGatewayRoles(stack, credentialsOf(openApi)),
      throttling:
        throttling === undefined
          ? undefined
          : { rateLimit: throttling.throttling_rate_limit, burstLimit: throttling.throttling_burst_limit },
      apiKeys: readApiKeys(stack, apiId, stageName),
      accessLogFormat: values.access_log_settings?.format,
    };
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
