import type { ErrorObject, ValidateFunction } from "ajv";
import Ajv from "ajv-draft-04";
import { ArnFactory } from "../../aws/arn";
import { matchesArn } from "../../aws/arn-pattern";
import { MAX_ANSWER_IN_BYTES, MAX_EVENT_IN_BYTES } from "../../aws/lambda-limits";
import { recordApiRequest } from "../cloudwatch/aws-metrics";
import { type CloudWatch, scopeOf } from "../cloudwatch/cloudwatch";
import type { RoleSessions } from "../cognito/sessions";
import { Firewall } from "../firewall";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import type { LocalIssuer } from "../issuer";
import { AnswerStream } from "../lambda/answer-stream";
import type { RouteFunction } from "../lambda/function";
import { withLocalCause } from "../lambda/local-cause";
import { limitStream, openStream, withStreamedCause } from "../lambda/open-stream";
import { withContentType } from "../response-headers";
import { accessKeyIdOf, findSignatureFault, LOCAL_CREDENTIALS, userArnOf } from "../signature";
import type { ApiKeyDefinition, StageDefinition } from "../terraform/deployment";
import { TRACE_HEADER, traceRootOf, withTrace } from "../trace";
import { accessLogLine, type RequestDetails } from "./access-log";
import { type AuthorizerContext, Authorizers } from "./authorizers";
import { isBinary } from "./binary-media-types";
import type { EndpointAnswer, EndpointCaller } from "./endpoint-caller";
import { GATEWAY_ERRORS, type GatewayError, missingParameters, toGatewayAnswer } from "./gateway-response";
import { functionOf, isStream, type Method } from "./openapi";
import {
  NOT_BASE64,
  newRequestIds,
  type RequestIds,
  readProxyAnswer,
  readStreamHead,
  toProxyEvent,
} from "./proxy";
import { QuotaUsage } from "./quota";
import {
  authorizedInvocation,
  canAssumeRole,
  findDenial,
  type SagemakerIntegration,
  templateFor,
  toInvocation,
  toMethodResponse,
} from "./sagemaker-integration";
import { TokenBucket } from "./throttle";
import { pathParametersOf, readQuery, toResourcePath } from "./url";

/** API Gateway's default time-out. */
const DEFAULT_INTEGRATION_TIMEOUT_IN_MS = 29_000;

/**
 * The time without data after which API Gateway ends a stream of a regional API: 5 minutes
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html).
 */
const STREAM_IDLE_TIMEOUT_IN_MS = 5 * 60_000;

/** Ends a request with an error of API Gateway. */
class Refusal extends Error {
  constructor(readonly failure: GatewayError) {
    super(failure.message);
  }
}

interface Route {
  readonly method: Method;
  readonly bucket: TokenBucket | undefined;
  readonly validators: ReadonlyMap<string, ValidateFunction>;
}

/** A stage of a REST API: routing, authorization, throttling, validation, integration, in API Gateway's order. */
export class RestApi {
  private readonly routes: readonly Route[];
  /** The buckets of the keys, by the key's id; and of single methods of a key, by the key's id and the method. */
  private readonly keyBuckets: ReadonlyMap<string, TokenBucket>;
  private readonly firewall: Firewall | undefined;
  private readonly authorizers: Authorizers;

