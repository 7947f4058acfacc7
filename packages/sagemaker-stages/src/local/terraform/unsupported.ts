import * as z from "zod";
import { isOfBidirectionalStreams, LAMBDA } from "../cloudwatch/aws-metrics";
import { findPython, isPythonRuntime } from "../lambda/python/machine";
import { unknownVariables } from "../rest-api/access-log";
import { isStream } from "../rest-api/openapi";
import type { Deployment } from "./deployment";
import { answeringRoutes, ENDPOINT_VARIABLE, modelOfRoute, readRoute } from "./endpoints";
import {
  awsOnlyEffects,
  INTERPRETED,
  INTERPRETED_TYPES,
  type Read,
  read,
  unreadArguments,
} from "./interpreted";
import type { Stack } from "./stack";

const BUCKETS =
  "the local stage serves the page's files from this project, reads no artifacts, and writes captured and asynchronous requests to files";

const CERTIFICATES = "the local stage serves HTTP, without certificates";

const ALARMS = "the states are evaluated here; the actions, e.g. notifications, exist only on AWS";

/** The types of resources that only AWS uses, with the effect of each type on this machine. */
const EFFECTS_OF_AWS_ONLY_TYPES: Readonly<Record<string, string>> = {
  aws_iam_role: "roles are not assumed",
  aws_iam_role_policy:
    "permissions of roles are not enforced: a request without permission works here and fails on AWS",
  aws_iam_policy:
    "permissions of callers are not enforced: every request signed with the local credentials is accepted",
  aws_iam_group_policy_attachment: "see aws_iam_policy",
  aws_iam_role_policy_attachment: "see aws_iam_policy",
  aws_iam_user_policy_attachment: "see aws_iam_policy",
  aws_acm_certificate: CERTIFICATES,
  aws_acm_certificate_validation: CERTIFICATES,
  aws_route53_record: "no DNS: send the domain name in the Host header",
  aws_cloudfront_distribution: "the local stage serves the page below /website/",
  aws_cloudfront_origin_access_control: "the local stage serves the page",
  aws_cloudfront_response_headers_policy: "the local stage sends the page with the same headers",
  aws_s3_bucket: BUCKETS,
  aws_s3_bucket_cors_configuration: "the local stage answers pages with these rules",
  aws_s3_bucket_lifecycle_configuration:
    "captured requests stay in .sagemaker-stages/capture/ until you delete them; asynchronous requests in .sagemaker-stages/async/ expire; both are not encrypted",
  aws_s3_bucket_ownership_controls: BUCKETS,
  aws_s3_bucket_policy: BUCKETS,
  aws_s3_bucket_public_access_block: BUCKETS,
  aws_s3_bucket_server_side_encryption_configuration: BUCKETS,
  aws_s3_bucket_versioning: BUCKETS,
  aws_s3_object: BUCKETS,
  aws_s3_object_copy: "the samples answer: no artifact of a release is copied or compared with its SHA-256",
  terraform_data:
    "on AWS, a changed model or endpoint configuration gets a new name from this resource; here the name has no effect",
  aws_cloudwatch_log_group: "logs are printed in this terminal and not stored",
  aws_appautoscaling_target: "no scaling: one container answers for each endpoint",
  aws_appautoscaling_policy: "see aws_appautoscaling_target",
  aws_appautoscaling_scheduled_action: "see aws_appautoscaling_target",
  aws_budgets_budget: "nothing costs money here, so no budget is exceeded",
  aws_cloudwatch_dashboard: "the local stage shows no dashboard",
  aws_cloudwatch_metric_alarm: ALARMS,
  aws_cloudwatch_composite_alarm: ALARMS,
  aws_sns_topic: "no notifications are sent: the topic of the alarms exists only on AWS",
  aws_sns_topic_policy: "see aws_sns_topic",
  aws_sns_topic_subscription: "see aws_sns_topic",
  aws_vpc: "functions use this machine's network, which is not isolated",
  aws_vpc_endpoint: "see aws_vpc: a request that the endpoint policy refuses works here and fails on AWS",
  aws_default_security_group: "see aws_vpc",
  aws_route_table: "see aws_vpc",
  aws_route_table_association: "see aws_vpc",
  aws_security_group: "see aws_vpc",
  aws_subnet: "see aws_vpc",
  aws_vpc_security_group_egress_rule: "see aws_vpc",
  aws_vpc_security_group_ingress_rule: "see aws_vpc",
};

