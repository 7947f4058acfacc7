import { toCommonLogTime } from "../common-log-time";

/** What is known of one request once it is answered. */
export interface LoggedRequest {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly receivedAt: Date;
  readonly sourceIp: string;
  readonly httpMethod: string;
  readonly status: number;
  /** Bytes of the answer's body. */
  readonly responseLength: number;
  /** Milliseconds from the request to the answer. */
  readonly responseLatency: number;
  /** What API Gateway learned on the way. */
  readonly learned: Learned;
}

/** What API Gateway learns of a request on its way; a request that is refused ends before the rest. */
export interface Learned {
  /** The path of the route; not what the caller wrote. */
  resourcePath?: string;
  /** Id of the API key, where the route requires one. */
  apiKeyId?: string;
  /** Who signed the request, where the route requires a signature. */
  signer?: { readonly userArn: string; readonly accountId: string };
  /** Status that Lambda answered with, whatever became of the function. */
  lambdaStatus?: number;
  /** Status that the integration answered with: the function's own. */
  integrationStatus?: number;
  /** Milliseconds that the integration took. */
  integrationLatency?: number;
  /** Type of the answer that is API Gateway's own, e.g. `THROTTLED`. */
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
  "identity.userArn": ({ learned }) => learned.signer?.userArn,
  "identity.accountId": ({ learned }) => learned.signer?.accountId,
  "identity.apiKeyId": ({ learned }) => learned.apiKeyId,
  httpMethod: ({ httpMethod }) => httpMethod,
  resourcePath: ({ learned }) => learned.resourcePath,
  status: ({ status }) => status,
  responseLength: ({ responseLength }) => responseLength,
  responseLatency: ({ responseLatency }) => responseLatency,
  "error.responseType": ({ learned }) => learned.errorType,
  "integration.integrationStatus": ({ learned }) => learned.lambdaStatus,
  "integration.status": ({ learned }) => learned.integrationStatus,
  "integration.latency": ({ learned }) => learned.integrationLatency,
};

const VARIABLE = /\$context\.([A-Za-z]+(?:\.[A-Za-z_]+)*)/g;

/** API Gateway writes this where a request has no value for a variable. */
const NO_VALUE = "-";

/** The line of a stage's access log for one request. */
export function accessLogLine(format: string, request: LoggedRequest): string {
  return format.replace(VARIABLE, (_whole, name: string) => String(lookUp(name, request) ?? NO_VALUE));
}

function lookUp(name: string, request: LoggedRequest): ReturnType<Variable> {
  return Object.hasOwn(VARIABLES, name) ? VARIABLES[name]?.(request) : undefined;
}

/** The variables of a format that this machine has no value for, each once, e.g. `$context.wafResponseCode`. */
export function unknownVariables(format: string): string[] {
  const names = [...format.matchAll(VARIABLE)].filter(([, name = ""]) => !Object.hasOwn(VARIABLES, name));
  return [...new Set(names.map(([variable]) => variable))];
}