  /**
   * @param functions - the functions of the account and region, by ARN
   * @param log - receives the lines of the stage's access log
   * @param invokeEndpoint - invokes the endpoints of routes without functions
   * @param issuer - the issuer of this machine, whose tokens the routes of user pools accept
   * @param now - returns the current time of the firewall in milliseconds; default: the clock of the process
   * @param quotaUsage - the requests that are counted already
   * @param sessions - the temporary credentials that are accepted in addition to the local credentials
   * @param cloudWatch - receives the metrics of the stage; default: no metrics
   */
  constructor(
    private readonly stage: StageDefinition,
    private readonly account: { readonly accountId: string; readonly region: string },
    private readonly functions: ReadonlyMap<string, RouteFunction>,
    private readonly log: (text: string) => void = () => {},
    private readonly invokeEndpoint?: EndpointCaller,
    issuer?: LocalIssuer,
    now?: () => number,
    private readonly quotaUsage: QuotaUsage = new QuotaUsage(),
    private readonly sessions?: RoleSessions,
    private readonly cloudWatch?: CloudWatch,
  ) {
    this.firewall = stage.firewall && new Firewall(stage.firewall, now);
    this.authorizers = new Authorizers(stage, functions, issuer);
    // `multipleOfPrecision` sets decimal arithmetic, so that 0.3 is a multiple of 0.1.
    const ajv = new Ajv({ strict: false, multipleOfPrecision: 9 });
    this.routes = stage.openApi.methods.map((method) => ({
      method,
      bucket: stage.throttling && new TokenBucket(stage.throttling),
      validators: new Map(
        Object.entries(method.requestModels).map(([type, model]) => [type, ajv.compile(model)]),
      ),
    }));
    this.keyBuckets = new Map(
      stage.apiKeys.flatMap(({ id, throttling, methodThrottling = new Map() }) => [
        ...(throttling ? [[id, new TokenBucket(throttling)] as const] : []),
        ...[...methodThrottling].map(
          ([method, limits]) => [`${id} ${method}`, new TokenBucket(limits)] as const,
        ),
      ]),
    );
  }

  /**
   * @param path - the path below the stage, as received
   * @param domainName - the domain name that received the request; default: the API's default address
   */
  async handle(request: HttpRequest, path: string, domainName?: string): Promise<HttpResponse> {
    const ids = newRequestIds();
    const receivedAt = new Date();
    const start = performance.now();
    const details: RequestDetails = {};
    const response = await this.answerOrRefuse(request, path, ids, details, domainName);
    const report = () => {
      const { apiName, stageName } = this.stage;
      if (this.cloudWatch !== undefined && apiName !== undefined) {
        recordApiRequest(this.cloudWatch, scopeOf(this.account), {
          apiName,
          stageName,
          status: response.status,
          latencyInMs: performance.now() - start,
          integrationLatencyInMs: details.integrationLatency,
        });
      }
      if (this.stage.accessLogFormat === undefined) return;
      const line = accessLogLine(this.stage.accessLogFormat, {
        ...ids,
        receivedAt,
        sourceIp: request.sourceIp,
        httpMethod: request.method,
        status: response.status,
        responseLength: lengthOf(response),
        responseLatency: Date.now() - receivedAt.getTime(),
        details,
      });
      this.log(`${line}\n`);
    };
    // A streamed answer is logged at its end.
    if (response.stream === undefined || response.stream.closed) report();
    else response.stream.once("close", report);
    return response;
  }

  private async answerOrRefuse(
    request: HttpRequest,
    path: string,
    ids: RequestIds,
    details: RequestDetails,
    domainName: string | undefined,
  ): Promise<HttpResponse> {
    try {
      return await this.answer(request, path, ids, details, domainName);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      details.errorType = error.failure.responseType;
      return toGatewayAnswer(error.failure, this.stage.openApi.gatewayResponses, {
        ...ids,
        httpMethod: request.method,
        resourcePath: toResourcePath(path),
        stage: this.stage.stageName,
      });
    }
  }

