import type { TokenRoute } from "../../../src/authorizer/tokens";
import { encode, hs256, type Json, type KeyPair, rs256, rsaKeys, tokenWith } from "./keys";

export const ISSUER = "https://login.example.com/realms/models";
export const AUDIENCE = "models";

/** The routes of the environment in the tests. */
export const ROUTES: readonly TokenRoute[] = [
  { route: "POST /loan-default", issuer: ISSUER, audience: [AUDIENCE], scopes: ["loans:score"] },
  { route: "POST /ticket-urgency", issuer: ISSUER, audience: [AUDIENCE, "tickets"], scopes: [] },
];

/** A key set that the tests can sign with. */
export interface SigningIssuer {
  /** The id of the current key. */
  readonly keyId: string;
  readonly keys: KeyPair;
  /** The current time in seconds. */
  readonly now: number;
}

/** The claims of a valid token for `POST /loan-default`. */
export function validClaims({ now }: Pick<SigningIssuer, "now">): Json {
  return {
    iss: ISSUER,
    sub: "4f7c1e0a",
    aud: AUDIENCE,
    scope: "openid loans:score",
    iat: now,
    nbf: now,
    exp: now + 600,
  };
}

export function validToken(issuer: SigningIssuer, claims: Json = {}, header: Json = {}): string {
  return tokenWith(
    { alg: "RS256", typ: "JWT", kid: issuer.keyId, ...header },
    { ...validClaims(issuer), ...claims },
    rs256(issuer.keys),
  );
}

/** A request that is almost valid for `POST /loan-default`. */
export interface NearMiss {
  readonly name: string;
  /** The values of the Authorization headers. */
  readonly authorization: (issuer: SigningIssuer) => readonly string[];
  /** The answer of API Gateway. */
  readonly status: 401 | 403;
  /** The reason in the authorizer's log; `undefined` if API Gateway refuses the request itself. */
  readonly reason?: string;
}

const otherKeys = rsaKeys();

function refused(name: string, token: (issuer: SigningIssuer) => string, reason: string): NearMiss {
  return { name, authorization: (issuer) => [`Bearer ${token(issuer)}`], status: 401, reason };
}

function withClaims(name: string, claims: (now: number) => Json, reason: string): NearMiss {
  return refused(name, (issuer) => validToken(issuer, claims(issuer.now)), reason);
}

function withHeader(name: string, header: Json, reason: string): NearMiss {
  return refused(name, (issuer) => validToken(issuer, {}, header), reason);
}

