import { randomUUID } from "node:crypto";
import { ArnFactory } from "../../aws/arn";
import {
  type MetricSink,
  recordEndpointInvocation,
  recordFirstChunk,
  recordMidStreamError,
  recordUtilization,
} from "../cloudwatch/aws-metrics";
import { scopeOf } from "../cloudwatch/cloudwatch";
import type { RoleSessions } from "../cognito/sessions";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import { refusalLatency } from "../latency";
import { accessKeyIdOf, findSignatureFault, LOCAL_CREDENTIALS, regionOf } from "../signature";
import type { EndpointCompute, EndpointDefinition } from "../terraform/endpoints";
import type { AsyncQueues } from "./async-queue";
import {
  type Container,
  ContainerFailed,
  type ContainerResponse,
  HEADERS_TO_CALLER,
  HEADERS_TO_CONTAINER,
  isChunked,
  isSuccess,
  wholeBody,
} from "./container";
import { ContainerFailures, type PendingInvocation } from "./container-failures";
import { containerOf } from "./echo-stand-in";
import { EVENT_STREAM_TYPE, encodeEvent } from "./event-stream";
import { type Operation, type OperationName, RUNTIME_SEGMENT, readOperation } from "./operation";
import { ResponseParts, STREAM_TIMEOUT_IN_MS } from "./response-parts";
import { findAnsweringModel, mergeExisting } from "./targets";
import { findConstraintFault, findUnsupported, invokedVariant, type ValidationFault } from "./validation";
import type { WakeUp } from "./wake-up";

const MEGABYTE = 1024 * 1024;

/**
 * The limit for the payload of a request and of an answer by the endpoint's compute
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html,
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). For unknown compute, the
 * highest limit applies.
 */
const MAX_BYTES_OF_PAYLOAD: Readonly<Record<EndpointCompute["kind"], number>> = {
  serverless: 4 * MEGABYTE,
  instances: 6 * MEGABYTE,
  existing: 6 * MEGABYTE,
};

/**
 * SageMaker's defaults for the time in the queue and for the time of an invocation
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html).
 */
const DEFAULT_TTL_IN_SECONDS = 21_600;
const DEFAULT_TIMEOUT_IN_SECONDS = 900;

/** After this time, the terminal names the container that has not answered. */
const SLOW_ANSWER_IN_MS = 10_000;

/** The maximum length of a container's error in the terminal: enough to understand the error. */
const MAX_CHARACTERS_LOGGED = 500;

/**
 * SageMaker's status for a container that did not answer: "Received server error (0) from primary"
 * (https://github.com/aws/amazon-sagemaker-examples/issues/2815).
 */
const NO_STATUS = 0;

/** Whether a path is an operation of the SageMaker runtime. */
export function isOperationPath(path: string): boolean {
  return readOperation(path).name !== undefined;
}

/** Whether a path starts like the path of every operation of the SageMaker runtime. */
export function isRuntimePath(path: string): boolean {
  return path === `/${RUNTIME_SEGMENT}` || path.startsWith(`/${RUNTIME_SEGMENT}/`);
}

/** The SageMaker runtime in front of containers. Each chunk of a container's answer is a part of a response stream. */
export class SagemakerRuntime {
  /**
   * The endpoints of the stacks come first, because a stack contains more about its own endpoint than about an existing
   * endpoint.
   */
  private readonly endpoints: readonly EndpointDefinition[];
  private readonly byName = new Map<string, EndpointDefinition[]>();
  private readonly invocations = new Map<EndpointDefinition, number>();

