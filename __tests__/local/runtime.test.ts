import { type AddressInfo, createServer, type Socket } from "node:net";
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { HttpResponse } from "../../local/http";
import {
  type Container,
  ContainerFailed,
  type ContainerRequest,
  type ContainerResponse,
  ownContainer,
} from "../../local/sagemaker/container";
import { SagemakerRuntime } from "../../local/sagemaker/runtime";
import type { EndpointDefinition } from "../../local/terraform/endpoints";
import { eventually } from "./support/eventually";
import { received } from "./support/http-requests";
import { type Signing, sign } from "./support/signing";

const HOST = "http://127.0.0.1:3000";

const MEGABYTE = 1024 * 1024;

const ENDPOINT: EndpointDefinition = {
  name: "test-breast-cancer",
  model: "breast-cancer",
  variantName: "AllTraffic",
  compute: { kind: "serverless", maxConcurrency: 2 },
  region: "eu-central-1",
  accountId: "111122223333",
};

/** A container that answers when it is let. */
class HeldContainer implements Container {
  readonly description = "a container of this test";
  readonly held: ((answer: ContainerResponse) => void)[] = [];

  invoke(_request: ContainerRequest): Promise<ContainerResponse> {
    return new Promise((resolve) => this.held.push(resolve));
  }

  /** Lets every invocation go. */
  answer(body: string, status = 200): void {
    for (const resolve of this.held.splice(0)) resolve({ status, contentType: "text/csv", body });
  }
}

let container: HeldContainer;
let told: string;
let runtime: SagemakerRuntime;

beforeEach(() => {
  container = new HeldContainer();
  told = "";
  runtime = new SagemakerRuntime(
    [ENDPOINT, { ...ENDPOINT, name: "test-sentiment", model: "sentiment" }],
    new Map([["breast-cancer", container]]),
    (text) => {
      told += text;
    },
  );
});

/** A runtime of these endpoints, all of them in front of the container. */
function serving(...endpoints: readonly EndpointDefinition[]): SagemakerRuntime {
  return new SagemakerRuntime(endpoints, new Map([["breast-cancer", container]]), () => {});
}

/** Waits until each of `running` is answered or held by the container. */
async function arrived(running: readonly Promise<HttpResponse>[]): Promise<void> {
  let answered = 0;
  for (const invocation of running) void invocation.then(() => answered++);
  await eventually("every invocation", () => answered + container.held.length === running.length);
}

interface Invocation {
  readonly endpoint?: string;
  readonly method?: string;
  readonly body?: string;
  readonly signing?: Signing;
}

async function invoke({ endpoint = ENDPOINT.name, method = "POST", body = "1", signing }: Invocation = {}) {
  const request = {
    method,
    path: `/endpoints/${endpoint}/invocations`,
    headers: { accept: "text/csv" },
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
  it("throttles above the endpoint's concurrency, and answers again below it", async () => {
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
    ["whatever an existing endpoint runs on", { kind: "existing" }],
  ])("throttles nobody on %s", async (_case, compute) => {
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
  ])("tells a model's failure with %i as SageMaker does", async (status, kind) => {
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

  it("says what to do where a model has no container, and nothing that would be worth another try", async () => {
    // Act
    const response = await invoke({ endpoint: "test-sentiment" });

    // Assess
    expect(errorOf(response)).toMatchObject({ status: 400, type: "ValidationError" });
    expect(told).toContain("--container sentiment=<url>");
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
  ])("says as SageMaker that the model failed where the container %s", async (_case, answer, cause) => {
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
    expect(told).toBe(`test-breast-cancer: ${cause}\n`);
  });

  it.each<[string, number, EndpointDefinition["compute"]]>([
    ["serverless", 4, { kind: "serverless", maxConcurrency: 2 }],
    ["on instances", 6, { kind: "instances", instanceType: "ml.m5.large", initialInstanceCount: 1 }],
    ["there already, on whatever", 6, { kind: "existing" }],
  ])("is %s: takes %i MB and refuses more", async (_case, megabytes, compute) => {
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

  it("tells endpoints of one name in two regions apart", async () => {
    // Prepare
    const existing: EndpointDefinition = { ...ENDPOINT, compute: { kind: "existing" }, variantName: "Here" };
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

  it("holds an endpoint to its limits also where another environment only names it", async () => {
    // Prepare
    runtime = serving({ ...ENDPOINT, compute: { kind: "existing" } }, ENDPOINT);
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

  it("knows no endpoint of another name, whatever region is served", async () => {
    // Act
    const response = await invoke({ endpoint: "test-bike-rental" });

    // Assess
    expect(errorOf(response)).toEqual({
      status: 400,
      type: "ValidationError",
      message: "Endpoint test-bike-rental of account 111122223333 not found.",
    });
  });

  it("has its endpoints in several regions, and an unknown one in each of them", async () => {
    // Prepare
    runtime = new SagemakerRuntime(
      [
        ENDPOINT,
        { ...ENDPOINT, name: "prod-breast-cancer", region: "cn-north-1", accountId: "444455556666" },
      ],
      new Map([["breast-cancer", container]]),
      () => {},
    );

    // Act
    const unknown = await invoke({ endpoint: "prod-sentiment", signing: { region: "cn-north-1" } });
    const elsewhere = await invoke({ endpoint: "prod-sentiment", signing: { region: "us-east-1" } });
    const running = invoke({ endpoint: "prod-breast-cancer", signing: { region: "cn-north-1" } });
    while (container.held.length < 1) await new Promise(setImmediate);
    container.answer("no model", 500);

    // Assess
    expect(errorOf(unknown).message).toBe("Endpoint prod-sentiment of account 444455556666 not found.");
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

  it("lets nothing but POST invoke", async () => {
    // Act
    const response = await invoke({ method: "PUT" });

    // Assess
    expect(response.status).toBe(405);
  });
});

describe("a container of the user's own that gives no answer", () => {
  const REQUEST: ContainerRequest = { contentType: "text/csv", accept: "*/*", body: Buffer.from("1") };

  /** Serves connections in some way, as long as `use` takes. */
  async function withServer(serve: (socket: Socket) => void, use: (port: number) => Promise<void>) {
    const server = createServer((socket) => {
      socket.on("error", () => undefined).resume();
      serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await use((server.address() as AddressInfo).port);
    await new Promise((resolve) => server.close(resolve));
  }

  it.each<[string, (socket: Socket) => void, string]>([
    [
      "speaks another protocol",
      (socket) => socket.end("220 mail.example.com ESMTP\r\n"),
      "answered something that is not HTTP",
    ],
    ["closes the connection", (socket) => socket.destroy(), "closed the connection before it had answered"],
    [
      "breaks off within its answer",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
      "closed the connection before it had answered",
    ],
  ])("says so where it %s", async (_case, serve, reason) => {
    await withServer(serve, async (port) => {
      // Act
      const answer = ownContainer(new URL(`http://127.0.0.1:${port}`)).invoke(REQUEST);

      // Assess
      await expect(answer).rejects.toThrow(new ContainerFailed(reason, ""));
    });
  });

  it.each([
    ["127.0.0.1", "refused the connection: nothing listens there"],
    ["localhost", "refused the connection: nothing listens there"],
    ["no-such-host.invalid", "has a host name that is unknown"],
  ])("says so where there is nothing at %s", async (host, reason) => {
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
