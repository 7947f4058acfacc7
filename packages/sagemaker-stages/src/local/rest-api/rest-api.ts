import type { ValidateFunction } from "ajv";
import Ajv from "ajv-draft-04";
import { matchesArn } from "../../aws/arn-pattern";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import {
  type InvocationResult,
  MOST_BYTES_OF_ANSWER,
  MOST_BYTES_OF_EVENT,
  type RouteFunction,
} from "../lambda/function";
import { withLocalCause } from "../lambda/local-cause";
import { withContentType } from "../response-headers";
import { findSignatureFault, LOCAL_CREDENTIALS, userArnOf } from "../signature";
import type { ApiKeyDefinition, StageDefinition } from "../terraform/deployment";
import { TRACE_HEADER, traceRootOf, withTrace } from "../trace";
import { accessLogLine, type Learned } from "./access-log";
import { GATEWAY_ERRORS, type GatewayError, missingParameters, toGatewayAnswer } from "./gateway-response";
import type { Method } from "./openapi";
import { newRequestIds, type RequestIds, readProxyAnswer, toProxyEvent } from "./proxy";
import { TokenBucket } from "./throttle";
import { readQuery, toResourcePath } from "./url";

/** API Gateway's own limit where the API sets none. */
const DEFAULT_INTEGRATION_TIMEOUT_IN_MS = 29_000;

