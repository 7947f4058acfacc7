import { captureDestination } from "../recorder";
import { type AccessRequest, type AllowedRequest, type Exactly, only } from "../request";
import type { ResolvedStack, Resource } from "../resolved-stack";
import { deniedFunctionObjectRequests, functionKeyRequests, functionObjectRequests } from "./async-requests";
import { VIA_S3, viaS3 } from "./endpoint-in-stack";
import { type PrincipalRules, roleNameOf, type Sources } from "./principal";
import {
  AUTHORIZATION,
  contextOf,
  MULTI_MODEL,
  modelsOfNoPattern,
  modelsOfPatterns,
  TARGET_MODEL,
  targetOfFunction,
} from "./target";

const TRUST = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html";
const LOGS = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html";
const TRACES = "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html";
const PUT = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html";
const VPC =
  "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions";

/** The end of a log stream's ARN, with a name as Lambda generates it. */
const LOG_STREAM = ":log-stream:2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef";

/** Actions of Lambda with the role of a function in a VPC, from Lambda's documentation. */
const NETWORK_INTERFACE_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** A function with its execution role. */
export interface FunctionInStack {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly resource: Resource;
}

/** Every function of the stack. */
export function functionsOf(stack: ResolvedStack): FunctionInStack[] {
  return stack.all("aws_lambda_function").map((resource) => {
    const name = resource.text("function_name");
    const arn = stack.account.arn("lambda", `function:${name}`);
    return { name, arn, roleArn: resource.text("role"), resource };
  });
}

/** The service of the stack's VPC endpoint of SageMaker's runtime, for functions in the VPC. */
export function runtimeVpcEndpointOf(
  stack: ResolvedStack,
  { resource }: FunctionInStack,
): string | undefined {
  if (!resource.set.includes("vpc_config")) return undefined;
  const services = stack.all("aws_vpc_endpoint").map((endpoint) => endpoint.text("service_name"));
  return services.find((service) => service.endsWith(".sagemaker.runtime"));
}

/** The role of each function. */
export const functionRole: PrincipalRules = {
  reads: {
    aws_lambda_function: [
      "architectures",
      "depends_on",
      "description",
      "environment",
      "filename",
      "function_name",
      "handler",
      "logging_config",
      "role",
      "runtime",
      "source_code_hash",
      "tags",
      "tracing_config",
      "vpc_config",
    ],
  },
  allowedRequests: (sources) => functionsOf(sources.stack).flatMap((fn) => allowedRequestsOf(fn, sources)),
  deniedRequests: (sources) =>
    functionsOf(sources.stack).flatMap((fn) => [
      ...deniedRequestsOf(fn),
      ...deniedCaptureRequests(fn, sources),
      ...deniedFunctionObjectRequests(fn.resource, sources.stack).map(
        (request): AccessRequest => ({
          subject: `role ${roleNameOf(fn.roleArn)}`,
          principal: { kind: "principal", arn: fn.roleArn },
          ...request,
        }),
      ),
      ...otherModels(fn, sources),
    ]),
};

function allowedRequestsOf(fn: FunctionInStack, { stack, environment, recorded }: Sources): AllowedRequest[] {
  const { account } = stack;
  const common = {
    subject: `role ${roleNameOf(fn.roleArn)}`,
    principal: { kind: "principal", arn: fn.roleArn },
    context: {},
    otherRequests: "denied",
  } as const;
  const logGroup = account.arn("logs", `log-group:${fn.resource.text("logging_config.log_group")}`);
  const vpcEndpoint = runtimeVpcEndpointOf(stack, fn);

  return [
    {
      ...common,
      principal: { kind: "service", name: "lambda.amazonaws.com" },
      action: "sts:AssumeRole",
      resource: only(fn.roleArn),
      context: { "aws:SourceAccount": only(account.id) },
      reason: "Lambda assumes the role to run the function",
      source: TRUST,
    },
    ...(recorded.get(fn.name) ?? []).flatMap((call): AllowedRequest[] => {
      const target = targetOfFunction(environment, fn.name);
      const ofCode = { "lambda:SourceFunctionArn": { exact: "", free: fn.arn } };
      const arnOf = (resource: string) =>
        only(account.arn(call.service, resource).replace(account.region, call.region));
      const sent: AllowedRequest = {
        ...common,
        action: call.action,
        resource: arnOf(call.resource),
        context: { ...ofCode, ...contextOf(call.targetModel, target) },
        ...(vpcEndpoint === undefined ? {} : { vpcEndpoint }),
        reason: `the handler sends ${call.request}`,
        source: "recorded",
      };
      return [
        sent,
        ...(call.component === undefined
          ? []
          : [
              {
                ...sent,
                resource: arnOf(call.component),
                reason: `the handler sends ${call.request} with the inference component`,
                source: AUTHORIZATION,
              },
            ]),
        ...modelsOfPatterns(target.targetModels ?? []).map((model) => ({
          ...sent,
          context: { ...ofCode, [TARGET_MODEL]: model },
          reason: "the contract chooses the model from targetModels",
          source: MULTI_MODEL,
        })),
      ];
    }),
    ...["logs:CreateLogStream", "logs:PutLogEvents"].map(
      (action): AllowedRequest => ({
        ...common,
        action,
        resource: { exact: logGroup, free: LOG_STREAM },
        reason: "Lambda writes to the function's existing log group",
        source: LOGS,
      }),
    ),
    ...captureRequests(fn, stack).map((request): AllowedRequest => ({ ...common, ...request })),
    ...asyncRequests(fn, stack).map((request): AllowedRequest => ({ ...common, ...request })),
    ...functionKeyRequests(fn.resource, stack).map((request): AllowedRequest => ({ ...common, ...request })),
    ...(fn.resource.get("tracing_config.mode") === "Active"
      ? ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      : []
    ).map(
      (action): AllowedRequest => ({
        ...common,
        action,
        resource: only("*"),
        reason: "tracing is active",
        source: TRACES,
      }),
    ),
    ...(fn.resource.set.includes("vpc_config") ? NETWORK_INTERFACE_ACTIONS : []).map(
      (action): AllowedRequest => ({
        ...common,
        action,
        resource: only("*"),
        reason: "Lambda manages the network interfaces of a function in a VPC",
        source: VPC,
      }),
    ),
  ];
}

