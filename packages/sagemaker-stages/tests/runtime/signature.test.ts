import { Sha256 } from "@aws-crypto/sha256-js";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import type { EndpointRequest } from "../../src/runtime/contract";
import { createEndpointClient, readEndpointAddress } from "../../src/runtime/endpoint";
import { EndpointServer, type RecordedRequest } from "../../src/testing/endpoint-server";
import { predictions } from "./support/answers";
import { contextWith, ROW, restEvent } from "./support/events";
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

const CREDENTIALS = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const SESSION_TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ=";

interface Signing {
  readonly region?: string;
  readonly sessionToken?: string;
}

/** The header Authorization that AWS's signer computes for a request with the same signed headers. */
async function authorizationByAws(
  { method, path, headers, bytes }: RecordedRequest,
  { region = "us-east-1", sessionToken }: Signing,
): Promise<string | undefined> {
  const signer = new SignatureV4({
    service: "sagemaker",
    region,
    sha256: Sha256,
    applyChecksum: false,
    credentials: { ...CREDENTIALS, ...(sessionToken === undefined ? {} : { sessionToken }) },
  });
  const signed = signedHeaderNames(headers.authorization).map((name) => [name, String(headers[name])]);
  const [hostname = "", port] = (headers.host ?? "").split(":");
  const request = await signer.sign(
    {
      protocol: "http:",
      hostname,
      port: Number(port),
      method,
      path,
      headers: Object.fromEntries(signed) as Record<string, string>,
      body: bytes,
    },
    { signingDate: toDate(String(headers["x-amz-date"])) },
  );
  return request.headers.authorization;
}

function signedHeaderNames(authorization = ""): string[] {
  return /SignedHeaders=([^,]+),/.exec(authorization)?.[1]?.split(";") ?? [];
}

/** Parses a date such as `20261120T130501Z`. */
function toDate(compact: string): Date {
  return new Date(compact.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

describe("the handler's request has the signature that AWS's signer computes", () => {
  it.each<{ what: string; signing: Signing }>([
    { what: "with long-term credentials", signing: {} },
    { what: "with a session token", signing: { sessionToken: SESSION_TOKEN } },
    { what: "for another region", signing: { region: "eu-central-1", sessionToken: SESSION_TOKEN } },
  ])("$what", async ({ signing }) => {
    // Prepare
    const handler = handlerOf(endpoint, {
      AWS_REGION: signing.region ?? "us-east-1",
      AWS_SESSION_TOKEN: signing.sessionToken,
    });

    // Act
    await handler(restEvent(JSON.stringify({ data: [ROW, ROW] })), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    const { headers } = endpoint.onlyRequest;
    expect(headers.authorization).toBe(await authorizationByAws(endpoint.onlyRequest, signing));
    expect(headers.host).toBe(endpoint.host);
    expect(Math.abs(Date.now() - toDate(String(headers["x-amz-date"])).getTime())).toBeLessThan(60_000);
  });

  it("over every header that a forged request could change", async () => {
    // Prepare
    const handler = handlerOf(endpoint, { AWS_SESSION_TOKEN: SESSION_TOKEN });

    // Act
    await handler(restEvent(JSON.stringify({ data: ROW })), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(signedHeaderNames(endpoint.onlyRequest.headers.authorization)).toEqual(
      expect.arrayContaining(["content-type", "host", "x-amz-date", "x-amz-security-token"]),
    );
  });
});

describe("the endpoint client's request has the signature that AWS's signer computes", () => {
  const CSV: EndpointRequest = { contentType: "text/csv", accept: "application/json", body: ROW, rows: 1 };

  it.each<{ what: string; request: EndpointRequest; path?: string; name?: string }>([
    { what: "a body with characters beyond ASCII", request: { ...CSV, body: "größer, 中文, 🙂, e\u0301" } },
    { what: "a body of several lines", request: { ...CSV, body: "1,2\n3,4\r\n\t5" } },
    {
      what: "a body of JSON",
      request: { ...CSV, contentType: "application/json", body: '{"instances":["ä"]}' },
    },
    {
      what: "a content type with a parameter and spaces",
      request: { ...CSV, contentType: "text/csv;  charset=utf-8" },
    },
    { what: "an empty body", request: { ...CSV, body: "" } },
    {
      what: "bytes that are not UTF-8",
      request: { ...CSV, contentType: "image/png", body: Uint8Array.of(0x89, 0, 0xff) },
    },
    {
      what: "headers of SageMaker",
      request: {
        ...CSV,
        headers: {
          targetModel: "eu/iris.tar.gz",
          customAttributes: "a=b,  c",
          inferenceId: "i-1",
          sessionId: "s",
        },
      },
    },
    { what: "a path before the endpoint's", request: CSV, path: "/runtime/v1" },
    { what: "the longest name an endpoint can have", request: CSV, name: `a${"-b1".repeat(20)}Z9` },
  ])("for $what", async ({ request, path = "", name = "dev-loan-default-endpoint" }) => {
    // Prepare
    const environment = {
      ...environmentOf(endpoint),
      ENDPOINT_NAME: name,
      AWS_SESSION_TOKEN: SESSION_TOKEN,
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpoint.url + path,
    };
    const client = createEndpointClient(readEndpointAddress(environment), environment);

    // Act
    await client.invoke(request, () => ENOUGH_TIME_IN_MS);

    // Assess
    const recorded = endpoint.onlyRequest;
    expect(recorded.path).toBe(`${path}/endpoints/${name}/invocations`);
    expect(Buffer.from(recorded.bytes).equals(Buffer.from(request.body))).toBe(true);
    expect(recorded.headers.authorization).toBe(
      await authorizationByAws(recorded, { sessionToken: SESSION_TOKEN }),
    );
  });
});

it("the signature includes every SageMaker header of the request", async () => {
  // Prepare
  const environment = {
    ...environmentOf(endpoint),
    AWS_SESSION_TOKEN: SESSION_TOKEN,
    ENDPOINT_TARGET_VARIANT: "blue",
    ENDPOINT_TARGET_CONTAINER: "second",
  };
  const client = createEndpointClient(readEndpointAddress(environment), environment);
  const headers = { customAttributes: "a", inferenceId: "b", targetModel: "c", sessionId: "d" };
  const request = { contentType: "text/csv", accept: "text/csv", body: ROW, rows: 1, headers };

  // Act
  await client.invoke(request, () => ENOUGH_TIME_IN_MS);

  // Assess
  const recorded = endpoint.onlyRequest;
  const sent = Object.keys(recorded.headers).filter((name) => name.startsWith("x-am"));
  expect(sent).toHaveLength(8);
  expect(signedHeaderNames(recorded.headers.authorization)).toEqual(expect.arrayContaining(sent));
  expect(recorded.headers.authorization).toBe(
    await authorizationByAws(recorded, { sessionToken: SESSION_TOKEN }),
  );
});
