import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { signIn } from "../../examples/sign-in";
import { fetchWhole } from "../support/fetch-whole";
import { SignedInStage, type TemporaryCredentials, type Tokens } from "../support/signed-in-stage";
import { sign } from "./support/signing";

/** A slow machine needs time for the synthesis and for the processes of the functions. */
jest.setTimeout(60_000);

let stage: SignedInStage;

beforeAll(async () => {
  stage = await SignedInStage.start(signIn);
});

afterAll(async () => {
  await stage?.close();
});

afterEach(() => {
  stage.setClock(0);
});

const HOUR_IN_MS = 3_600_000;

/** Sends a request with temporary credentials. */
async function send(
  url: string,
  service: string,
  credentials: TemporaryCredentials,
  init: RequestInit = {},
): Promise<Response> {
  const { origin, pathname, search } = new URL(url);
  const headers = {
    "content-type": "application/json",
    "x-amz-security-token": credentials.SessionToken,
    ...(init.headers as Record<string, string>),
  };
  const request = {
    method: init.method ?? "POST",
    path: `${pathname}${search}`,
    headers,
    ...(init.body === undefined ? {} : { body: String(init.body) }),
  };
  const signed = await sign(origin, request, {
    service,
    region: stage.config.region,
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretKey,
  });
  const { host: _, ...sent } = signed.headers as Record<string, string>;
  return await fetchWhole(url, { ...init, method: request.method, headers: sent });
}

const functionUrl = () => `${stage.config.targets["/language-check"]?.url}?q=hello`;
const loanUrl = () => `${stage.config.targets["/loan-default"]?.url}`;
const LOAN = { body: JSON.stringify({ data: "52000.5,8500,36" }) };

describe("a signed-in user", () => {
  it("calls the function URL and the route that the environment names", async () => {
    // Prepare
    const credentials = await stage.credentials((await stage.signIn()).id_token);

    // Act
    const answers = await Promise.all([
      send(functionUrl(), "lambda", credentials, { method: "GET" }),
      send(loanUrl(), "execute-api", credentials, LOAN),
    ]);

    // Assess
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it("is refused on a route that the environment does not name", async () => {
    // Prepare
    const credentials = await stage.credentials((await stage.signIn()).id_token);
    const url = `${stage.stage.url}/sign-in/language-check?q=hello`;

    // Act
    const response = await send(url, "execute-api", credentials, { method: "GET" });

    // Assess
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("must allow execute-api:Invoke on the route");
  });

  it.each([
    ["with another session token", { "x-amz-security-token": "forged" }],
    ["without a session token", { "x-amz-security-token": "" }],
  ])("is refused %s", async (_, headers) => {
    // Prepare
    const credentials = await stage.credentials((await stage.signIn()).id_token);

    // Act
    const responses = await Promise.all([
      send(functionUrl(), "lambda", credentials, { method: "GET", headers }),
      send(loanUrl(), "execute-api", credentials, { ...LOAN, headers }),
    ]);

    // Assess
    expect(responses.map(({ status }) => status)).toEqual([403, 403]);
  });

  it("is refused when the temporary credentials have expired", async () => {
    // Prepare
    stage.setClock(-HOUR_IN_MS - 1_000);
    const credentials = await stage.credentials((await stage.signIn()).id_token);
    stage.setClock(0);

    // Act
    const responses = await Promise.all([
      send(functionUrl(), "lambda", credentials, { method: "GET" }),
      send(loanUrl(), "execute-api", credentials, LOAN),
    ]);

    // Assess
    expect(responses.map(({ status }) => status)).toEqual([403, 403]);
    expect(await responses[0]?.text()).toContain("expired");
  });

  it("cannot invoke the function or the endpoint directly", async () => {
    // Prepare
    const credentials = await stage.credentials((await stage.signIn()).id_token);
    const paths = [
      ["/2015-03-31/functions/sign-in-language-check/invocations", "lambda"],
      ["/endpoints/sign-in-loan-default/invocations", "sagemaker"],
    ] as const;

    // Act
    const responses = await Promise.all(
      paths.map(([path, service]) => send(`${stage.stage.url}${path}`, service, credentials, LOAN)),
    );

    // Assess
    expect(responses.map(({ ok }) => ok)).toEqual([false, false]);
  });
});

describe("the sign-in form", () => {
  it.each([
    ["another redirect", { redirect_uri: "https://www.example.com/" }, "redirect_mismatch"],
    ["a longer redirect", { redirect_uri: "http://127.0.0.1/website/sign-in/x" }, "redirect_mismatch"],
    ["another client", { client_id: "other" }, "unknown client_id"],
  ])("shows an error, and does not redirect, for %s", async (_, changes, message) => {
    // Act
    const query = stage.authorization(changes);
    const response = await fetchWhole(`${stage.config.domainUrl}/oauth2/authorize?${query}`, {
      redirect: "manual",
    });

    // Assess
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
    expect(await response.text()).toContain(message);
  });

  it.each([
    ["the implicit flow", { response_type: "token" }, "unauthorized_client"],
    ["a scope that the client may not request", { scope: "openid admin" }, "invalid_scope"],
    ["PKCE with a plain verifier", { code_challenge_method: "plain" }, "invalid_request"],
  ])("returns an error with the state to the page for %s", async (_, changes, error) => {
    // Act
    const query = stage.authorization(changes);
    const response = await fetchWhole(`${stage.config.domainUrl}/oauth2/authorize?${query}`, {
      redirect: "manual",
    });

    // Assess
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe(`${stage.pageUrl}?error=${error}&state=state-1`);
  });

  it("accepts no wrong password", async () => {
    // Act
    const response = await stage.sendForm(stage.authorization(), "Wrong-password-1");

    // Assess
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Incorrect username or password.");
  });

  it("requires the value of the shown form", async () => {
    // Act
    const response = await fetchWhole(`${stage.config.domainUrl}/login?${stage.authorization()}`, {
      method: "POST",
      body: new URLSearchParams({ username: "visitor@example.com", password: "Local-password-1" }),
      redirect: "manual",
    });

    // Assess
    expect(response.status).toBe(200);
  });
});

describe("a code", () => {
  it("gives an id token with the nonce of the request", async () => {
    // Act
    const { id_token: token } = await stage.signIn();

    // Assess
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({
      nonce: "nonce-1",
      aud: stage.config.clientId,
      iss: stage.config.issuer,
      token_use: "id",
      email: "visitor@example.com",
    });
  });

  it.each<[string, Record<string, string>]>([
    ["another verifier", { code_verifier: `${"x".repeat(43)}` }],
    ["no verifier", { code_verifier: "" }],
    ["another redirect", { redirect_uri: "https://www.example.com/" }],
    ["another code", { code: "00000000-0000-4000-8000-000000000000" }],
  ])("gives no token with %s", async (_, changes) => {
    // Prepare
    const code = await stage.code();

    // Act
    const response = await stage.exchange(code, changes);

    // Assess
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: "invalid_grant" });
  });

  it("gives tokens only once", async () => {
    // Prepare
    const code = await stage.code();
    const first = await stage.exchange(code);

    // Act
    const second = await stage.exchange(code);

    // Assess
    expect([first.status, second.status]).toEqual([200, 400]);
  });

  it("gives no token after five minutes", async () => {
    // Prepare
    const code = await stage.code();
    stage.setClock(300_000);

    // Act
    const response = await stage.exchange(code);

    // Assess
    expect(response.status).toBe(400);
  });
});

