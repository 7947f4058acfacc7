import { readOpenApi } from "../../../src/local/rest-api/openapi";
import type {
  Deployment,
  FunctionDefinition,
  StageDefinition,
} from "../../../src/local/terraform/deployment";
import type { EndpointDefinition } from "../../../src/local/terraform/endpoints";
import { publicStage, ROUTE_ARN } from "./inference-api";
import type { Lambda } from "./lambda";

export const REGION = "us-east-1";
const ACCOUNT_ID = "123456789012";
/** The name of the function. */
export const NAME = "dev-stream";
export const ARN = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${NAME}`;

/** The model behind the endpoint. */
export const MODEL = "chat";

const ENDPOINT: EndpointDefinition = {
  name: "dev-chat",
  model: MODEL,
  variantName: "AllTraffic",
  compute: { kind: "instances", instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
  region: REGION,
  accountId: ACCOUNT_ID,
};

/**
 * Forwards the answer of the endpoint chunk by chunk. The header `x-case` selects another answer.
 */
const FORWARDING = `
const http = require("node:http");
const { createHash, createHmac } = require("node:crypto");
const hash = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const sign = (path, body) => {
  const time = new Date().toISOString().replace(/[-:]|\\.\\d+/g, "");
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  const scope = [time.slice(0, 8), process.env.AWS_REGION, "sagemaker", "aws4_request"];
  const signed = "host;x-amz-date;x-amz-security-token";
  const { host } = new URL(process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME);
  const lines = ["host:" + host, "x-amz-date:" + time, "x-amz-security-token:" + token, ""];
  const canonical = ["POST", path, "", ...lines, signed, hash(body)].join("\\n");
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), hash(canonical)].join("\\n");
  const signature = hmac(scope.reduce(hmac, "AWS4" + secret), text).toString("hex");
  return {
    "x-amz-date": time,
    "x-amz-security-token": token,
    Authorization:
      "AWS4-HMAC-SHA256 Credential=" + id + "/" + scope.join("/") + ", SignedHeaders=" + signed + ", Signature=" + signature,
  };
};
const problem = { "Content-Type": "application/problem+json" };
const OWN = {
  throws: () => { throw new Error("its own words"); },
  raw: (stream) => { stream.setContentType("text/plain"); stream.write("raw"); stream.end(); },
  unwritten: (stream) => awslambda.HttpResponseStream.from(stream, { statusCode: 200 }).end(),
  malformed: (stream) => { const s = awslambda.HttpResponseStream.from(stream, "text"); s.write("x"); s.end(); },
  status: (stream) => { const s = awslambda.HttpResponseStream.from(stream, { statusCode: 99 }); s.write("x"); s.end(); },
  long: (stream) => {
    const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { long: "x".repeat(20000) } });
    s.write("x"); s.end();
  },
  split: async (stream) => {
    stream.setContentType("application/vnd.awslambda.http-integration-response");
    for (const byte of Buffer.from('{"statusCode":202}' + "\\0".repeat(8) + "ok")) {
      stream.write(Buffer.from([byte]));
      await new Promise((go) => setImmediate(go));
    }
    stream.end();
  },
  headers: (stream) => {
    const s = awslambda.HttpResponseStream.from(stream, {
      statusCode: 203,
      headers: { "Content-Type": "text/event-stream", "Content-Length": "5", "X-One": "1" },
      cookies: ["a=1", "b=2"],
    });
    s.write("data: 1\\n\\n"); s.end();
  },
  late: async (stream, file) => {
    const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200 });
    s.write("");
    while (!require("node:fs").existsSync(file)) await new Promise((go) => setTimeout(go, 5));
    s.write("body"); s.end();
  },
  fails: async (stream) => {
    const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200 });
    s.write("first");
    await new Promise((go) => setTimeout(go, 20));
    throw new Error("its own words");
  },
  slow: async (stream) => {
    await new Promise((go) => stream.on("close", go));
    console.log("closed before the first byte");
  },
  pauses: async (stream) => {
    const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200 });
    s.write("first");
    await new Promise((go) => s.on("close", go));
    console.log("closed after the first byte");
  },
};
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const own = OWN[event.headers?.["x-case"]];
  if (own !== undefined) return void (await own(stream, event.headers["x-file"]));
  const path = "/endpoints/dev-chat/invocations-response-stream";
  const url = process.env.AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME + path;
  await new Promise((resolve, reject) => {
    const headers = sign(path, "{}");
    const request = http.request(url, { method: "POST", headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) {
        answer.resume();
        const s = awslambda.HttpResponseStream.from(stream, { statusCode: 502, headers: problem });
        s.write(JSON.stringify({ title: "Bad Gateway", detail: "The endpoint failed." }));
        return s.end(resolve);
      }
      const s = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { "Content-Type": "text/plain" } });
      let rest = Buffer.alloc(0);
      answer.on("data", (bytes) => {
        rest = Buffer.concat([rest, bytes]);
        while (rest.length >= 4 && rest.length >= rest.readUInt32BE(0)) {
          const message = rest.subarray(0, rest.readUInt32BE(0));
          rest = rest.subarray(message.length);
          if (!s.write(message.subarray(12 + message.readUInt32BE(4), -4))) {
            answer.pause();
            s.once("drain", () => answer.resume());
          }
        }
      });
      answer.on("end", () => s.end(resolve));
      answer.on("error", reject);
      s.on("close", () => { request.destroy(); resolve(); });
    });
    request.on("error", (error) => (stream.destroyed ? resolve() : reject(error)));
    request.end("{}");
  });
});`;

/** A stage whose route `POST /loan-default` has the response transfer mode STREAM. */
export function streamingStage(
  settings: Partial<StageDefinition> = {},
  timeoutInMillis = 60_000,
): StageDefinition {
  const stage = publicStage({ arn: ARN }, settings);
  return { ...stage, openApi: readOpenApi(withMode(stage, "STREAM", timeoutInMillis)) };
}

/** The OpenAPI document of a stage with another response transfer mode. */
export function withMode(
  { openApi }: StageDefinition,
  mode: "STREAM" | "BUFFERED",
  timeoutInMillis: number,
): string {
  const document = JSON.parse(JSON.stringify(openApi.document));
  const integration = document.paths["/loan-default"].post["x-amazon-apigateway-integration"];
  integration.responseTransferMode = mode;
  integration.timeoutInMillis = timeoutInMillis;
  integration.uri = `arn:aws:apigateway:${REGION}:lambda:path/2021-11-15/functions/${ARN}/response-streaming-invocations`;
  return JSON.stringify(document);
}

/** The function that forwards the answer of the endpoint. */
export function forwardingFunction(
  lambda: Lambda,
  settings: Partial<FunctionDefinition> = {},
): FunctionDefinition {
  return lambda.define(FORWARDING, { name: NAME, arn: ARN, invocableFor: [ROUTE_ARN], ...settings });
}

/** A deployment of the function with a route and a function URL that stream. */
export function streamingDeployment(fn: FunctionDefinition, stage: StageDefinition): Deployment {
  return {
    name: "dev",
    region: REGION,
    accountId: ACCOUNT_ID,
    functions: [fn],
    existingFunctions: [],
    endpoints: [ENDPOINT],
    stages: [stage],
    functionUrls: [
      {
        functionArn: ARN,
        functionName: NAME,
        urlId: "abcdefghij",
        region: REGION,
        accountId: ACCOUNT_ID,
        cors: undefined,
        invokeMode: "RESPONSE_STREAM",
      },
    ],
    unsupported: [],
  };
}
