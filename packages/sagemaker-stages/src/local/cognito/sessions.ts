import { randomBytes } from "node:crypto";
import { isAllowedByRole, type RequestContext, type RoleStatement } from "./role-policy";

/** The lifetime of an identity pool's temporary credentials. */
const LIFETIME_IN_SECONDS = 3600;

/** The session of a role that a signed-in user has assumed. */
export interface RoleSession {
  /** `arn:aws:sts::<account>:assumed-role/<role>/CognitoIdentityCredentials` */
  readonly arn: string;
  /** The id of the user in the identity pool. */
  readonly identityId: string;
  readonly identityPoolId: string;
  /** The statements of the role's policies. */
  readonly statements: readonly RoleStatement[];
}

/** Temporary credentials of a session. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  readonly session: RoleSession;
}

/** The temporary credentials that the local stage has created. They exist only in this process. */
export class RoleSessions {
  private readonly byKey = new Map<string, SessionCredentials>();

  /** @param now - the current time in milliseconds */
  constructor(readonly now: () => number = Date.now) {}

  /** Creates temporary credentials. */
  create(session: RoleSession): SessionCredentials {
    const credentials: SessionCredentials = {
      accessKeyId: `LOCAL${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(96).toString("base64"),
      expiresAt: Math.floor(this.now() / 1_000) + LIFETIME_IN_SECONDS,
      session,
    };
    this.byKey.set(credentials.accessKeyId, credentials);
    return credentials;
  }

  /** The credentials of an access key, including expired credentials. */
  find(accessKeyId: string | undefined): SessionCredentials | undefined {
    return accessKeyId === undefined ? undefined : this.byKey.get(accessKeyId);
  }

  /**
   * Whether the signer of a request may perform an action. The local credentials may perform every action; a session may
   * perform the actions of its role's policies.
   *
   * @param accessKeyId - the access key of a request with a valid signature
   */
  isAllowed(
    accessKeyId: string | undefined,
    action: string,
    resource: string,
    context: RequestContext = {},
  ): boolean {
    const known = this.find(accessKeyId);
    return known === undefined || isAllowedByRole(known.session.statements, { action, resource, context });
  }
}
