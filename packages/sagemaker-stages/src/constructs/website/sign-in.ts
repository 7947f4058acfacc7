import { createHash } from "node:crypto";
import { CognitoIdentityPool } from "@cdktf/provider-aws/lib/cognito-identity-pool";
import { CognitoIdentityPoolRolesAttachment } from "@cdktf/provider-aws/lib/cognito-identity-pool-roles-attachment";
import { CognitoUserPool } from "@cdktf/provider-aws/lib/cognito-user-pool";
import { CognitoUserPoolClient } from "@cdktf/provider-aws/lib/cognito-user-pool-client";
import { CognitoUserPoolDomain } from "@cdktf/provider-aws/lib/cognito-user-pool-domain";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { signedInRoleName } from "../../environment/environment";
import type { ParsedSignInSettings } from "../../environment/settings/sign-in";
import { signedInRolePolicy, signedInRoleTrust } from "../../iam/workload/signed-in-role";
import { omitUndefined } from "../../lib/omit-undefined";
import type { SignInConfig, SignInTarget } from "../../page/config";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";

/**
 * Minutes for which a sign-in is valid: the minimum of a refresh token, and the fixed lifetime of an identity pool's temporary
 * credentials
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html).
 */
const SESSION_IN_MINUTES = 60;

/** Days for which the password in an invitation is valid. */
const TEMPORARY_PASSWORD_IN_DAYS = 3;

const MIN_PASSWORD_CHARACTERS = 12;

/** Props of {@link SignIn}. */
export interface SignInProps {
  readonly account: AwsScope;
  /** The environment's prefix, with which every name begins. */
  readonly environmentName: string;
  readonly settings: ParsedSignInSettings;
  /** The page's origin, to which the sign-in form redirects the user. */
  readonly pageOrigin: string;
  /**
   * ARN of the permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn: string | undefined;
  /** Whether Terraform and Cognito refuse to delete the user pool with its users. */
  readonly protected: boolean;
}

/** A model that signed-in users may call. */
export interface SignedInTarget {
  /** The path of the model's route, which identifies the model's form on the page. */
  readonly path: string;
  /** The URL that the page calls. */
  readonly url: string;
  /** The ARN that the role's policy names, or `token` for a route that requires an ID token and no permission. */
  readonly permission: { readonly routeArn: string } | { readonly functionArn: string } | "token";
}

/**
 * The sign-in of the page's users: a user pool with its sign-in form, a public client with the code flow and PKCE, an identity
 * pool, and the role of signed-in users.
 *
 * The client needs the page's URL, and the page's configuration needs the client. The page's files are created last, so that
 * no resource depends on itself: distribution → client → identity pool → role → files.
 */
export class SignIn extends Construct {
  /** ARN of the user pool; known after the first apply. */
  readonly userPoolArn: string;
  /** Id of the user pool; known after the first apply. */
  readonly userPoolId: string;
  private readonly role: IamRole;
  private readonly config: Omit<SignInConfig, "targets">;

  constructor(scope: Construct, id: string, props: SignInProps) {
    super(scope, id);
    const { account, environmentName, settings, pageOrigin } = props;
    const name = `${environmentName}-website`;
    const pool = this.addUserPool(name, props);
    const domainPrefix = signInDomainPrefix(account, environmentName, settings);
    new CognitoUserPoolDomain(this, "domain", { domain: domainPrefix, userPoolId: pool.id });
    const redirectUrl = `${pageOrigin}/`;
    const client = this.addClient(name, pool, redirectUrl);
    const identityPool = new CognitoIdentityPool(this, "identity-pool", {
      identityPoolName: name,
      allowUnauthenticatedIdentities: false,
      // With the classic flow, the page could choose a role.
      allowClassicFlow: false,
      cognitoIdentityProviders: [
        { clientId: client.id, providerName: pool.endpoint, serverSideTokenCheck: true },
      ],
    });
    this.role = new IamRole(
      this,
      "role",
      omitUndefined({
        name: signedInRoleName(environmentName),
        description: "Role of the users who have signed in on the page",
        assumeRolePolicy: terraformJson(signedInRoleTrust(identityPool.id)),
        permissionsBoundary: props.permissionsBoundaryArn,
      }),
    );
    new CognitoIdentityPoolRolesAttachment(this, "identity-pool-roles", {
      identityPoolId: identityPool.id,
      roles: { authenticated: this.role.arn },
    });
    this.userPoolArn = pool.arn;
    this.userPoolId = pool.id;
    this.config = {
      region: account.region,
      domainUrl: signInDomainUrl(account, domainPrefix),
      clientId: client.id,
      redirectUrl,
      issuer: `https://${pool.endpoint}`,
      identityPoolId: identityPool.id,
      identityPoolUrl: identityPoolUrl(account),
    };
  }