  /**
   * @param endpoints - the endpoints of all served environments; several environments can name the same existing
   * endpoint
   * @param containers - the containers by model; an echo stand-in answers for a model without a container
   * @param failures - receives the reasons why containers did not answer
   * @param sessions - the temporary credentials of signed-in users, whose role may invoke no endpoint. Default: none
   * @param cloudWatch - receives the metrics of the endpoints. Default: no metrics
   * @param streamTimeoutInMs - the time for a whole streamed answer. Default: SageMaker's limit
   * @param wakeUp - the wake-up of serverless endpoints. Default: the endpoints are always awake
   * @param queues - the queues of the asynchronous endpoints. Default: no endpoint is asynchronous
   */
  constructor(
    endpoints: readonly EndpointDefinition[],
    private readonly containers: ReadonlyMap<string, Container>,
    private readonly log: (text: string) => void,
    private readonly failures: ContainerFailures = new ContainerFailures(),
    private readonly sessions?: RoleSessions,
    private readonly cloudWatch?: MetricSink,
    private readonly streamTimeoutInMs: number = STREAM_TIMEOUT_IN_MS,
    private readonly wakeUp?: WakeUp,
    private readonly queues?: AsyncQueues,
  ) {
    const isOwn = ({ compute }: EndpointDefinition) => compute.kind !== "existing";
    const existing = endpoints.filter((endpoint) => !isOwn(endpoint));
    this.endpoints = [...endpoints.filter(isOwn), ...mergeExisting(existing)];
    for (const endpoint of this.endpoints) {
      const known = this.byName.get(endpoint.name);
      if (known === undefined) this.byName.set(endpoint.name, [endpoint]);
      else known.push(endpoint);
    }
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const operation = readOperation(request.path);
    if (!isKnown(operation)) return UNKNOWN_OPERATION;
    const { endpointName: name } = operation;
    const endpoint = this.find(name, request);
    const refusal = this.refuse(request, operation, endpoint);
    if (refusal !== undefined) return refusal;
    if (endpoint === undefined || request.body === undefined) throw new Error("refused above");
    if (operation.name === "InvokeEndpointAsync") return this.enqueue(endpoint, request, request.body);
    const answering = findAnsweringModel(endpoint, request);
    if ("message" in answering) return validationError(answering);

    const running = this.invocations.get(endpoint) ?? 0;
    const { compute } = endpoint;
    if (compute.kind === "serverless" && this.cloudWatch !== undefined) {
      const { maxConcurrency } = compute;
      recordUtilization(this.cloudWatch, scopeOf(endpoint), {
        endpointName: name,
        variantName: endpoint.variantName,
        running: Math.min(running + 1, maxConcurrency),
        maxConcurrency,
      });
    }
    if (compute.kind === "serverless" && running >= compute.maxConcurrency) {
      await refusalLatency();
      return failure(
        400,
        "ThrottlingException",
        `Rate exceeded: MaxConcurrency of ${name} is ${compute.maxConcurrency}`,
      );
    }
    if (compute.kind === "serverless" && this.wakeUp?.isStarting(name) === true) {
      // AWS documents the error, but not the message.
      return failure(429, "ModelNotReadyException", `${name} is starting (--wake-up).`);
    }
    this.invocations.set(endpoint, running + 1);
    try {
      return await this.invoke(
        { ...endpoint, model: answering.model },
        operation.name,
        request.body,
        request,
      );
    } finally {
      this.invocations.set(endpoint, (this.invocations.get(endpoint) ?? 1) - 1);
    }
  }

  private enqueue(endpoint: EndpointDefinition, request: HttpRequest, body: Buffer): HttpResponse {
    if (this.queues === undefined) throw new Error("an asynchronous endpoint without a queue");
    const read = (name: string) => headerOf(request, `x-amzn-sagemaker-${name}`);
    const inferenceId = read("inference-id") ?? randomUUID();
    const location = read("inputlocation");
    const customAttributes = read("custom-attributes");
    const { outputLocation, failureLocation } = this.queues.add(endpoint, {
      inferenceId,
      contentType: read("content-type") ?? "application/octet-stream",
      accept: read("accept") ?? "*/*",
      ...(customAttributes === undefined ? {} : { customAttributes }),
      input: location === undefined ? { base64: body.toString("base64") } : { location },
      ttlInSeconds: Number(read("requestttlseconds") ?? DEFAULT_TTL_IN_SECONDS),
      timeoutInSeconds: Number(read("invocationtimeoutseconds") ?? DEFAULT_TIMEOUT_IN_SECONDS),
      filename: read("filename"),
    });
    return {
      status: 202,
      headers: {
        "Content-Type": "application/json",
        "X-Amzn-SageMaker-OutputLocation": outputLocation,
        "X-Amzn-SageMaker-FailureLocation": failureLocation,
        "x-amzn-RequestId": randomUUID(),
      },
      body: JSON.stringify({ InferenceId: inferenceId }),
    };
  }

  /** Names are unique within a region only. */
  private find(name: string, request: HttpRequest): EndpointDefinition | undefined {
    const [first, ...others] = this.byName.get(name) ?? [];
    if (others.length === 0) return first;
    const region = regionOf(request);
    return [first, ...others].find((endpoint) => endpoint?.region === region) ?? first;
  }

