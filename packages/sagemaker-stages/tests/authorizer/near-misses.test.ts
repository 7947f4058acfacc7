import { describe, expect, it } from "@jest/globals";
import type { AuthorizerEvent } from "../../src/authorizer/event";
import { type AuthorizerLogLine, createAuthorizer } from "../../src/authorizer/handler";
import { tokens } from "../../src/authorizer/tokens";
import { jwkOf, rsaKeys } from "./support/keys";
import { AUDIENCE, ISSUER, NEAR_MISSES, ROUTES, type SigningIssuer, validToken } from "./support/near-misses";

const NOW = 1_800_000_000;
const issuer: SigningIssuer = { keyId: "key-1", keys: rsaKeys(), now: NOW };
const STAGE = "arn:aws:execute-api:eu-central-1:111122223333:abcdefghij/dev";

const DOCUMENTS: Readonly<Record<string, unknown>> = {
  [`${ISSUER}/.well-known/openid-configuration`]: {
    issuer: ISSUER,
    jwks_uri: "https://keys.example.com/jwks",
  },
  "https://keys.example.com/jwks": { keys: [jwkOf(issuer.keys, { kid: issuer.keyId, alg: "RS256" })] },
};

function authorizer() {
  const lines: AuthorizerLogLine[] = [];
  const handler = createAuthorizer(
    [tokens(ROUTES, { now: () => NOW * 1000, fetchJson: async (url) => DOCUMENTS[url] })],
    { write: (line) => lines.push(line) },
  );
  return { handler, lines };
}

function eventWith(authorization: readonly string[], route = "/loan-default"): AuthorizerEvent {
  return {
    type: "REQUEST",
    methodArn: `${STAGE}/POST${route}`,
    httpMethod: "POST",
    resource: route,
    multiValueHeaders: {
      Accept: ["*/*"],
      ...(authorization.length > 0 ? { Authorization: authorization } : {}),
    },
    requestContext: { requestId: "request-1" },
  };
}

/** The routes of a policy. */
function allowedRoutes(answer: Awaited<ReturnType<ReturnType<typeof createAuthorizer>>>): string[] {
  return answer.policyDocument.Statement.flatMap(({ Effect, Resource }) =>
    Effect === "Allow" ? [...Resource] : [],
  );
}

describe("a valid token", () => {
  it("opens exactly the routes of its issuer, audience and scopes, whatever route is requested", async () => {
    // Prepare
    const { handler } = authorizer();
    const token = validToken(issuer);

    // Act
    const [one, other] = [
      await handler(eventWith([`Bearer ${token}`])),
      await handler(eventWith([`bearer  ${token} `], "/ticket-urgency")),
    ];

    // Assess
    expect(allowedRoutes(one)).toEqual([`${STAGE}/POST/loan-default`, `${STAGE}/POST/ticket-urgency`]);
    expect(other).toEqual(one);
  });

  it.each([
    {
      name: "a list with the audience",
      claims: { aud: ["billing", AUDIENCE] },
      routes: ["loan-default", "ticket-urgency"],
    },
    {
      name: "the purpose of an access token of Cognito and of Keycloak",
      claims: { token_use: "access", typ: "Bearer" },
      routes: ["loan-default", "ticket-urgency"],
    },
    { name: "the audience of one route", claims: { aud: "tickets" }, routes: ["ticket-urgency"] },
    {
      name: "client_id and no aud",
      claims: { aud: undefined, client_id: AUDIENCE },
      routes: ["loan-default", "ticket-urgency"],
    },
    {
      name: "a list of scopes in scp",
      claims: { scope: undefined, scp: ["loans:score"] },
      routes: ["loan-default", "ticket-urgency"],
    },
    {
      name: "scopes as a text in scp",
      claims: { scope: undefined, scp: "a loans:score" },
      routes: ["loan-default", "ticket-urgency"],
    },
    { name: "no scope", claims: { scope: undefined }, routes: ["ticket-urgency"] },
    {
      name: "an expiry within the clock skew",
      claims: { exp: NOW - 59 },
      routes: ["loan-default", "ticket-urgency"],
    },
    {
      name: "a start within the clock skew",
      claims: { nbf: NOW + 60, iat: NOW + 60 },
      routes: ["loan-default", "ticket-urgency"],
    },
    {
      name: "no start",
      claims: { nbf: undefined, iat: undefined },
      routes: ["loan-default", "ticket-urgency"],
    },
  ])("with $name opens $routes", async ({ claims, routes }) => {
    // Act
    const answer = await authorizer().handler(eventWith([`Bearer ${validToken(issuer, claims)}`]));

    // Assess
    expect(allowedRoutes(answer)).toEqual(routes.map((route) => `${STAGE}/POST/${route}`));
  });

  it("has a caller id that is a hash of issuer and subject", async () => {
    // Act
    const { principalId } = await authorizer().handler(eventWith([`Bearer ${validToken(issuer)}`]));
    const other = await authorizer().handler(eventWith([`Bearer ${validToken(issuer, { sub: "other" })}`]));

    // Assess
    expect(principalId).toMatch(/^[\w-]{22}$/);
    expect(other.principalId).not.toBe(principalId);
  });
});

describe("a near miss", () => {
  it.each(NEAR_MISSES.filter(({ status }) => status === 401))("is unauthorized: $name", async (nearMiss) => {
    // Prepare
    const { handler, lines } = authorizer();

    // Act
    const deciding = handler(eventWith(nearMiss.authorization(issuer)));

    // Assess
    await expect(deciding).rejects.toMatchObject({ message: "Unauthorized" });
    expect(lines).toMatchObject([
      {
        requestId: "request-1",
        credential: "token",
        outcome: "refused",
        reason: nearMiss.reason ?? "no token",
      },
    ]);
  });

  it.each(NEAR_MISSES.filter(({ status }) => status === 403))(
    "has no permission: $name",
    async (nearMiss) => {
      // Act
      const answer = await authorizer().handler(eventWith(nearMiss.authorization(issuer)));

      // Assess
      expect(allowedRoutes(answer)).not.toContain(`${STAGE}/POST/loan-default`);
    },
  );

  it("writes no part of the token to the log", async () => {
    // Prepare
    const { handler, lines } = authorizer();

    // Act
    for (const { authorization } of NEAR_MISSES)
      await handler(eventWith(authorization(issuer))).catch(() => {});

    // Assess
    const log = JSON.stringify(lines);
    expect(lines).toHaveLength(NEAR_MISSES.length);
    for (const secret of ["4f7c1e0a", "eyJ", "login.example.com", "loans:score", "billing"]) {
      expect(log).not.toContain(secret);
    }
  });
});
