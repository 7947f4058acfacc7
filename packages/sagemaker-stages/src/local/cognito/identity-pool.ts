import * as z from "zod";
import type { Claims } from "../issuer";
import type { SignInDefinition } from "../terraform/sign-in";
import { uuidOf } from "../terraform/stack";
import { canAssumeRole } from "./role-policy";
import type { RoleSessions } from "./sessions";
import type { UserPool } from "./user-pool";

/** An answer of the identity pool's API. */
export interface IdentityPoolAnswer {
  readonly status: 200 | 400;
  readonly body: Readonly<Record<string, unknown>>;
}

const logins = z.optional(z.record(z.string(), z.string()));

const REQUESTS = {
  GetId: z.object({ IdentityPoolId: z.string(), Logins: logins }),
  GetCredentialsForIdentity: z.object({ IdentityId: z.string(), Logins: logins }),
};

/**
 * The API of an identity pool with the enhanced flow: `GetId` and `GetCredentialsForIdentity`. Both operations are public.
 *
 * The check of tokens with the user pool (`ServerSideTokenCheck`) refuses users who were signed out globally or deleted, which is
 * impossible on the local stage. AWS does not document that it refuses the ID token of a revoked refresh token
 * (https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CognitoIdentityProvider.html).
 *
 * https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetCredentialsForIdentity.html
 */
export class IdentityPool {
  constructor(
    private readonly userPool: UserPool,
    private readonly sessions: RoleSessions,
  ) {}

  /** @param operation - the part of the header `x-amz-target` after the dot */
  handle(operation: string, body: string, definition: SignInDefinition): IdentityPoolAnswer {
    switch (operation) {
      case "GetId": {
        const request = parse(REQUESTS.GetId, body);
        if (request === undefined) return failure("InvalidParameterException", "The request is not valid.");
        return this.getId(request, definition);
      }
      case "GetCredentialsForIdentity": {
        const request = parse(REQUESTS.GetCredentialsForIdentity, body);
        if (request === undefined) return failure("InvalidParameterException", "The request is not valid.");
        return this.getCredentials(request, definition);
      }
      default:
        return failure("UnknownOperationException", `The local stage has no operation ${operation}.`);
    }
  }

  private getId(
    { IdentityPoolId, Logins }: z.infer<typeof REQUESTS.GetId>,
    definition: SignInDefinition,
  ): IdentityPoolAnswer {
    if (IdentityPoolId !== definition.identityPoolId) {
      return failure("ResourceNotFoundException", `IdentityPool '${IdentityPoolId}' not found.`);
    }
    const login = this.checkLogins(Logins, definition);
    if ("refusal" in login) return login.refusal;
    return { status: 200, body: { IdentityId: identityIdOf(login.claims, definition) } };
  }

  private getCredentials(
    { IdentityId, Logins }: z.infer<typeof REQUESTS.GetCredentialsForIdentity>,
    definition: SignInDefinition,
  ): IdentityPoolAnswer {
    const login = this.checkLogins(Logins, definition);
    if ("refusal" in login) return login.refusal;
    if (IdentityId !== identityIdOf(login.claims, definition)) {
      return failure("ResourceNotFoundException", `Identity '${IdentityId}' not found.`);
    }
    const { identityPoolId, issuer, role } = definition;
    const context = {
      "cognito-identity.amazonaws.com:aud": [identityPoolId],
      "cognito-identity.amazonaws.com:amr": ["authenticated", providerOf(issuer)],
      "cognito-identity.amazonaws.com:sub": [IdentityId],
    };
    if (!canAssumeRole(role.trust, context)) {
      return failure(
        "InvalidIdentityPoolConfigurationException",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
      );
    }
    const { statements, sessionArn: arn } = role;
    const credentials = this.sessions.create({ arn, identityId: IdentityId, identityPoolId, statements });
    return {
      status: 200,
      body: {
        IdentityId,
        Credentials: {
          AccessKeyId: credentials.accessKeyId,
          SecretKey: credentials.secretAccessKey,
          SessionToken: credentials.sessionToken,
          Expiration: credentials.expiresAt,
        },
      },
    };
  }

  /** Checks that a request has one login, with a valid id token of the user pool. */
  private checkLogins(
    given: Readonly<Record<string, string>> | undefined,
    definition: SignInDefinition,
  ): { readonly claims: Claims } | { readonly refusal: IdentityPoolAnswer } {
    const [login, ...others] = Object.entries(given ?? {});
    if (login === undefined) {
      return notAuthorized("Unauthenticated access is not supported for this identity pool.");
    }
    const [provider, token] = login;
    if (others.length > 0 || provider !== providerOf(definition.issuer)) {
      return notAuthorized("Token is not from a supported provider of this identity pool.");
    }
    const claims = this.userPool.verify(token, definition);
    if (claims === "expired") return notAuthorized("Invalid login token. Token expired.");
    if (claims === undefined) return notAuthorized("Invalid login token. Not a valid token of the provider.");
    if (claims.token_use !== "id" || claims.aud !== definition.clientId) {
      return notAuthorized("Invalid login token. Incorrect token audience.");
    }
    return { claims };
  }
}

/** The name of a user pool in an identity pool: the issuer without the scheme. */
function providerOf(issuer: string): string {
  return issuer.replace("https://", "");
}

function identityIdOf({ sub }: Claims, { identityPoolId, region }: SignInDefinition): string {
  return `${region}:${uuidOf(`${identityPoolId}/${sub}`)}`;
}

function parse<Schema extends z.ZodType>(schema: Schema, body: string): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

function notAuthorized(message: string): { readonly refusal: IdentityPoolAnswer } {
  return { refusal: failure("NotAuthorizedException", message) };
}

function failure(type: string, message: string): IdentityPoolAnswer {
  return { status: 400, body: { __type: type, message } };
}
