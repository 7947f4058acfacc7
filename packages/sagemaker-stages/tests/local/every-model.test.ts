import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { problemOf, type Request, type Response, send } from "./support/client";
import { paste } from "./support/curl";
import { EVERY_MODEL } from "./support/environments";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";

const START_TIMEOUT_IN_MS = 90_000;

const KEY = { "x-api-key": "local-dev-key-not-a-secret" };
const ORIGIN = { Origin: "https://www.example.com" };

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  project.setEnvironments(EVERY_MODEL);
  stage = await RunningStage.serve(project, ["dev"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

/** The line of the banner below the one that starts with `heading`. */
function lineBelow(heading: string): string {
  const lines = stage.output.split("\n").map((line) => line.trim());
  return lines[lines.findIndex((line) => line.startsWith(heading)) + 1] ?? "";
}

/** The function URL in the banner, without a slash at the end. */
function functionUrl(): string {
  const [, url = ""] =
    / {2}(\S+)\/ {2}\(function URL of dev-language-check, signed requests\)/.exec(stage.output) ?? [];
  return url;
}

async function callFunctionUrl(query: string, request: Partial<Request> = {}): Promise<Response> {
  const whole = { method: "GET", path: `/?${query}`, ...request };
  return send(functionUrl(), await sign(functionUrl(), whole, { service: "lambda" }));
}

function callLanguageCheck(query: string): Promise<Response> {
  return send(stage.url, { method: "GET", path: `/dev/language-check?${query}`, headers: KEY });
}

function callTicketUrgency(body: string, contentType: string): Promise<Response> {
  return send(stage.url, { path: "/dev/ticket-urgency", headers: { "Content-Type": contentType }, body });
}

async function callEnergyDemand(instances: readonly unknown[]): Promise<Response> {
  const request = {
    path: "/dev/energy-demand",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ instances }),
  };
  return send(stage.url, await sign(stage.url, request));
}

/** `count` labels, the most probable first, then their probabilities. */
function expectLabels(body: string, count: number): void {
  const [labels, probabilities] = JSON.parse(body) as [string[], number[]];
  expect(labels).toHaveLength(count);
  expect(new Set(labels).size).toBe(count);
  expect(labels.every((label) => label.startsWith("__label__"))).toBe(true);
  expect(probabilities).toEqual(labels.map(() => expect.any(Number)));
  expect(probabilities).toEqual([...probabilities].sort((left, right) => right - left));
  expect(probabilities.every((value) => value >= 0 && value <= 1.0001)).toBe(true);
}

const HOURS = [
  { date: "2026-01-15", hour: 18, temperature: -2.5, day: "working" },
  { date: "2026-07-04", hour: 3, temperature: 21.5, day: "weekend" },
  { date: "2026-12-25", hour: 12, temperature: 0, day: "holiday" },
];

describe("a curl line of the banner", () => {
  it("calls loan-default with the key", async () => {
    // Act
    const answer = await paste(lineBelow("POST /dev/loan-default  (API key)"));

    // Assess
    expect(answer).toEqual({ status: 200, contentType: "application/json", body: '"repaid"' });
  });

  it("calls energy-demand with a signed request", async () => {
    // Act
    const answer = await paste(lineBelow("POST /dev/energy-demand  (signed requests)"));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
    expect(JSON.parse(answer.body)).toEqual([expect.any(Number)]);
  });

  it("calls ticket-urgency, which is public", async () => {
    // Act
    const answer = await paste(lineBelow("POST /dev/ticket-urgency  (public)"));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
    expect(JSON.parse(answer.body)).toEqual({
      urgency: expect.stringMatching(/^(urgent|normal)$/),
      score: expect.any(Number),
    });
  });

  it("calls language-check with the key", async () => {
    // Act
    const answer = await paste(lineBelow("GET /dev/language-check  (API key)"));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
    expectLabels(answer.body, 3);
  });

  it("calls language-check's function URL with a signed request, and gets the answer of the route", async () => {
    // Act
    const answer = await paste(lineBelow(`${functionUrl()}/  (function URL of dev-language-check`));
    const ofRoute = await callLanguageCheck("q=guten%20morgen&k=3");

    // Assess
    expect(answer).toEqual({ status: 200, contentType: "application/json", body: ofRoute.body });
    expectLabels(answer.body, 3);
  });
});

