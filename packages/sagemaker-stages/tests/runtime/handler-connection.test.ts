import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { readEndpointAddress } from "../../src/runtime/endpoint";
import { createHandler } from "../../src/runtime/handler";
import { RESERVE_IN_MS } from "../../src/runtime/limits";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { contract } from "../fixtures/app/functions/loan-default/contract";
import { predictions } from "./support/answers";
import { ClosingServer } from "./support/closing-server";
import { contextWith, ROW } from "./support/events";
import { ENOUGH_TIME_IN_MS, environmentOf, handlerOf } from "./support/handler";
import { captureLog } from "./support/log";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer(predictions(0));
  captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const REQUEST = { data: ROW };

describe("the connection", () => {
  it("is opened before the first request, and the first request uses the connection", async () => {
    // Prepare
    const handler = handlerOf(endpoint);
    await endpoint.connected(1);
    const requestsBefore = endpoint.requests.length;

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(requestsBefore).toBe(0);
    expect(endpoint.connections).toBe(1);
    expect(endpoint.onlyRequest.connection).toBe(1);
  });

  it("is shared by consecutive requests", async () => {
    // Prepare
    const handler = handlerOf(endpoint);

    // Act
    for (let request = 1; request <= 3; request++) await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([1, 1, 1]);
    expect(endpoint.connections).toBe(1);
  });

  it("is not shared by concurrent requests", async () => {
    // Prepare
    endpoint.willAlwaysAnswer({ ...predictions(0), delayInMs: 20 });
    const handler = handlerOf(endpoint);

    // Act
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS))),
    );

    // Assess
    expect(answers).toEqual(["repaid", "repaid", "repaid", "repaid"]);
    expect(endpoint.connections).toBe(4);
  });

  it("serves one request at a time after concurrent requests", async () => {
    // Prepare
    endpoint.willAlwaysAnswer({ ...predictions(0), delayInMs: 20 });
    const handler = handlerOf(endpoint);
    const callTogether = () =>
      Promise.all(Array.from({ length: 4 }, () => handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS))));

    // Act
    await callTogether();
    await callTogether();
    const used = endpoint.requests.map(({ connection }) => connection);

    // Assess
    expect(endpoint.connections).toBe(4);
    expect(used.slice(0, 4).sort()).toEqual([1, 2, 3, 4]);
    expect(used.slice(4).sort()).toEqual([1, 2, 3, 4]);
  });

  it("is not used again when the answer closes it", async () => {
    // Prepare
    endpoint.willAnswer({ ...predictions(0), headers: { connection: "close" } });
    const handler = handlerOf(endpoint);

    // Act
    const answers = [
      await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS)),
      await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS)),
    ];

    // Assess
    expect(answers).toEqual(["repaid", "repaid"]);
    expect(endpoint.requests.map(({ connection }) => connection)).toEqual([1, 2]);
  });

  it.each(["never", "stall"] as const)(
    "is not used again when the time ends before the answer (%s)",
    async (instead) => {
      // Prepare
      endpoint.willAnswer({ ...predictions(1), instead });
      const handler = handlerOf(endpoint);

      // Act
      const late = await handler(REQUEST, contextWith(RESERVE_IN_MS + 100));
      const next = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

      // Assess
      expect(late).toMatchObject({ status: 504 });
      expect(next).toBe("repaid");
      expect(endpoint.requests.map(({ connection }) => connection)).toEqual([1, 2]);
    },
  );

  it("carries a body without chunks, with its length in bytes", async () => {
    // Prepare
    const handler = handlerOf(endpoint);

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const { headers, bytes } = endpoint.onlyRequest;
    expect(headers).toMatchObject({ connection: "keep-alive", "content-length": String(bytes.length) });
    expect(headers).not.toHaveProperty("transfer-encoding");
  });
});