  private refuse(
    request: HttpRequest,
    operation: KnownOperation,
    endpoint: EndpointDefinition | undefined,
  ): HttpResponse | undefined {
    // The payload is not stored, so its signature cannot be checked.
    if (request.body === undefined) return payloadTooLarge(endpoint?.compute.kind ?? "existing");
    const keyId = accessKeyIdOf(request);
    const session = this.sessions?.find(keyId)?.session;
    if (session !== undefined) {
      return failure(
        403,
        "AccessDeniedException",
        `User: ${session.arn} is not authorized to perform: sagemaker:${operation.name}`,
      );
    }
    // Clients can have other credentials, whose secret is unknown here.
    if (keyId === undefined || keyId === LOCAL_CREDENTIALS.accessKeyId) {
      const region = endpoint?.region ?? this.regionFor(request);
      const fault = findSignatureFault(request, { service: "sagemaker", region });
      if (fault !== undefined) return failure(403, fault.errorType, fault.message);
    }
    if (request.method !== "POST") return failure(405, "UnsupportedOperation", `${operation.name} is a POST`);
    const constraintFault = findConstraintFault(operation, request);
    if (constraintFault !== undefined) return validationError(constraintFault);
    if (endpoint === undefined) {
      const region = regionOf(request);
      const { accountId } =
        this.endpoints.find((known) => known.region === region) ?? this.endpoints[0] ?? {};
      return validationError({
        message: `Endpoint ${operation.endpointName} of account ${accountId} not found.`,
      });
    }
    const unsupported = findUnsupported(operation.name, request, endpoint);
    if (unsupported !== undefined) return validationError(unsupported);
    const { kind } = endpoint.compute;
    return request.body.length > MAX_BYTES_OF_PAYLOAD[kind] ? payloadTooLarge(kind) : undefined;
  }

  /** The region of the request, if endpoints are served there; otherwise the region of the first endpoint. */
  private regionFor(request: HttpRequest): string {
    const regions = this.endpoints.map(({ region }) => region);
    return regions.find((region) => region === regionOf(request)) ?? regions[0] ?? "us-east-1";
  }

  private async invoke(
    endpoint: EndpointDefinition,
    operation: OperationName,
    body: Buffer,
    request: HttpRequest,
  ): Promise<HttpResponse> {
    const isStream = operation === "InvokeEndpointWithResponseStream";
    const { name, model } = endpoint;
    const container = containerOf(this.containers, model);
    const start = performance.now();
    const waiting = () =>
      `${container.description} has not answered for ${Math.round((performance.now() - start) / 1000)} seconds. Read the container's output.`;
    const invocation = this.failures.begin(headerOf(request, "x-amz-security-token"), waiting);
    const slow = setTimeout(() => this.log(`${name}: ${waiting()}\n`), SLOW_ANSWER_IN_MS).unref();
    const variant = { endpointName: name, variantName: invokedVariant(request, endpoint) };
    const record = (status?: number) => {
      if (this.cloudWatch === undefined) return;
      const durationInMs = performance.now() - start;
      recordEndpointInvocation(this.cloudWatch, scopeOf(endpoint), { ...variant, status, durationInMs });
    };
    const parts = isStream ? new ResponseParts(request.signal, this.streamTimeoutInMs) : undefined;
    let answer: ContainerResponse & { readonly body: Buffer | string };
    try {
      const sent = {
        contentType: headerOf(request, "content-type") ?? "application/octet-stream",
        accept: headerOf(request, isStream ? "x-amzn-sagemaker-accept" : "accept") ?? "*/*",
        body,
        headers: pick(HEADERS_TO_CONTAINER, (name) => headerOf(request, name)),
      };
      const sentAt = performance.now();
      const answering = container.invoke(
        parts === undefined ? sent : { ...sent, responseStream: true, signal: parts.signal },
      );
      const first = await (parts === undefined ? answering : parts.unlessAborted(answering));
      if (parts !== undefined && isChunked(first.body) && isSuccess(first.status)) {
        const started = (madeAt: number) => {
          if (this.cloudWatch === undefined) return;
          recordFirstChunk(this.cloudWatch, scopeOf(endpoint), {
            ...variant,
            latencyInMs: performance.now() - start,
            modelLatencyInMs: madeAt - sentAt,
          });
        };
        const ended = (failure?: unknown) => {
          record(first.status);
          if (failure === undefined) return this.endInvocation(endpoint, container, invocation);
          if (this.cloudWatch !== undefined) {
            recordMidStreamError(this.cloudWatch, scopeOf(endpoint), variant);
          }
          const cause = `${container.description} ${describeFailure(failure)}`;
          invocation.fail(cause);
          this.log(`${name}: ${cause}\n`);
        };
        const stream = parts.encode(first.body, { started, ended });
        return { ...succeed({ ...first, body: "" }, true, variant.variantName), stream };
      }
      answer = { ...first, body: await wholeBody(first.body) };
      parts?.close();
      record(answer.status);
    } catch (error) {
      parts?.close();
      record();
      const cause = `${container.description} ${describeFailure(error)}`;
      invocation.fail(cause);
      this.log(`${name}: ${cause}\n`);
      // SageMaker reports a dead container as a failure of the model, which an immediate retry does not change.
      return modelFailure(endpoint, NO_STATUS, cause);
    } finally {
      clearTimeout(slow);
    }
    const bytes = Buffer.byteLength(answer.body);
    const max = MAX_BYTES_OF_PAYLOAD[endpoint.compute.kind];
    if (bytes > max && !isStream) {
      // AWS documents the limit, but not the message.
      const cause = `${container.description} answered with ${bytes} bytes; allowed for this endpoint: ${max}.`;
      invocation.fail(cause);
      this.log(`${name}: ${cause}\n`);
      return modelFailure(endpoint, NO_STATUS, cause);
    }
    this.endInvocation(endpoint, container, invocation);
    if (!isSuccess(answer.status)) {
      const message = String(answer.body);
      // On AWS, the endpoint's log group has the container's error; the function's log does not repeat it.
      this.log(
        `${name}: ${container.description} answered ${answer.status}: ${message.slice(0, MAX_CHARACTERS_LOGGED)}\n`,
      );
      return modelFailure(endpoint, answer.status, message);
    }
    return succeed(answer, isStream, variant.variantName);
  }

