import type { SignInConfig } from "../config";
import { bytesOf } from "./sign-in-signature";

/**
 * The code flow with PKCE (https://www.rfc-editor.org/rfc/rfc7636,
 * https://docs.aws.amazon.com/cognito/latest/developerguide/using-pkce-in-authorization-code.html).
 */

/** A sign-in is refused. The message is for the user. */
export class SignInRefused extends Error {}

/** A user who has signed in. The tokens exist only in the memory of the page. */
export interface SignedInUser {
  readonly email: string;
  readonly idToken: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970, by the clock of the user pool. */
  readonly expiresAt: number;
  /** The difference between the clock of the user pool and the clock of this device, which can be wrong. */
  readonly clockOffsetInMs: number;
}

/** The values that the page needs after the redirect. The browser keeps them for this tab until the user returns. */
interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

const STORED_AS = "sign-in";
const RANDOM_BYTES = 32;
const TIMEOUT_IN_MS = 15_000;

/** Opens the sign-in form of the user pool in this tab. */
export async function openSignInForm({ domainUrl, clientId, redirectUrl }: SignInConfig): Promise<void> {
  const pending: Pending = { state: random(), nonce: random(), verifier: random() };
  sessionStorage.setItem(STORED_AS, JSON.stringify(pending));
  const challenge = await crypto.subtle.digest("SHA-256", bytesOf(pending.verifier));
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUrl,
    scope: "openid",
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: base64Url(new Uint8Array(challenge)),
    code_challenge_method: "S256",
  });
  location.assign(`${domainUrl}/oauth2/authorize?${query}`);
}

/**
 * Completes a sign-in if the sign-in form has redirected the user to this page, and removes every trace of the sign-in from the
 * address and from the session storage.
 *
 * @returns `undefined` if the user does not come from the sign-in form
 * @throws SignInRefused if the answer of the sign-in form or of the user pool is not for this page and this tab
 */
export async function completeSignIn(config: SignInConfig): Promise<SignedInUser | undefined> {
  const answer = new URLSearchParams(location.search);
  const stored = sessionStorage.getItem(STORED_AS);
  sessionStorage.removeItem(STORED_AS);
  const [code, error] = [answer.get("code"), answer.get("error")];
  if (code === null && error === null) return undefined;
  history.replaceState(null, "", location.pathname);
  const pending = stored === null ? undefined : (JSON.parse(stored) as Pending);
  if (pending === undefined) {
    throw new SignInRefused("This tab has not started the sign-in, or has completed it before.");
  }
  if (answer.get("state") !== pending.state) {
    throw new SignInRefused("The answer of the sign-in form belongs to another sign-in.");
  }
  if (code === null) {
    throw new SignInRefused(`The sign-in form reported: ${error?.replace(/[^\w ]/g, "").slice(0, 60)}.`);
  }
  const tokens = await exchange(code, pending.verifier, config);
  return readTokens(tokens, pending.nonce, config);
}

/** Revokes the tokens of one tab. Has no effect without a network: then the tokens end with their time. */
export async function revokeTokens(
  { domainUrl, clientId }: SignInConfig,
  { refreshToken }: SignedInUser,
): Promise<void> {
  // The page does not read the answer, so that the request needs no CORS headers.
  await post(`${domainUrl}/oauth2/revoke`, { token: refreshToken, client_id: clientId }, "no-cors").catch(
    () => undefined,
  );
}

/** Opens the address that ends the session of the sign-in form, and that redirects to the page. */
export function endFormSession({ domainUrl, clientId, redirectUrl }: SignInConfig): void {
  const query = new URLSearchParams({ client_id: clientId, logout_uri: redirectUrl });
  location.assign(`${domainUrl}/logout?${query}`);
}

async function exchange(
  code: string,
  verifier: string,
  { domainUrl, clientId, redirectUrl }: SignInConfig,
): Promise<Readonly<Record<string, unknown>>> {
  const form = {
    grant_type: "authorization_code",
    client_id: clientId,
    redirect_uri: redirectUrl,
    code,
    code_verifier: verifier,
  };
  const response = await post(`${domainUrl}/oauth2/token`, form, "cors").catch(() => {
    throw new SignInRefused("The user pool gave no answer.");
  });
  if (!response.ok) throw new SignInRefused("The user pool refused the code of the sign-in form.");
  return await response.json();
}

async function post(url: string, form: Record<string, string>, mode: RequestMode): Promise<Response> {
  return await globalThis.fetch(url, {
    method: "POST",
    mode,
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(TIMEOUT_IN_MS),
    body: new URLSearchParams(form),
  });
}

/**
 * Checks the claims of the id token. The token comes directly from the user pool, so that TLS replaces the check of the
 * signature (https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation). The identity pool checks the signature,
 * too.
 */
function readTokens(
  { id_token: idToken, refresh_token: refreshToken }: Readonly<Record<string, unknown>>,
  nonce: string,
  { clientId, issuer }: SignInConfig,
): SignedInUser {
  const claims = typeof idToken === "string" ? claimsOf(idToken) : undefined;
  if (typeof idToken !== "string" || typeof refreshToken !== "string" || claims === undefined) {
    throw new SignInRefused("The answer of the user pool has no readable tokens.");
  }
  if (claims.nonce !== nonce) throw new SignInRefused("The token belongs to another sign-in.");
  if (claims.iss !== issuer) throw new SignInRefused("The token is from another user pool.");
  if (claims.aud !== clientId || claims.token_use !== "id") {
    throw new SignInRefused("The token is for another application.");
  }
  // The user pool has created the token for this answer, so that the time of the token is the current time.
  const [issuedAt, expiresAt] = [Number(claims.iat) * 1_000, Number(claims.exp) * 1_000];
  if (!(expiresAt > issuedAt)) throw new SignInRefused("The token has expired.");
  const email = String(claims.email ?? "a user without an address");
  return { email, idToken, refreshToken, expiresAt, clockOffsetInMs: issuedAt - Date.now() };
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const [, payload = ""] = token.split(".");
    const text = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (byte) => byte.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