/** The objects with the captured requests of a function; `undefined` without capture. */
export function capturedObjectsOf(fn: FunctionInStack, { account }: ResolvedStack): Exactly | undefined {
  const destination = captureDestination(fn.resource);
  if (destination === undefined) return undefined;
  return {
    exact: account.bucketArn(`${destination.replace(/^s3:\/\//, "")}/`),
    free: "2026/11/21/08/15-30-123-0123abcd.jsonl",
  };
}

/** The service of the stack's VPC endpoint of S3, for functions in the VPC. */
export function s3VpcEndpointOf(stack: ResolvedStack, { resource }: FunctionInStack): string | undefined {
  if (!resource.set.includes("vpc_config")) return undefined;
  const services = stack.all("aws_vpc_endpoint").map((endpoint) => endpoint.text("service_name"));
  return services.find((service) => service.endsWith(".s3"));
}

/** The requests with which a function stores captured requests, and S3 encrypts them. */
function captureRequests(
  fn: FunctionInStack,
  stack: ResolvedStack,
): (Pick<AllowedRequest, "action" | "resource" | "context" | "reason" | "source"> &
  Partial<Pick<AllowedRequest, "vpcEndpoint">>)[] {
  const objects = capturedObjectsOf(fn, stack);
  if (objects === undefined) return [];
  const vpcEndpoint = s3VpcEndpointOf(stack, fn);
  const key = fn.resource.get("environment.variables.CAPTURE_KMS_KEY");
  const ofCode = { "lambda:SourceFunctionArn": { exact: "", free: fn.arn } };
  return [
    {
      action: "s3:PutObject",
      resource: objects,
      context: ofCode,
      ...(vpcEndpoint === undefined ? {} : { vpcEndpoint }),
      reason: "the function stores captured requests",
      source: PUT,
    },
    ...(typeof key !== "string"
      ? []
      : [
          {
            action: "kms:GenerateDataKey",
            resource: only(key),
            context: viaS3(stack),
            reason: "S3 encrypts captured requests for the role",
            source: VIA_S3,
          },
        ]),
  ];
}

/** The requests to the objects of asynchronous requests, in a VPC through S3's VPC endpoint. */
function asyncRequests(fn: FunctionInStack, stack: ResolvedStack) {
  const vpcEndpoint = s3VpcEndpointOf(stack, fn);
  return functionObjectRequests(fn.resource, stack).map((request) => ({
    ...request,
    context: { "lambda:SourceFunctionArn": { exact: "", free: fn.arn } },
    ...(vpcEndpoint === undefined ? {} : { vpcEndpoint }),
  }));
}

/** A function writes its captured requests, and does neither read nor delete them, nor uses their key directly. */
function deniedCaptureRequests(fn: FunctionInStack, { stack }: Sources): AccessRequest[] {
  const common = {
    subject: `role ${roleNameOf(fn.roleArn)}`,
    principal: { kind: "principal", arn: fn.roleArn },
    source: PUT,
  } as const;
  return captureRequests(fn, stack).flatMap(({ action, resource, context }): AccessRequest[] =>
    action.startsWith("kms:")
      ? [
          {
            ...common,
            action,
            resource,
            context: {},
            reason: "the function uses the key directly, not through S3",
          },
        ]
      : ["s3:GetObject", "s3:DeleteObject"].map((other) => ({
          ...common,
          action: other,
          resource,
          context,
          reason: "the function's code reads or deletes captured requests",
        })),
  );
}

/** Requests to a multi-model endpoint in which the code names no model, or a model outside of `targetModels`. */
function otherModels(fn: FunctionInStack, { stack, environment, recorded }: Sources): AccessRequest[] {
  const { targetModels } = targetOfFunction(environment, fn.name);
  if (targetModels === undefined) return [];
  const contexts = [{}, ...modelsOfNoPattern(targetModels).map((model) => ({ [TARGET_MODEL]: only(model) }))];
  const calls = recorded.get(fn.name) ?? [];
  return calls.flatMap((call) =>
    contexts.map(
      (context): AccessRequest => ({
        subject: `role ${roleNameOf(fn.roleArn)}`,
        principal: { kind: "principal", arn: fn.roleArn },
        action: call.action,
        resource: only(stack.account.arn(call.service, call.resource)),
        context,
        reason: "the function's code names a model outside of targetModels, or none",
        source: MULTI_MODEL,
      }),
    ),
  );
}

/**
 * In a VPC, Lambda manages network interfaces with the function's role. The function's code has the same role, but must
 * not manage network interfaces.
 */
function deniedRequestsOf({ arn, roleArn, resource }: FunctionInStack): AccessRequest[] {
  return (resource.set.includes("vpc_config") ? NETWORK_INTERFACE_ACTIONS : []).map((action) => ({
    subject: `role ${roleNameOf(roleArn)}`,
    principal: { kind: "principal", arn: roleArn },
    action,
    resource: only("*"),
    context: { "lambda:SourceFunctionArn": only(arn) },
    reason: "the function's own code manages network interfaces",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
  }));
}
