import { type AddressInfo, createServer, type Socket } from "node:net";
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { HttpResponse } from "../../src/local/http";
import {
  type Container,
  ContainerFailed,
  type ContainerRequest,
  type ContainerResponse,
  isChunked,
  ownContainer,
} from "../../src/local/sagemaker/container";
import { SagemakerRuntime } from "../../src/local/sagemaker/runtime";
import type { EndpointDefinition } from "../../src/local/terraform/endpoints";
import { eventually } from "./support/eventually";
import { received } from "./support/http-requests";
import { type Signing, sign } from "./support/signing";

const HOST = "http://127.0.0.1:3000";

const MEGABYTE = 1024 * 1024;

const ENDPOINT: EndpointDefinition = {
  name: "test-loan-default",
  model: "loan-default",
  variantName: "AllTraffic",
  compute: { kind: "serverless", maxConcurrency: 2 },
  region: "eu-central-1",
  accountId: "111122223333",
};

/** An existing endpoint with one function that names no target. */
const EXISTING: EndpointDefinition["compute"] = {
  kind: "existing",
  routes: [{ model: ENDPOINT.model, target: {} }],
};

/** A container that holds its answers until the test releases them. */
class HeldContainer implements Container {
  readonly description = "a container of this test";
  readonly held: ((answer: ContainerResponse) => void)[] = [];

  invoke(_request: ContainerRequest): Promise<ContainerResponse> {
    return new Promise((resolve) => this.held.push(resolve));
  }

  /** Releases every invocation. */
  answer(body: string, status = 200): void {
    for (const resolve of this.held.splice(0)) resolve({ status, contentType: "text/csv", body });
  }
}

let container: HeldContainer;
let log: string;
let runtime: SagemakerRuntime;

beforeEach(() => {
  container = new HeldContainer();
  log = "";
  runtime = new SagemakerRuntime(
    [ENDPOINT, { ...ENDPOINT, name: "test-ticket-urgency", model: "ticket-urgency" }],
    new Map([["loan-default", container]]),
    (text) => {
      log += text;
    },
  );
});

/** A runtime with these endpoints in front of the container. */
function serving(...endpoints: readonly EndpointDefinition[]): SagemakerRuntime {
  return new SagemakerRuntime(endpoints, new Map([["loan-default", container]]), () => {});
}

/** Waits until the container has answered or holds each of `running`. */
async function arrived(running: readonly Promise<HttpResponse>[]): Promise<void> {
  let answered = 0;
  for (const invocation of running) void invocation.then(() => answered++);
  await eventually("every invocation", () => answered + container.held.length === running.length);
}

interface Invocation {
  readonly endpoint?: string;
  readonly method?: string;
  /** The last segment of the path. @default invocations */
  readonly operation?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signing?: Signing;
}

async function invoke({
  endpoint = ENDPOINT.name,
  method = "POST",
  operation = "invocations",
  headers = {},
  body = "1",
  signing,
}: Invocation = {}) {
  const request = {
    method,
    path: `/endpoints/${endpoint}/${operation}`,
    headers: { accept: "text/csv", ...headers },
    body,
  };
  const signed = await sign(HOST, request, { service: "sagemaker", region: ENDPOINT.region, ...signing });
  return runtime.handle(received(signed));
}

function errorOf({ status, headers, body }: HttpResponse) {
  return {
    status,
    type: headers["x-amzn-ErrorType"],
    message: (JSON.parse(String(body)) as { Message: string }).Message,
  };
}