describe("energy-demand", () => {
  it("the model answers the rows of a batch in order, with a finite number for each row", async () => {
    // Act
    const batch = await callEnergyDemand(HOURS);
    const alone = await Promise.all(HOURS.map((instance) => callEnergyDemand([instance])));

    // Assess
    const counts: unknown = JSON.parse(batch.body);
    expect(batch.status).toBe(200);
    expect(counts).toEqual(alone.map(({ body }) => (JSON.parse(body) as unknown[])[0]));
    expect(counts).toEqual(HOURS.map(() => expect.any(Number)));
  });

  it("names the value when the calendar does not have the date", async () => {
    // Prepare
    const instance = { date: "2026-02-30", hour: 18, temperature: -2.5, day: "working" };

    // Act
    const response = await callEnergyDemand([instance]);

    // Assess
    expect(response.status).toBe(400);
    expect(problemOf(response).detail).toContain("2026-02-30");
  });
});

describe("ticket-urgency", () => {
  it.each(["text/plain", "text/plain;charset=UTF-8"])(
    "answers 1 or 0 to a text, as to the same message in JSON: %s",
    async (contentType) => {
      // Prepare
      const messages = ["Outage: customers are down, urgent.", "A question, thanks, whenever you like."];

      // Act
      const texts = await Promise.all(messages.map((message) => callTicketUrgency(message, contentType)));
      const documents = await Promise.all(
        messages.map((message) => callTicketUrgency(JSON.stringify({ message }), "application/json")),
      );

      // Assess
      const labels = documents.map(({ body }) => (JSON.parse(body) as { urgency: string }).urgency);
      expect(texts.map(({ status }) => status)).toEqual([200, 200]);
      expect(texts.map(({ headers }) => headers["content-type"])).toEqual(["text/plain", "text/plain"]);
      expect(texts.map(({ body }) => body)).toEqual(labels.map((label) => (label === "urgent" ? "1" : "0")));
    },
  );
});

describe("a JSON body of a route with a request model", () => {
  const ROW = JSON.stringify({ data: Array.from({ length: 3 }, () => "1.5").join(",") });

  function classify(body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
    return send(stage.url, {
      path: "/dev/loan-default",
      headers: { "Content-Type": "application/json", ...KEY, ...headers },
      body,
    });
  }

  it("the body is read without its byte order mark", async () => {
    // Act
    const { status, body } = await classify(`\ufeff${ROW}`);

    // Assess
    expect([status, body]).toEqual([200, expect.stringMatching(/^"(repaid|defaulted)"$/)]);
  });

  it.each<[what: string, body: string | Buffer, headers: Record<string, string>, named: string]>([
    ["compressed", gzipSync(ROW), { "Content-Encoding": "gzip" }, 'Content-Encoding: got "gzip"'],
    ["declared as compressed", ROW, { "Content-Encoding": "br" }, 'Content-Encoding: got "br"'],
    [
      "UTF-16",
      Buffer.from(ROW, "utf16le"),
      { "Content-Type": "application/json; charset=utf-16le" },
      "utf-16le",
    ],
    ["declared as Latin-1", ROW, { "Content-Type": 'application/json;charset="iso-8859-1"' }, "iso-8859-1"],
  ])("a body gets a 415 that names the encoding when the body is %s", async (_, body, headers, named) => {
    // Act
    const response = await classify(body, headers);

    // Assess
    expect(response.status).toBe(415);
    expect(problemOf(response).detail).toContain(named);
  });
});