/**
 * The differences from AWS: one line for each part of a stack that the local stage does not support.
 *
 * @param ownContainers - the models with a container of `--container`
 */
export function* describeUnsupported(
  stack: Stack,
  deployment: Pick<
    Deployment,
    "functions" | "existingFunctions" | "endpoints" | "alarms" | "stages" | "functionUrls"
  >,
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
  yield* describeSchedules(stack);
  yield* describeAlarms(deployment);
  yield* describeAccessLogs(stack);
  yield* describeFirewalls(stack);
  yield* describeStreams(deployment);
  if (
    stack.resources.some(({ values }) => "tracing_config" in values || values.xray_tracing_enabled === true)
  ) {
    yield "X-Ray: no traces are sent";
  }
  for (const type of INTERPRETED_TYPES) yield* awsOnlyEffects(stack, type);
  yield* describeContainers(stack, deployment, ownContainers);
  yield* describeRuntimes(deployment);
}

/** The types of a stack that are not interpreted, grouped by their effect on this machine. */
function typesByEffect(stack: Stack): Map<string, string[]> {
  const types = [...new Set(stack.resources.map((resource) => resource.type))];
  const byEffect = new Map<string, string[]>();
  for (const type of types.filter(
    (candidate) => !(candidate in INTERPRETED) || candidate in EFFECTS_OF_AWS_ONLY_TYPES,
  )) {
    const effect = effectOf(type, stack) ?? "NOT SERVED on this machine";
    byEffect.set(effect, [...(byEffect.get(effect) ?? []), type]);
  }
  return byEffect;
}

/** The local stage evaluates the policies of one role: the role of users who have signed in. */
function effectOf(type: string, stack: Stack): string | undefined {
  const effect = EFFECTS_OF_AWS_ONLY_TYPES[type];
  const hasSignIn = stack.ofType("aws_cognito_identity_pool").length > 0;
  return effect !== undefined && hasSignIn && ["aws_iam_role", "aws_iam_role_policy"].includes(type)
    ? `${effect}; except the role of signed-in users`
    : effect;
}

const capacity = z.union([z.string(), z.number()]);

const scheduledAction = z.object({
  name: z.string(),
  schedule: z.string(),
  timezone: z.optional(z.string()),
  scalable_target_action: z.object({ min_capacity: capacity, max_capacity: capacity }),
});

/** The schedule of each endpoint, which changes no capacity on this machine. */
function* describeSchedules(stack: Stack): Generator<string> {
  for (const resource of stack.ofType("aws_appautoscaling_scheduled_action")) {
    const { data } = scheduledAction.safeParse(resource.values);
    if (data === undefined) {
      yield `aws_appautoscaling_scheduled_action.${resource.name} is NOT INTERPRETED on this machine`;
      continue;
    }
    const { name, schedule, timezone = "UTC", scalable_target_action: action } = data;
    const range = [...new Set([action.min_capacity, action.max_capacity])].join("–");
    yield `scheduled action ${name}: on AWS, the capacity becomes ${range} at ${schedule} in ${timezone}`;
  }
}

function* describeAccessLogs(stack: Stack): Generator<string> {
  for (const { resource, values } of read(stack, "aws_api_gateway_stage")) {
    for (const variable of unknownVariables(values.access_log_settings?.format ?? "")) {
      yield `aws_api_gateway_stage.${resource.name}: ${variable} of access_log_settings is NOT INTERPRETED on this machine: the access log contains - instead`;
    }
  }
}

/** Alarms that the local stage does not evaluate, and alarms of functions without metrics. */
function* describeAlarms({
  alarms = [],
  functions,
}: Pick<Deployment, "alarms" | "functions">): Generator<string> {
  for (const alarm of alarms) {
    if (alarm.kind === "unsupported") {
      yield `alarm ${alarm.name} is NOT EVALUATED on this machine: ${alarm.fault}`;
    }
    if (alarm.kind !== "metric") continue;
    for (const { metric } of alarm.statistics.values()) {
      if (!isOfBidirectionalStreams(metric)) continue;
      yield `alarm ${alarm.name}: AWS documents ${metric.name} for bidirectional streams only, so the alarm may have NO DATA on AWS`;
    }
    const observed = [...alarm.statistics.values()].flatMap(
      ({ metric }) => (metric.namespace === LAMBDA && metric.dimensions.FunctionName) || [],
    );
    for (const name of new Set(observed)) {
      if (functions.some((fn) => fn.name === name)) continue;
      yield `alarm ${alarm.name}: the function ${name} is not on this machine, so it has NO METRICS here`;
    }
  }
}

