import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { nameOrigin } from "../../src/runtime/origins";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { functionUrlEvent, restEvent, restHttpEvent } from "../../src/testing/events";
import { models } from "../fixtures/app/functions";
import { contextWith } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerOf, proxyResponse } from "./support/handler";
import { captureLog } from "./support/log";

const APP = "https://app.example.com";
const OTHER = "https://www.example.org:8443";
const ENVIRONMENT = { CORS_ALLOW_ORIGIN: `${APP},${OTHER}` };
const MODEL = models["loan-default"];
const ROUTE = { method: "POST", path: "/loan-default" } as const;

let endpoint: EndpointServer;
let log: ReturnType<typeof captureLog>;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer({ headers: { "content-type": "application/json" }, body: '{"predictions": []}' });
  log = captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const handler = () => nameOrigin(handlerOf(endpoint, ENVIRONMENT), ENVIRONMENT);
const call = (event: unknown) => handler()(event, contextWith(ENOUGH_TIME_IN_MS));
const withHeaders = (headers: Readonly<Record<string, string>>) =>
  restHttpEvent(ROUTE, { body: JSON.stringify(MODEL.example.request), headers });

describe("a handler with several allowed origins", () => {
  it.each([
    [APP, "Origin"],
    [OTHER, "Origin"],
    [APP, "origin"],
    [APP, "ORIGIN"],
  ])("names the origin %s when the header is %s", async (origin, header) => {
    // Act
    const { headers } = proxyResponse(await call(withHeaders({ [header]: origin })));

    // Assess
    expect(headers).toMatchObject({ "Access-Control-Allow-Origin": origin, Vary: "Origin" });
    expect(log.text()).not.toContain(origin);
  });

  it.each([
    "https://app.example.com.evil.com",
    "https://app.example.co",
    "https://evil-app.example.com",
    "https://app-example.com",
    "https://appXexample.com",
    "https://APP.example.com",
    "HTTPS://app.example.com",
    "http://app.example.com",
    "https://app.example.com:443",
    "https://app.example.com:8443",
    "https://www.example.org",
    "https://app.example.com/",
    "https://app.example.com,https://www.example.org:8443",
    "https://app.example.com https://www.example.org:8443",
    ".*",
    "*",
    "null",
    "",
  ])("names no origin when the origin is %s", async (origin) => {
    // Act
    const { headers } = proxyResponse(await call(withHeaders({ origin })));

    // Assess
    expect(headers).not.toHaveProperty("Access-Control-Allow-Origin");
    expect(headers.Vary).toBe("Origin");
  });

  it("names no origin when the request has two different origins", async () => {
    // Prepare
    const event = {
      ...(withHeaders({ origin: APP }) as object),
      multiValueHeaders: { origin: [APP, "https://evil.example"] },
    };

    // Act
    const { headers } = proxyResponse(await call(event));

    // Assess
    expect(headers).not.toHaveProperty("Access-Control-Allow-Origin");
  });

  it("names no origin when the request has no origin", async () => {
    // Act
    const { headers } = proxyResponse(await call(restEvent(MODEL, MODEL.example.request)));

    // Assess
    expect(headers).not.toHaveProperty("Access-Control-Allow-Origin");
    expect(headers).toMatchObject({ Vary: "Origin" });
  });

  it("names the origin of a refused request", async () => {
    // Act
    const refused = proxyResponse(
      await call(restHttpEvent(ROUTE, { body: "{}", headers: { origin: OTHER } })),
    );

    // Assess
    expect(refused.statusCode).toBe(400);
    expect(refused.headers).toMatchObject({ "Access-Control-Allow-Origin": OTHER, Vary: "Origin" });
  });

  it("adds no header to the answer of a function URL, which sets the headers itself", async () => {
    // Act
    const { headers } = proxyResponse(
      await call(functionUrlEvent(ROUTE, { body: "{}", headers: { origin: APP } })),
    );

    // Assess
    expect(headers).not.toHaveProperty("Access-Control-Allow-Origin");
    expect(headers).not.toHaveProperty("Vary");
  });

  it("returns a bare answer when another function invokes it", async () => {
    // Act
    const answer = await call({});

    // Assess
    expect(answer).not.toHaveProperty("headers");
  });

  it("keeps a Vary header of a model's own handler", async () => {
    // Prepare
    const own = nameOrigin(
      async () => ({
        statusCode: 200,
        headers: { "Access-Control-Allow-Origin": ENVIRONMENT.CORS_ALLOW_ORIGIN, Vary: "Accept" },
        body: "",
      }),
      ENVIRONMENT,
    );

    // Act
    const answer = await own(withHeaders({ origin: APP }), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toEqual({
      statusCode: 200,
      headers: { "Access-Control-Allow-Origin": APP, Vary: "Accept, Origin" },
      body: "",
    });
  });
});
