import type { RoleStatement } from "../cognito/role-policy";
import { UnsupportedTerraform } from "../errors";
import { type Read, read } from "./interpreted";
import { statementsOfRole } from "./role-statements";
import type { Stack } from "./stack";

/** A SageMaker endpoint. */
export interface EndpointDefinition {
  readonly name: string;
  /** The model, by the tag `Model`. */
  readonly model: string;
  readonly variantName: string;
  /** The endpoint's compute on AWS. */
  readonly compute: EndpointCompute;
  /** The container names of the stack's endpoint with direct invocation. @default - one container, or a series */
  readonly directContainers?: readonly string[];
  /** The routes of the stack's multi-model endpoint: each request names one of their models. @default - one model */
  readonly multiModelRoutes?: readonly TargetedRoute[];
  /** The settings of an asynchronous endpoint. @default - the endpoint answers at once */
  readonly asyncInference?: AsyncInference;
  readonly region: string;
  readonly accountId: string;
}

/** The settings of an asynchronous endpoint. */
export interface AsyncInference {
  /** S3 URIs below which SageMaker writes answers and failures. */
  readonly outputPath: string;
  readonly failurePath: string;
  /** The maximum number of requests that a container receives at once. @default - SageMaker chooses; here: 1 */
  readonly maxConcurrentPerInstance?: number | undefined;
  readonly successTopicArn?: string | undefined;
  readonly failureTopicArn?: string | undefined;
  /** The minimum number of instances. With 0, the endpoint has no instance while the queue is empty. */
  readonly minCapacity: number;
  /** The statements of the endpoint's role. */
  readonly roleStatements: readonly RoleStatement[];
}

/** The compute of an endpoint on AWS. */
export type EndpointCompute =
  | {
      readonly kind: "serverless";
      /** The limit of concurrent invocations, above which SageMaker throttles. */
      readonly maxConcurrency: number;
    }
  | {
      readonly kind: "instances";
      readonly instanceType: string;
      /** The number of instances with which each new configuration starts. */
      readonly initialInstanceCount: number;
    }
  /**
   * Another stack contains the endpoint, so its compute is unknown. Each function names its target of the endpoint.
   */
  | { readonly kind: "existing"; readonly routes: readonly TargetedRoute[] };

/** A function in front of an existing endpoint, or of a multi-model endpoint. */
export interface TargetedRoute {
  /** The model, by the tag `Model`. */
  readonly model: string;
  /**
   * The models that the role of the function may name in a request, as patterns: the function's contract chooses the model.
   *
   * @default - every model, or the model in `target`
   */
  readonly models?: readonly string[];
  /** The headers with which the function names its target of the endpoint; empty if SageMaker chooses the target. */
  readonly target: EndpointTarget;
}

/** The headers of a request that name a target of an endpoint, with their values. */
export type EndpointTarget = Readonly<Partial<Record<TargetHeader, string>>>;

/**
 * The headers that name a target of an endpoint, by the functions' environment variables with their values
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
 */
const HEADERS_BY_VARIABLE = {
  ENDPOINT_TARGET_VARIANT: "x-amzn-sagemaker-target-variant",
  ENDPOINT_TARGET_MODEL: "x-amzn-sagemaker-target-model",
  ENDPOINT_INFERENCE_COMPONENT: "x-amzn-sagemaker-inference-component",
  ENDPOINT_TARGET_CONTAINER: "x-amzn-sagemaker-target-container-hostname",
} as const;

/** A header that names a target of an endpoint. */
export type TargetHeader = (typeof HEADERS_BY_VARIABLE)[keyof typeof HEADERS_BY_VARIABLE];

/** Every {@link TargetHeader}. */
export const TARGET_HEADERS: readonly TargetHeader[] = Object.values(HEADERS_BY_VARIABLE);

/** The target model in a request's header, and the condition key of InvokeEndpoint for this header. */
export const TARGET_MODEL_HEADER = "x-amzn-sagemaker-target-model";
const TARGET_MODEL_KEY = "sagemaker:TargetModel";

