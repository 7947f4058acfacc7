import { type Recording, SOURCES } from "./recording";

/** A part of the event that API Gateway sends to a function. */
export interface RestEventRecording extends Recording {
  /** The request line without the version; the stage is `stage`. */
  readonly request: string;
  /** The headers in addition to Host, one per line. @default none */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Properties by path, e.g. `requestContext.path`; `undefined` if the event must not have the property. */
  readonly recorded: Readonly<Record<string, unknown>>;
}

const REQUESTS = {
  Accept: "*/*",
  "Accept-Encoding": "gzip, deflate",
  "User-Agent": "python-requests/testing",
  "tEsT-HEADeR": "aValUE",
  authorization: "random-value",
};

const lines = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

const GREEDY = "the project makes no greedy path: every resource is one literal path";

const paths: RestEventRecording[] = (
  [
    ["a path", "/stage/proxy-value", "/proxy-value", "/stage/proxy-value"],
    ["a slash at the end", "/stage/proxy-value/", "/proxy-value/", "/stage/proxy-value/"],
    ["a slash before the stage", "//stage/proxy-value", "/proxy-value", "/stage/proxy-value"],
    ["two slashes after the stage", "/stage//proxy-value", "/proxy-value", "/stage//proxy-value"],
    ["two slashes before a literal path", "/stage//hardcoded", "/hardcoded", "/stage//hardcoded"],
    ["a slash before the query", "/stage/proxy-value/?urlparam=test", "/proxy-value/", "/stage/proxy-value/"],
  ] as const
).flatMap(([title, target, path, contextPath]) => [
  {
    title: `${title}: path`,
    source: SOURCES.proxyEvent,
    request: `GET ${target}`,
    recorded: { path },
  },
  {
    title: `${title}: requestContext.path`,
    source: SOURCES.proxyEvent,
    request: `GET ${target}`,
    recorded: { "requestContext.path": contextPath },
  },
]);

const greedyPaths: RestEventRecording[] = [
  {
    title: "two slashes within a greedy path",
    source: SOURCES.proxyEvent,
    request: "GET /stage/proxy-value//double-slash",
    recorded: { path: "/proxy-value//double-slash" },
    differs: GREEDY,
  },
  {
    title: "a percent-encoding within a greedy path",
    source: SOURCES.proxyEvent,
    request: "GET /stage/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com",
    recorded: { path: "/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com" },
    differs: GREEDY,
  },
];

/** The values in the event for each value of the recorded query. */
const queries: RestEventRecording[] = (
  [
    [
      "a plus in a time",
      "dateTimeOffset=2023-06-12T18:05:10.123456+00:00",
      "2023-06-12T18:05:10.123456 00:00",
    ],
    ["an encoded plus", "email=test%2Balias@gmail.com", "test+alias@gmail.com"],
    ["a plus", "plus=test+alias@gmail.com", "test alias@gmail.com"],
    ["a URL", "url=https://www.google.com/", "https://www.google.com/"],
    ["an encoded space", "whitespace=foo%20bar", "foo bar"],
    ["a slash at the end", "zhash=abort/", "abort/"],
  ] as const
).map(([title, query, value]) => ({
  title: `query: ${title}`,
  source: SOURCES.proxyEvent,
  request: `GET /stage/proxy-value?${query}`,
  recorded: { queryStringParameters: { [query.split("=")[0] ?? ""]: value } },
}));

const MULTI = "POST /stage/proxy-value?category=electronics&category=books&price=10&price=20&price=30";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const splitQueries: RestEventRecording[] = [
  {
    title: "query: a raw semicolon splits the query",
    source: SOURCES.notes,
    request: "GET /stage/proxy-value?q=hello;you",
    recorded: {
      queryStringParameters: { q: "hello", you: "" },
      multiValueQueryStringParameters: { q: ["hello"], you: [""] },
    },
  },
  {
    title: "query: an encoded semicolon does not split the query",
    source: SOURCES.notes,
    request: "GET /stage/proxy-value?q=hello%3Byou",
    recorded: { queryStringParameters: { q: "hello;you" } },
  },
];

