import { findPython, isPythonRuntime } from "../lambda/python/machine";
import { unknownVariables } from "../rest-api/access-log";
import type { Deployment } from "./deployment";
import { answeringRoutes, ENDPOINT_VARIABLE, modelOfTarget, readTarget } from "./endpoints";
import {
  effectsOnAwsAlone,
  INTERPRETED,
  INTERPRETED_TYPES,
  type Read,
  read,
  unreadArguments,
} from "./interpreted";
import type { Stack } from "./stack";

const BUCKETS = "the page's files are served from this project, and artifacts are not read";

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
  aws_s3_bucket: BUCKETS,
  aws_s3_bucket_ownership_controls: BUCKETS,
  aws_s3_bucket_policy: BUCKETS,
  aws_s3_bucket_public_access_block: BUCKETS,
  aws_s3_bucket_server_side_encryption_configuration: BUCKETS,
  aws_s3_bucket_versioning: BUCKETS,
  aws_s3_object: BUCKETS,
  terraform_data:
    "on AWS, a model or an endpoint configuration that changes gets a new name from it; here the name has no effect",
  aws_cloudwatch_log_group: "logs go to this terminal and are not kept",
  aws_appautoscaling_target: "nothing scales: one container answers for each endpoint",
  aws_appautoscaling_policy: "as the target",
  aws_cloudwatch_metric_alarm: "nothing is measured, hence nothing alarms",
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

/**
 * What a stack holds and this machine does not do, one line each.
 *
 * @param ownContainers - the models that a container of `--container` answers for
 */
export function* describeNotDone(
  stack: Stack,
  deployment: Pick<Deployment, "functions" | "existingFunctions" | "endpoints">,
  ownContainers: readonly string[],
): Generator<string> {
  yield* describeExisting(deployment);
  for (const [effect, types] of typesByEffect(stack)) {
    const counts = types.map((type) => `${type} (${stack.ofType(type).length})`);
    yield `${counts.join(", ")}: ${effect}`;
  }
  for (const type of INTERPRETED_TYPES) {
    for (const { resource, values } of read(stack, type)) {
      for (const argument of unreadArguments(resource.values, values)) {
        yield `${type}.${resource.name}: ${argument} is NOT INTERPRETED on this machine`;
      }
    }
  }
  yield* describeAccessLogs(stack);
  if (
    stack.resources.some(({ values }) => "tracing_config" in values || values.xray_tracing_enabled === true)
  ) {
    yield "X-Ray: no traces are sent";
  }
  for (const type of INTERPRETED_TYPES) yield* effectsOnAwsAlone(stack, type);
  yield* describeContainers(stack, deployment, ownContainers);
  yield* describeRuntimes(deployment);
}

/** The types of a stack that are not interpreted, by what they come to here: types of one effect share a line. */
function typesByEffect(stack: Stack): Map<string, string[]> {
  const types = [...new Set(stack.resources.map((resource) => resource.type))];
  const byEffect = new Map<string, string[]>();
  for (const type of types.filter((each) => !(each in INTERPRETED) || each in WITHOUT_EFFECT)) {
    const effect = WITHOUT_EFFECT[type] ?? "NOT SERVED on this machine";
    byEffect.set(effect, [...(byEffect.get(effect) ?? []), type]);
  }
  return byEffect;
}

function* describeAccessLogs(stack: Stack): Generator<string> {
  for (const { resource, values } of read(stack, "aws_api_gateway_stage")) {
    for (const variable of unknownVariables(values.access_log_settings?.format ?? "")) {
      yield `aws_api_gateway_stage.${resource.name}: ${variable} of access_log_settings is NOT INTERPRETED on this machine: the access log has - in its place`;
    }
  }
}

