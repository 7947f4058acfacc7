import { type Recording, SOURCES } from "./recording";

/** The answer of a function URL. */
export interface UrlAnswerRecording extends Recording {
  /** @default GET */
  readonly method?: string;
  /** The return value of the function; `undefined`: the function throws. */
  readonly answer?: unknown;
  readonly headersSent?: Readonly<Record<string, string>>;
  /** Whether the request is signed. @default true */
  readonly isSigned?: boolean;
  readonly status: number;
  readonly body?: string;
  /** Values by name; `undefined` if the answer must not have the header. */
  readonly headers?: Readonly<Record<string, readonly (string | RegExp)[]>>;
}

/** The values that the CORS settings of the recorded URL allow. */
const PAGE = "https://localhost:8080";

const returned: UrlAnswerRecording[] = (
  [
    ["an object", { hello: "world" }, '{"hello":"world"}'],
    ["a body", { statusCode: 200, body: "body123" }, "body123"],
    ["a body of JSON", { statusCode: 200, body: '{"hello": "world"}' }, '{"hello": "world"}'],
    ["a list", ["hello", 3, true], '["hello",3,true]'],
    ["a text", "hello", "hello"],
    ["an integer", 3, "3"],
    ["a number", 3.1, "3.1"],
    ["a boolean", true, "true"],
  ] as const
).map(([title, answer, body]) => ({
  title,
  source: SOURCES.url,
  answer,
  status: 200,
  body,
  headers: { "content-type": ["application/json"], "content-length": [String(body.length)] },
}));

const others: UrlAnswerRecording[] = [
  { title: "an exception", source: SOURCES.url, status: 502, body: "Internal Server Error" },
  {
    title: "the trace of an invocation",
    source: SOURCES.cors,
    answer: "hello",
    status: 200,
    headers: {
      "x-amzn-trace-id": [
        /^root=1-[0-9a-f]{8}-[0-9a-f]{24};parent=[0-9a-f]{16};sampled=0;lineage=[0-9a-f]{8}:0$/,
      ],
      "x-amzn-requestid": [/^[0-9a-f-]{36}$/],
    },
  },
  {
    title: "the function's status",
    source: SOURCES.urlDocumentation,
    answer: { statusCode: 201, headers: { "My-Custom-Header": "Custom Value" }, body: '{"message":"Hello"}' },
    status: 201,
    body: '{"message":"Hello"}',
    headers: { "my-custom-header": ["Custom Value"] },
  },
  {
    title: "cookies, one header each",
    source: SOURCES.urlDocumentation,
    answer: {
      statusCode: 200,
      cookies: ["Cookie_1=Value1; Expires=21 Oct 2021 07:48 GMT", "Cookie_2=Value2"],
    },
    status: 200,
    headers: { "set-cookie": ["Cookie_1=Value1; Expires=21 Oct 2021 07:48 GMT", "Cookie_2=Value2"] },
  },
  {
    title: "cookies beside a header Set-Cookie",
    source: SOURCES.urlDocumentation,
    answer: { statusCode: 200, headers: { "set-cookie": "a=1" }, cookies: ["b=2"] },
    status: 200,
    headers: { "set-cookie": ["a=1", "b=2"] },
  },
  {
    title: "base64, decoded",
    source: SOURCES.urlDocumentation,
    answer: { statusCode: 200, body: "aGVsbG8=", isBase64Encoded: true },
    status: 200,
    body: "hello",
  },
  {
    title: "no permission",
    source: `${SOURCES.url}, test_lambda_permission_url_invocation`,
    isSigned: false,
    status: 403,
    body: '{"Message":"Forbidden"}',
    differs:
      "AWS says more since then: Forbidden. For troubleshooting Function URL authorization issues, see: …",
  },
];

const cors: UrlAnswerRecording[] = [
  {
    title: "a preflight",
    source: SOURCES.cors,
    method: "OPTIONS",
    isSigned: false,
    headersSent: {
      Origin: PAGE,
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": "authorization",
    },
    status: 200,
    body: "",
    headers: {
      "content-type": ["application/json"],
      "content-length": ["0"],
      "x-amzn-requestid": [/^[0-9a-f-]{36}$/],
      "access-control-allow-origin": [PAGE],
      "access-control-allow-headers": ["authorization,content-type,x-books-authorization"],
      vary: ["Origin"],
      "access-control-allow-methods": ["GET,POST"],
      "x-amzn-trace-id": [],
    },
  },
  {
    title: "the age of a preflight",
    source: SOURCES.corsDocumentation,
    method: "OPTIONS",
    isSigned: false,
    headersSent: { Origin: PAGE, "Access-Control-Request-Method": "GET" },
    status: 200,
    headers: { "access-control-max-age": ["300"] },
  },
  {
    title: "an answer to a page",
    source: SOURCES.cors,
    answer: "hello",
    headersSent: { Origin: PAGE },
    status: 200,
    headers: {
      "access-control-allow-origin": [PAGE],
      vary: ["Origin"],
      "access-control-allow-methods": [],
      "access-control-max-age": [],
    },
  },
  {
    title: "an answer of a function that also sends CORS headers",
    source: SOURCES.cors,
    answer: {
      statusCode: 200,
      headers: {
        "access-control-allow-headers": "x-books-authorization,authorization,content-type",
        "access-control-allow-origin": "*",
      },
    },
    headersSent: { Origin: PAGE },
    status: 200,
    headers: {
      "access-control-allow-headers": ["x-books-authorization,authorization,content-type"],
      "access-control-allow-origin": ["*", PAGE],
    },
  },
  {
    title: "a preflight of a page of another origin",
    source: SOURCES.corsDocumentation,
    method: "OPTIONS",
    isSigned: false,
    headersSent: { Origin: "https://example.com", "Access-Control-Request-Method": "GET" },
    status: 200,
    headers: { "access-control-allow-origin": [], "access-control-max-age": [] },
  },
];

export const URL_ANSWERS: readonly UrlAnswerRecording[] = [...returned, ...others, ...cors];
