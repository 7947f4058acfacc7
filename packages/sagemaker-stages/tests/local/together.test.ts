import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { together } from "../../examples/together";
import { models } from "../fixtures/app/functions";
import { fetchWhole } from "../support/fetch-whole";
import { SignedInStage, type TemporaryCredentials, type Tokens } from "../support/signed-in-stage";
import { problemOf, type Request, type Response, send } from "./support/client";
import { paste } from "./support/curl";
import { sign } from "./support/signing";

/** A slow machine needs time for the synthesis and for the processes of the functions. */
jest.setTimeout(60_000);

const API = "api.together.models.example.com";
const PAGE = "together.models.example.com";
const APP = "https://app.example.com";
const ORIGINS = [`https://${PAGE}`, APP, "https://www.example.org:8443"];
const ISSUER = "https://login.example.com";
const AUDIENCE = "https://models.example.com";
const REGION = together.region;
const ACME = "local-together-acme-customer-2026-11-not-a-secret";

let stage: SignedInStage;
let tokens: Tokens;
let credentials: TemporaryCredentials;

beforeAll(async () => {
  stage = await SignedInStage.start(together);
  tokens = await stage.signIn();
  credentials = await stage.credentials(tokens.id_token);
});

afterAll(() => stage?.close());

afterEach(() => stage.setClock(0));

/** The examples of the models' requests. */
const EXAMPLES: Readonly<Record<string, Pick<Request, "method" | "path" | "body">>> = {
  "language-check": { method: "GET", path: "/v1/language-check?q=hello" },
  ...Object.fromEntries(
    (["loan-default", "ticket-urgency", "energy-demand"] as const).map((model) => [
      model,
      { path: `/v1/${model}`, body: JSON.stringify(models[model].example.request) },
    ]),
  ),
  "house-price": { path: "/v1/house-price", body: '{"instances":[{"area":96.5,"rooms":4}]}' },
};

/** A request to the domain name, from a page of another team. */
function request(model: string, headers: Readonly<Record<string, string>> = {}): Request {
  const example = EXAMPLES[model];
  if (example === undefined) throw new Error(`${model} has no example`);
  return { ...example, headers: { "content-type": "application/json", Origin: APP, Host: API, ...headers } };
}

function call(model: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return send(stage.stage.url, request(model, headers));
}

/** A request with the signature of the signed-in user, for the domain name. */
async function callSigned(model: string, by: TemporaryCredentials | "local"): Promise<Response> {
  const { Host: _, ...headers } = request(model).headers ?? {};
  const signed = await sign(
    `https://${API}`,
    {
      ...request(model),
      headers: { ...headers, ...(by === "local" ? {} : { "x-amz-security-token": by.SessionToken }) },
    },
    {
      region: REGION,
      ...(by === "local" ? {} : { accessKeyId: by.AccessKeyId, secretAccessKey: by.SecretKey }),
    },
  );
  return await send(stage.stage.url, signed);
}

function jwt(claims: Readonly<Record<string, unknown>> = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  return stage.issuer.sign({
    iss: ISSUER,
    aud: AUDIENCE,
    sub: "service-1",
    scope: "prices:read",
    iat,
    exp: iat + 600,
    ...claims,
  });
}

describe("each kind of caller opens its own routes", () => {
  it.each<[string, () => Promise<Response>]>([
    ["a user whose page signs with temporary credentials", () => callSigned("loan-default", credentials)],
    [
      "a user whose page sends a token",
      () => call("ticket-urgency", { authorization: `Bearer ${tokens.id_token}` }),
    ],
    ["a customer", () => call("energy-demand", { "x-api-key": ACME })],
    ["a service with a token of the issuer", () => call("house-price", { authorization: `Bearer ${jwt()}` })],
    ["a backend that signs", () => callSigned("language-check", "local")],
  ])("at the domain name, and another page reads the answer: %s", async (_, act) => {
    // Act
    const { status, headers } = await act();

    // Assess
    expect(status).toBe(200);
    expect(headers["access-control-allow-origin"]).toBe(APP);
    expect(headers.vary).toBe("Origin");
  });

  it("at the function URL, which the page on this machine calls with temporary credentials", async () => {
    // Prepare
    const url = new URL(`${stage.config.targets["/language-check"]?.url}?q=hello`);
    const { origin } = new URL(stage.pageUrl);
    const preflight = await fetchWhole(url, {
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Method": "GET" },
    });
    const signed = await sign(
      url.origin,
      {
        method: "GET",
        path: `${url.pathname}${url.search}`,
        headers: { "x-amz-security-token": credentials.SessionToken, Origin: origin },
      },
      {
        service: "lambda",
        region: REGION,
        accessKeyId: credentials.AccessKeyId,
        secretAccessKey: credentials.SecretKey,
      },
    );

    // Act
    const response = await send(url.origin, signed);

    // Assess
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
    expect(response.status).toBe(200);
    expect(response.headers["access-control-allow-origin"]).toBe(origin);
  });
});