/** The route of a function to its endpoint. */
export function readRoute(stack: Stack, { resource, values }: Read<"aws_lambda_function">): TargetedRoute {
  const variables = values.environment?.variables ?? {};
  const route = {
    model: values.tags?.Model ?? variables[ENDPOINT_VARIABLE] ?? "",
    target: readTarget(variables),
  };
  if (route.target[TARGET_MODEL_HEADER] !== undefined) return route;
  const models = statementsOfRole(stack, resource.values.role).flatMap(({ Effect, Action, Condition }) =>
    Effect === "Allow" && Action.includes("sagemaker:InvokeEndpoint")
      ? (Condition?.StringLike?.[TARGET_MODEL_KEY] ?? [])
      : [],
  );
  return models.length === 0 ? route : { ...route, models };
}

/** The endpoint target that a function names. @param variables - the function's environment variables */
function readTarget(variables: Readonly<Record<string, string>>): EndpointTarget {
  return Object.fromEntries(
    Object.entries(HEADERS_BY_VARIABLE).flatMap(([variable, header]) => {
      const value = variables[variable];
      return value === undefined ? [] : [[header, value]];
    }),
  );
}

/** The endpoint target that a route via API Gateway names. @param headers - the headers of every integration request */
function readTargetHeaders(headers: Readonly<Record<string, string>>): EndpointTarget {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => TARGET_HEADERS.some((header) => header === name)),
  );
}

