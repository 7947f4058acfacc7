import { type Recording, SOURCES } from "./recording";

/** A part of the event that a function URL sends to a function. */
export interface UrlEventRecording extends Recording {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Properties by path; `undefined` if the event must not have the property. */
  readonly recorded: Readonly<Record<string, unknown>>;
}

const ECHO = {
  method: "POST",
  path: "/pa2%Fth/1?q=query&multiQuery=foo&multiQuery=%2Fbar",
  headers: {
    "Content-Type": "application/json",
    "User-Agent": "test/echo",
    "ExTrA-HeADERs": "With WeiRd CapS",
    Accept: "*/*",
    "Accept-Encoding": "gzip, deflate",
  },
  body: '{"foo": "bar"}',
  source: SOURCES.url,
} as const;

const echoed: UrlEventRecording[] = [
  { title: "a path with a broken encoding", ...ECHO, recorded: { rawPath: "/pa2%Fth/1" } },
  {
    title: "values of one name, joined with commas",
    ...ECHO,
    recorded: { queryStringParameters: { multiQuery: "foo,/bar", q: "query" } },
  },
  {
    title: "the query as received",
    ...ECHO,
    recorded: { rawQueryString: "q=query&multiQuery=foo&multiQuery=%2Fbar" },
  },
  { title: "JSON as text", ...ECHO, recorded: { body: '{"foo": "bar"}', isBase64Encoded: false } },
  { title: "the method", ...ECHO, recorded: { "requestContext.http.method": "POST" } },
  ...Object.entries({
    accept: "*/*",
    "accept-encoding": "gzip, deflate",
    "content-length": "14",
    "content-type": "application/json",
    "extra-headers": "With WeiRd CapS",
    "user-agent": "test/echo",
    "x-amzn-tls-cipher-suite": /./,
    "x-amzn-tls-version": /^TLSv1\.\d$/,
    "x-amzn-trace-id": /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/,
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
  }).map(([name, value]) => ({ title: `header ${name}`, ...ECHO, recorded: { [`headers.${name}`]: value } })),
  { title: "no header connection", ...ECHO, recorded: { "headers.connection": undefined } },
];

const bodies: UrlEventRecording[] = [
  {
    title: "plain text",
    source: SOURCES.url,
    method: "POST",
    path: "/custom_path/extend?test_param=test_value",
    headers: { "Content-Type": "text/plain" },
    body: "text",
    recorded: { body: "text", isBase64Encoded: false },
  },
  {
    title: "no body",
    source: SOURCES.url,
    method: "POST",
    path: "/custom_path/extend?test_param=test_value",
    recorded: { body: undefined, isBase64Encoded: false },
  },
  {
    title: "a form in base64",
    source: SOURCES.url,
    method: "POST",
    path: "/test/value",
    headers: { "Content-Type": "multipart/form-data; boundary=4efd159eae0c4f4e125a5a509e073d85" },
    body: "\r\n--4efd159eae0c4f4e125a5a509e073d85\r\n",
    recorded: { body: "DQotLTRlZmQxNTllYWUwYzRmNGUxMjVhNWE1MDllMDczZDg1DQo=", isBase64Encoded: true },
  },
];

const GO = {
  source: SOURCES.go,
  method: "POST",
  path: "/my/path?parameter1=value1&parameter1=value2&parameter2=value",
  headers: { Cookie: "cookie1; cookie2", Header1: "value1", "Content-Type": "text/plain" },
  body: "Hello from client!",
} as const;

const documented: UrlEventRecording[] = [
  { title: "cookies in a list", ...GO, recorded: { cookies: ["cookie1", "cookie2"] } },
  { title: "no header cookie", ...GO, recorded: { "headers.cookie": undefined } },
  {
    title: "names in lower case",
    ...GO,
    recorded: { "headers.header1": "value1", "headers.Header1": undefined },
  },
  {
    title: "the signer of the request",
    ...GO,
    recorded: {
      "requestContext.authorizer.iam.accessKey": /./,
      "requestContext.authorizer.iam.accountId": /^\d{12}$/,
      "requestContext.authorizer.iam.callerId": /./,
      "requestContext.authorizer.iam.userArn": /^arn:aws:iam::\d{12}:user\/./,
      "requestContext.authorizer.iam.userId": /./,
    },
  },
  { title: "the version", ...GO, recorded: { version: "2.0", routeKey: "$default" } },
];

const browser: UrlEventRecording[] = [
  {
    title: "the event's members",
    source: SOURCES.browser,
    method: "GET",
    path: "/",
    recorded: {
      "(names)": [
        "headers",
        "isBase64Encoded",
        "rawPath",
        "rawQueryString",
        "requestContext",
        "routeKey",
        "version",
      ],
    },
  },
  {
    title: "an empty query",
    source: SOURCES.browser,
    method: "GET",
    path: "/",
    recorded: { rawQueryString: "", queryStringParameters: undefined, body: undefined },
  },
  {
    title: "the account",
    source: SOURCES.browser,
    method: "GET",
    path: "/",
    recorded: { "requestContext.accountId": "anonymous" },
    differs: "AWS was recorded without a signature; every function URL of the project requires a signature",
  },
  {
    title: "the stage and the route",
    source: SOURCES.browser,
    method: "GET",
    path: "/",
    recorded: { "requestContext.stage": "$default", "requestContext.routeKey": "$default" },
  },
];

export const URL_EVENTS: readonly UrlEventRecording[] = [...echoed, ...bodies, ...documented, ...browser];
