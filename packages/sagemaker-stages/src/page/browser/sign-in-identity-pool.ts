import type { SignInConfig } from "../config";
import { SignInRefused } from "./sign-in-code-flow";
import type { TemporaryCredentials } from "./sign-in-signature";

/** Temporary credentials, and the time at which they expire. */
export interface ExpiringCredentials extends TemporaryCredentials {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const TIMEOUT_IN_MS = 15_000;

/**
 * Exchanges an id token for temporary credentials of the role of signed-in users. Both operations are public and are not signed
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html).
 *
 * @throws SignInRefused if the identity pool refuses the token or gives no answer
 */
export async function temporaryCredentials(
  config: SignInConfig,
  idToken: string,
): Promise<ExpiringCredentials> {
  const Logins = { [config.issuer.replace("https://", "")]: idToken };
  const { IdentityId } = await call("GetId", { IdentityPoolId: config.identityPoolId, Logins }, config);
  const { Credentials } = await call("GetCredentialsForIdentity", { IdentityId, Logins }, config);
  const { AccessKeyId, SecretKey, SessionToken, Expiration } = Credentials as Record<string, unknown>;
  return {
    accessKeyId: String(AccessKeyId),
    secretAccessKey: String(SecretKey),
    sessionToken: String(SessionToken),
    expiresAt: Number(Expiration) * 1_000,
  };
}

async function call(
  operation: string,
  body: object,
  { identityPoolUrl }: SignInConfig,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await globalThis
    .fetch(identityPoolUrl, {
      method: "POST",
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(TIMEOUT_IN_MS),
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityService.${operation}`,
      },
      body: JSON.stringify(body),
    })
    .catch(() => {
      throw new SignInRefused("The identity pool gave no answer. Try again in a moment.");
    });
  if (!response.ok) {
    throw new SignInRefused("The identity pool refused the sign-in. Sign out, and sign in again.");
  }
  return await response.json();
}