describe("no kind of caller opens a route of another kind", () => {
  const ROUTES = Object.keys(EXAMPLES);
  const CREDENTIALS: readonly {
    readonly what: string;
    readonly opens: readonly string[];
    readonly headers: () => Readonly<Record<string, string>>;
  }[] = [
    { what: "no credential", opens: [], headers: () => ({}) },
    { what: "acme's key", opens: ["energy-demand"], headers: () => ({ "x-api-key": ACME }) },
    {
      what: "the user's ID token",
      opens: ["ticket-urgency"],
      headers: () => ({ authorization: `Bearer ${tokens.id_token}` }),
    },
    {
      what: "the user's access token, which has no scope of a route",
      opens: [],
      headers: () => ({ authorization: `Bearer ${tokens.access_token}` }),
    },
    {
      what: "a token of the issuer",
      opens: ["house-price"],
      headers: () => ({ authorization: `Bearer ${jwt()}` }),
    },
    {
      what: "a token of the issuer without the scope",
      opens: [],
      headers: () => ({ authorization: `Bearer ${jwt({ scope: "prices" })}` }),
    },
    {
      what: "a token with the page's client as audience",
      opens: [],
      headers: () => ({ authorization: `Bearer ${jwt({ aud: stage.config.clientId })}` }),
    },
    {
      what: "a token of the issuer with acme's key",
      opens: ["energy-demand", "house-price"],
      headers: () => ({ authorization: `Bearer ${jwt()}`, "x-api-key": ACME }),
    },
  ];

  it.each(CREDENTIALS.flatMap((one) => ROUTES.map((route) => ({ ...one, route }))))(
    "$what on $route",
    async ({ opens, headers, route }) => {
      // Act
      const response = await call(route, headers());

      // Assess
      if (opens.includes(route)) {
        expect(response.status).toBe(200);
        return;
      }
      expect([401, 403]).toContain(response.status);
      expect(problemOf(response).status).toBe(response.status);
      // Every page may read a refusal, so that a developer sees the reason.
      expect(response.headers["access-control-allow-origin"]).toBe("*");
      if (response.status === 401) expect(response.headers["www-authenticate"]).toBe("Bearer");
    },
  );

  it.each(["language-check", "ticket-urgency", "energy-demand", "house-price"])(
    "the user's temporary credentials on %s",
    async (route) => {
      // Act
      const response = await callSigned(route, credentials);

      // Assess
      expect([401, 403]).toContain(response.status);
    },
  );

  it("has no key, token or secret in the log", () => {
    // Act
    const { log } = stage;

    // Assess
    expect(log).toContain('"callerId":"acme"');
    for (const secret of [
      ACME,
      tokens.id_token,
      tokens.access_token,
      tokens.refresh_token,
      credentials.SecretKey,
      credentials.SessionToken,
      "service-1",
    ]) {
      expect(log).not.toContain(secret);
    }
  });
});

describe.each(Object.entries(EXAMPLES))("a preflight of %s", (_model, { method = "POST", path }) => {
  const preflight = (origin: string): Promise<Response> =>
    send(stage.stage.url, {
      method: "OPTIONS",
      path: path.replace(/\?.*/, ""),
      headers: { Host: API, Origin: origin, "Access-Control-Request-Method": method },
    });

  it.each(ORIGINS)("allows the origin %s and each header of a credential", async (origin) => {
    // Act
    const { status, headers } = await preflight(origin);

    // Assess
    expect(status).toBe(204);
    expect(headers["access-control-allow-origin"]).toBe(origin);
    expect(headers.vary).toBe("Origin");
    const allowed = String(headers["access-control-allow-headers"]).split(",");
    expect(allowed).toEqual(
      expect.arrayContaining(["authorization", "x-amz-date", "x-amz-security-token", "x-api-key"]),
    );
  });

  it.each([
    `https://${API}`,
    `https://${PAGE}.evil.example`,
    `http://${PAGE}`,
    "https://models.example.com",
    "null",
  ])("does not allow the origin %s", async (origin) => {
    // Act
    const { headers } = await preflight(origin);

    // Assess
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });
});

describe("the page", () => {
  it("is reached by its domain name, and connects to the stage, the sign-in and the function URL", async () => {
    // Act
    const redirect = await send(stage.stage.url, { method: "GET", path: "/", headers: { Host: PAGE } });
    const page = await fetchWhole(String(redirect.headers.location));

    // Assess
    expect([redirect.status, redirect.headers.location]).toEqual([302, stage.pageUrl]);
    expect(page.status).toBe(200);
    const [, sources = ""] =
      /connect-src ([^;]*);/.exec(page.headers.get("content-security-policy") ?? "") ?? [];
    const { config } = stage;
    for (const url of [
      ...Object.values(config.targets).map((target) => target.url),
      config.domainUrl,
      config.identityPoolUrl,
    ]) {
      expect(sources.split(" ").map((source) => source.replace(/\/$/, ""))).toContain(new URL(url).origin);
    }
  });
});

describe("the banner", () => {
  it.each([
    ["GET /v1/language-check", "signed requests"],
    ["POST /v1/loan-default", "signed requests"],
    ["POST /v1/ticket-urgency", "token"],
    ["POST /v1/energy-demand", "API key of acme, globex"],
    ["POST /v1/house-price", "token"],
    ["http://", "function URL of together-language-check, signed requests"],
  ])("has a curl line that calls %s with its credential: %s", async (target, credential) => {
    // Prepare
    const lines = stage.banner.split("\n").map((line) => line.trim());
    const heading = lines.findIndex((line) => line.startsWith(target) && line.endsWith(`(${credential})`));

    // Act
    const answer = await paste(lines[heading + 1] ?? "");

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
  });

  it("interprets every resource", () => {
    // Act
    const { banner } = stage;

    // Assess
    expect(banner).not.toContain("NOT INTERPRETED");
    expect(banner).not.toContain("NOT SERVED");
  });
});