/** Ends a request with an answer of API Gateway's own. */
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
  private readonly keyBuckets: ReadonlyMap<string, TokenBucket>;

  /**
   * @param functions - the functions of the account and region, by ARN
   * @param log - takes the lines of the stage's access log, where the stage has one
   */
  constructor(
    private readonly stage: StageDefinition,
    private readonly account: { readonly accountId: string; readonly region: string },
    private readonly functions: ReadonlyMap<string, RouteFunction>,
    private readonly log: (text: string) => void = () => {},
  ) {
    const ajv = new Ajv({ strict: false });
    this.routes = stage.openApi.methods.map((method) => ({
      method,
      bucket: stage.throttling && new TokenBucket(stage.throttling),
      validators: new Map(
        Object.entries(method.requestModels).map(([type, model]) => [type, ajv.compile(model)]),
      ),
    }));
    this.keyBuckets = new Map(
      stage.apiKeys.flatMap(({ id, throttling }) => (throttling ? [[id, new TokenBucket(throttling)]] : [])),
    );
  }

  /** @param path - the path below the stage, as it was sent */
  async handle(request: HttpRequest, path: string): Promise<HttpResponse> {
    const ids = newRequestIds();
    const receivedAt = new Date();
    const learned: Learned = {};
    const response = await this.answerOrRefuse(request, path, ids, learned);
    if (this.stage.accessLogFormat !== undefined) {
      const line = accessLogLine(this.stage.accessLogFormat, {
        ...ids,
        receivedAt,
        sourceIp: request.sourceIp,
        httpMethod: request.method,
        status: response.status,
        responseLength: Buffer.byteLength(response.body),
        responseLatency: Date.now() - receivedAt.getTime(),
        learned,
      });
      this.log(`${line}\n`);
    }
    return response;
  }

  private async answerOrRefuse(
    request: HttpRequest,
    path: string,
    ids: RequestIds,
    learned: Learned,
  ): Promise<HttpResponse> {
    try {
      return await this.answer(request, path, ids, learned);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      learned.errorType = error.failure.responseType;
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
    learned: Learned,
  ): Promise<HttpResponse> {
    if (request.body === undefined) throw new Refusal(GATEWAY_ERRORS.tooLarge);
    const resourcePath = toResourcePath(path);
    const route = this.routes.find(
      ({ method }) => method.path === resourcePath && method.httpMethod === request.method,
    );
    if (route === undefined) throw new Refusal(GATEWAY_ERRORS.notFound);
    learned.resourcePath = route.method.path;

    const apiKey = this.authorize(request, route.method);
    if (apiKey !== undefined) learned.apiKeyId = apiKey.id;
    if (route.method.authorization === "AWS_IAM") learned.signer = this.localSigner();
    const keyBucket = apiKey && this.keyBuckets.get(apiKey.id);
    if (route.bucket?.take() === false || keyBucket?.take() === false)
      throw new Refusal(GATEWAY_ERRORS.throttled);
    this.validate(request, route);

    const { integration } = route.method;
    const own = { "x-amzn-RequestId": ids.requestId, "x-amz-apigw-id": ids.extendedRequestId };
    if (integration.type === "mock") {
      const response = integration.responses.default;
      learned.integrationStatus = Number(response.statusCode);
      const mapped = Object.entries(response.responseParameters ?? {}).map(([name, value]) => [
        name.replace(/^method\.response\.header\./, ""),
        value.replace(/^'(.*)'$/s, "$1"),
      ]);
      return {
        status: Number(response.statusCode),
        headers: { ...withContentType(Object.fromEntries(mapped)), ...own },
        body: "",
      };
    }

    const traced = withTrace(request);
    const event = toProxyEvent(traced, route.method, this.stage, this.account.accountId, ids, apiKey?.id);
    const timeout = integration.timeoutInMillis ?? DEFAULT_INTEGRATION_TIMEOUT_IN_MS;
    const { status, headers, body } = await this.invoke(
      integration.uri,
      route.method,
      JSON.stringify(event),
      timeout,
      learned,
    );
    const trace = { [TRACE_HEADER]: `Root=${traceRootOf(traced)}` };
    return { status, headers: { ...headers, ...own, ...trace }, body };
  }

  /** Who signs with this machine's credentials, as IAM would name a user. */
  private localSigner(): NonNullable<Learned["signer"]> {
    const { accountId } = this.account;
    return { userArn: userArnOf(this.account, LOCAL_CREDENTIALS.accessKeyId), accountId };
  }

  /** @returns the key, where the method wants one */
  private authorize(request: HttpRequest, { authorization }: Method): ApiKeyDefinition | undefined {
    if (authorization === "AWS_IAM") {
      const fault = findSignatureFault(request, { service: "execute-api", region: this.account.region });
      if (fault === undefined) return undefined;
      if (fault.errorType === "MissingAuthenticationTokenException")
        throw new Refusal(GATEWAY_ERRORS.notFound);
      throw new Refusal({ responseType: "INVALID_SIGNATURE", status: 403, ...fault });
    }
    if (authorization === "API_KEY") {
      const value = headerOf(request, "x-api-key");
      const key = this.stage.apiKeys.find((candidate) => candidate.value === value);
      if (key === undefined) throw new Refusal(GATEWAY_ERRORS.badKey);
      return key;
    }
    return undefined;
  }

  /**
   * As API Gateway: a body whose media type has no model is not validated. AWS does not document how it validates a
   * byte order mark, or a body in another charset or encoding: the function drops the one, and refuses the others by
   * name, so neither is refused here as malformed JSON.
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
      throw new Refusal(GATEWAY_ERRORS.badBody);
    }
    if (validate(body) !== true) throw new Refusal(GATEWAY_ERRORS.badBody);
  }

  private async invoke(
    uri: string,
    method: Method,
    payload: string,
    timeoutInMs: number,
    learned: Learned,
  ): Promise<HttpResponse> {
    const arn = /\/functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1];
    const fn = arn === undefined ? undefined : this.functions.get(arn);
    const sourceArn = `${this.stage.executionArn}/${method.httpMethod}${method.path}`;
    if (fn === undefined || !fn.definition.invocableFor.some((pattern) => matchesArn(pattern, sourceArn))) {
      console.error(
        `${method.httpMethod} ${method.path}: API Gateway has no permission to invoke ${arn ?? uri}`,
      );
      throw new Refusal(GATEWAY_ERRORS.configuration);
    }
    if (Buffer.byteLength(payload) > MOST_BYTES_OF_EVENT) throw new Refusal(GATEWAY_ERRORS.tooLargeForLambda);

    const invokedAt = Date.now();
    const result = await withTimeout(fn.invoke(payload), timeoutInMs);
    learned.integrationLatency = Date.now() - invokedAt;
    if (result === "timed out") throw new Refusal(GATEWAY_ERRORS.timedOut);
    if (!result.ok && result.throttledBy !== undefined) {
      learned.lambdaStatus = 429;
      throw new Refusal(GATEWAY_ERRORS.functionThrottled);
    }
    // Lambda answers with 200 also where the function failed
    // (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
    learned.lambdaStatus = 200;
    if (!result.ok || Buffer.byteLength(result.payload) > MOST_BYTES_OF_ANSWER) {
      throw new Refusal(GATEWAY_ERRORS.functionFailed);
    }
    const answer = readProxyAnswer(result.payload);
    if (answer === undefined) throw new Refusal(GATEWAY_ERRORS.functionFailed);
    learned.integrationStatus = answer.status;
    return withLocalCause(answer, result.localCause);
  }
}

/** Whether the headers say that the body is UTF-8, without a content encoding. */
function isPlainUtf8(request: HttpRequest): boolean {
  const encoding = headerOf(request, "content-encoding")?.trim() || "identity";
  const [, charset = "utf-8"] =
    /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headerOf(request, "content-type") ?? "") ?? [];
  return /^identity$/i.test(encoding) && /^(?:utf-?8|us-ascii)$/i.test(charset);
}

async function withTimeout(
  invocation: Promise<InvocationResult>,
  timeoutInMs: number,
): Promise<InvocationResult | "timed out"> {
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