const wholeEvents: RestEventRecording[] = [
  {
    title: "query: several values, only the last value",
    source: SOURCES.proxyEvent,
    request: MULTI,
    recorded: { queryStringParameters: { category: "books", price: "30" } },
  },
  {
    title: "query: several values, all values",
    source: SOURCES.proxyEvent,
    request: MULTI,
    recorded: {
      multiValueQueryStringParameters: { category: ["electronics", "books"], price: ["10", "20", "30"] },
    },
  },
  ...(
    [
      "queryStringParameters",
      "multiValueQueryStringParameters",
      "pathParameters",
      "stageVariables",
      "body",
    ] as const
  ).map((name) => ({
    title: `null for an empty member: ${name}`,
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    recorded: { [name]: null },
  })),
  {
    title: "the body as text",
    source: SOURCES.dataMapping,
    request: "POST /stage/foobar",
    headers: ["Content-Type: application/json"],
    body: '{"message": "hello world"}',
    recorded: { body: '{"message": "hello world"}', isBase64Encoded: false, httpMethod: "POST" },
  },
  {
    title: "the resource and its path",
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    recorded: { resource: "/hardcoded", "requestContext.resourcePath": "/hardcoded" },
  },
  {
    title: "the context's members",
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    recorded: {
      "requestContext (names)": [
        "accountId",
        "apiId",
        "deploymentId",
        "domainName",
        "domainPrefix",
        "extendedRequestId",
        "httpMethod",
        "identity",
        "path",
        "protocol",
        "requestId",
        "requestTime",
        "requestTimeEpoch",
        "resourceId",
        "resourcePath",
        "stage",
      ],
    },
  },
  {
    title: "the operation's name, when the document has one",
    source: SOURCES.openApiEvent,
    request: "POST /stage/foobar",
    recorded: { "requestContext.operationName": "HelloWorld" },
  },
  {
    title: "no operation's name, when the document has none",
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    recorded: { "requestContext.operationName": undefined },
  },
  {
    title: "the identity of a route without authorization",
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    headers: lines(REQUESTS),
    recorded: {
      "requestContext.identity": {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: "127.0.0.1",
        user: null,
        userAgent: "python-requests/testing",
        userArn: null,
      },
    },
  },
  {
    title: "the domain from the Host header",
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    recorded: { "requestContext.domainName": "<host>" },
    differs:
      "a stage's domain on AWS is not a name of this machine, and the local stage's address is not a domain",
  },
];

/** Headers of a request to a regional API, and the headers in the event. */
const PASSED = [
  "Accept: application/json",
  "Accept-Charset: UTF-8",
  "Accept-Encoding: br",
  "Age: request_Age",
  "Authorization: Unauthorized",
  "Content-Encoding: deflate",
  "Content-Type: application/json",
  "Date: Wed, 17 Jul 2024 18:34:51 GMT",
  "Pragma: cache",
  "Range: bytes=500-999",
  "Referer: https://example.com/",
  "User-Agent: localStack/0.0",
  "Via: 1.1 example",
  "Warn: 299 localStack/0.0",
];

const passedHeaders: RestEventRecording[] = PASSED.map((line) => {
  const [name = "", value = ""] = line.split(": ");
  return {
    title: `forwarded header: ${name}`,
    source: SOURCES.remapping,
    request: "GET /stage/hardcoded",
    headers: [line],
    recorded: { [`headers.${name}`]: value, [`multiValueHeaders.${name}`]: [value] },
  };
});

const droppedHeaders: RestEventRecording[] = [
  "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==",
  "Expect: 100-continue",
  "Max-Forwards: 2",
  "Proxy-Authenticate: Basic",
  "Server: example",
  "TE: trailers",
  "Trailer: Expires",
  "Upgrade: HTTP/2.0",
  "WWW-Authenticate: Basic",
].map((line) => {
  const name = line.split(":")[0] ?? "";
  return {
    title: `dropped header: ${name}`,
    source: SOURCES.remapping,
    request: "GET /stage/hardcoded",
    headers: [line],
    recorded: { [`headers.${name}`]: undefined, [`multiValueHeaders.${name}`]: undefined },
  };
});

const messageHeaders: RestEventRecording[] = [
  {
    title: "dropped header: Connection",
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    recorded: { "headers.Connection": undefined, "headers.connection": undefined },
  },
  {
    title: "dropped header: Content-Length",
    source: SOURCES.dataMapping,
    request: "POST /stage/foobar",
    headers: ["Content-Type: application/json"],
    body: '{"message": "hello world"}',
    recorded: { "headers.Content-Length": undefined, "headers.Content-Type": "application/json" },
  },
  {
    title: "dropped header: an unknown expectation",
    source: SOURCES.remapping,
    request: "GET /stage/hardcoded",
    headers: ["Expect: request_Expect"],
    recorded: { "headers.Expect": undefined },
  },
  {
    title: "dropped header: Transfer-Encoding",
    source: SOURCES.remapping,
    request: "POST /stage/foobar",
    headers: ["Transfer-Encoding: chunked"],
    body: "2\r\n{}\r\n0\r\n\r\n",
    recorded: { "headers.Transfer-Encoding": undefined, body: "{}" },
  },
];

