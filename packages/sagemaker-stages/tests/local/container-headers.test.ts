import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { HttpResponse } from "../../src/local/http";
import { ownContainer } from "../../src/local/sagemaker/container";
import { SagemakerRuntime } from "../../src/local/sagemaker/runtime";
import type { EndpointDefinition } from "../../src/local/terraform/endpoints";
import { received } from "./support/http-requests";
import { sign } from "./support/signing";

const MEGABYTE = 1024 * 1024;
const REGION = "eu-central-1";

const SERVERLESS: EndpointDefinition = {
  name: "test-echo",
  model: "echo",
  variantName: "AllTraffic",
  compute: { kind: "serverless", maxConcurrency: 2 },
  region: REGION,
  accountId: "111122223333",
};
const INSTANCES: EndpointDefinition = {
  ...SERVERLESS,
  name: "test-instances",
  compute: { kind: "instances", instanceType: "ml.m5.large", initialInstanceCount: 1 },
};

/** An HTTP server that answers with the request's body, or with a number of bytes that the test sets. */
const server = http.createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => {
    sent = incoming.headers;
    outgoing.writeHead(200, answerHeaders);
    outgoing.end(answerLength === undefined ? Buffer.concat(chunks) : Buffer.alloc(answerLength));
  });
});
let sent: http.IncomingHttpHeaders;
let answerHeaders: http.OutgoingHttpHeaders;
let answerLength: number | undefined;
let log: string;
let runtime: SagemakerRuntime;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  sent = {};
  answerHeaders = { "Content-Type": "application/octet-stream" };
  answerLength = undefined;
  log = "";
  const container = ownContainer(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  runtime = new SagemakerRuntime([SERVERLESS, INSTANCES], new Map([["echo", container]]), (text) => {
    log += text;
  });
});

async function invoke(
  headers: Record<string, string>,
  body: Buffer = Buffer.from("1"),
  endpoint = SERVERLESS.name,
): Promise<HttpResponse> {
  const request = { path: `/endpoints/${endpoint}/invocations`, headers, body };
  return runtime.handle(
    received(await sign("http://127.0.0.1:3000", request, { service: "sagemaker", region: REGION })),
  );
}

function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("a container behind the local SageMaker runtime", () => {
  it("receives every byte value, and its answer arrives unchanged", async () => {
    // Prepare
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

    // Act
    const answer = await invoke({ "content-type": "application/octet-stream" }, bytes);

    // Assess
    expect(answer).toMatchObject({ status: 200, headers: { "Content-Type": "application/octet-stream" } });
    expect(sha256(answer.body)).toBe(sha256(bytes));
  });

  it("receives only the headers that InvokeEndpoint defines", async () => {
    // Act
    await invoke({
      "content-type": "image/png",
      accept: "application/x-npy",
      "x-amzn-sagemaker-custom-attributes": "trace=1",
      "x-amzn-sagemaker-inference-id": "id-1",
      "x-amzn-sagemaker-session-id": "NEW_SESSION",
      "x-correlation-id": "stays behind",
      cookie: "stays=behind",
    });

    // Assess
    const { connection: _connection, host: _host, ...headers } = sent;
    expect(headers).toEqual({
      "content-type": "image/png",
      accept: "application/x-npy",
      "content-length": "1",
      "x-amzn-sagemaker-custom-attributes": "trace=1",
      "x-amzn-sagemaker-inference-id": "id-1",
      "x-amzn-sagemaker-session-id": "NEW_SESSION",
    });
  });

  it("sends only custom attributes and sessions to the caller", async () => {
    // Prepare
    answerHeaders = {
      "Content-Type": "image/png",
      "X-Amzn-SageMaker-Custom-Attributes": "model=7",
      "X-Amzn-SageMaker-New-Session-Id": "s1; Expires=2026-01-01T00:00:00Z",
      "X-Amzn-SageMaker-Closed-Session-Id": "s0",
      "X-Own": "stays behind",
    };

    // Act
    const { headers } = await invoke({});

    // Assess
    expect(headers).toEqual({
      "Content-Type": "image/png",
      "x-amzn-sagemaker-custom-attributes": "model=7",
      "x-amzn-sagemaker-new-session-id": "s1; Expires=2026-01-01T00:00:00Z",
      "x-amzn-sagemaker-closed-session-id": "s0",
      "x-Amzn-Invoked-Production-Variant": "AllTraffic",
      "x-amzn-RequestId": expect.any(String),
    });
  });

  it.each([
    ["test-echo", 4 * MEGABYTE],
    ["test-instances", 6 * MEGABYTE],
  ])(
    "the container of the endpoint %s can answer %i bytes; one more byte is a model failure",
    async (endpoint, limit) => {
      // Act
      answerLength = limit;
      const allowed = await invoke({}, undefined, endpoint);
      answerLength = limit + 1;
      const refused = await invoke({}, undefined, endpoint);

      // Assess
      expect([allowed.status, allowed.body.length]).toEqual([200, limit]);
      expect(refused).toMatchObject({ status: 424, headers: { "x-amzn-ErrorType": "ModelError" } });
      expect(log).toContain(`answered with ${limit + 1} bytes; allowed for this endpoint: ${limit}.`);
    },
  );

  it.each([
    ["x-amzn-sagemaker-custom-attributes", "é", "customAttributes"],
    ["x-amzn-sagemaker-inference-id", "x".repeat(65), "inferenceId"],
    ["x-amzn-sagemaker-session-id", "no_session", "sessionId"],
  ])("receives nothing when the header %s breaks the service's rules", async (header, value, member) => {
    // Act
    const answer = await invoke({ [header]: value });

    // Assess
    expect(answer).toMatchObject({ status: 400, headers: { "x-amzn-ErrorType": "ValidationError" } });
    expect(String(answer.body)).toContain(`'${member}' failed to satisfy constraint`);
    expect(sent).toEqual({});
  });
});