describe("the identity pool", () => {
  const getId = async (idToken: string, changes: object = {}) =>
    await stage.identityPool("GetId", {
      IdentityPoolId: stage.config.identityPoolId,
      Logins: stage.logins(idToken),
      ...changes,
    });

  it("refuses an expired token", async () => {
    // Prepare
    const { id_token: token } = await stage.signIn();
    stage.setClock(HOUR_IN_MS + 1_000);

    // Act
    const response = await getId(token);

    // Assess
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("expired");
  });

  // AWS documents a refusal only for users who were signed out globally or deleted.
  it("accepts an ID token after the revocation of the refresh token, and the user pool gives no new tokens", async () => {
    // Prepare
    const { id_token: token, refresh_token: refreshToken } = await stage.signIn();
    const before = await stage.refresh(refreshToken);
    await stage.revoke(refreshToken);

    // Act
    const [identity, after] = [await getId(token), await stage.refresh(refreshToken)];

    // Assess
    expect([identity.status, before.status, after.status]).toEqual([200, 200, 400]);
    expect(await after.json()).toEqual({ error: "invalid_grant" });
  });

  it.each<[string, (token: string) => string]>([
    ["of another user pool", () => stage.issuer.sign(claims({ iss: `${stage.config.issuer}x` }))],
    ["for another client", () => stage.issuer.sign(claims({ aud: "other" }))],
    ["that is an access token", () => stage.issuer.sign(claims({ token_use: "access" }))],
    ["without a signature", (token) => unsigned(token)],
    ["with another signature", (token) => `${token.slice(0, -4)}AAAA`],
  ])("refuses a token %s", async (_, change) => {
    // Prepare
    const { id_token: token } = await stage.signIn();

    // Act
    const response = await getId(change(token));

    // Assess
    expect(await response.json()).toMatchObject({ __type: "NotAuthorizedException" });
  });

  it.each<[string, (token: string) => object]>([
    ["no login", () => ({ Logins: undefined })],
    ["another provider", (token) => ({ Logins: { "accounts.google.com": token } })],
    [
      "another user pool as the provider",
      (token) => ({ Logins: { "cognito-idp.eu-central-1.amazonaws.com/other": token } }),
    ],
    [
      "another identity pool",
      () => ({ IdentityPoolId: "eu-central-1:00000000-0000-0000-0000-000000000000" }),
    ],
  ])("refuses %s", async (_, changes) => {
    // Prepare
    const { id_token: token } = await stage.signIn();

    // Act
    const response = await getId(token, changes(token));

    // Assess
    expect(response.status).toBe(400);
  });

  it("gives no credentials for the identity of another user", async () => {
    // Prepare
    const { id_token: token } = await stage.signIn();

    // Act
    const response = await stage.identityPool("GetCredentialsForIdentity", {
      IdentityId: "eu-central-1:00000000-0000-0000-0000-000000000000",
      Logins: stage.logins(token),
    });

    // Assess
    expect(await response.json()).toMatchObject({ __type: "ResourceNotFoundException" });
  });

  function claims(changes: object): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1_000);
    const { issuer: iss, clientId: aud } = stage.config;
    return { sub: "1", iss, aud, token_use: "id", iat: now, exp: now + 3_600, ...changes };
  }

  function unsigned(token: string): string {
    const header = Buffer.from(JSON.stringify({ alg: "none", kid: "local-1" })).toString("base64url");
    return `${header}.${token.split(".")[1]}.`;
  }
});

describe("the log", () => {
  it("contains no token and no code after a sign-in", async () => {
    // Prepare
    const code = await stage.code();
    const tokens = (await (await stage.exchange(code)).json()) as Tokens;
    const credentials = await stage.credentials(tokens.id_token);

    // Act
    await send(functionUrl(), "lambda", credentials, { method: "GET" });

    // Assess
    const secrets = [code, ...Object.values(tokens), ...Object.values(credentials)];
    expect(
      secrets.filter((secret) => String(secret).length > 10 && stage.log.includes(String(secret))),
    ).toEqual([]);
  });
});