export const NEAR_MISSES: readonly NearMiss[] = [
  { name: "no Authorization header", authorization: () => [], status: 401 },
  {
    name: "another scheme",
    authorization: (issuer) => [`Basic ${validToken(issuer)}`],
    status: 401,
    reason: "no token",
  },
  {
    name: "two Authorization headers, the valid token last",
    authorization: (issuer) => ["Bearer a.b.c", `Bearer ${validToken(issuer)}`],
    status: 401,
    reason: "several authorization headers",
  },
  {
    name: "two Authorization headers, the valid token first",
    authorization: (issuer) => [`Bearer ${validToken(issuer)}`, "Bearer a.b.c"],
    status: 401,
    reason: "several authorization headers",
  },
  {
    name: "two tokens in one header",
    authorization: (issuer) => [`Bearer ${validToken(issuer)}, Bearer ${validToken(issuer)}`],
    status: 401,
    reason: "no token",
  },
  withClaims("another issuer", () => ({ iss: "https://login.example.com/realms/other" }), "wrong issuer"),
  withClaims("the issuer with a slash", () => ({ iss: `${ISSUER}/` }), "wrong issuer"),
  withClaims("no issuer", () => ({ iss: undefined }), "wrong issuer"),
  withClaims("another audience", () => ({ aud: "billing" }), "wrong audience"),
  withClaims("a list of other audiences", () => ({ aud: ["billing", "models2"] }), "wrong audience"),
  withClaims("no audience", () => ({ aud: undefined }), "wrong audience"),
  withClaims(
    "another audience, with the client id of the route",
    () => ({ aud: "billing", client_id: AUDIENCE }),
    "wrong audience",
  ),
  withClaims("an expired token", (now) => ({ exp: now - 61 }), "expired"),
  withClaims("no expiry", () => ({ exp: undefined }), "no expiry"),
  withClaims("an expiry that is a text", (now) => ({ exp: String(now + 600) }), "no expiry"),
  withClaims("a token that is not yet valid", (now) => ({ nbf: now + 90 }), "not yet valid"),
  withClaims("a token that is issued in the future", (now) => ({ iat: now + 90 }), "issued in the future"),
  withClaims("no subject", () => ({ sub: undefined }), "no subject"),
  withClaims("an ID token of a Cognito user pool", () => ({ token_use: "id" }), "ID token"),
  withClaims("an ID token of Keycloak", () => ({ typ: "ID" }), "ID token"),
  {
    name: "without the scope of the route",
    authorization: (issuer) => [`Bearer ${validToken(issuer, { scope: "openid loans:scores" })}`],
    status: 403,
  },
  refused(
    "unsigned",
    (issuer) => tokenWith({ alg: "none", kid: issuer.keyId }, validClaims(issuer), () => ""),
    "unsupported algorithm",
  ),
  refused(
    "unsigned, with another spelling of none",
    (issuer) => tokenWith({ alg: "NONE", kid: issuer.keyId }, validClaims(issuer), () => ""),
    "unsupported algorithm",
  ),
  refused(
    "an algorithm, but no signature",
    (issuer) => tokenWith({ alg: "RS256", kid: issuer.keyId }, validClaims(issuer), () => ""),
    "wrong signature",
  ),
  refused(
    "signed with another key under the issuer's key id",
    (issuer) => tokenWith({ alg: "RS256", kid: issuer.keyId }, validClaims(issuer), rs256(otherKeys)),
    "wrong signature",
  ),
  refused(
    "signed with another key under an unknown key id",
    (issuer) => tokenWith({ alg: "RS256", kid: "unknown" }, validClaims(issuer), rs256(otherKeys)),
    "unknown key",
  ),
  refused(
    "HS256 with the public key as the secret",
    (issuer) =>
      tokenWith(
        { alg: "HS256", kid: issuer.keyId },
        validClaims(issuer),
        hs256(issuer.keys.publicKey.export({ type: "spki", format: "pem" })),
      ),
    "unsupported algorithm",
  ),
  refused(
    "an elliptic curve algorithm with the RSA key",
    (issuer) => tokenWith({ alg: "ES256", kid: issuer.keyId }, validClaims(issuer), rs256(issuer.keys)),
    "unknown key",
  ),
  refused(
    "its own key in the header",
    (issuer) =>
      tokenWith(
        { alg: "RS256", kid: issuer.keyId, jwk: otherKeys.publicKey.export({ format: "jwk" }) },
        validClaims(issuer),
        rs256(otherKeys),
      ),
    "unsupported header",
  ),
  withHeader(
    "an address of keys in the header",
    { jku: "https://keys.example.com/jwks.json" },
    "unsupported header",
  ),
  withHeader(
    "an address of a certificate in the header",
    { x5u: "https://keys.example.com/c.pem" },
    "unsupported header",
  ),
  withHeader("a critical extension", { crit: ["exp"] }, "unsupported header"),
  withHeader("no key id", { kid: undefined }, "no key id"),
  withHeader("a token for a logout", { typ: "logout+jwt" }, "unsupported type"),
  withClaims("claims of more than the size limit", () => ({ groups: "x".repeat(7_000) }), "too long"),
  refused(
    "changed claims under the original signature",
    (issuer) => {
      const [header, , signature] = validToken(issuer).split(".");
      return [header, encode({ ...validClaims(issuer), sub: "root" }), signature].join(".");
    },
    "wrong signature",
  ),
  refused(
    "claims that are a list",
    (issuer) => tokenWith({ alg: "RS256", kid: issuer.keyId }, [], rs256(issuer.keys)),
    "malformed",
  ),
  refused("two parts", () => "e30.e30", "malformed"),
];
