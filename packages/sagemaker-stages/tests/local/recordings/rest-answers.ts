import { type Recording, SOURCES } from "./recording";

/** The answer that a caller receives from a function behind API Gateway, or from API Gateway itself. */
export interface RestAnswerRecording extends Recording {
  /** The request line without the version. @default the route whose function answers `answer` */
  readonly request?: string;
  /** The return value of the function. */
  readonly answer?: unknown;
  readonly status: number;
  readonly body?: string;
  /** Values by name; `undefined` if the answer must not have the header. */
  readonly headers?: Readonly<Record<string, readonly (string | RegExp)[]>>;
}

const FAILED = {
  status: 502,
  body: '{"message":"Internal server error"}',
  headers: {
    "content-type": ["application/json"],
    "x-amzn-errortype": ["InternalServerErrorException"],
    "x-amz-apigw-id": [/=$/],
    "x-amzn-requestid": [/^[0-9a-f-]{36}$/],
    "x-amzn-trace-id": [],
  },
} as const;

const formats: RestAnswerRecording[] = [
  { title: "no body", source: SOURCES.answerFormat, answer: { statusCode: 200 }, status: 200, body: "" },
  {
    title: "headers only",
    source: SOURCES.answerFormat,
    answer: { statusCode: 200, headers: { "test-header": "value" } },
    status: 200,
    body: "",
    headers: { "test-header": ["value"] },
  },
  {
    title: "an unknown member",
    source: SOURCES.answerFormat,
    answer: { statusCode: 200, wrongValue: "value" },
    ...FAILED,
  },
  { title: "an empty object", source: SOURCES.answerFormat, answer: {}, status: 200, body: "" },
  {
    title: "the content type when the function names none",
    source: SOURCES.answerFormat,
    answer: { statusCode: 200, body: "{}" },
    status: 200,
    headers: { "content-type": ["application/json"] },
  },
  {
    title: "the ids and the trace",
    source: SOURCES.remapping,
    answer: { statusCode: 200, body: "{}" },
    status: 200,
    headers: {
      "x-amzn-requestid": [/^[0-9a-f-]{36}$/],
      "x-amz-apigw-id": [/=$/],
      "x-amzn-trace-id": [/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/],
    },
  },
];

/** "If you specify values for both headers and multiValueHeaders, API Gateway merges them into a single list." */
const merged: RestAnswerRecording[] = [
  {
    title: "a name in both maps: all values",
    source: SOURCES.proxyDocumentation,
    answer: { statusCode: 200, headers: { "X-A": "1" }, multiValueHeaders: { "X-A": ["2", "3"] } },
    status: 200,
    headers: { "x-a": ["2", "3", "1"] },
  },
  {
    title: "a pair in both maps: once",
    source: SOURCES.proxyDocumentation,
    answer: { statusCode: 200, headers: { "X-A": "1" }, multiValueHeaders: { "X-A": ["1", "2"] } },
    status: 200,
    headers: { "x-a": ["1", "2"] },
  },
  {
    title: "a name in both maps in another case: all values",
    source: SOURCES.proxyDocumentation,
    answer: { statusCode: 200, headers: { "x-a": "1" }, multiValueHeaders: { "X-A": ["2"] } },
    status: 200,
    headers: { "x-a": ["2", "1"] },
  },
  {
    title: "other names in each map",
    source: SOURCES.proxyDocumentation,
    answer: { statusCode: 200, headers: { "X-A": "1" }, multiValueHeaders: { "X-B": ["2", "3"] } },
    status: 200,
    headers: { "x-a": ["1"], "x-b": ["2", "3"] },
  },
];

const remapped: RestAnswerRecording[] = [
  "Authorization",
  "Connection",
  "Content-Length",
  "Content-MD5",
  "Date",
  "Expect",
  "Host",
  "Max-Forwards",
  "Proxy-Authenticate",
  "Server",
  "Trailer",
  "Upgrade",
  "User-Agent",
  "WWW-Authenticate",
].map((name) => ({
  title: `remapped header: ${name}`,
  source: SOURCES.remapping,
  answer: { statusCode: 200, headers: { [name]: "17" }, body: "whole" },
  status: 200,
  body: "whole",
  headers: { [`x-amzn-Remapped-${name}`]: ["17"] },
}));

const passed: RestAnswerRecording[] = [
  "Accept",
  "Accept-Charset",
  "Age",
  "Content-Encoding",
  "Content-Type",
  "Pragma",
  "Range",
  "Referer",
  "TE",
  "Via",
  "Warn",
].map((name) => ({
  title: `forwarded header: ${name}`,
  source: SOURCES.remapping,
  answer: { statusCode: 200, headers: { [name]: `response_param_${name}` } },
  status: 200,
  headers: { [name]: [`response_param_${name}`] },
}));

const own: RestAnswerRecording[] = [
  {
    title: "a mock integration without a template",
    source: SOURCES.mock,
    request: "OPTIONS /stage/hardcoded",
    status: 200,
    body: "",
    headers: { "content-type": ["application/json"], "x-amzn-requestid": [/./], "x-amz-apigw-id": [/=$/] },
  },
  {
    title: "a missing parameter",
    source: SOURCES.validator,
    request: "GET /stage/required",
    status: 400,
    body: '{"message":"Missing required request parameters: [issuer]"}',
    headers: { "x-amzn-errortype": ["BadRequestException"] },
  },
  {
    title: "a body that does not match the model",
    source: SOURCES.validator,
    request: "POST /stage/required",
    status: 400,
    body: '{"message":"Invalid request body"}',
    headers: { "x-amzn-errortype": ["BadRequestException"] },
  },
  {
    title: "HEAD is not the GET of its path",
    source: `${SOURCES.proxyEvent}; localstack-core, resource_router.py, ApiGatewayMethodRule`,
    request: "HEAD /stage/hardcoded",
    status: 403,
    headers: { "x-amzn-errortype": ["MissingAuthenticationTokenException"] },
  },
];

export const REST_ANSWERS: readonly RestAnswerRecording[] = [
  ...formats,
  ...merged,
  ...remapped,
  ...passed,
  ...own,
];
