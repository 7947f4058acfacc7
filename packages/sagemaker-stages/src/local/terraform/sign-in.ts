import * as z from "zod";
import type { SignInTarget } from "../../page/config";
import { type RoleStatement, statementsOf } from "../cognito/role-policy";
import { UnsupportedTerraform } from "../errors";
import { read } from "./interpreted";
import type { Stack } from "./stack";

/** The sign-in of a stack's page: the user pool, its client, the identity pool, and the role of signed-in users. */
export interface SignInDefinition {
  readonly region: string;
  readonly userPoolId: string;
  /** `https://cognito-idp.<region>.amazonaws.com/<user pool>` */
  readonly issuer: string;
  readonly clientId: string;
  /** The scopes that the client may request. */
  readonly scopes: readonly string[];
  /** The URLs to which the sign-in form may redirect, with {@link pageOrigin} on AWS. */
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
  /** The origin of the page on AWS, e.g. `https://d111111abcdef8.cloudfront.net`. */
  readonly pageOrigin: string;
  readonly identityPoolId: string;
  readonly role: SignedInRole;
  /** The services of the models on the page, by the path of the route: the page's configuration without its addresses. */
  readonly services: Readonly<Record<string, SignInTarget["service"]>>;
}

/** The role of signed-in users. */
export interface SignedInRole {
  readonly name: string;
  readonly trust: readonly RoleStatement[];
  readonly statements: readonly RoleStatement[];
  readonly sessionArn: string;
}

/** The name of the sessions of an identity pool. */
const SESSION_NAME = "CognitoIdentityCredentials";

/**
 * Reads the sign-in of a stack.
 *
 * @returns `undefined` if the stack has no user pool
 * @throws UnsupportedTerraform if the stack has several user pools, clients or identity pools, or a part is missing
 */
export function readSignIn(stack: Stack): SignInDefinition | undefined {
  if (stack.ofType("aws_cognito_user_pool").length === 0) return undefined;
  const pool = theOnly(stack, "aws_cognito_user_pool");
  const client = theOnly(stack, "aws_cognito_user_pool_client");
  const identityPool = theOnly(stack, "aws_cognito_identity_pool");
  const attachment = theOnly(stack, "aws_cognito_identity_pool_roles_attachment");
  const { endpoint } = stack.userPoolOf(pool.resource);
  const [provider] = identityPool.values.cognito_identity_providers;
  const clientId = stack.idOf(client.resource);
  if (provider.client_id !== clientId || provider.provider_name !== endpoint) {
    throw new UnsupportedTerraform(
      "aws_cognito_identity_pool: got another provider; allowed: the user pool and the client of this stack",
    );
  }
  return {
    region: stack.region,
    userPoolId: stack.userPoolOf(pool.resource).id,
    issuer: `https://${endpoint}`,
    clientId,
    scopes: client.values.allowed_oauth_scopes,
    callbackUrls: client.values.callback_urls,
    logoutUrls: client.values.logout_urls,
    pageOrigin: String(stack.resolve(stack.outputOf("website_url"))),
    identityPoolId: stack.identityPoolIdOf(identityPool.resource),
    role: readRole(stack, attachment.values.roles.authenticated),
    services: readServices(stack),
  };
}

const pageConfig = z.object({
  signIn: z.object({
    targets: z.record(z.string(), z.object({ service: z.enum(["execute-api", "lambda", "token"]) })),
  }),
});

/** The addresses in the page's configuration are references, which stay unresolved. */
function readServices(stack: Stack): SignInDefinition["services"] {
  const file = stack.ofType("aws_s3_object").find(({ values }) => values.key === "config.json");
  const { signIn } = pageConfig.parse(JSON.parse(String(file?.values.content)));
  return Object.fromEntries(Object.entries(signIn.targets).map(([path, { service }]) => [path, service]));
}

function theOnly<
  T extends
    | "aws_cognito_user_pool"
    | "aws_cognito_user_pool_client"
    | "aws_cognito_identity_pool"
    | "aws_cognito_identity_pool_roles_attachment",
>(stack: Stack, type: T): ReturnType<typeof read<T>>[number] {
  const all = read(stack, type);
  const [first] = all;
  if (first === undefined || all.length > 1) {
    throw new UnsupportedTerraform(
      `${type}: got ${all.length} resources; allowed: one, of the page's sign-in`,
    );
  }
  return first;
}

function readRole(stack: Stack, arn: string): SignedInRole {
  const role = stack
    .ofType("aws_iam_role")
    .find(({ values }) => stack.arns.roleArn(String(stack.resolve(values.name))) === arn);
  if (role === undefined) {
    throw new UnsupportedTerraform(
      `aws_cognito_identity_pool_roles_attachment: got the role ${arn}; allowed: a role of this stack`,
    );
  }
  const name = String(stack.resolve(role.values.name));
  return {
    name,
    trust: statementsOf(String(stack.resolve(role.values.assume_role_policy))),
    statements: stack
      .ofType("aws_iam_role_policy")
      .filter((one) => stack.resolve(one.values.role) === name)
      .flatMap((one) => statementsOf(String(stack.resolve(one.values.policy)))),
    sessionArn: stack.arns.globalArn("sts", `assumed-role/${name}/${SESSION_NAME}`),
  };
}