describe("language-check", () => {
  it("answers two labels by default", async () => {
    // Act
    const response = await callLanguageCheck("q=guten%20morgen");

    // Assess
    expect(response.status).toBe(200);
    expectLabels(response.body, 2);
  });

  it.each(["k=3", "q=&k=3", ""])("the function is not invoked without a text: %s", async (query) => {
    // Act
    const response = await callLanguageCheck(query);

    // Assess
    expect(response.status).toBe(400);
    expect(response.headers["x-amzn-errortype"]).toBe("BadRequestException");
    expect(problemOf(response).detail).toBe("Missing required request parameters: [q]");
  });

  it.each(["/dev/language-check/?q=guten%20morgen", "/dev//language-check?q=guten%20morgen"])(
    "answers a path with an additional slash: %s",
    async (path) => {
      // Act
      const response = await send(stage.url, { method: "GET", path, headers: KEY });

      // Assess
      expect(response.status).toBe(200);
      expectLabels(response.body, 2);
    },
  );

  it("gets a query that API Gateway splits at a raw semicolon, but not at an encoded semicolon", async () => {
    // Act
    const split = await callLanguageCheck("q=hello;you");
    const whole = await callLanguageCheck("q=hello%3Byou");

    // Assess
    expect(split.status).toBe(400);
    expect(problemOf(split).detail).toContain("you");
    expect(whole.status).toBe(200);
  });

  it.each(["q=a|b", "q={a}", "q=a}"])("the function is not invoked with a raw %s", async (query) => {
    // Act
    const response = await callLanguageCheck(query);

    // Assess
    expect(response.status).toBe(400);
    expect(response.body).toContain("Bad Request");
  });

  it("answers with the trace of the request", async () => {
    // Prepare
    const root = "Root=1-65bfdbf7-1b5920a5a0a57e32194306b3";
    const path = "/dev/language-check?q=guten%20morgen";

    // Act
    const response = await send(stage.url, {
      method: "GET",
      path,
      headers: { ...KEY, "X-Amzn-Trace-Id": root },
    });

    // Assess
    expect(response.headers["x-amzn-trace-id"]).toBe(root);
  });

  it("the function URL refuses an API key instead of a signature", async () => {
    // Act
    const response = await send(functionUrl(), { method: "GET", path: "/?q=guten%20morgen", headers: KEY });

    // Assess
    expect(response.status).toBe(403);
    expect(response.headers["x-amzn-errortype"]).toBe("AccessDeniedException");
  });

  it.each([
    ["q=guten%20morgen&k=3", 3],
    ["q=%C3%A4+%2B+100%25+%E4%BD%A0%E5%A5%BD&k=1", 1],
    ["q=guten%20morgen", 2],
  ])("the function URL gives the same answer as the route: %s", async (query, count) => {
    // Act
    const answer = await callFunctionUrl(query);
    const ofRoute = await callLanguageCheck(query);

    // Assess
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.body).toBe(ofRoute.body);
    expectLabels(answer.body, count);
  });

  it.each([
    ["k=3", "q: "],
    ["q=who&k=0", 'k: got "0"'],
    ["q=who&k=1&k=2", "k: got the parameter twice"],
    ["q=who&q=how", "q: got the parameter twice"],
  ])("the answer names the fault of a request to the function URL: %s", async (query, detail) => {
    // Act
    const response = await callFunctionUrl(query);

    // Assess
    expect(response.status).toBe(400);
    expect(problemOf(response)).toMatchObject({
      detail: expect.stringContaining(detail),
      requestId: response.headers["x-amzn-requestid"],
    });
  });

  it("the route accepts requests of the stage's page, opened by any name of this machine", async () => {
    // Prepare
    const { port } = new URL(stage.url);
    const path = "/website/dev/?a=b";

    // Act
    const byName = await send(stage.url, { method: "GET", path, headers: { Host: `localhost:${port}` } });
    const byNumber = await send(stage.url, { method: "GET", path });

    // Assess
    expect([byName.status, byName.headers.location]).toEqual([302, `${stage.url}${path}`]);
    expect(byNumber.status).toBe(200);
  });

  it("the function URL answers an unsigned preflight", async () => {
    // Prepare
    const wish = {
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": "authorization,x-amz-content-sha256,x-amz-date",
    };

    // Act
    const response = await send(functionUrl(), {
      method: "OPTIONS",
      path: "/?q=who",
      headers: { ...ORIGIN, ...wish },
    });

    // Assess
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "*",
      "access-control-allow-headers":
        "accept,authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,x-api-key",
      "access-control-max-age": "600",
    });
  });

  it.each([
    ["an answer", "q=guten%20morgen", 200],
    ["a refusal", "k=3", 400],
  ])("the function URL sends one Access-Control-Allow-Origin with %s", async (_case, query, status) => {
    // Act
    const response = await callFunctionUrl(query, { headers: ORIGIN });

    // Assess
    expect(response.status).toBe(status);
    // The client joins two values with a comma. Browsers refuse two values.
    expect(response.headers["access-control-allow-origin"]).toBe("*");
  });
});