/** The differences of streamed answers. */
function* describeStreams({
  stages,
  functionUrls,
}: Pick<Deployment, "stages" | "functionUrls">): Generator<string> {
  const hasStreams =
    functionUrls.some(({ invokeMode }) => invokeMode === "RESPONSE_STREAM") ||
    stages.some(({ openApi }) => openApi.methods.some(({ integration }) => isStream(integration)));
  if (!hasStreams) return;
  yield "streamed answers: a caller who disconnects closes the function's stream here; on AWS, the function can run on until its end or timeout";
}

/** Managed rules are AWS's code: the local stage cannot evaluate them, and answers as if no request matched them. */
function* describeFirewalls(stack: Stack): Generator<string> {
  for (const { values } of read(stack, "aws_wafv2_web_acl")) {
    const managed = values.rule.flatMap((rule) => ("override_action" in rule ? [rule.name] : []));
    if (managed.length > 0) {
      yield `firewall ${values.name}: the managed rules ${managed.join(", ")} exist only on AWS and refuse NO request here`;
    }
    if (managed.length < values.rule.length) {
      yield `firewall ${values.name}: the rate rule counts exactly here; AWS WAF estimates the rate, so that more requests can pass`;
    }
  }
}

function* describeExisting({
  existingFunctions,
  endpoints,
}: Pick<Deployment, "existingFunctions" | "endpoints">): Generator<string> {
  for (const { name } of existingFunctions) {
    yield `function ${name}: exists only on AWS: its routes answer as API Gateway does when a function fails`;
  }
  for (const { name, model, compute } of endpoints.filter(({ compute }) => compute.kind === "existing")) {
    const answering = [...new Set(answeringRoutes({ model, compute }).map((route) => route.model))].sort();
    yield answering.length > 1
      ? `endpoint ${name}: exists only on AWS and is never invoked from here: the sample model of the target's route answers (${answering.join(", ")}), or your --container`
      : `endpoint ${name}: exists only on AWS and is never invoked from here: the sample model of ${model} answers instead, or your --container`;
  }
}

function* describeContainers(
  stack: Stack,
  { endpoints }: Pick<Deployment, "endpoints">,
  ownContainers: readonly string[],
): Generator<string> {
  if (endpoints.some(({ compute }) => compute.kind === "instances")) {
    yield "instances: one container answers for all instances of an endpoint, without throttling";
  }
  for (const { values } of read(stack, "aws_sagemaker_model")) {
    const model = values.tags?.Model ?? values.name;
    if (!ownContainers.includes(model)) yield* describeVariables(model, values);
    yield* describeModel(model, values);
  }
  for (const fn of read(stack, "aws_lambda_function")) {
    const { values } = fn;
    const model = values.tags?.Model;
    const variables = values.environment?.variables ?? {};
    const endpoint = endpoints.find(({ name }) => name === variables[ENDPOINT_VARIABLE]);
    if (model === undefined || endpoint === undefined) continue;
    const answering = modelOfRoute(endpoint, readRoute(stack, fn));
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
    yield `${model}: the sample model ignores environment variables; start your own container with ${[...variables].join(", ")}`;
  }
}

/** The features of SageMaker that a model uses and that the local stage does not support. */
function* describeModel(model: string, values: ModelValues): Generator<string> {
  const { container: several = [], inference_execution_config: execution } = values;
  for (const { model_package_name: name } of containersOf(values)) {
    if (name !== undefined) yield `${model}: the model package ${name} exists only on AWS and is not read`;
  }
  if (execution === undefined) return;
  const names = several.map(({ container_hostname: name }) => name).join(", ");
  yield execution.mode === "Serial"
    ? `${model}: the sample model, or one --container, answers in place of the series of containers ${names}`
    : `${model}: the sample model, or one --container, answers for each of the containers ${names}`;
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
    : `${runtime}: functions run on this machine's Node.js ${process.version}`;
}

function describePython(runtime: string): string | undefined {
  const python = findPython(runtime);
  if ("missing" in python) {
    return `${runtime}: ${python.missing}. Until then, routes of functions in Python answer with status 503`;
  }
  const { version, boto3 } = python;
  return `python${version}`.startsWith(`${runtime}.`)
    ? undefined
    : `${runtime}: functions run on this machine's Python ${version}, with boto3 ${boto3}`;
}