  private async answer(
    request: HttpRequest,
    path: string,
    ids: RequestIds,
    details: RequestDetails,
    domainName: string | undefined,
  ): Promise<HttpResponse> {
    if (request.body === undefined) throw new Refusal(GATEWAY_ERRORS.tooLarge);
    // AWS WAF evaluates a request before API Gateway authorizes the request
    // (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html).
    if (this.firewall?.refuses(request) === true) throw new Refusal(GATEWAY_ERRORS.refusedByFirewall);
    const resourcePath = toResourcePath(path);
    const route = this.findRoute(request.method, resourcePath);
    if (route === undefined) throw new Refusal(GATEWAY_ERRORS.notFound);
    details.resourcePath = route.method.path;

    // AWS does not document whether API Gateway checks a key in the header or the authorizer first. Both refuse in any order.
    const isKeyInHeader = this.stage.openApi.keySource === "HEADER";
    const sentKey =
      route.method.authorization === "API_KEY" && isKeyInHeader
        ? this.stage.apiKeys.find(({ value }) => value === headerOf(request, "x-api-key"))
        : undefined;
    const accepted = await this.runAuthorizer(request, route.method, path, ids, sentKey?.id);
    const context = accepted?.context;
    const keyValue = isKeyInHeader ? headerOf(request, "x-api-key") : accepted?.usageIdentifierKey;
    const apiKey = this.authorize(request, route.method, path, keyValue);
    if (apiKey !== undefined) details.apiKeyId = apiKey.id;
    if (context !== undefined) details.authorizer = context;
    if (route.method.authorization === "AWS_IAM") details.signer = this.signerOf(request);
    this.throttle(route, apiKey);
    this.validate(request, route);

    const { integration } = route.method;
    const own = { "x-amzn-RequestId": ids.requestId, "x-amz-apigw-id": ids.extendedRequestId };
    if (integration.type === "mock") {
      const response = integration.responses.default;
      details.integrationStatus = Number(response.statusCode);
      const mapped = Object.entries(response.responseParameters ?? {}).map(([name, value]) => [
        name.replace(/^method\.response\.header\./, ""),
        value.replace(/^'(.*)'$/s, "$1"),
      ]);
      const { headers } = request;
      const template = templateFor(response.responseTemplates ?? {}, request);
      const result = template?.evaluate({ requestId: ids.requestId, body: "", headers });
      return {
        status: result?.status ?? Number(response.statusCode),
        headers: { ...withContentType({ ...Object.fromEntries(mapped), ...result?.headers }), ...own },
        // A 204 has no body, and API Gateway's preflight is a 204.
        body: "",
      };
    }

    const traced = withTrace(request);
    const trace = { [TRACE_HEADER]: `Root=${traceRootOf(traced)}` };
    if (integration.type === "aws") {
      const answer = await this.answerByEndpoint(request, route.method, integration, ids.requestId, details);
      return { ...answer, headers: { ...answer.headers, ...own, ...trace } };
    }
    const event = toProxyEvent(
      traced,
      route.method,
      this.stage,
      this.account.accountId,
      ids,
      apiKey,
      context,
      domainName,
      this.sessions?.find(accessKeyIdOf(request))?.session,
    );
    const timeout = integration.timeoutInMillis ?? DEFAULT_INTEGRATION_TIMEOUT_IN_MS;
    const fn = this.findFunction(integration.uri, route.method);
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > MAX_EVENT_IN_BYTES) throw new Refusal(GATEWAY_ERRORS.tooLargeForLambda);
    details.responseTransferMode = isStream(integration) ? "STREAMED" : "BUFFERED";
    const answer = isStream(integration)
      ? await this.stream(fn, route.method, payload, timeout, details, request.signal)
      : await this.invoke(
          fn,
          payload,
          isBinary(traced, "accept", this.stage.openApi.binaryMediaTypes),
          timeout,
          details,
        );
    return { ...answer, headers: { ...answer.headers, ...own, ...trace } };
  }

  /** The route of a path. A path without parameters has priority over a path with parameters. */
  private findRoute(httpMethod: string, resourcePath: string): Route | undefined {
    const candidates = this.routes.filter(({ method }) => method.httpMethod === httpMethod);
    return (
      candidates.find(({ method }) => method.path === resourcePath) ??
      candidates.find(({ method }) => pathParametersOf(method.path, resourcePath) !== undefined)
    );
  }

  /**
   * Applies the limits in API Gateway's order: the usage plan's limits, then the stage's
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html). AWS does not document
   * whether a throttled request counts toward the quota. Here, it does not.
   */
  private throttle({ method, bucket }: Route, apiKey: ApiKeyDefinition | undefined): void {
    const ofKey = apiKey === undefined ? [] : [`${apiKey.id} ${method.httpMethod}${method.path}`, apiKey.id];
    const buckets = [...ofKey.map((name) => this.keyBuckets.get(name)), bucket];
    if (buckets.some((one) => one?.take() === false)) throw new Refusal(GATEWAY_ERRORS.throttled);
    const isWithinQuota = apiKey?.quota === undefined || this.quotaUsage.take(apiKey.id, apiKey.quota);
    if (!isWithinQuota) throw new Refusal(GATEWAY_ERRORS.quotaExceeded);
  }

  /** @returns the context and the key of the route's authorizer; `undefined` if the route has none */
  private async runAuthorizer(
    request: HttpRequest,
    method: Method,
    path: string,
    ids: RequestIds,
    apiKeyId: string | undefined,
  ): Promise<
    { readonly context: AuthorizerContext; readonly usageIdentifierKey?: string | undefined } | undefined
  > {
    const { authorizer } = method;
    if (authorizer === undefined) return undefined;
    const sentKey =
      apiKeyId === undefined ? undefined : { id: apiKeyId, value: headerOf(request, "x-api-key") };
    const event = toProxyEvent(request, method, this.stage, this.account.accountId, ids, sentKey);
    const methodArn = `${this.stage.executionArn}/${request.method}${path}`;
    const result =
      authorizer.kind === "function"
        ? await this.authorizers.runFunction(authorizer, request, methodArn, event)
        : this.authorizers.checkUserPool(authorizer, request);
    if (result.error !== undefined) throw new Refusal(result.error);
    return result;
  }

  /** The session of a role, or the IAM user of the local credentials. */
  private signerOf(request: HttpRequest): NonNullable<RequestDetails["signer"]> {
    const { accountId } = this.account;
    const session = this.sessions?.find(accessKeyIdOf(request))?.session;
    return { userArn: session?.arn ?? userArnOf(this.account, LOCAL_CREDENTIALS.accessKeyId), accountId };
  }

  /**
   * @param keyValue - the caller's key, from the source of keys of the API
   * @returns the key, if the method requires a key
   */
  private authorize(
    request: HttpRequest,
    method: Method,
    path: string,
    keyValue: string | undefined,
  ): ApiKeyDefinition | undefined {
    const { authorization } = method;
    if (authorization === "AWS_IAM") {
      const scope = { service: "execute-api", region: this.account.region };
      const fault = findSignatureFault(request, scope, this.sessions);
      if (fault === undefined) {
        this.requirePermission(request, method, path);
        return undefined;
      }
      if (fault.errorType === "ExpiredTokenException")
        throw new Refusal({ responseType: "EXPIRED_TOKEN", status: 403, ...fault });
      if (fault.errorType === "MissingAuthenticationTokenException")
        throw new Refusal(GATEWAY_ERRORS.notFound);
      throw new Refusal({ responseType: "INVALID_SIGNATURE", status: 403, ...fault });
    }
    if (authorization === "API_KEY") {
      const key = this.stage.apiKeys.find(({ value }) => value === keyValue);
      if (key === undefined) throw new Refusal(GATEWAY_ERRORS.badKey);
      return key;
    }
    return undefined;
  }

  /** Refuses a signer whose policies do not permit the route. */
  private requirePermission(request: HttpRequest, { httpMethod }: Method, path: string): void {
    const accessKeyId = accessKeyIdOf(request);
    const resource = `${this.stage.executionArn}/${httpMethod}${toResourcePath(path)}`;
    if (this.sessions?.isAllowed(accessKeyId, "execute-api:Invoke", resource) !== false) return;
    throw new Refusal({
      responseType: "ACCESS_DENIED",
      status: 403,
      errorType: "AccessDeniedException",
      message: `User: ${this.sessions.find(accessKeyId)?.session.arn} is not authorized to perform: execute-api:Invoke on resource: ${resource}`,
    });
  }

  /**
   * Validates a body as API Gateway does: a body whose media type has no model is not validated. AWS does not document
   * the validation of a byte order mark, or of another charset or encoding. The function drops a byte order mark and
   * refuses the other bodies by name, so this method accepts all these bodies.
   */
  private validate(request: HttpRequest, { method, validators }: Route): void {
    const query = new Map(readQuery(request.query));
    const missing = method.requiredParameters.filter((name) => !query.get(name));
    if (missing.length > 0) throw new Refusal(missingParameters(missing));

    const mediaType =
      headerOf(request, "content-type")?.split(";")[0]?.trim().toLowerCase() || "application/json";
    const validate = validators.get(mediaType);
    if (validate === undefined || !isPlainUtf8(request)) return;
    let body: unknown;
    try {
      body = JSON.parse((request.body?.toString("utf8") ?? "").replace(/^\ufeff/, ""));
    } catch {
      throw this.refuseBody(method, "the body is not JSON");
    }
    if (validate(body) !== true) throw this.refuseBody(method, describeFault(validate.errors?.[0]));
  }

  /** API Gateway's answer does not name the reason. On this machine, the developer is the caller. */
  private refuseBody({ httpMethod, path }: Method, reason: string): Refusal {
    this.log(`${httpMethod} ${path}: the request model of the API refuses the body: ${reason}\n`);
    return new Refusal(GATEWAY_ERRORS.badBody);
  }

  /** Invokes an endpoint as API Gateway does, with the integration's parameters, templates and responses. */
  private async answerByEndpoint(
    request: HttpRequest,
    { httpMethod, path }: Method,
    integration: SagemakerIntegration,
    requestId: string,
    details: RequestDetails,
  ): Promise<HttpResponse> {
    const { gatewayRoles = [] } = this.stage;
    if (this.invokeEndpoint === undefined || !canAssumeRole(integration, gatewayRoles)) {
      console.error(
        `${httpMethod} ${path}: API Gateway does not have permission to assume the role ${integration.credentials}`,
      );
      throw new Refusal(GATEWAY_ERRORS.configuration);
    }
    const { binaryMediaTypes } = this.stage.openApi;
    const isBytes = isBinary(request, "content-type", binaryMediaTypes);
    const invocation = toInvocation(integration, request, requestId, isBytes);
    if (invocation === undefined) throw new Refusal(GATEWAY_ERRORS.unsupportedMediaType);
    const { accountId } = this.account;
    const arns = new ArnFactory(invocation.region, accountId);
    const authorized = authorizedInvocation(invocation, (resource) => arns.arn("sagemaker", resource));
    const invokedAt = Date.now();
    const answer: EndpointAnswer | "timed out" =
      findDenial(integration, gatewayRoles, authorized) ??
      (await withTimeout(
        this.invokeEndpoint(invocation),
        integration.timeoutInMillis ?? DEFAULT_INTEGRATION_TIMEOUT_IN_MS,
      ));
    details.integrationLatency = Date.now() - invokedAt;
    if (answer === "timed out") throw new Refusal(GATEWAY_ERRORS.timedOut);
    details.integrationStatus = answer.status;
    const isBinaryAnswer = isBinary(
      { headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]) },
      "content-type",
      binaryMediaTypes,
    );
    const response = toMethodResponse(integration, answer, request, requestId, isBinaryAnswer);
    if (response === undefined) throw new Refusal(GATEWAY_ERRORS.configuration);
    return withLocalCause(response, answer.localCause);
  }

  /** The function of an integration, if the function's policy permits the route. */
  private findFunction(uri: string, method: Method): RouteFunction {
    const arn = functionOf(uri);
    const fn = arn === undefined ? undefined : this.functions.get(arn);
    const sourceArn = `${this.stage.executionArn}/${method.httpMethod}${method.path}`;
    if (fn === undefined || !fn.definition.invocableFor.some((pattern) => matchesArn(pattern, sourceArn))) {
      console.error(
        `${method.httpMethod} ${method.path}: API Gateway has no permission to invoke ${arn ?? uri}`,
      );
      throw new Refusal(GATEWAY_ERRORS.configuration);
    }
    return fn;
  }

  private async invoke(
    fn: RouteFunction,
    event: string,
    takesBytes: boolean,
    timeoutInMs: number,
    details: RequestDetails,
  ): Promise<HttpResponse> {
    const invokedAt = Date.now();
    const result = await withTimeout(fn.invoke(event), timeoutInMs);
    details.integrationLatency = Date.now() - invokedAt;
    if (result === "timed out") throw new Refusal(GATEWAY_ERRORS.timedOut);
    if (!result.ok && result.throttledBy !== undefined) {
      details.lambdaStatus = 429;
      throw new Refusal(GATEWAY_ERRORS.functionThrottled);
    }
    // Lambda answers 200 even if the function failed
    // (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
    details.lambdaStatus = 200;
    if (!result.ok || Buffer.byteLength(result.payload) > MAX_ANSWER_IN_BYTES) {
      throw new Refusal(GATEWAY_ERRORS.functionFailed);
    }
    const answer = readProxyAnswer(result.payload, takesBytes);
    if (answer === NOT_BASE64) throw new Refusal(GATEWAY_ERRORS.notBase64);
    if (answer === undefined) throw new Refusal(GATEWAY_ERRORS.functionFailed);
    details.integrationStatus = answer.status;
    return withLocalCause(answer, result.localCause);
  }

  /**
   * Invokes a function in the transfer mode STREAM: API Gateway sends status and headers when it has received the
   * metadata, and then each chunk
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html).
   */
  private async stream(
    fn: RouteFunction,
    { httpMethod, path }: Method,
    event: string,
    timeoutInMs: number,
    details: RequestDetails,
    caller: AbortSignal | undefined,
  ): Promise<HttpResponse> {
    const start = performance.now();
    const connection = new AbortController();
    const close = () => connection.abort();
    if (caller?.aborted) close();
    caller?.addEventListener("abort", close, { once: true });
    const answering = fn.stream(event, connection.signal).then(async (invocation) => {
      if (!invocation.ok) return invocation;
      return { invocation, opened: await openStream(invocation.body, readStreamHead) };
    });
    const streamed = await withTimeout(answering, timeoutInMs);
    details.integrationLatency = Math.round(performance.now() - start);
    if (streamed === "timed out") {
      close();
      throw new Refusal(GATEWAY_ERRORS.timedOut);
    }
    if ("error" in streamed && streamed.throttledBy !== undefined) {
      details.lambdaStatus = 429;
      throw new Refusal(GATEWAY_ERRORS.functionThrottled);
    }
    details.lambdaStatus = 200;
    if ("error" in streamed) {
      if (caller?.aborted) return closedByCaller(details);
      throw new Refusal(GATEWAY_ERRORS.functionFailed);
    }
    const { invocation, opened } = streamed;
    if (typeof opened === "string") {
      if (caller?.aborted) return closedByCaller(details);
      this.log(`${httpMethod} ${path}: API Gateway cannot send the streamed answer: ${opened}\n`);
      throw new Refusal(GATEWAY_ERRORS.functionFailed);
    }
    details.timeToAllHeaders = details.integrationLatency;
    if (opened.body.length > 0 || opened.stream.readableLength > 0) {
      details.timeToFirstContent = details.integrationLatency;
    } else {
      opened.stream.once("received", () => {
        details.timeToFirstContent = Math.round(performance.now() - start);
      });
    }
    details.integrationStatus = opened.status;
    opened.stream.once("close", () => {
      details.integrationLatency = Math.round(performance.now() - start);
    });
    const limits = {
      idleInMs: STREAM_IDLE_TIMEOUT_IN_MS,
      totalInMs: timeoutInMs - (performance.now() - start),
    };
    limitStream(opened.stream, limits, (reason) =>
      this.log(`${httpMethod} ${path}: API Gateway ends the streamed answer: ${reason}\n`),
    );
    return await withStreamedCause(opened, invocation.ended);
  }
}