describe("an idle connection that the server closes", () => {
  const REQUEST_TIMEOUT = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  const RESET = "";

  it.each([
    ["with a 408, like Node.js and other servers", REQUEST_TIMEOUT],
    ["with bytes that look like an answer", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"],
    ["without data", RESET],
  ])("%s, does not receive a request", async (_case, lastBytes) => {
    // Prepare
    const server = await ClosingServer.start(lastBytes);
    const handler = createHandler(contract, {
      ...environmentOf(endpoint),
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: server.url,
    });
    await server.firstClosed();

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("repaid");
    expect(server.connections).toBe(2);
    await server.close();
  });

  it("and at the moment of the request, does not answer the request", async () => {
    // Prepare
    const server = await ClosingServer.start(REQUEST_TIMEOUT, "on the first request");
    const handler = createHandler(contract, {
      ...environmentOf(endpoint),
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: server.url,
    });

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("repaid");
    expect(server.connections).toBe(2);
    await server.close();
  });
});

describe("credentials", () => {
  it("are read on every call, because Lambda can renew them", async () => {
    // Prepare
    const environment: NodeJS.ProcessEnv = {
      ...environmentOf(endpoint),
      AWS_SESSION_TOKEN: "first-token",
    };
    const handler = createHandler(contract, environment);

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));
    environment.AWS_ACCESS_KEY_ID = "AKIAI44QH8DHBEXAMPLE";
    environment.AWS_SECRET_ACCESS_KEY = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
    environment.AWS_SESSION_TOKEN = "second-token";
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(endpoint.requests.map(({ headers }) => headers)).toMatchObject([
      {
        authorization: expect.stringContaining("Credential=AKIAIOSFODNN7EXAMPLE/"),
        "x-amz-security-token": "first-token",
      },
      {
        authorization: expect.stringContaining("Credential=AKIAI44QH8DHBEXAMPLE/"),
        "x-amz-security-token": "second-token",
      },
    ]);
  });

  it("are read again for a retry", async () => {
    // Prepare
    jest.spyOn(Math, "random").mockReturnValue(0.5);
    endpoint.willAnswer({ status: 500, delayInMs: 50 });
    const environment: NodeJS.ProcessEnv = {
      ...environmentOf(endpoint),
      AWS_SESSION_TOKEN: "first-token",
    };
    const handler = createHandler(contract, environment);

    // Act
    const answer = handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));
    environment.AWS_SESSION_TOKEN = "second-token";
    await answer;

    // Assess
    expect(endpoint.requests.map(({ headers }) => headers["x-amz-security-token"])).toEqual([
      "first-token",
      "second-token",
    ]);
  });

  it("have no session token when the environment has none", async () => {
    // Prepare
    const handler = handlerOf(endpoint);

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(endpoint.onlyRequest.headers).not.toHaveProperty("x-amz-security-token");
    expect(endpoint.onlyRequest.headers.authorization).not.toContain("x-amz-security-token");
  });
});

