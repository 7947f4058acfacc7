import http from "node:http";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { banner } from "../../src/local/banner";
import { LocalIssuer } from "../../src/local/issuer";
import { loadSamples } from "../../src/local/samples";
import { LocalStage } from "../../src/local/stage";
import type { Deployment } from "../../src/local/terraform/deployment";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { rsaKeys } from "../authorizer/support/keys";
import {
  AUDIENCE,
  ISSUER,
  NEAR_MISSES,
  type SigningIssuer,
  validToken,
} from "../authorizer/support/near-misses";
import { problemOf, send } from "./support/client";
import { paste } from "./support/curl";
import { DEV, EVERY_MODEL, LOAN_DEFAULT } from "./support/environments";
import { REPAID_ROW } from "./support/rows";
import { Stacks } from "./support/terraform";

const START_TIMEOUT_IN_MS = 90_000;
const POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A1b2C3d4E";
const POOL_ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_A1b2C3d4E";

const TOKENS: Environment = {
  ...DEV,
  name: "tokens",
  stage: { ...DEV.stage, accessLogs: true, logCallers: true },
  models: {
    "loan-default": {
      ...LOAN_DEFAULT,
      access: { jwt: { issuer: ISSUER, audience: [AUDIENCE], scopes: ["loans:score"] } },
    },
    "ticket-urgency": {
      ...(EVERY_MODEL.models["ticket-urgency"] ?? LOAN_DEFAULT),
      access: { jwt: { issuer: ISSUER, audience: [AUDIENCE, "tickets"] } },
    },
    "energy-demand": {
      ...(EVERY_MODEL.models["energy-demand"] ?? LOAN_DEFAULT),
      access: { cognito: { userPoolArn: POOL } },
    },
    "language-check": {
      ...(EVERY_MODEL.models["language-check"] ?? LOAN_DEFAULT),
      access: { cognito: { userPoolArn: POOL, scopes: ["models/check", "models/admin"] } },
    },
  },
};

const keys = rsaKeys();
const issuer = new LocalIssuer();
const { id: keyId } = issuer.rotate(keys);
const containers = loadSamples(process.cwd(), { blazingText: false });
const BODY = JSON.stringify({ data: REPAID_ROW });

let stacks: Stacks;
let deployment: Deployment;
let stage: LocalStage;
let log = "";

function signing(): SigningIssuer {
  return { keyId, keys, now: Math.floor(Date.now() / 1000) };
}