/** The case of header names in the event. */
const names: RestEventRecording[] = (
  [
    ["authorization: random-value", "Authorization", "random-value", SOURCES.proxyEvent],
    [
      "aUThorization: Bearer token123;API key456",
      "Authorization",
      "Bearer token123;API key456",
      SOURCES.proxyEvent,
    ],
    ["user-Agent: test/integration", "User-Agent", "test/integration", SOURCES.dataMapping],
    ["user-agent: curl/7.58.0", "User-Agent", "curl/7.58.0", SOURCES.curl],
    ["tEsT-HEADeR: aValUE", "tEsT-HEADeR", "aValUE", SOURCES.proxyEvent],
    ["foobar: mapped-value", "foobar", "mapped-value", SOURCES.dataMapping],
    ["headerVar: request-value", "headerVar", "request-value", SOURCES.dataMapping],
    ["accept: */*", "accept", "*/*", SOURCES.curl],
    ["cache-control: no-cache", "cache-control", "no-cache", SOURCES.curl],
    ["content-type: text/plain", "content-type", "text/plain", SOURCES.curl],
    ["x-test-lower-dashes: 2", "x-test-lower-dashes", "2", SOURCES.curl],
    ["x_test_lower_underscores: 5", "x_test_lower_underscores", "5", SOURCES.curl],
  ] as const
).map(([line, name, value, source]) => ({
  title: `case of a header name: ${line.split(":")[0]}`,
  source,
  request: "GET /stage/hardcoded",
  headers: [line],
  recorded: {
    [`headers.${name}`]: value,
    ...(line.startsWith(name) ? {} : { [`headers.${line.split(":")[0]}`]: undefined }),
  },
}));

const ROOT = "Root=1-65bfdbf7-1b5920a5a0a57e32194306b3";

const addedHeaders: RestEventRecording[] = [
  {
    title: "header added: X-Amzn-Trace-Id",
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    recorded: { "headers.X-Amzn-Trace-Id": /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/ },
  },
  {
    title: "forwarded header: the caller's trace",
    source: "https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader",
    request: "GET /stage/hardcoded",
    headers: [`x-amzn-trace-id: ${ROOT}`],
    recorded: {
      "headers.X-Amzn-Trace-Id": ROOT,
      "multiValueHeaders.X-Amzn-Trace-Id": [ROOT],
      "headers.x-amzn-trace-id": undefined,
    },
  },
  {
    title: "header added: X-Forwarded-For",
    source: SOURCES.curl,
    request: "GET /stage/hardcoded",
    recorded: { "headers.X-Forwarded-For": "127.0.0.1" },
  },
  {
    title: "header extended: X-Forwarded-For",
    source: SOURCES.proxyEvent,
    request: "GET /stage/hardcoded",
    headers: ["X-Forwarded-For: 203.0.113.7"],
    recorded: {
      "headers.X-Forwarded-For": "203.0.113.7, 127.0.0.1",
      "multiValueHeaders.X-Forwarded-For": ["203.0.113.7, 127.0.0.1"],
    },
  },
  {
    title: "header added: X-Forwarded-Port",
    source: SOURCES.curl,
    request: "GET /stage/hardcoded",
    recorded: { "headers.X-Forwarded-Port": "443" },
  },
  {
    title: "header added: X-Forwarded-Proto",
    source: SOURCES.curl,
    request: "GET /stage/hardcoded",
    recorded: { "headers.X-Forwarded-Proto": "https" },
  },
  {
    title: "forwarded header: Host, in AWS's case",
    source: SOURCES.curl,
    request: "GET /stage/hardcoded",
    recorded: { "headers.Host": /^127\.0\.0\.1:\d+$/, "headers.host": undefined },
  },
];

export const REST_EVENTS: readonly RestEventRecording[] = [
  ...paths,
  ...greedyPaths,
  ...queries,
  ...splitQueries,
  ...wholeEvents,
  ...passedHeaders,
  ...droppedHeaders,
  ...messageHeaders,
  ...names,
  ...addedHeaders,
];