function* describeExisting({
  existingFunctions,
  endpoints,
}: Pick<Deployment, "existingFunctions" | "endpoints">): Generator<string> {
  for (const { name } of existingFunctions) {
    yield `function ${name}: it is on AWS and its code is not here: its routes answer as API Gateway does where a function fails`;
  }
  for (const { name, model, compute } of endpoints.filter(({ compute }) => compute.kind === "existing")) {
    const answering = [...new Set(answeringRoutes({ model, compute }).map((route) => route.model))].sort();
    yield answering.length > 1
      ? `endpoint ${name}: it is on AWS and never invoked from here: the sample model of the target's route answers (${answering.join(", ")}), or your own --container`
      : `endpoint ${name}: it is on AWS and never asked from here: the sample model of ${model} answers instead, or your own --container`;
  }
}

function* describeContainers(
  stack: Stack,
  { endpoints }: Pick<Deployment, "endpoints">,
  ownContainers: readonly string[],
): Generator<string> {
  if (endpoints.some(({ compute }) => compute.kind === "instances")) {
    yield "instances: one container answers for all instances of an endpoint, and is never throttled";
  }
  for (const { values } of read(stack, "aws_sagemaker_model")) {
    const model = values.tags?.Model ?? values.name;
    if (!ownContainers.includes(model)) yield* describeVariables(model, values);
    yield* describeModel(model, values);
  }
  for (const { values } of read(stack, "aws_lambda_function")) {
    const model = values.tags?.Model;
    const variables = values.environment?.variables ?? {};
    const endpoint = endpoints.find(({ name }) => name === variables[ENDPOINT_VARIABLE]);
    if (model === undefined || endpoint === undefined) continue;
    const answering = modelOfTarget(endpoint, readTarget(variables));
    if (answering === model) continue;
    yield `function ${values.function_name}: its endpoint ${endpoint.name} answers here as ${answering}, not as ${model}`;
  }
}

/** The values of a model's resource. */
type ModelValues = Read<"aws_sagemaker_model">["values"];

function containersOf({ primary_container: only, container: several = [] }: ModelValues) {
  return only === undefined ? several : [only];
}

/** The variables that the sample model ignores. */
function* describeVariables(model: string, values: ModelValues): Generator<string> {
  const variables = new Set(containersOf(values).flatMap(({ environment = {} }) => Object.keys(environment)));
  if (variables.size > 0) {
    yield `${model}: the sample model needs no variables; start a container of your own with ${[...variables].join(", ")}`;
  }
}

/** What SageMaker does for a model and this machine does not. */
function* describeModel(model: string, values: ModelValues): Generator<string> {
  const { container: several = [], inference_execution_config: execution } = values;
  for (const { model_package_name: name } of containersOf(values)) {
    if (name !== undefined) yield `${model}: the package ${name} is on AWS and not read here`;
  }
  if (execution === undefined) return;
  const names = several.map(({ container_hostname: name }) => name).join(", ");
  yield execution.mode === "Serial"
    ? `${model}: the sample model, or one --container, answers in place of the whole series of ${names}`
    : `${model}: the sample model, or one --container, answers for each of ${names}`;
}

function* describeRuntimes({ functions }: Pick<Deployment, "functions">): Generator<string> {
  for (const runtime of new Set(functions.map((fn) => fn.runtime))) {
    const line = isPythonRuntime(runtime) ? describePython(runtime) : describeNode(runtime);
    if (line !== undefined) yield line;
  }
}

function describeNode(runtime: string): string | undefined {
  const own = `node${process.versions.node}`;
  const wanted = runtime
    .replace(/js\.x$/, "")
    .replace("nodejs", "node")
    .replace(".x", ".");
  return own.startsWith(wanted)
    ? undefined
    : `${runtime}: functions run on Node ${process.version} of this machine`;
}

function describePython(runtime: string): string | undefined {
  const python = findPython(runtime);
  if ("missing" in python) {
    return `${runtime}: ${python.missing}. Until then, routes of functions in Python answer with status 503`;
  }
  const { version, boto3 } = python;
  return `python${version}`.startsWith(`${runtime}.`)
    ? undefined
    : `${runtime}: functions run on Python ${version} of this machine, with boto3 ${boto3}`;
}
