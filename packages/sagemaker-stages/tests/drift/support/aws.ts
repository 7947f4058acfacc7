import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Sha256 } from "@aws-crypto/sha256-js";
import { afterAll, afterEach, beforeAll, beforeEach } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-secret", sessionToken: "session" };
const VARIABLES = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
  AWS_PROFILE: "",
};

/** The number of keys in one answer of ListObjectsV2: the stand-in's lists have several pages. */
const KEYS_PER_PAGE = 2;

/** A stand-in for S3, STS and CloudWatch, which checks signatures with AWS's own signer. */
export interface AwsServer {
  /** The objects of the bucket by key. */
  objects: Map<string, string>;
  /** The name of the only bucket. */
  bucket: string;
  /** The service and the path with the query of each request, in their order. */
  readonly requests: string[];
  /** The values of `x-amz-expected-bucket-owner`. */
  readonly owners: Set<string | undefined>;
  /** The forms that CloudWatch received. */
  readonly metrics: URLSearchParams[];
  /** The statuses of the next answers, in place of a success. */
  failures: number[];
}

/** Starts the stand-in for all tests of a file, and directs the AWS calls of each test to it. */
export function serveAws(): AwsServer {
  const aws: AwsServer = {
    objects: new Map(),
    bucket: "",
    requests: [],
    owners: new Set(),
    metrics: [],
    failures: [],
  };
  const server = createServer((request, response) => {
    answer(aws, request).then(
      ({ status, body }) => response.writeHead(status, { "content-type": "application/xml" }).end(body),
      (error) => fail(response, error),
    );
  });
  const variables = Object.keys({ ...VARIABLES, AWS_ENDPOINT_URL: "" });
  const before = variables.map((name) => [name, process.env[name]] as const);
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => {
    const { port } = server.address() as AddressInfo;
    Object.assign(process.env, VARIABLES, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
    Object.assign(aws, { objects: new Map(), bucket: "", failures: [] });
    aws.requests.length = 0;
    aws.metrics.length = 0;
    aws.owners.clear();
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return aws;
}

function fail(response: ServerResponse, error: unknown): void {
  response.writeHead(500).end(String(error));
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function answer(aws: AwsServer, request: IncomingMessage): Promise<Answer> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  const [, service = ""] =
    /Credential=[^/]+\/\d+\/[\w-]+\/(\w+)\/aws4_request/.exec(request.headers.authorization ?? "") ?? [];
  aws.requests.push(`${service} ${request.url}`);
  const status = aws.failures.shift();
  if (status !== undefined) return error(status, "InternalError");
  if (!(await isSigned(request, service, body))) return error(403, "SignatureDoesNotMatch");
  if (service === "sts") return ok("<Result><Account>111122223333</Account></Result>");
  if (service === "monitoring") {
    aws.metrics.push(new URLSearchParams(body));
    return ok("<PutMetricDataResponse/>");
  }
  return answerS3(aws, request);
}

function answerS3(aws: AwsServer, request: IncomingMessage): Answer {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://127.0.0.1");
  const [, bucket, key = ""] = /^\/([^/]+)\/(.*)$/.exec(pathname) ?? [];
  aws.owners.add(request.headers["x-amz-expected-bucket-owner"]?.toString());
  if (bucket !== aws.bucket) return error(404, "NoSuchBucket");
  if (searchParams.get("list-type") === "2") return list(aws, searchParams);
  const object = aws.objects.get(decodeURIComponent(key));
  return object === undefined ? error(404, "NoSuchKey") : ok(object);
}

/** ListObjectsV2 with `encoding-type=url`. A space in a key is encoded as a plus sign. */
function list(aws: AwsServer, query: URLSearchParams): Answer {
  const from = Number(query.get("continuation-token") ?? "0");
  const keys = [...aws.objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "")).sort();
  const max = Math.min(KEYS_PER_PAGE, Number(query.get("max-keys")));
  const contents = keys
    .slice(from, from + max)
    .map(
      (key) =>
        `<Contents><Key>${encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/")}</Key></Contents>`,
    );
  const next = from + max < keys.length ? `<NextContinuationToken>${from + max}</NextContinuationToken>` : "";
  return ok(`<ListBucketResult>${contents.join("")}${next}</ListBucketResult>`);
}

const ok = (body: string): Answer => ({ status: 200, body });
const error = (status: number, code: string): Answer => ({
  status,
  body: `<Error><Code>${code}</Code><Message>The message of ${code}</Message></Error>`,
});

/** Whether AWS's signer makes the same signature for the received request. */
async function isSigned(request: IncomingMessage, service: string, body: string): Promise<boolean> {
  const { authorization = "", ...received } = request.headers;
  const [, region = "", signed = "", signature] =
    /Credential=[^/]+\/\d+\/([\w-]+)\/\w+\/aws4_request, SignedHeaders=([\w;-]+), Signature=(\w+)/.exec(
      authorization,
    ) ?? [];
  const [path = "/", query = ""] = (request.url ?? "").split("?");
  const date = String(received["x-amz-date"]).replace(
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/,
    "$1-$2-$3T$4:$5:$6Z",
  );
  const signer = new SignatureV4({
    service,
    region,
    sha256: Sha256,
    credentials: CREDENTIALS,
    applyChecksum: received["x-amz-content-sha256"] !== undefined,
    // S3 does not encode the path twice.
    uriEscapePath: service !== "s3",
  });
  const headers = Object.fromEntries(
    signed.split(";").flatMap((name) => (typeof received[name] === "string" ? [[name, received[name]]] : [])),
  );
  const expected = await signer.sign(
    {
      protocol: "http:",
      hostname: "127.0.0.1",
      method: request.method ?? "GET",
      path: service === "s3" ? path : decodeURI(path),
      query: Object.fromEntries(new URLSearchParams(query)),
      headers,
      body,
    },
    { signingDate: new Date(date) },
  );
  return expected.headers.authorization?.endsWith(`Signature=${signature}`) === true;
}
