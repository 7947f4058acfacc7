import { generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import type { HttpRequest, HttpResponse } from "./http";
import type { Method, RequiredToken } from "./rest-api/openapi";

/** The first segment of the local stage's own addresses. No stage has this name, because names of stages start with a letter. */
const OWN_SEGMENT = "/_local";

/** Seconds for which a trial token is valid. */
const TRIAL_LIFETIME_IN_SECONDS = 3600;

/** The subject of a trial token. */
const TRIAL_SUBJECT = "trial-caller";

/** The claims of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** A pair of RSA keys. */
export interface RsaKeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A pair of RSA keys with its id. */
export interface SigningKey extends RsaKeyPair {
  readonly id: string;
}

/**
 * The issuer of the local stage. It answers in place of every issuer that a served environment names, and signs tokens for
 * trials with its own key, which exists only in this process. Its tokens are valid nowhere else.
 */
export class LocalIssuer {
  private readonly keys: SigningKey[] = [];
  private rotations = 0;

  /** @param now - the current time in milliseconds */
  constructor(private readonly now: () => number = Date.now) {}

  /** The key that signs. The first use creates the key, because most stages need none. */
  private get key(): SigningKey {
    return this.keys.at(-1) ?? this.rotate();
  }

  /**
   * Signs with another key from now on, as an issuer that rotates its keys. Earlier keys remain in the key set.
   *
   * @param pair - an RSA key; default: a new key
   */
  rotate(pair: RsaKeyPair = generateKeyPairSync("rsa", { modulusLength: 2048 })): SigningKey {
    this.rotations++;
    const { privateKey, publicKey } = pair;
    const key = { id: `local-${this.rotations}`, privateKey, publicKey };
    this.keys.push(key);
    return key;
  }

  /** Removes every key but the newest from the key set. */
  removeOldKeys(): void {
    this.keys.splice(0, this.keys.length - 1);
  }

  /** The public keys, as the issuer publishes them (https://www.rfc-editor.org/rfc/rfc7517). */
  keySet(): { readonly keys: readonly object[] } {
    void this.key;
    return {
      keys: this.keys.map(({ id, publicKey }) => ({
        ...publicKey.export({ format: "jwk" }),
        kid: id,
        use: "sig",
        alg: "RS256",
      })),
    };
  }

  /**
   * A signed token with the given claims, unchecked.
   *
   * @param header - replaces members of the header; a member with the value `undefined` is absent
   */
  sign(claims: Claims, header: Readonly<Record<string, unknown>> = {}): string {
    const { id, privateKey } = this.key;
    const signed = [{ alg: "RS256", typ: "JWT", kid: id, ...header }, claims].map(encode).join(".");
    return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
  }

  /** Claims of a token that opens a route. @param subject - the caller */
  claimsFor(required: RequiredToken, subject = TRIAL_SUBJECT): Claims {
    const iat = Math.floor(this.now() / 1000);
    const times = { iat, exp: iat + TRIAL_LIFETIME_IN_SECONDS };
    const { issuer, audience, scopes } = required;
    const scope = scopes.length > 0 ? { scope: scopes.join(" ") } : {};
    switch (required.use) {
      case "jwt":
        return { iss: issuer, sub: subject, aud: audience[0], ...scope, ...times };
      case "access":
        return { iss: issuer, sub: subject, client_id: "local", token_use: "access", ...scope, ...times };
      case "id":
        return { iss: issuer, sub: subject, aud: "local", token_use: "id", ...times };
    }
  }

  /**
   * Checks signature, issuer and expiry of a token, as a service that trusts this issuer.
   *
   * @returns the claims; `undefined` if the token is invalid
   */
  verify(token: string, issuers: readonly string[]): Claims | "expired" | undefined {
    const [headerPart = "", claimsPart = "", signaturePart = "", ...more] = token.split(".");
    const [header, claims] = [headerPart, claimsPart].map(decode);
    const key = this.keys.find(({ id }) => id === header?.kid);
    if (more.length > 0 || header?.alg !== "RS256" || key === undefined || claims === undefined)
      return undefined;
    const signature = Buffer.from(signaturePart, "base64url");
    if (!verify("sha256", Buffer.from(`${headerPart}.${claimsPart}`), key.publicKey, signature))
      return undefined;
    if (typeof claims.iss !== "string" || !issuers.includes(claims.iss)) return undefined;
    if (typeof claims.exp !== "number") return undefined;
    return claims.exp * 1000 <= this.now() ? "expired" : claims;
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The address of the local issuer. The program of an authorizer's process sends its requests to issuers to this address. */
export function issuerAddress(stageUrl: string): string {
  return `${stageUrl}${OWN_SEGMENT}/issuer`;
}

/** The path at which the local stage returns a trial token for a route. */
export function tokenPath(stageName: string, path: string): string {
  return `${OWN_SEGMENT}/token/${stageName}${path}`;
}

/** A served stage, with its routes. */
export interface IssuedStage {
  readonly stageName: string;
  readonly methods: readonly Pick<Method, "httpMethod" | "path" | "requiredToken">[];
}

/** Whether a path is an address of the local issuer. */
export function isIssuerPath(path: string): boolean {
  return path.startsWith(`${OWN_SEGMENT}/`);
}

/** Answers requests to the local issuer: discovery, keys, and trial tokens. */
export function answerIssuer(
  issuer: LocalIssuer,
  stages: readonly IssuedStage[],
  { method, path, query }: Pick<HttpRequest, "method" | "path" | "query">,
): HttpResponse {
  const tokens = stages.flatMap(({ stageName, methods }) =>
    methods.flatMap(({ path: routePath, requiredToken }) =>
      requiredToken === undefined ? [] : [{ address: tokenPath(stageName, routePath), requiredToken }],
    ),
  );
  if (method !== "GET") return answerText(405, "Method Not Allowed: got another method; allowed: GET\n");
  const wanted = tokens.find(({ address }) => address === path);
  if (wanted !== undefined) return answerToken(issuer, wanted.requiredToken, new URLSearchParams(query));
  for (const name of new Set(tokens.map(({ requiredToken }) => requiredToken.issuer))) {
    const base = name.replace(/\/$/, "");
    const wellKnown = `${OWN_SEGMENT}/issuer/${base.replace("https://", "")}/.well-known`;
    if (path === `${wellKnown}/openid-configuration`) {
      return answerJson({ issuer: name, jwks_uri: `${base}/.well-known/jwks.json` });
    }
    if (path === `${wellKnown}/jwks.json`) return answerJson(issuer.keySet());
  }
  return answerText(
    404,
    `Not Found: the local stage has tokens at ${tokens.map(({ address }) => address).join(", ") || "no address, because no route requires a token"}\n`,
  );
}

/** The parameters of a trial token. */
const PARAMETERS = ["subject", "scope", "audience", "expires-in"];

/** A trial token as text, so that a shell can insert it into a request. */
function answerToken(issuer: LocalIssuer, required: RequiredToken, query: URLSearchParams): HttpResponse {
  const unknown = [...query.keys()].find((name) => !PARAMETERS.includes(name));
  const lifetime = Number(query.get("expires-in") ?? TRIAL_LIFETIME_IN_SECONDS);
  if (unknown !== undefined || !Number.isSafeInteger(lifetime)) {
    return answerText(
      400,
      `Bad Request: got ${unknown ?? "an invalid expires-in"}; allowed: ${PARAMETERS.join(", ")}, and expires-in in whole seconds\n`,
    );
  }
  const claims = issuer.claimsFor(required, query.get("subject") ?? undefined);
  const [scope, audience] = [query.get("scope"), query.get("audience")];
  return answerText(
    200,
    issuer.sign({
      ...claims,
      ...(scope === null ? {} : { scope }),
      ...(audience === null ? {} : { aud: audience }),
      exp: Number(claims.iat) + lifetime,
    }),
  );
}

function answerText(status: number, body: string): HttpResponse {
  return { status, headers: { "Content-Type": "text/plain", "Cache-Control": "no-store" }, body };
}

function answerJson(value: object): HttpResponse {
  return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}