describe("the endpoint's URL", () => {
  const NAMED = { ENDPOINT_NAME: "dev-loan-default-endpoint" };

  it.each([
    { region: "us-east-1", url: "https://runtime.sagemaker.us-east-1.amazonaws.com/" },
    { region: "eu-central-1", url: "https://runtime.sagemaker.eu-central-1.amazonaws.com/" },
    { region: "us-gov-west-1", url: "https://runtime.sagemaker.us-gov-west-1.amazonaws.com/" },
    { region: "cn-north-1", url: "https://runtime.sagemaker.cn-north-1.amazonaws.com.cn/" },
  ])("follows from the region $region", ({ region, url }) => {
    // Prepare
    const environment = { ...NAMED, AWS_REGION: region };

    // Act
    const address = readEndpointAddress(environment);

    // Assess
    expect(address).toMatchObject({ endpointName: NAMED.ENDPOINT_NAME, region });
    expect(address.url.href).toBe(url);
  });

  it.each([
    {
      what: "AWS_ENDPOINT_URL, even if a region is set",
      overrides: { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" },
      url: "http://127.0.0.1:4566/",
    },
    {
      what: "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME, even if AWS_ENDPOINT_URL is set",
      overrides: {
        AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
        AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: "http://127.0.0.1:8080/",
      },
      url: "http://127.0.0.1:8080/",
    },
    {
      what: "AWS_ENDPOINT_URL if AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME is empty",
      overrides: { AWS_ENDPOINT_URL: "http://127.0.0.1:4566", AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: "" },
      url: "http://127.0.0.1:4566/",
    },
    {
      what: "the region if both variables are empty",
      overrides: { AWS_ENDPOINT_URL: "", AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: "" },
      url: "https://runtime.sagemaker.us-east-1.amazonaws.com/",
    },
  ])("follows from $what", ({ overrides, url }) => {
    // Prepare
    const environment = { ...NAMED, AWS_REGION: "us-east-1", ...overrides };

    // Act
    const address = readEndpointAddress(environment);

    // Assess
    expect(address.url.href).toBe(url);
  });

  it("is AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME even when AWS_ENDPOINT_URL is set", async () => {
    // Prepare
    const other = await EndpointServer.start();
    const handler = handlerOf(endpoint, { AWS_ENDPOINT_URL: other.url });

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));
    await other.close();

    // Assess
    expect(answer).toBe("repaid");
    expect(other.connections).toBe(0);
  });

  it("is AWS_ENDPOINT_URL when AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME is not set", async () => {
    // Prepare
    const handler = handlerOf(endpoint, {
      AWS_ENDPOINT_URL: endpoint.url,
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: undefined,
    });

    // Act
    const answer = await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("repaid");
    expect(endpoint.onlyRequest.headers.host).toBe(endpoint.host);
  });

  it.each(["/runtime", "/runtime/"])("keeps the path %s of the override", async (path) => {
    // Prepare
    const handler = handlerOf(endpoint, { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpoint.url + path });

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(endpoint.onlyRequest.path).toBe("/runtime/endpoints/dev-loan-default-endpoint/invocations");
  });

  it.each(["us-east-1", "eu-central-1"])("receives requests signed for AWS_REGION %s", async (region) => {
    // Prepare
    const handler = handlerOf(endpoint, { AWS_REGION: region });

    // Act
    await handler(REQUEST, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(endpoint.onlyRequest.headers.authorization).toMatch(
      new RegExp(`Credential=AKIAIOSFODNN7EXAMPLE/\\d{8}/${region}/sagemaker/aws4_request,`),
    );
  });
});

describe("the handler throws at creation when a variable is missing or malformed", () => {
  it.each([
    { name: "ENDPOINT_NAME", value: undefined },
    { name: "ENDPOINT_NAME", value: "" },
    { name: "AWS_REGION", value: undefined },
    { name: "AWS_REGION", value: "" },
  ])("$name: $value", ({ name, value }) => {
    // Prepare
    const environment = { ...environmentOf(endpoint), [name]: value };

    // Act
    const create = () => createHandler(contract, environment);

    // Assess
    expect(create).toThrow(`${name}: got nothing; allowed: a value`);
  });

  const malformed = ["localhost:8080", "127.0.0.1", "ftp://127.0.0.1", "http://"];

  it.each(malformed)("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: %s", (address) => {
    // Prepare
    const environment = { ...environmentOf(endpoint), AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: address };

    // Act
    const create = () => createHandler(contract, environment);

    // Assess
    expect(create).toThrow(`AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: got "${address}"; allowed: an HTTP URL`);
  });

  it.each(malformed)("AWS_ENDPOINT_URL: %s", (address) => {
    // Prepare
    const environment = {
      ...environmentOf(endpoint),
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: undefined,
      AWS_ENDPOINT_URL: address,
    };

    // Act
    const create = () => createHandler(contract, environment);

    // Assess
    expect(create).toThrow(`AWS_ENDPOINT_URL: got "${address}"; allowed: an HTTP URL`);
  });
});