  /** Lets signed-in users call these models. @returns the page's configuration */
  allow(targets: readonly SignedInTarget[]): SignInConfig {
    const permissions = targets.flatMap(({ permission }) => (permission === "token" ? [] : [permission]));
    // IAM refuses a policy without a statement.
    if (permissions.length > 0) {
      new IamRolePolicy(this, "policy", {
        name: "invoke",
        role: this.role.name,
        policy: terraformJson(
          signedInRolePolicy({
            routeArns: permissions.flatMap((one) => ("routeArn" in one ? [one.routeArn] : [])),
            functionArns: permissions.flatMap((one) => ("functionArn" in one ? [one.functionArn] : [])),
          }),
        ),
      });
    }
    return {
      ...this.config,
      targets: Object.fromEntries(
        targets.map(({ path, url, permission }) => [path, { url, service: serviceOf(permission) }]),
      ),
    };
  }

  private addUserPool(name: string, { settings, protected: isProtected }: SignInProps): CognitoUserPool {
    return new CognitoUserPool(
      this,
      "user-pool",
      omitUndefined({
        name,
        deletionProtection: isProtected ? "ACTIVE" : "INACTIVE",
        usernameAttributes: ["email"],
        usernameConfiguration: { caseSensitive: false },
        autoVerifiedAttributes: ["email"],
        adminCreateUserConfig: { allowAdminCreateUserOnly: !settings.selfRegistration },
        accountRecoverySetting: { recoveryMechanism: [{ name: "verified_email", priority: 1 }] },
        passwordPolicy: {
          minimumLength: MIN_PASSWORD_CHARACTERS,
          requireLowercase: true,
          requireNumbers: true,
          requireSymbols: true,
          requireUppercase: true,
          temporaryPasswordValidityDays: TEMPORARY_PASSWORD_IN_DAYS,
        },
        mfaConfiguration: settings.mfa,
        softwareTokenMfaConfiguration: settings.mfa === "OFF" ? undefined : { enabled: true },
        lifecycle: isProtected ? { preventDestroy: true } : undefined,
      }),
    );
  }

  private addClient(name: string, pool: CognitoUserPool, redirectUrl: string): CognitoUserPoolClient {
    return new CognitoUserPoolClient(this, "client", {
      name,
      userPoolId: pool.id,
      // A page cannot keep a secret. PKCE proves that the page that exchanges the code has requested the code.
      generateSecret: false,
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["code"],
      // With this scope alone, the id token contains the attributes that the client may read.
      allowedOauthScopes: ["openid"],
      readAttributes: ["email"],
      // Without this list, the client could also sign in with SRP, without the sign-in form.
      explicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
      supportedIdentityProviders: ["COGNITO"],
      callbackUrls: [redirectUrl],
      logoutUrls: [redirectUrl],
      preventUserExistenceErrors: "ENABLED",
      enableTokenRevocation: true,
      accessTokenValidity: SESSION_IN_MINUTES,
      idTokenValidity: SESSION_IN_MINUTES,
      refreshTokenValidity: SESSION_IN_MINUTES,
      tokenValidityUnits: [{ accessToken: "minutes", idToken: "minutes", refreshToken: "minutes" }],
    });
  }
}

function serviceOf(permission: SignedInTarget["permission"]): SignInTarget["service"] {
  if (permission === "token") return "token";
  return "routeArn" in permission ? "execute-api" : "lambda";
}

/** The hosts to which the page of an environment with a sign-in connects, as CSP sources that do not depend on the stage. */
export function signInConnectSources(
  account: AwsScope,
  environmentName: string,
  settings: ParsedSignInSettings,
): string[] {
  return [
    signInDomainUrl(account, signInDomainPrefix(account, environmentName, settings)),
    new URL(identityPoolUrl(account)).origin,
    ...(settings.models.some(({ by }) => by === "functionUrl")
      ? [`https://*.lambda-url.${account.region}.on.aws`]
      : []),
  ];
}

/** Characters of the hash of the account in a domain prefix. */
const ACCOUNT_HASH_CHARACTERS = 8;

/** The prefix of the domain. The account itself would be public in the prefix, so that the prefix contains a hash. */
function signInDomainPrefix(
  { accountId }: AwsScope,
  environmentName: string,
  { domainPrefix }: ParsedSignInSettings,
): string {
  if (domainPrefix !== undefined) return domainPrefix;
  const hash = Token.isUnresolved(accountId)
    ? Fn.substr(Fn.sha256(accountId), 0, ACCOUNT_HASH_CHARACTERS)
    : createHash("sha256").update(accountId).digest("hex").slice(0, ACCOUNT_HASH_CHARACTERS);
  return `${environmentName}-${hash}`;
}

function signInDomainUrl({ region }: AwsScope, domainPrefix: string): string {
  return `https://${domainPrefix}.auth.${region}.amazoncognito.com`;
}

function identityPoolUrl(account: AwsScope): string {
  return `https://${account.serviceName("cognito-identity")}/`;
}
