import { unknownVariables } from "../rest-api/access-log";
import type { Deployment } from "./deployment";
import { ENDPOINT_VARIABLE } from "./endpoints";
import { effectsOnAwsAlone, INTERPRETED, INTERPRETED_TYPES, read, unreadArguments } from "./interpreted";
import type { Stack } from "./stack";

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

/** What a stack holds and this machine does not do, one line each. */
export function* describeNotDone(
  stack: Stack,
  deployment: Pick<Deployment, "functions" | "existingFunctions" | "endpoints">,
): Generator<string> {
  yield* describeExisting(deployment);
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
  yield* describeAccessLogs(stack);
  if (
    stack.resources.some(({ values }) => "tracing_config" in values || values.xray_tracing_enabled === true)
  ) {
    yield "X-Ray: no traces are sent";
  }
  for (const type of INTERPRETED_TYPES) yield* effectsOnAwsAlone(stack, type);
  yield* describeContainers(stack, deployment);
  yield* describeRuntimes(deployment);
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
  for (const { name, model } of endpoints.filter(({ compute }) => compute.kind === "existing")) {
    yield `endpoint ${name}: it is on AWS and never asked from here: the sample model of ${model} answers instead, or your own --container`;
  }
}

function* describeContainers(stack: Stack, { endpoints }: Pick<Deployment, "endpoints">): Generator<string> {
  if (endpoints.some(({ compute }) => compute.kind === "instances")) {
    yield "instances: one container answers for all instances of an endpoint, and is never throttled";
  }
  for (const { values } of read(stack, "aws_sagemaker_model")) {
    const variables = Object.keys(values.primary_container.environment ?? {});
    if (variables.length === 0) continue;
    yield `${values.tags?.Model ?? values.name}: the sample model needs no variables; start a container of your own with ${variables.join(", ")}`;
  }
  for (const { values } of read(stack, "aws_lambda_function")) {
    const model = values.tags?.Model;
    const endpoint = endpoints.find(({ name }) => name === values.environment?.variables[ENDPOINT_VARIABLE]);
    if (model === undefined || endpoint === undefined || endpoint.model === model) continue;
    yield `function ${values.function_name}: its endpoint ${endpoint.name} answers here as ${endpoint.model}, not as ${model}`;
  }
}

function* describeRuntimes({ functions }: Pick<Deployment, "functions">): Generator<string> {
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