/** The place in the body and the violated rule with its allowed values or the unknown name, without the value. */
function describeFault(fault?: ErrorObject): string {
  if (fault === undefined) return "the body does not match";
  const { instancePath, message = fault.keyword, params } = fault;
  const { allowedValues, additionalProperty } = params;
  const details: unknown = allowedValues ?? additionalProperty;
  const end = details === undefined ? "" : `: ${JSON.stringify(details)}`;
  return `${instancePath === "" ? "the body" : instancePath} ${message}${end}`;
}

/** The end of a request whose caller has disconnected before status and headers. Nothing receives the answer. */
function closedByCaller(details: RequestDetails): HttpResponse {
  details.isClosedByCaller = true;
  return { status: 200, headers: {}, body: "" };
}

/** The length of an answer's body, also of a streamed body that the caller has not received completely. */
function lengthOf({ body, stream }: HttpResponse): number {
  return stream instanceof AnswerStream ? stream.bodyBytes : Buffer.byteLength(body);
}

/** Whether the headers declare a body in UTF-8 without a content encoding. */
function isPlainUtf8(request: HttpRequest): boolean {
  const encoding = headerOf(request, "content-encoding")?.trim() || "identity";
  const [, charset = "utf-8"] =
    /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headerOf(request, "content-type") ?? "") ?? [];
  return /^identity$/i.test(encoding) && /^(?:utf-?8|us-ascii)$/i.test(charset);
}

async function withTimeout<Result>(
  invocation: Promise<Result>,
  timeoutInMs: number,
): Promise<Result | "timed out"> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"timed out">((resolve) => {
    timer = setTimeout(() => resolve("timed out"), timeoutInMs);
  });
  try {
    return await Promise.race([invocation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