  /** Reports that a container answered. */
  private endInvocation(
    { name }: EndpointDefinition,
    { caveat }: Container,
    invocation: PendingInvocation,
  ): void {
    if (caveat === undefined) {
      invocation.end();
      return;
    }
    invocation.fail(caveat);
    this.log(`${name}: ${caveat}\n`);
  }
}

/** The headers with these names for which `read` returns a value. */
function pick(names: readonly string[], read: (name: string) => string | undefined): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = read(name);
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** The failure of a container, and the remedy. */
function describeFailure(error: unknown): string {
  if (error instanceof ContainerFailed) return `${error.message}. ${error.advice}`;
  return `failed: ${error instanceof Error ? error.message : String(error)}`;
}

function succeed(
  answer: ContainerResponse & { readonly body: Buffer | string },
  isStream: boolean,
  variant: string,
): HttpResponse {
  const { contentType, body } = answer;
  const headers = {
    ...pick(HEADERS_TO_CALLER, (name) => answer.headers?.[name]),
    "x-Amzn-Invoked-Production-Variant": variant,
    "x-amzn-RequestId": randomUUID(),
  };
  if (!isStream) return { status: 200, headers: { "Content-Type": contentType, ...headers }, body };
  return {
    status: 200,
    headers: { "Content-Type": EVENT_STREAM_TYPE, "X-Amzn-SageMaker-Content-Type": contentType, ...headers },
    body: body.length === 0 ? "" : encodeEvent("PayloadPart", Buffer.from(body)),
  };
}

type KnownOperation = Operation & { readonly name: OperationName };

function isKnown(operation: Operation): operation is KnownOperation {
  return operation.name !== undefined;
}

/** The answer of AWS's services to a path that is not an operation. */
const UNKNOWN_OPERATION: HttpResponse = {
  status: 404,
  headers: { "Content-Type": "application/xml" },
  body: "<UnknownOperationException/>\n",
};

function validationError({ message, errorCode }: ValidationFault): HttpResponse {
  const code = errorCode === undefined ? {} : { ErrorCode: errorCode };
  return errorResponse(400, "ValidationError", { ...code, message, Message: message });
}

function payloadTooLarge(kind: EndpointCompute["kind"]): HttpResponse {
  return validationError({
    message: `The payload exceeds the limit of ${MAX_BYTES_OF_PAYLOAD[kind]} bytes.`,
  });
}

function failure(status: number, errorType: string, message: string): HttpResponse {
  return errorResponse(status, errorType, { message, Message: message });
}

function modelFailure(
  { name, region, accountId }: EndpointDefinition,
  status: number,
  message: string,
): HttpResponse {
  const arns = new ArnFactory(region, accountId);
  const kind = status >= 400 && status < 500 ? "client" : "server";
  return errorResponse(424, "ModelError", {
    Message: `Received ${kind} error (${status}) from primary with message "${message}".`,
    OriginalStatusCode: status,
    OriginalMessage: message,
    LogStreamArn: arns.arn("logs", `log-group:/aws/sagemaker/Endpoints/${name}`),
  });
}

function errorResponse(status: number, errorType: string, document: object): HttpResponse {
  return {
    status,
    headers: {
      "Content-Type": "application/json",
      "x-amzn-ErrorType": errorType,
      "x-amzn-RequestId": randomUUID(),
    },
    body: JSON.stringify(document),
  };
}