describe("the request model of a private route", () => {
  const JSON_TYPE = { "Content-Type": "application/json" };
  /** Texts of the contracts of the private models. No answer of another route may contain these texts. */
  const PRIVATE_FORMS = /comma-separated|"data"|instances|temperature|YYYY|numbers|labels/;

  it.each<[caller: string, request: Request, status: number]>([
    ["calls it without its key", { path: "/dev/loan-default", headers: JSON_TYPE, body: "{}" }, 403],
    [
      "calls it with a wrong key",
      { path: "/dev/loan-default", headers: { ...JSON_TYPE, "x-api-key": "wrong" }, body: "{}" },
      403,
    ],
    ["does not sign the call", { path: "/dev/energy-demand", headers: JSON_TYPE, body: "{}" }, 403],
    ["sends no query and no key", { method: "GET", path: "/dev/language-check" }, 403],
    ["sends a preflight", { method: "OPTIONS", path: "/dev/loan-default", headers: ORIGIN }, 204],
    ["calls an unknown path", { path: "/dev/loan", headers: JSON_TYPE, body: "{}" }, 403],
    ["reads the page's document", { method: "GET", path: "/website/dev/openapi.json" }, 200],
    [
      "sends a malformed body to a public route",
      { path: "/dev/ticket-urgency", headers: JSON_TYPE, body: "{}" },
      400,
    ],
  ])("the request model is not described to a caller who %s", async (_caller, request, status) => {
    // Act
    const response = await send(stage.url, request);

    // Assess
    expect(response.status).toBe(status);
    expect(`${JSON.stringify(response.headers)}${response.body}`).not.toMatch(PRIVATE_FORMS);
  });

  it("the request model is not described at a function URL to a caller who does not sign", async () => {
    // Act
    const response = await send(functionUrl(), { method: "GET", path: "/" });

    // Assess
    expect(response.status).toBe(403);
    expect(`${JSON.stringify(response.headers)}${response.body}`).not.toMatch(PRIVATE_FORMS);
  });

  it("the request model is in the API's document, and the answer to a malformed body names this document", async () => {
    // Act
    const ofPublicRoute = await callTicketUrgency("{}", "application/json");
    const ofPrivateRoute = await send(stage.url, {
      path: "/dev/loan-default",
      headers: { ...JSON_TYPE, ...KEY },
      body: "{}",
    });

    // Assess
    const detailFor = (path: string) =>
      `Invalid request body: the body is not JSON, or does not match the request model of POST ${path}; allowed: the request body of this route in the API's OpenAPI document`;
    expect(problemOf(ofPublicRoute)).toMatchObject({ status: 400, detail: detailFor("/ticket-urgency") });
    expect(problemOf(ofPrivateRoute)).toMatchObject({ status: 400, detail: detailFor("/loan-default") });
  });
});
