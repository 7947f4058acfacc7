import { createHash } from "node:crypto";
import { type Caller, type CredentialKind, Refused } from "./credential";
import { type AuthorizerEvent, headerValues, type RouteName } from "./event";
import { fetchJson } from "./fetch-json";
import { type FetchJson, IssuerKeys } from "./jwks";
import { checkToken, readToken, type TokenClaims } from "./jwt";

/** A route that requires a token. */
export interface TokenRoute {
  readonly route: RouteName;
  readonly issuer: string;
  /** The audiences, of which a token must contain one. */
  readonly audience: readonly string[];
  /** The scopes, of which a token must contain all. */
  readonly scopes: readonly string[];
}

/** The dependencies of {@link tokens}. */
export interface TokenOptions {
  /** @default - `get` of `node:https`, with limits of time and size */
  readonly fetchJson?: FetchJson;
  /** The current time in milliseconds. @default Date.now */
  readonly now?: () => number;
}

const BEARER = /^Bearer +([^ ]+) *$/i;

/** Tokens of OpenID Connect issuers (JSON Web Tokens), in the header `authorization: Bearer <token>`. */
export function tokens(
  routes: readonly TokenRoute[],
  { fetchJson: read = (url) => fetchJson(url), now = Date.now }: TokenOptions = {},
): CredentialKind {
  const issuers = new Map(routes.map(({ issuer }) => [issuer, new IssuerKeys(issuer, read, now)] as const));
  return {
    name: "token",
    routes: routes.map(({ route }) => route),
    check: async (event): Promise<Caller> => {
      const token = readToken(bearerTokenOf(event));
      const keys = issuers.get(token.issuer);
      // A request to another address than a configured issuer is never sent.
      if (keys === undefined) throw new Refused("wrong issuer");
      const key = await keys.find(token.keyId, token.algorithm);
      if (key === undefined) throw new Refused("unknown key");
      const claims = checkToken(token, key, now());
      const ofAudience = routes.filter(
        ({ issuer, audience }) =>
          issuer === token.issuer && audience.some((one) => claims.audiences.includes(one)),
      );
      if (ofAudience.length === 0) throw new Refused("wrong audience");
      return {
        id: callerId(token.issuer, claims),
        routes: ofAudience.flatMap(({ route, scopes }) =>
          scopes.every((scope) => claims.scopes.has(scope)) ? [route] : [],
        ),
      };
    },
  };
}

/** @throws Refused without a token, or with several Authorization headers, which RFC 9110 forbids */
function bearerTokenOf(event: AuthorizerEvent): string {
  const values = headerValues(event, "authorization");
  if (values.length > 1) throw new Refused("several authorization headers");
  const [, token] = BEARER.exec(values[0] ?? "") ?? [];
  if (token === undefined) throw new Refused("no token");
  return token;
}

/**
 * A hash in place of the subject: a subject can be an address or another personal text, and it can contain quotes, which
 * would break a line of the access log. A subject is unique only together with its issuer
 * (https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
 */
function callerId(issuer: string, { subject }: TokenClaims): string {
  return createHash("sha256").update(`${issuer} ${subject}`).digest("base64url").slice(0, 22);
}
