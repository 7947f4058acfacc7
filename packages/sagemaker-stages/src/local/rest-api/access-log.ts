import { toCommonLogTime } from "../common-log-time";

/** An answered request. */
export interface LoggedRequest {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly receivedAt: Date;
  readonly sourceIp: string;
  readonly httpMethod: string;
  readonly status: number;
  /** The length of the answer's body in bytes. */
  readonly responseLength: number;
  /** Milliseconds from the request to the answer. */
  readonly responseLatency: number;
  /** The values that API Gateway found while it processed the request. */
  readonly details: RequestDetails;
}

/**
 * The values that API Gateway finds while it processes a request. A refused request lacks the values of later steps.
 */
export interface RequestDetails {
  /** The path of the route, which can differ from the path of the request. */
  resourcePath?: string;
  /** The id of the API key, if the route requires a key. */
  apiKeyId?: string;
  /** The signer of the request, if the route requires a signature. */
  signer?: { readonly userArn: string; readonly accountId: string };
  /** The context of the authorizer, if the route has one. */
  authorizer?: Readonly<Record<string, unknown>>;
  /** The status of Lambda's answer, even if the function failed. */
  lambdaStatus?: number;
  /** The status of the integration's answer, which is the function's status. */
  integrationStatus?: number;
  /** The integration's duration in milliseconds. */
  integrationLatency?: number;
  /** How API Gateway transfers the answer of a function. */
  responseTransferMode?: "BUFFERED" | "STREAMED";
  /**
   * Whether the caller has disconnected before status and headers of a streamed answer. The request then has no status, and
   * is no error in the metrics. AWS does not document what API Gateway logs for such a request.
   */
  isClosedByCaller?: boolean;
  /** The milliseconds to the first bytes of the body of a streamed answer. */
  timeToFirstContent?: number;
  /** The milliseconds to status and headers of a streamed answer. */
  timeToAllHeaders?: number;
  /** The type of an error that API Gateway itself answers, e.g. `THROTTLED`. */
  errorType?: string;
}

type Variable = (request: LoggedRequest) => string | number | undefined;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html */
const VARIABLES: Readonly<Record<string, Variable>> = {
  requestId: ({ requestId }) => requestId,
  extendedRequestId: ({ extendedRequestId }) => extendedRequestId,
  requestTime: ({ receivedAt }) => toCommonLogTime(receivedAt),
  requestTimeEpoch: ({ receivedAt }) => receivedAt.getTime(),
  "identity.sourceIp": ({ sourceIp }) => sourceIp,
  "identity.userArn": ({ details }) => details.signer?.userArn,
  "identity.accountId": ({ details }) => details.signer?.accountId,
  "identity.apiKeyId": ({ details }) => details.apiKeyId,
  "authorizer.principalId": ({ details }) => textOf(details.authorizer?.principalId),
  "authorizer.claims.sub": ({ details }) => textOf(Object(details.authorizer?.claims).sub),
  httpMethod: ({ httpMethod }) => httpMethod,
  resourcePath: ({ details }) => details.resourcePath,
  status: ({ status, details }) => (details.isClosedByCaller === true ? undefined : status),
  responseLength: ({ responseLength }) => responseLength,
  responseLatency: ({ responseLatency }) => responseLatency,
  "error.responseType": ({ details }) => details.errorType,
  "integration.integrationStatus": ({ details }) => details.lambdaStatus,
  "integration.status": ({ details }) => details.integrationStatus,
  "integration.latency": ({ details }) => details.integrationLatency,
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-troubleshoot.html
  "integration.responseTransferMode": ({ details }) => details.responseTransferMode,
  "integration.timeToAllHeaders": ({ details }) => details.timeToAllHeaders,
  "integration.timeToFirstContent": ({ details }) => details.timeToFirstContent,
};

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

const VARIABLE = /\$context\.([A-Za-z]+(?:\.[A-Za-z_]+)*)/g;

/** The text that API Gateway writes if a request has no value for a variable. */
const NO_VALUE = "-";

/** The line of a stage's access log for one request. */
export function accessLogLine(format: string, request: LoggedRequest): string {
  return format.replace(VARIABLE, (_whole, name: string) => String(lookUp(name, request) ?? NO_VALUE));
}

function lookUp(name: string, request: LoggedRequest): ReturnType<Variable> {
  return Object.hasOwn(VARIABLES, name) ? VARIABLES[name]?.(request) : undefined;
}

/** The variables of a format for which the local stage has no value, each once, e.g. `$context.wafResponseCode`. */
export function unknownVariables(format: string): string[] {
  const names = [...format.matchAll(VARIABLE)].filter(([, name = ""]) => !Object.hasOwn(VARIABLES, name));
  return [...new Set(names.map(([variable]) => variable))];
}
