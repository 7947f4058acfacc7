import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { Claims, LocalIssuer } from "../issuer";
import type { SignInDefinition } from "../terraform/sign-in";
import { uuidOf } from "../terraform/stack";

/** The only user of each local user pool. The password is valid nowhere else. */
export const TRIAL_USER = { email: "visitor@example.com", password: "Local-password-1" } as const;

/** A code is valid for this time (https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html). */
const CODE_LIFETIME_IN_SECONDS = 300;

/** The lifetime of tokens: the setting of the client that the engine writes. */
const TOKEN_LIFETIME_IN_SECONDS = 3600;

const REFRESH_LIFETIME_IN_SECONDS = 3600;

/** A request for a code, which the user pool has checked. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  /** The SHA-256 of the verifier; `undefined` if the request has no PKCE, which Cognito accepts. */
  readonly challenge: string | undefined;
}

interface Code extends AuthorizationRequest {
  readonly expiresAt: number;
}

/** The sign-in of a user. Every token of the sign-in has its id. */
interface Grant {
  readonly originId: string;
  readonly scopes: readonly string[];
  readonly authTime: number;
  readonly expiresAt: number;
}

/** The tokens of an answer of the token endpoint. */
export interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly expires_in: number;
  readonly token_type: "Bearer";
}

/**
 * The tokens of a user pool: codes, tokens and revocations. The local stage keeps them across reloads.
 *
 * https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
 */
export class UserPool {
  private readonly codes = new Map<string, Code>();
  private readonly grants = new Map<string, Grant>();
  /** The cookies of the sign-in form. */
  private readonly formSessions = new Set<string>();

  /** @param now - the current time in milliseconds */
  constructor(
    private readonly issuer: LocalIssuer,
    readonly now: () => number,
  ) {}

  /** The public keys of the user pool. */
  keySet(): object {
    return this.issuer.keySet();
  }

  /** @returns the value of the sign-in form's cookie, if the user's name and password are right */
  openFormSession(email: string, password: string): string | undefined {
    if (email.toLowerCase() !== TRIAL_USER.email || !isEqual(password, TRIAL_USER.password)) return undefined;
    const session = randomUUID();
    this.formSessions.add(session);
    return session;
  }

  /** Whether the cookie belongs to a user who has signed in. */
  isFormSession(session: string | undefined): boolean {
    return session !== undefined && this.formSessions.has(session);
  }

  /** Ends the session of the sign-in form. */
  closeFormSession(session: string | undefined): void {
    if (session !== undefined) this.formSessions.delete(session);
  }

  /** Creates a code, which can be exchanged once. */
  createCode(request: AuthorizationRequest): string {
    const code = randomUUID();
    this.codes.set(code, { ...request, expiresAt: this.seconds() + CODE_LIFETIME_IN_SECONDS });
    return code;
  }

  /**
   * Exchanges a code for tokens. The first try ends the code, whether the try succeeds or not.
   *
   * @returns `undefined` if the code is unknown, used or expired, or if the redirect or the verifier is wrong
   */
  exchangeCode(
    {
      code,
      redirectUri,
      verifier,
    }: Readonly<Record<"code" | "redirectUri" | "verifier", string | undefined>>,
    definition: SignInDefinition,
  ): Tokens | undefined {
    const known = code === undefined ? undefined : this.codes.get(code);
    if (code === undefined || known === undefined) return undefined;
    this.codes.delete(code);
    if (known.expiresAt <= this.seconds() || known.redirectUri !== redirectUri) return undefined;
    if (known.challenge !== undefined && !isEqual(challengeOf(verifier ?? ""), known.challenge)) {
      return undefined;
    }
    const grant: Grant = {
      originId: randomUUID(),
      scopes: known.scopes,
      authTime: this.seconds(),
      expiresAt: this.seconds() + REFRESH_LIFETIME_IN_SECONDS,
    };
    const refreshToken = randomBytes(48).toString("base64url");
    this.grants.set(refreshToken, grant);
    return { ...this.sign(grant, known.nonce, definition), refresh_token: refreshToken };
  }

  /** New tokens of a sign-in; `undefined` if the refresh token is unknown, revoked or expired. */
  refresh(refreshToken: string | undefined, definition: SignInDefinition): Tokens | undefined {
    const grant = this.grants.get(refreshToken ?? "");
    if (grant === undefined || grant.expiresAt <= this.seconds()) return undefined;
    return this.sign(grant, undefined, definition);
  }

  /** Revokes a refresh token. The ID token of the sign-in stays valid until it expires. An unknown token has no effect. */
  revoke(refreshToken: string): void {
    this.grants.delete(refreshToken);
  }

  /** Checks signature, issuer and expiry of a token of this user pool. */
  verify(token: string, { issuer }: SignInDefinition): Claims | "expired" | undefined {
    return this.issuer.verify(token, [issuer]);
  }

  private sign(
    grant: Grant,
    nonce: string | undefined,
    { issuer, clientId, userPoolId }: SignInDefinition,
  ): Tokens {
    const iat = this.seconds();
    const sub = uuidOf(`${userPoolId}/${TRIAL_USER.email}`);
    const common = {
      sub,
      iss: issuer,
      origin_jti: grant.originId,
      auth_time: grant.authTime,
      iat,
      exp: iat + TOKEN_LIFETIME_IN_SECONDS,
    };
    const idToken = {
      ...common,
      aud: clientId,
      token_use: "id",
      "cognito:username": sub,
      email: TRIAL_USER.email,
      email_verified: true,
      ...(nonce === undefined ? {} : { nonce }),
      jti: randomUUID(),
    };
    const accessToken = {
      ...common,
      client_id: clientId,
      token_use: "access",
      scope: grant.scopes.join(" "),
      username: sub,
      version: 2,
      jti: randomUUID(),
    };
    return {
      id_token: this.issuer.sign(idToken),
      access_token: this.issuer.sign(accessToken),
      expires_in: TOKEN_LIFETIME_IN_SECONDS,
      token_type: "Bearer",
    };
  }

  private seconds(): number {
    return Math.floor(this.now() / 1_000);
  }
}

/** https://www.rfc-editor.org/rfc/rfc7636#section-4.2 */
function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

function isEqual(left: string, right: string): boolean {
  const [one, other] = [left, right].map((text) => createHash("sha256").update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
