import { constants, type KeyObject, verify } from "node:crypto";
import { Refused } from "./credential";

/**
 * Signature algorithms with public keys (https://www.rfc-editor.org/rfc/rfc7518#section-3.1). The list excludes `none`, and
 * HMAC: with HMAC, the public key would be the secret (https://www.rfc-editor.org/rfc/rfc8725#section-2.1).
 */
export const ALGORITHMS = {
  RS256: { keyType: "rsa", hash: "sha256" },
  RS384: { keyType: "rsa", hash: "sha384" },
  RS512: { keyType: "rsa", hash: "sha512" },
  PS256: { keyType: "rsa", hash: "sha256", isPss: true },
  PS384: { keyType: "rsa", hash: "sha384", isPss: true },
  PS512: { keyType: "rsa", hash: "sha512", isPss: true },
  ES256: { keyType: "ec", hash: "sha256", curve: "prime256v1" },
  ES384: { keyType: "ec", hash: "sha384", curve: "secp384r1" },
  ES512: { keyType: "ec", hash: "sha512", curve: "secp521r1" },
} as const satisfies Record<
  string,
  { readonly keyType: "rsa" | "ec"; readonly hash: string; readonly isPss?: true; readonly curve?: string }
>;

/** The name of a supported algorithm. */
export type Algorithm = keyof typeof ALGORITHMS;

/** API Gateway accepts headers of at most 10,240 bytes in total; tokens of usual issuers have 600 to 3,000 characters. */
export const MAX_TOKEN_CHARACTERS = 8192;

/**
 * Header parameters that let a token choose its own key, or that change the meaning of the token. Keys come only from the
 * issuer's key set (https://www.rfc-editor.org/rfc/rfc8725#section-3.10), and this function understands no critical extension
 * (https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11).
 */
const REFUSED_PARAMETERS = ["crit", "jwk", "jku", "x5u", "x5c", "b64"];

/** Other types have another purpose, e.g. `logout+jwt` (https://www.rfc-editor.org/rfc/rfc8725#section-3.11). */
const TYPES = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"];

/** The tolerated difference between the clocks of the issuer and of Lambda, in seconds. */
export const CLOCK_SKEW_IN_SECONDS = 60;

const MAX_KEY_ID_CHARACTERS = 256;
const MAX_SUBJECT_CHARACTERS = 256;

/** A token whose form is correct, and whose signature is not checked. */
export interface UncheckedToken {
  readonly algorithm: Algorithm;
  readonly keyId: string;
  /** The claim `iss`, which selects the keys. */
  readonly issuer: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The signed text. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** The claims of a valid token that decide about routes. */
export interface TokenClaims {
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly scopes: ReadonlySet<string>;
}

/** Reads a token without checking its signature. @throws Refused if the token is malformed or has an unsupported header */
export function readToken(token: string): UncheckedToken {
  if (token.length > MAX_TOKEN_CHARACTERS) throw new Refused("too long");
  const [, headerPart = "", claimsPart = "", signaturePart = ""] =
    /^([\w-]+)\.([\w-]+)\.([\w-]*)$/.exec(token) ?? [];
  const header = readPart(headerPart);
  const claims = readPart(claimsPart);
  const { alg, kid, typ } = header;
  if (typeof alg !== "string" || !isAlgorithm(alg)) throw new Refused("unsupported algorithm");
  if (REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name))) throw new Refused("unsupported header");
  if (typ !== undefined && !(typeof typ === "string" && TYPES.includes(typ.toLowerCase())))
    throw new Refused("unsupported type");
  if (!isText(kid, MAX_KEY_ID_CHARACTERS)) throw new Refused("no key id");
  if (typeof claims.iss !== "string") throw new Refused("wrong issuer");
  return {
    algorithm: alg,
    keyId: kid,
    issuer: claims.iss,
    claims,
    signed: `${headerPart}.${claimsPart}`,
    signature: Buffer.from(signaturePart, "base64url"),
  };
}

/**
 * Checks signature and times of a token.
 *
 * @param key - the issuer's public key with the token's key id and algorithm
 * @param now - the current time in milliseconds
 * @throws Refused if the token is invalid
 */
export function checkToken(token: UncheckedToken, key: KeyObject, now: number): TokenClaims {
  const { algorithm, claims, signed, signature } = token;
  if (!isSignedBy(algorithm, key, signed, signature)) throw new Refused("wrong signature");
  if (isIdToken(claims)) throw new Refused("ID token");
  const { exp, nbf, iat, sub } = claims;
  const seconds = now / 1000;
  if (!isTime(exp)) throw new Refused("no expiry");
  if (seconds >= exp + CLOCK_SKEW_IN_SECONDS) throw new Refused("expired");
  if (nbf !== undefined && !(isTime(nbf) && seconds >= nbf - CLOCK_SKEW_IN_SECONDS))
    throw new Refused("not yet valid");
  if (iat !== undefined && !(isTime(iat) && seconds >= iat - CLOCK_SKEW_IN_SECONDS))
    throw new Refused("issued in the future");
  if (!isText(sub, MAX_SUBJECT_CHARACTERS)) throw new Refused("no subject");
  return { subject: sub, audiences: audiencesOf(claims), scopes: new Set(scopesOf(claims)) };
}

/**
 * Whether the issuer states that a token is an ID token, which is for the client that has requested it, and not for an API.
 * Cognito states it in `token_use`
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html), Keycloak in
 * the claim `typ`. Other issuers do not state the purpose: `typ: at+jwt` of access tokens (https://www.rfc-editor.org/rfc/rfc9068)
 * cannot be required, because most issuers do not write it.
 */
function isIdToken({ token_use: use, typ }: Readonly<Record<string, unknown>>): boolean {
  return use === "id" || typ === "ID";
}

function isSignedBy(algorithm: Algorithm, key: KeyObject, signed: string, signature: Buffer): boolean {
  const properties = ALGORITHMS[algorithm];
  const options =
    properties.keyType === "ec"
      ? ({ key, dsaEncoding: "ieee-p1363" } as const)
      : "isPss" in properties
        ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
        : { key, padding: constants.RSA_PKCS1_PADDING };
  return verify(properties.hash, Buffer.from(signed), options, signature);
}

/**
 * The audiences. Access tokens of Cognito have `client_id` and no `aud`; API Gateway's own JWT authorizer of HTTP APIs also
 * reads `client_id` only in a token without `aud`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html).
 */
function audiencesOf({ aud, client_id: clientId }: Readonly<Record<string, unknown>>): string[] {
  if (aud === undefined) return typeof clientId === "string" ? [clientId] : [];
  return typeof aud === "string" ? [aud] : textsOf(aud);
}

/** `scope` is a text (https://www.rfc-editor.org/rfc/rfc8693#section-4.2); some issuers write `scp`, as a text or a list. */
function scopesOf({ scope, scp }: Readonly<Record<string, unknown>>): string[] {
  return [scope, scp].flatMap((value) => (typeof value === "string" ? value.split(" ") : textsOf(value)));
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function readPart(part: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    throw new Refused("malformed");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refused("malformed");
  return { ...value };
}

function isAlgorithm(name: string): name is Algorithm {
  return Object.hasOwn(ALGORITHMS, name);
}

function isText(value: unknown, max: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= max;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