/** The endpoint that API Gateway invokes for a route without a function. */
export interface GatewayInvocation {
  readonly endpointName: string;
  /** The route's model. */
  readonly model: string;
  /** The headers of every request of the route's integration. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The functions' environment variable with the name of the endpoint. */
export const ENDPOINT_VARIABLE = "ENDPOINT_NAME";

/**
 * The default variant name of SageMaker's tools. The stack does not contain the variant name of an existing endpoint.
 */
const DEFAULT_VARIANT_NAME = "AllTraffic";

/**
 * The endpoints of a stack, and the existing endpoints that its functions name, each once.
 *
 * @param gatewayInvocations - the endpoints that API Gateway invokes for routes without functions
 * @throws UnsupportedTerraform if an endpoint has no configuration
 */
export function readEndpoints(
  stack: Stack,
  gatewayInvocations: readonly GatewayInvocation[] = [],
): EndpointDefinition[] {
  const own = readOwnEndpoints(stack);
  const routes = new Map<string, TargetedRoute[]>();
  const add = (name: string, route: TargetedRoute) => routes.set(name, [...(routes.get(name) ?? []), route]);
  for (const fn of read(stack, "aws_lambda_function")) {
    const name = fn.values.environment?.variables?.[ENDPOINT_VARIABLE];
    if (name !== undefined) add(name, readRoute(stack, fn));
  }
  for (const { endpointName, model, headers } of gatewayInvocations) {
    add(endpointName, { model, target: readTargetHeaders(headers) });
  }
  const existing = [...routes].filter(([name]) => !own.some((endpoint) => endpoint.name === name));
  const { region, accountId } = stack;
  return [
    ...own.map((endpoint) => withRoutes(endpoint, routes.get(endpoint.name) ?? [])),
    ...existing.map(([name, ofEndpoint]) => ({
      name,
      model: ofEndpoint[0]?.model ?? name,
      variantName: DEFAULT_VARIANT_NAME,
      compute: { kind: "existing" as const, routes: ofEndpoint },
      region,
      accountId,
    })),
  ];
}

/**
 * Adds its routes to a multi-model endpoint. A model with an existing function has no function in the stack: the code of the function
 * can name every model.
 */
function withRoutes(endpoint: EndpointDefinition, routes: readonly TargetedRoute[]): EndpointDefinition {
  if (endpoint.multiModelRoutes === undefined) return endpoint;
  const { model } = endpoint;
  const isKnown = routes.some((route) => route.model === model);
  return { ...endpoint, multiModelRoutes: isKnown ? routes : [...routes, { model, target: {} }] };
}

function readOwnEndpoints(stack: Stack): EndpointDefinition[] {
  const configurations = read(stack, "aws_sagemaker_endpoint_configuration");
  const models = read(stack, "aws_sagemaker_model");
  return read(stack, "aws_sagemaker_endpoint").map(({ values }) => {
    const configuration = configurations.find(({ values: c }) => c.name === values.endpoint_config_name);
    if (configuration === undefined) {
      throw new UnsupportedTerraform(
        `endpoint ${values.name}: got no configuration named ${values.endpoint_config_name}`,
      );
    }
    const [variant] = configuration.values.production_variants;
    const model = models.find(({ values: m }) => m.name === variant.model_name);
    return {
      name: values.name,
      model: values.tags?.Model ?? values.name,
      variantName: variant.variant_name,
      compute: computeOf(variant),
      ...directContainersOf(model),
      ...(model?.values.primary_container?.mode === "MultiModel" ? { multiModelRoutes: [] } : {}),
      ...asyncInferenceOf(stack, values.name, configuration, model),
      region: stack.region,
      accountId: stack.accountId,
    };
  });
}

function asyncInferenceOf(
  stack: Stack,
  endpointName: string,
  { values }: Read<"aws_sagemaker_endpoint_configuration">,
  model: Read<"aws_sagemaker_model"> | undefined,
): Pick<EndpointDefinition, "asyncInference"> {
  const { async_inference_config: config } = values;
  if (config === undefined) return {};
  const { output_config: output, client_config: client } = config;
  const { notification_config: topics } = output;
  return {
    asyncInference: {
      outputPath: output.s3_output_path,
      failurePath: output.s3_failure_path,
      maxConcurrentPerInstance: client?.max_concurrent_invocations_per_instance,
      successTopicArn: topics?.success_topic,
      failureTopicArn: topics?.error_topic,
      minCapacity: minCapacityOf(stack, endpointName),
      roleStatements: statementsOfRole(stack, model?.resource.values.execution_role_arn),
    },
  };
}

/** The minimum number of instances of an endpoint's variant: without a target of Application Auto Scaling, its instances stay. */
function minCapacityOf(stack: Stack, endpointName: string): number {
  const targets = stack.ofType("aws_appautoscaling_target").filter(({ values }) => {
    const id = stack.resolve(values.resource_id);
    return typeof id === "string" && id.startsWith(`endpoint/${endpointName}/variant/`);
  });
  return Math.min(1, ...targets.map(({ values }) => Number(values.min_capacity)));
}

function directContainersOf(
  model: Read<"aws_sagemaker_model"> | undefined,
): Pick<EndpointDefinition, "directContainers"> {
  if (model?.values.inference_execution_config?.mode !== "Direct") return {};
  return {
    directContainers: (model.values.container ?? []).map((container) => container.container_hostname),
  };
}

type Variant = Read<"aws_sagemaker_endpoint_configuration">["values"]["production_variants"][0];

function computeOf(variant: Variant): EndpointCompute {
  if ("serverless_config" in variant) {
    return { kind: "serverless", maxConcurrency: variant.serverless_config.max_concurrency };
  }
  const { instance_type: instanceType, initial_instance_count: initialInstanceCount } = variant;
  return { kind: "instances", instanceType, initialInstanceCount };
}

/** The routes of an endpoint whose requests name a target. @returns `undefined` for an endpoint with one model */
export function routesOf({
  compute,
  multiModelRoutes,
}: Pick<EndpointDefinition, "compute" | "multiModelRoutes">): readonly TargetedRoute[] | undefined {
  return compute.kind === "existing" ? compute.routes : multiModelRoutes;
}

/** The part of an endpoint that determines the routes. */
type RoutedEndpoint = Pick<EndpointDefinition, "model" | "compute" | "multiModelRoutes">;

/** The routes of an endpoint, each target once. */
export function answeringRoutes(endpoint: RoutedEndpoint): TargetedRoute[] {
  const routes = routesOf(endpoint);
  if (routes === undefined) return [{ model: endpoint.model, target: {} }];
  return routes.filter((route, index) => index === routes.findIndex((one) => isSameTarget(one, route)));
}

function isSameTarget(one: TargetedRoute, other: TargetedRoute): boolean {
  return (
    TARGET_HEADERS.every((header) => one.target[header] === other.target[header]) &&
    one.models?.join("\n") === other.models?.join("\n")
  );
}

/**
 * The model that answers for the target of a route. If several functions have the same target, the model of the first function
 * answers.
 */
export function modelOfRoute(endpoint: RoutedEndpoint, route: TargetedRoute): string {
  return routesOf(endpoint)?.find((one) => isSameTarget(one, route))?.model ?? endpoint.model;
}