describe("the local SageMaker runtime", () => {
  it("throttles requests above the endpoint's concurrency, and answers again when fewer requests run", async () => {
    // Prepare
    const running = [invoke(), invoke()];
    while (container.held.length < 2) await new Promise(setImmediate);

    // Act
    const refused = await invoke();
    container.answer("0.5");
    const answers = await Promise.all(running);
    const later = invoke();
    while (container.held.length < 1) await new Promise(setImmediate);
    container.answer("0.6");

    // Assess
    expect(errorOf(refused)).toMatchObject({ status: 400, type: "ThrottlingException" });
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, "0.5"],
      [200, "0.5"],
    ]);
    expect((await later).body).toBe("0.6");
  });

  it.each<[string, EndpointDefinition["compute"]]>([
    ["instances", { kind: "instances", instanceType: "ml.m5.large", initialInstanceCount: 1 }],
    ["an existing endpoint", EXISTING],
  ])("does not throttle on %s", async (_case, compute) => {
    // Prepare
    runtime = serving({ ...ENDPOINT, compute });
    const running = Array.from({ length: 250 }, () => invoke());

    // Act
    await arrived(running);
    container.answer("0.5");
    const answers = await Promise.all(running);

    // Assess
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it.each([
    [400, "client"],
    [500, "server"],
  ])("reports a model's failure with %i as SageMaker does", async (status, kind) => {
    // Prepare
    const running = invoke();
    while (container.held.length < 1) await new Promise(setImmediate);

    // Act
    container.answer("unable to parse", status);
    const response = await running;

    // Assess
    expect(response.status).toBe(424);
    expect(response.headers["x-amzn-ErrorType"]).toBe("ModelError");
    expect(JSON.parse(String(response.body))).toEqual({
      Message: expect.stringMatching(
        new RegExp(`^Received ${kind} error \\(${status}\\) from primary with message "unable to parse"`),
      ),
      OriginalStatusCode: status,
      OriginalMessage: "unable to parse",
      LogStreamArn: expect.stringContaining(":eu-central-1:111122223333:"),
    });
  });

  it("answers with the encoded request and logs the reason when a model has no container", async () => {
    // Act
    const response = await invoke({
      endpoint: "test-ticket-urgency",
      headers: { "content-type": "application/x-ticket" },
      body: "0,1,2",
    });

    // Assess
    expect(response).toMatchObject({ status: 200, headers: { "Content-Type": "application/x-ticket" } });
    expect(String(response.body)).toBe("0,1,2");
    expect(log).toBe(
      "test-ticket-urgency: the echo stand-in returned the request that it received, because ticket-urgency has no sample and no container. Add functions/ticket-urgency/sample/index.ts, or start with --container ticket-urgency=<url>.\n",
    );
  });

  it.each<[string, () => Promise<ContainerResponse>, string]>([
    [
      "throws",
      () => Promise.reject(new RangeError("no such word")),
      "a container of this test failed: no such word",
    ],
    [
      "is not reached",
      () => Promise.reject(new ContainerFailed("refused the connection", "Start it.")),
      "a container of this test refused the connection. Start it.",
    ],
  ])("reports a model failure as SageMaker does when the container %s", async (_case, answer, cause) => {
    // Prepare
    container.invoke = answer;

    // Act
    const response = await invoke();

    // Assess
    expect(errorOf(response)).toMatchObject({ status: 424, type: "ModelError" });
    expect(JSON.parse(String(response.body))).toMatchObject({
      Message: `Received server error (0) from primary with message "${cause}".`,
      OriginalStatusCode: 0,
      OriginalMessage: cause,
    });
    expect(log).toBe(`test-loan-default: ${cause}\n`);
  });

  it.each<[string, number, EndpointDefinition["compute"]]>([
    ["serverless", 4, { kind: "serverless", maxConcurrency: 2 }],
    ["on instances", 6, { kind: "instances", instanceType: "ml.m5.large", initialInstanceCount: 1 }],
    ["existing", 6, EXISTING],
  ])("the endpoint %s accepts %i MB and refuses more", async (_case, megabytes, compute) => {
    // Prepare
    runtime = serving({ ...ENDPOINT, compute });
    const most = "1".repeat(megabytes * MEGABYTE);

    // Act
    const running = [invoke({ body: most }), invoke({ body: `${most}1` })];
    await arrived(running);
    container.answer("0.5");
    const [taken, refused] = await Promise.all(running);

    // Assess
    expect(taken?.status).toBe(200);
    expect(refused && errorOf(refused)).toMatchObject({ status: 400, type: "ValidationError" });
  });

  it("distinguishes endpoints with one name in two regions", async () => {
    // Prepare
    const existing: EndpointDefinition = { ...ENDPOINT, compute: EXISTING, variantName: "Here" };
    runtime = serving(existing, { ...existing, region: "us-east-1", variantName: "There" });

    // Act
    const running = [invoke(), invoke({ signing: { region: "us-east-1" } })];
    await arrived(running);
    container.answer("0.5");
    const answers = await Promise.all(running);

    // Assess
    const variants = answers.map(({ headers }) => headers["x-Amzn-Invoked-Production-Variant"]);
    expect(variants).toEqual(["Here", "There"]);
  });

  it("applies an endpoint's limits even if another environment only names the endpoint", async () => {
    // Prepare
    runtime = serving({ ...ENDPOINT, compute: EXISTING }, ENDPOINT);
    const invocations = [invoke(), invoke(), invoke()];

    // Act
    await arrived(invocations);
    container.answer("0.5");
    const answers = await Promise.all(invocations);

    // Assess
    const [refused, ...more] = answers.filter(({ status }) => status !== 200);
    expect(more).toEqual([]);
    expect(refused && errorOf(refused)).toMatchObject({ status: 400, type: "ThrottlingException" });
  });

  it("finds no endpoint with another name in any served region", async () => {
    // Act
    const response = await invoke({ endpoint: "test-energy-demand" });

    // Assess
    expect(errorOf(response)).toEqual({
      status: 400,
      type: "ValidationError",
      message: "Endpoint test-energy-demand of account 111122223333 not found.",
    });
  });

  it("the runtime has endpoints in several regions, and reports an unknown endpoint in the region of the request", async () => {
    // Prepare
    runtime = new SagemakerRuntime(
      [ENDPOINT, { ...ENDPOINT, name: "prod-loan-default", region: "cn-north-1", accountId: "444455556666" }],
      new Map([["loan-default", container]]),
      () => {},
    );

    // Act
    const unknown = await invoke({ endpoint: "prod-ticket-urgency", signing: { region: "cn-north-1" } });
    const elsewhere = await invoke({ endpoint: "prod-ticket-urgency", signing: { region: "us-east-1" } });
    const running = invoke({ endpoint: "prod-loan-default", signing: { region: "cn-north-1" } });
    while (container.held.length < 1) await new Promise(setImmediate);
    container.answer("no model", 500);

    // Assess
    expect(errorOf(unknown).message).toBe("Endpoint prod-ticket-urgency of account 444455556666 not found.");
    expect(errorOf(elsewhere)).toMatchObject({ status: 403, type: "InvalidSignatureException" });
    expect(JSON.parse(String((await running).body))).toMatchObject({
      LogStreamArn: expect.stringMatching(/^arn:aws-cn:logs:cn-north-1:444455556666:/),
    });
  });

  it.each([
    ["another secret", { secretAccessKey: "lokal" }],
    ["another region", { region: "us-east-1" }],
    ["another service", { service: "execute-api" }],
  ])("refuses a signature with %s", async (_case, signing) => {
    // Act
    const response = await invoke({ signing });

    // Assess
    expect(errorOf(response)).toMatchObject({ status: 403, type: "InvalidSignatureException" });
  });

  it.each([
    [
      "another variant",
      { "X-Amzn-SageMaker-Target-Variant": "Other" },
      "Variant Other of endpoint test-loan-default not found. Its variant is AllTraffic.",
      undefined,
    ],
    [
      "the variant in another case",
      { "X-Amzn-SageMaker-Target-Variant": "alltraffic" },
      "Variant alltraffic of endpoint test-loan-default not found. Its variant is AllTraffic.",
      undefined,
    ],
    [
      "a target model",
      { "X-Amzn-SageMaker-Target-Model": "churn/model.tar.gz" },
      "Endpoint test-loan-default is not a multi-model endpoint and does not support target model header.",
      "TARGET_MODEL_HEADER_NOT_SUPPORTED",
    ],
    [
      "an inference component",
      { "X-Amzn-SageMaker-Inference-Component": "churn" },
      "Endpoint test-loan-default does not host inference components and does not support inference component name header.",
      undefined,
    ],
    [
      "a target container",
      { "X-Amzn-SageMaker-Target-Container-Hostname": "second" },
      "Endpoint test-loan-default is not a multi-container endpoint and does not support target container hostname header.",
      undefined,
    ],
    [
      "an invalid variant name",
      { "X-Amzn-SageMaker-Target-Variant": "All Traffic" },
      "1 validation error detected: Value 'All Traffic' at 'targetVariant' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9])*",
      undefined,
    ],
    [
      "an empty model",
      { "X-Amzn-SageMaker-Target-Model": "" },
      expect.stringContaining(
        "at 'targetModel' failed to satisfy constraint: Member must have length greater",
      ),
      undefined,
    ],
    [
      "an inference id that is too long",
      { "X-Amzn-SageMaker-Inference-Id": "x".repeat(65) },
      expect.stringContaining("at 'inferenceId' failed to satisfy constraint: Member must have length less"),
      undefined,
    ],
    [
      "an invalid session",
      { "X-Amzn-SageMaker-Session-Id": "a b" },
      expect.stringContaining("at 'sessionId' failed to satisfy constraint"),
      undefined,
    ],
    [
      "two faults",
      { "X-Amzn-SageMaker-Session-Id": "a b", "X-Amzn-SageMaker-Target-Variant": "a b" },
      expect.stringMatching(/^2 validation errors detected: .*'targetVariant'.*; .*'sessionId'/),
      undefined,
    ],
  ])("refuses %s", async (_case, headers, message, errorCode) => {
    // Act
    const response = await invoke({ headers });

    // Assess
    expect(errorOf(response)).toEqual({ status: 400, type: "ValidationError", message });
    expect((JSON.parse(String(response.body)) as { ErrorCode?: string }).ErrorCode).toBe(errorCode);
    expect(container.held).toEqual([]);
  });

  it("does not repeat attributes that can contain secrets", async () => {
    // Act
    const response = await invoke({
      headers: { "X-Amzn-SageMaker-Custom-Attributes": `token-${"x".repeat(1024)}` },
    });

    // Assess
    expect(errorOf(response)).toMatchObject({ status: 400, type: "ValidationError" });
    expect(String(response.body)).not.toContain("token");
  });

  it.each([
    ["its variant", { "X-Amzn-SageMaker-Target-Variant": "AllTraffic" }],
    ["a new session", { "X-Amzn-SageMaker-Session-Id": "NEW_SESSION" }],
    ["an id of the inference", { "X-Amzn-SageMaker-Inference-Id": "a b" }],
    ["no content type", {}],
  ])("accepts %s", async (_case, headers) => {
    // Act
    const running = invoke({ headers });
    await arrived([running]);
    container.answer("0.5");

    // Assess
    expect((await running).status).toBe(200);
  });

  it("accepts every variant and model of an endpoint with unknown variants", async () => {
    // Prepare
    runtime = serving({ ...ENDPOINT, compute: EXISTING });
    const headers = {
      "X-Amzn-SageMaker-Target-Variant": "Blue",
      "X-Amzn-SageMaker-Target-Model": "a.tar.gz",
    };

    // Act
    const running = invoke({ headers });
    await arrived([running]);
    container.answer("0.5");
    const response = await running;

    // Assess
    expect(response.status).toBe(200);
    expect(response.headers["x-Amzn-Invoked-Production-Variant"]).toBe("Blue");
  });

  it.each([
    [
      "x".repeat(64),
      "'endpointName' failed to satisfy constraint: Member must have length less than or equal to 63",
    ],
    [
      "test_loan",
      "'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ],
  ])("refuses an invalid endpoint name: %s", async (endpoint, message) => {
    // Act
    const response = await invoke({ endpoint });

    // Assess
    expect(errorOf(response)).toMatchObject({
      status: 400,
      type: "ValidationError",
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ["asynchronously", "async-invocations", "is not an asynchronous endpoint"],
    [
      "with a stream for an answer",
      "invocations-response-stream",
      "is serverless and does not support response streaming",
    ],
  ])("refuses to invoke a serverless endpoint %s", async (_case, operation, message) => {
    // Prepare
    const headers = { "X-Amzn-SageMaker-InputLocation": "s3://amzn-s3-demo-bucket/input.csv" };

    // Act
    const known = await invoke({ operation, headers });
    const unknown = await invoke({ operation, headers, endpoint: "test-energy-demand" });
    const unsigned = await runtime.handle(
      received({ path: `/endpoints/${ENDPOINT.name}/${operation}`, headers }),
    );

    // Assess
    expect(errorOf(known)).toEqual({
      status: 400,
      type: "ValidationError",
      message: `Endpoint ${ENDPOINT.name} ${message}. Call InvokeEndpoint.`,
    });
    expect(errorOf(unknown).message).toBe("Endpoint test-energy-demand of account 111122223333 not found.");
    expect(errorOf(unsigned)).toMatchObject({ status: 403, type: "MissingAuthenticationTokenException" });
  });

  it("requires the location of the input for an asynchronous call", async () => {
    // Act
    const response = await invoke({ operation: "async-invocations" });

    // Assess
    expect(errorOf(response).message).toBe(
      "1 validation error detected: Value null at 'inputLocation' failed to satisfy constraint: Member must not be null",
    );
  });

  it("streams the answer of an endpoint on instances in a form that AWS's clients can read", async () => {
    // Prepare
    runtime = serving({
      ...ENDPOINT,
      compute: { kind: "instances", instanceType: "ml.m5.large", initialInstanceCount: 1 },
    });

    // Act
    const running = invoke({
      operation: "invocations-response-stream",
      headers: { "X-Amzn-SageMaker-Accept": "application/jsonlines" },
    });
    await arrived([running]);
    container.answer("0.5");
    const { status, headers, body } = await running;

    // Assess
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "Content-Type": "application/vnd.amazon.eventstream",
      "X-Amzn-SageMaker-Content-Type": "text/csv",
      "x-Amzn-Invoked-Production-Variant": "AllTraffic",
    });
    // Read back by botocore 1.43: one PayloadPart with the bytes "0.5".
    expect(Buffer.from(body).toString("hex")).toBe(
      "0000006c000000592b57ac750b3a6576656e742d7479706507000b5061796c6f6164506172740d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f637465742d73747265616d0d3a6d6573736167652d747970650700056576656e74302e35710c9a14",
    );
  });

  it.each(["invocation", "invocations/", "invocations/1", ""])(
    "refuses a path that is not an operation of SageMaker: %s",
    async (operation) => {
      // Act
      const response = await invoke({ operation });

      // Assess
      expect(response).toMatchObject({ status: 404, body: "<UnknownOperationException/>\n" });
    },
  );

  it("names the limit for a payload that is too large to be stored", async () => {
    // Prepare
    const request = {
      method: "POST",
      path: `/endpoints/${ENDPOINT.name}/invocations`,
      headers: {},
      body: "1",
    };
    const signed = await sign(HOST, request, { service: "sagemaker", region: ENDPOINT.region });

    // Act
    const response = await runtime.handle({ ...received(signed), body: undefined });

    // Assess
    expect(errorOf(response)).toEqual({
      status: 400,
      type: "ValidationError",
      message: `The payload exceeds the limit of ${4 * MEGABYTE} bytes.`,
    });
  });

  it("refuses methods other than POST", async () => {
    // Act
    const response = await invoke({ method: "PUT" });

    // Assess
    expect(response.status).toBe(405);
  });
});

describe("the user's container without an answer", () => {
  const REQUEST: ContainerRequest = { contentType: "text/csv", accept: "*/*", body: Buffer.from("1") };

  /** Serves connections in a given way while `use` runs. */
  async function withServer(serve: (socket: Socket) => void, use: (port: number) => Promise<void>) {
    const server = createServer((socket) => {
      socket.on("error", () => undefined).resume();
      serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await use((server.address() as AddressInfo).port);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it.each<[string, (socket: Socket) => void, string]>([
    [
      "speaks another protocol",
      (socket) => socket.end("220 mail.example.com ESMTP\r\n"),
      "sent an answer that is not HTTP",
    ],
    ["closes the connection", (socket) => socket.destroy(), "closed the connection before the answer"],
    [
      "closes the connection during its answer",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
      "closed the connection before the answer",
    ],
  ])("the container is reported with the reason when it %s", async (_case, serve, reason) => {
    await withServer(serve, async (port) => {
      // Act
      const answer = ownContainer(new URL(`http://127.0.0.1:${port}`)).invoke(REQUEST);

      // Assess
      await expect(answer).rejects.toThrow(new ContainerFailed(reason, ""));
    });
  });

  it("stops reading an answer above the limit", async () => {
    // Prepare
    let sent = 0;
    const sendWithoutEnd = (socket: Socket) => {
      const chunk = Buffer.alloc(MEGABYTE, "0,");
      const sendMore = (error?: Error | null) => {
        if (error) return;
        sent += chunk.length;
        if (sent < 200 * MEGABYTE) socket.write(chunk, sendMore);
        else socket.end(chunk);
      };
      socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", sendMore);
    };
    await withServer(sendWithoutEnd, async (port) => {
      // Act
      const answer = ownContainer(new URL(`http://127.0.0.1:${port}`)).invoke(REQUEST);
      // The value is shortened, because a failed assertion prints it.
      const bytes = answer.then(({ body }) => (isChunked(body) ? undefined : body.length));

      // Assess
      await expect(bytes).rejects.toThrow(new ContainerFailed("answered with more than 26214400 bytes", ""));
    });
    expect(sent).toBeLessThan(100 * MEGABYTE);
  });

  it.each([
    ["127.0.0.1", "refused the connection: no program listens at the address"],
    ["localhost", "refused the connection: no program listens at the address"],
    ["no-such-host.invalid", "has an unknown host name"],
  ])("the container is reported when no container listens at %s", async (host, reason) => {
    // Prepare
    let free = 0;
    await withServer(
      () => {},
      async (port) => {
        free = port;
      },
    );

    // Act
    const answer = ownContainer(new URL(`http://${host}:${free}`)).invoke(REQUEST);

    // Assess
    await expect(answer).rejects.toThrow(new ContainerFailed(reason, ""));
  });
});