beforeAll(async () => {
  stacks = new Stacks();
  deployment = readDeployment("tokens", stacks.synthesize(TOKENS));
  stage = new LocalStage({
    port: 0,
    containers,
    issuer,
    log: (text) => {
      log += text;
    },
  });
  await stage.listen();
  await stage.serve([deployment]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.close();
  stacks?.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request with any number of Authorization headers. */
function callWith(
  authorization: readonly string[],
  path = "/tokens/loan-default",
  body = BODY,
): Promise<Answer> {
  const { hostname, port } = new URL(stage.url);
  return new Promise((resolve, reject) => {
    const headers = ["Host", `${hostname}:${port}`, "Content-Type", "application/json"];
    for (const value of authorization) headers.push("Authorization", value);
    headers.push("Content-Length", String(Buffer.byteLength(body)));
    const request = http.request(
      { hostname, port, path, method: "POST", headers, agent: false },
      (response) => {
        let text = "";
        response
          .setEncoding("utf8")
          .on("data", (chunk) => {
            text += chunk;
          })
          .on("end", () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          )
          .on("error", reject);
      },
    );
    request.on("error", reject).end(body);
  });
}

describe("a route that requires a token of an issuer", () => {
  it("answers when the token has issuer, audience and scope", async () => {
    // Act
    const answer = await callWith([`Bearer ${validToken(signing())}`]);

    // Assess
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toBe("repaid");
  });

  it.each(NEAR_MISSES)("refuses a near miss: $name", async ({ authorization, status }) => {
    // Act
    const answer = await callWith(authorization(signing()));

    // Assess
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(problemOf(answer)).toMatchObject({ type: "about:blank", status });
  });

  it("refuses a token of a user pool", async () => {
    // Prepare
    const token = issuer.sign(
      issuer.claimsFor({ use: "access", issuer: POOL_ISSUER, audience: [], scopes: ["loans:score"] }),
    );

    // Act
    const answer = await callWith([`Bearer ${token}`]);

    // Assess
    expect(answer.status).toBe(401);
  });

  it("opens other routes with the cached result only if the token permits them", async () => {
    // Prepare
    const token = validToken(signing(), { aud: "tickets", sub: "cached" });

    // Act
    const answers = [
      await callWith(
        [`Bearer ${token}`],
        "/tokens/ticket-urgency",
        JSON.stringify({ message: "The shop is down: an outage, and urgent." }),
      ),
      await callWith([`Bearer ${token}`]),
    ];

    // Assess
    expect(answers.map(({ status }) => status)).toEqual([200, 403]);
  });

  it("writes only the caller's id to the access log, and no claim to any log", async () => {
    // Prepare
    log = "";

    // Act
    await callWith([`Bearer ${validToken(signing(), { sub: "alice@example.com" })}`]);

    // Assess
    expect(log).toMatch(/"callerId":"[\w-]{22}"/);
    expect(log).toContain('"outcome":"accepted"');
    for (const secret of ["alice", "eyJ", "loans:score"]) expect(log).not.toContain(secret);
  });

  it("writes one line of JSON, and no error, for an accepted and for a refused token", async () => {
    // Prepare
    log = "";

    // Act
    await callWith([`Bearer ${validToken(signing(), { sub: "bob" })}`]);
    await callWith([`Bearer ${validToken(signing(), { aud: "other" })}`]);

    // Assess
    const outcomes = [...log.matchAll(/"outcome":"(\w+)"/g)].map(([, outcome]) => outcome);
    expect(outcomes).toEqual(["accepted", "refused"]);
    expect(log).not.toMatch(/\w*Error\b|^ +at /m);
  });

  it("answers the preflight without a token, and allows authorization", async () => {
    // Act
    const answer = await send(stage.url, { method: "OPTIONS", path: "/tokens/loan-default" });

    // Assess
    expect(answer.status).toBe(204);
    expect(answer.headers["access-control-allow-headers"]).toContain("authorization");
  });
});

describe("an issuer that rotates its keys, or does not answer", () => {
  const claims = { use: "jwt", issuer: ISSUER, audience: [AUDIENCE], scopes: ["loans:score"] } as const;

  /** Sends tokens to a new stage with its own issuer and new functions. */
  async function answersWith(own: LocalIssuer, sent: readonly string[]) {
    const started = new LocalStage({ port: 0, containers, issuer: own, log: () => {} });
    try {
      await started.listen();
      await started.serve([deployment]);
      const answers = [];
      for (const token of sent) {
        const headers = { authorization: `Bearer ${token}`, "Content-Type": "application/json" };
        answers.push(await send(started.url, { path: "/tokens/loan-default", headers, body: BODY }));
      }
      return answers;
    } finally {
      await started.close();
    }
  }

  it(
    "is followed: a new key is accepted, and a removed key is refused",
    async () => {
      // Prepare
      const rotating = new LocalIssuer();
      const old = rotating.sign(rotating.claimsFor(claims));
      rotating.rotate();
      const current = rotating.sign(rotating.claimsFor(claims));
      rotating.removeOldKeys();

      // Act
      const answers = await answersWith(rotating, [current, old]);

      // Assess
      expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    },
    START_TIMEOUT_IN_MS,
  );

  it(
    "causes 503, and never opens the route",
    async () => {
      // Prepare: the issuer's key set has another form.
      const silent = new LocalIssuer();
      jest.spyOn(silent, "keySet").mockReturnValue({ keys: "none" } as never);

      // Act
      const [answer] = await answersWith(silent, [silent.sign(silent.claimsFor(claims))]);

      // Assess
      expect(answer?.status).toBe(503);
      expect(answer?.headers["retry-after"]).toBe("5");
      expect(answer && problemOf(answer)).toMatchObject({ status: 503 });
    },
    START_TIMEOUT_IN_MS,
  );
});

describe("a route that requires a token of a user pool", () => {
  const ENERGY = "/tokens/energy-demand";
  const trial = (
    use: "access" | "id",
    claims: object = {},
    issuerName = POOL_ISSUER,
    scopes = ["models/check"],
  ) => issuer.sign({ ...issuer.claimsFor({ use, issuer: issuerName, audience: [], scopes }), ...claims });
  const past = () => Math.floor(Date.now() / 1000) - 1;

  it("accepts an ID token, with and without Bearer, when the route has no scopes", async () => {
    // Act
    const statuses = [
      (await callWith([`Bearer ${trial("id")}`], ENERGY, "{}")).status,
      (await callWith([trial("id")], ENERGY, "{}")).status,
    ];

    // Assess: API Gateway has authorized the request, and refuses its body.
    expect(statuses).toEqual([400, 400]);
  });

  it.each([
    { name: "an access token", token: () => trial("access"), status: 401 },
    { name: "another pool's token", token: () => trial("id", {}, `${POOL_ISSUER}x`), status: 401 },
    { name: "an expired token", token: () => trial("id", { exp: past() }), status: 401 },
    { name: "no expiry", token: () => trial("id", { exp: undefined }), status: 401 },
    {
      name: "signed with another key",
      token: () => validToken({ ...signing(), keys: rsaKeys() }, { iss: POOL_ISSUER, token_use: "id" }),
      status: 401,
    },
    { name: "a token of another issuer", token: () => validToken(signing()), status: 401 },
    { name: "no token", token: () => "", status: 401 },
  ])("refuses a near miss: $name", async ({ token, status }) => {
    // Act
    const answer = await callWith([`Bearer ${token()}`], ENERGY, "{}");

    // Assess
    expect(answer.status).toBe(status);
    expect(problemOf(answer)).toMatchObject({ status });
  });

  it("accepts an access token with one of the scopes, and no ID token, when the route has scopes", async () => {
    // Act
    const answers = await Promise.all(
      [trial("access"), trial("access", {}, POOL_ISSUER, ["models/other"]), trial("id")].map((token) =>
        send(stage.url, {
          method: "GET",
          path: "/tokens/language-check?q=Bonjour",
          headers: { authorization: `Bearer ${token}` },
        }),
      ),
    );

    // Assess
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 401]);
  });
});

describe("the local issuer", () => {
  it("gives a trial token to the commands of the banner", async () => {
    // Prepare
    const lines = banner(stage, [deployment], containers).split("\n");
    const command = lines.find((line) => line.includes("curl") && line.includes("/tokens/loan-default"));

    // Act
    const pasted = await paste(command?.trim() ?? "");

    // Assess
    expect(command?.length).toBeLessThan(300);
    expect(pasted).toMatchObject({ status: 200, body: '"repaid"' });
  });

  it.each([
    { model: "language-check", method: "GET", query: "?q=Bonjour", body: "", status: 200 },
    {
      model: "ticket-urgency",
      method: "POST",
      query: "",
      body: JSON.stringify({ message: "The shop is down: an outage, and urgent." }),
      status: 200,
    },
    // API Gateway has authorized the request, and refuses its body.
    { model: "energy-demand", method: "POST", query: "", body: "{}", status: 400 },
  ])("gives a trial token that opens $model", async ({ model, method, query, body, status }) => {
    // Act
    const token = await send(stage.url, { method: "GET", path: `/_local/token/tokens/${model}` });
    const call = (headers: Readonly<Record<string, string>>) =>
      send(stage.url, {
        method,
        path: `/tokens/${model}${query}`,
        headers: { "Content-Type": "application/json", ...headers },
        ...(method === "GET" ? {} : { body }),
      });
    const answers = [await call({ authorization: `Bearer ${token.body}` }), await call({})];

    // Assess
    expect(token.status).toBe(200);
    expect(answers.map((answer) => answer.status)).toEqual([status, 401]);
  });

  it("refuses an unknown parameter, and names the allowed parameters", async () => {
    // Act
    const answer = await send(stage.url, { method: "GET", path: "/_local/token/tokens/loan-default?sub=x" });

    // Assess
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining("got sub; allowed: subject") });
  });
});
