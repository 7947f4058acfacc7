import { createPublicKey } from "node:crypto";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { checkToken, readToken } from "../../src/authorizer/jwt";
import { parseEnvironment } from "../../src/environment/parse";
import { LocalIssuer } from "../../src/local/issuer";
import { forgeTokens } from "../../src/smoke/forged-token";
import { DEV, LOAN_DEFAULT } from "../local/support/environments";

const ISSUER = "https://login.example.com";
const STAGE = { stageUrl: "https://abcdefghij.execute-api.us-east-1.amazonaws.com/dev" };
const POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A1b2C3d4E";

const environment = parseEnvironment({
  ...DEV,
  models: {
    "loan-default": {
      ...LOAN_DEFAULT,
      access: { jwt: { issuer: ISSUER, audience: ["models", "shop"], scopes: ["score", "read"] } },
    },
    "energy-demand": { ...LOAN_DEFAULT, access: { cognito: { userPoolArn: POOL } } },
    "ticket-urgency": {
      ...LOAN_DEFAULT,
      access: { cognito: { userPoolArn: POOL, scopes: ["tickets/read"] } },
    },
    "language-check": { ...LOAN_DEFAULT, access: "PUBLIC" },
  },
});

interface Token {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

function decoded(token: string | undefined): Token {
  const [header, claims] = (token ?? "").split(".").slice(0, 2);
  const parse = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  return { header: parse(header), claims: parse(claims) };
}

/** Answers requests to these addresses with these documents, and refuses other requests. */
function publish(documents: Readonly<Record<string, unknown>>): void {
  jest.spyOn(globalThis, "fetch").mockImplementation(async (address) => {
    const document = documents[String(address)];
    return document === undefined ? new Response("", { status: 404 }) : Response.json(document);
  });
}

function publishedKeys(keys: readonly object[]): Readonly<Record<string, unknown>> {
  return {
    [`${ISSUER}/.well-known/openid-configuration`]: { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` },
    [`${ISSUER}/keys`]: { keys },
  };
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe("a forged token", () => {
  it("has everything that the route requires but the signature of the issuer", async () => {
    // Prepare
    const issuer = new LocalIssuer();
    const [key] = issuer.keySet().keys;
    publish(publishedKeys(key === undefined ? [] : [key]));
    const publicKey = createPublicKey({ key: { ...key }, format: "jwk" });
    const now = Date.now();

    // Act
    const forged = (await forgeTokens(environment, new Map(), STAGE)).get("loan-default") ?? "";

    // Assess: with the issuer's signature, the same token is valid.
    const { header, claims } = decoded(forged);
    const { audiences, scopes } = checkToken(readToken(issuer.sign(claims, header)), publicKey, now);
    expect({ issuer: readToken(forged).issuer, audiences, scopes: [...scopes] }).toEqual({
      issuer: ISSUER,
      audiences: ["models"],
      scopes: ["score", "read"],
    });
    expect(header).toEqual({ alg: "RS256", typ: "JWT", kid: "local-1" });
    expect(() => checkToken(readToken(forged), publicKey, now)).toThrow("wrong signature");
  });

  it.each([
    {
      what: "the first RSA key for signatures",
      keys: [
        { kty: "RSA", kid: "encrypts", use: "enc" },
        { kty: "RSA", kid: "other", alg: "PS256" },
        { kty: "RSA", kid: "signs", use: "sig", alg: "RS256" },
      ],
      header: { alg: "RS256", kid: "signs" },
    },
    {
      what: "an EC key of an issuer without RSA keys",
      keys: [{ kty: "EC", crv: "P-256", kid: "curve" }],
      header: { alg: "ES256", kid: "curve" },
    },
    { what: "an unknown key without a usable key", keys: [], header: { alg: "RS256", kid: "unknown" } },
  ])("names $what of the issuer's key set", async ({ keys, header }) => {
    // Prepare
    publish(publishedKeys(keys));

    // Act
    const forged = (await forgeTokens(environment, new Map(), STAGE)).get("loan-default");

    // Assess
    expect(decoded(forged).header).toEqual({ typ: "JWT", ...header });
  });

  it("names an unknown key when the issuer does not answer", async () => {
    // Prepare
    jest.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("fetch failed"));

    // Act
    const forged = (await forgeTokens(environment, new Map(), STAGE)).get("loan-default");

    // Assess
    expect(decoded(forged).header.kid).toBe("unknown");
  });

  it("names the key of a given token, and sends no request to the issuer of a local stage", async () => {
    // Prepare
    const issuer = new LocalIssuer();
    const requests = jest.spyOn(globalThis, "fetch");
    const given = new Map([["loan-default", issuer.sign({ sub: "alice" })]]);

    // Act
    const forged = await forgeTokens(environment, given, { stageUrl: "http://127.0.0.1:3000/dev" });

    // Assess
    expect(decoded(forged.get("loan-default")).header.kid).toBe("local-1");
    expect(decoded(forged.get("loan-default")).claims.sub).toBe("smoke-test");
    expect(requests).not.toHaveBeenCalled();
  });

  it("has the claims of a user pool's ID token, or of an access token with the scopes", async () => {
    // Prepare
    publish({});

    // Act
    const forged = await forgeTokens(environment, new Map(), STAGE);

    // Assess
    const iss = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_A1b2C3d4E";
    expect(decoded(forged.get("energy-demand")).claims).toMatchObject({ iss, token_use: "id" });
    expect(decoded(forged.get("ticket-urgency")).claims).toMatchObject({
      iss,
      token_use: "access",
      scope: "tickets/read",
    });
    expect([...forged.keys()]).toEqual(["loan-default", "energy-demand", "ticket-urgency"]);
  });
});
