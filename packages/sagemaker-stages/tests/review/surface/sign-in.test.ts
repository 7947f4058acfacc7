import { describe, expect, it } from "@jest/globals";
import { type PlannedChange, planned } from "../support/planned";
import { surfaceTexts } from "../support/texts";

const pool = (isAdminOnly: boolean, mfa: string) => ({
  name: "dev-website",
  admin_create_user_config: [{ allow_admin_create_user_only: isAdminOnly }],
  mfa_configuration: mfa,
});
const client = (...urls: string[]) => ({ name: "dev-website", callback_urls: urls });
const identities = (guests: boolean) => ({
  identity_pool_name: "dev-website",
  allow_unauthenticated_identities: guests,
});

const USER_POOL = "aws_cognito_user_pool";
const CLIENT = "aws_cognito_user_pool_client";
const IDENTITY_POOL = "aws_cognito_identity_pool";
const PAGE = "https://d111111abcdef8.cloudfront.net/";
const POOL = "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example";
const PROVIDER = `client page of ${POOL} (with the server-side token check)`;

const provider = (client = "page", isChecked = true) => ({
  client_id: client,
  provider_name: POOL,
  server_side_token_check: isChecked,
});

const FULL_IDENTITIES = { ...identities(false), cognito_identity_providers: [provider()] };

const FULL_CLIENT = {
  ...client(PAGE),
  user_pool_id: "eu-central-1_Example",
  logout_urls: [PAGE],
  allowed_oauth_flows: ["code"],
  allowed_oauth_scopes: ["openid"],
  explicit_auth_flows: ["ALLOW_REFRESH_TOKEN_AUTH"],
  supported_identity_providers: ["COGNITO"],
  enable_token_revocation: true,
  refresh_token_validity: 60,
};

/** A change of one part of an identity pool, a client, or a user pool. */
function identityPool(before: object, after: object): PlannedChange {
  const type = IDENTITY_POOL;
  return { type, before: { ...FULL_IDENTITIES, ...before }, after: { ...FULL_IDENTITIES, ...after } };
}
function clientOf(after: object): PlannedChange {
  return { type: CLIENT, before: FULL_CLIENT, after: { ...FULL_CLIENT, ...after } };
}
function userPoolOf(after: object): PlannedChange {
  const before = { ...pool(true, "ON"), software_token_mfa_configuration: [{ enabled: true }] };
  return { type: USER_POOL, before, after: { ...before, ...after } };
}

interface Expected {
  readonly after: string;
  readonly opened: boolean;
  readonly public: boolean;
}

describe("the sign-in of a page", () => {
  it.each<[string, PlannedChange, Expected]>([
    [
      "self-registration",
      { type: USER_POOL, before: pool(true, "ON"), after: pool(false, "ON") },
      { after: "anyone can create a user, and sign in", opened: true, public: true },
    ],
    [
      "no self-registration",
      { type: USER_POOL, before: pool(false, "ON"), after: pool(true, "ON") },
      { after: "only an administrator creates users", opened: false, public: false },
    ],
    [
      "optional multi-factor authentication",
      { type: USER_POOL, before: pool(true, "ON"), after: pool(true, "OPTIONAL") },
      { after: "multi-factor authentication optional", opened: true, public: false },
    ],
    [
      "no multi-factor authentication",
      { type: USER_POOL, before: pool(true, "OPTIONAL"), after: pool(true, "OFF") },
      { after: "no multi-factor authentication", opened: true, public: false },
    ],
    [
      "required multi-factor authentication",
      { type: USER_POOL, before: pool(true, "OFF"), after: pool(true, "ON") },
      { after: "multi-factor authentication required", opened: false, public: false },
    ],
    [
      "another callback URL",
      { type: CLIENT, before: client(PAGE), after: client(PAGE, "https://www.example.com/") },
      { after: `${PAGE}, https://www.example.com/`, opened: true, public: false },
    ],
    [
      "one callback URL less",
      { type: CLIENT, before: client(PAGE, "https://www.example.com/"), after: client(PAGE) },
      { after: PAGE, opened: false, public: false },
    ],
    [
      "guests",
      { type: IDENTITY_POOL, before: identities(false), after: identities(true) },
      { after: "visitors without a sign-in get credentials", opened: true, public: true },
    ],
  ])("shows %s", (_, change, expected) => {
    // Act
    const changes = surfaceTexts(planned([change]));

    // Assess
    expect(changes).toEqual([expect.objectContaining(expected)]);
  });

  it.each<[string, Expected & { readonly subject: string }, PlannedChange]>([
    [
      "a second client of the identity pool",
      {
        subject: "providers of identity pool dev-website",
        after: `client other of ${POOL} (without the server-side token check), ${PROVIDER}`,
        opened: true,
        public: false,
      },
      identityPool({}, { cognito_identity_providers: [provider(), provider("other", false)] }),
    ],
    [
      "a provider without the token check",
      {
        subject: "providers of identity pool dev-website",
        after: `client page of ${POOL} (without the server-side token check)`,
        opened: true,
        public: false,
      },
      identityPool({}, { cognito_identity_providers: [provider("page", false)] }),
    ],
    [
      "a provider with the token check again",
      { subject: "providers of identity pool dev-website", after: PROVIDER, opened: false, public: false },
      identityPool({ cognito_identity_providers: [provider("page", false)] }, {}),
    ],
    [
      "a removed provider",
      { subject: "providers of identity pool dev-website", after: "none", opened: false, public: false },
      identityPool({}, { cognito_identity_providers: [] }),
    ],
    [
      "the implicit flow",
      { subject: "OAuth flows of dev-website", after: "code, implicit", opened: true, public: false },
      clientOf({ allowed_oauth_flows: ["implicit", "code"] }),
    ],
    [
      "sign-ins with passwords without the form",
      {
        subject: "authentication flows of dev-website",
        after: "ALLOW_REFRESH_TOKEN_AUTH, ALLOW_USER_PASSWORD_AUTH",
        opened: true,
        public: false,
      },
      clientOf({ explicit_auth_flows: ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"] }),
    ],
    [
      "the default authentication flows of Cognito",
      {
        subject: "authentication flows of dev-website",
        after: "ALLOW_CUSTOM_AUTH, ALLOW_REFRESH_TOKEN_AUTH, ALLOW_USER_SRP_AUTH",
        opened: true,
        public: false,
      },
      clientOf({ explicit_auth_flows: [] }),
    ],
    [
      "another scope",
      {
        subject: "scopes of tokens of dev-website",
        after: "aws.cognito.signin.user.admin, openid",
        opened: true,
        public: false,
      },
      clientOf({ allowed_oauth_scopes: ["openid", "aws.cognito.signin.user.admin"] }),
    ],
    [
      "another logout URL",
      {
        subject: "addresses after the sign-out of dev-website",
        after: `${PAGE}, https://www.example.com/`,
        opened: true,
        public: false,
      },
      clientOf({ logout_urls: [PAGE, "https://www.example.com/"] }),
    ],
    [
      "another identity provider",
      {
        subject: "identity providers of dev-website",
        after: "COGNITO, Partner",
        opened: true,
        public: false,
      },
      clientOf({ supported_identity_providers: ["COGNITO", "Partner"] }),
    ],
  ])("shows %s", (_, expected, change) => {
    // Act
    const changes = surfaceTexts(planned([change]));

    // Assess
    expect(changes).toEqual([expect.objectContaining({ kind: "authorization changed", ...expected })]);
  });

  it.each<[string, string, PlannedChange]>([
    ["triggers of the user pool", "lambda_config", userPoolOf({ lambda_config: [{ pre_sign_up: "arn:x" }] })],
    [
      "factors of the sign-in",
      "sign_in_policy",
      userPoolOf({ sign_in_policy: [{ allowed_first_auth_factors: ["EMAIL_OTP"] }] }),
    ],
    ["weaker passwords", "password_policy", userPoolOf({ password_policy: [{ minimum_length: 6 }] })],
    [
      "account recovery",
      "account_recovery_setting",
      userPoolOf({ account_recovery_setting: [{ recovery_mechanism: [] }] }),
    ],
    [
      "no authenticator app",
      "software_token_mfa_configuration",
      userPoolOf({ software_token_mfa_configuration: [] }),
    ],
    ["codes by text message", "sms_configuration", userPoolOf({ sms_configuration: [{ external_id: "x" }] })],
    [
      "tokens that cannot be revoked",
      "enable_token_revocation",
      clientOf({ enable_token_revocation: false }),
    ],
    ["longer sign-ins", "refresh_token_validity", clientOf({ refresh_token_validity: 43_200 })],
    ["another user pool of a client", "user_pool_id", clientOf({ user_pool_id: "eu-central-1_Other" })],
    [
      "tokens of another issuer",
      "openid_connect_provider_arns",
      identityPool({}, { openid_connect_provider_arns: ["arn:x"] }),
    ],
    [
      "assertions of a SAML provider",
      "saml_provider_arns",
      identityPool({}, { saml_provider_arns: ["arn:x"] }),
    ],
    [
      "tokens of a social provider",
      "supported_login_providers",
      identityPool({}, { supported_login_providers: { "graph.facebook.com": "1" } }),
    ],
    [
      "identities of a developer",
      "developer_provider_name",
      identityPool({}, { developer_provider_name: "own" }),
    ],
  ])("shows %s as undetermined", (_, argument, change) => {
    // Act
    const changes = surfaceTexts(planned([change]));

    // Assess
    expect(changes).toEqual([
      expect.objectContaining({
        kind: "undetermined",
        undetermined: true,
        public: true,
        after: `changed ${argument}: check the setting`,
      }),
    ]);
  });

  it.each<[string, PlannedChange]>([
    [
      "a client",
      {
        type: CLIENT,
        before: FULL_CLIENT,
        after: { ...FULL_CLIENT, callback_urls: undefined },
        unknown: { callback_urls: true },
      },
    ],
    [
      "an identity pool",
      {
        type: IDENTITY_POOL,
        before: FULL_IDENTITIES,
        after: { ...FULL_IDENTITIES, cognito_identity_providers: [{ ...provider(), client_id: undefined }] },
        unknown: { cognito_identity_providers: [{ client_id: true }] },
      },
    ],
  ])("shows values of %s that are known after apply as undetermined", (_, change) => {
    // Act
    const changes = surfaceTexts(planned([change]));

    // Assess
    expect(changes).toEqual([
      expect.objectContaining({ undetermined: true, public: true, after: "known after apply" }),
    ]);
  });

  it.each<[string, PlannedChange]>([
    [
      "texts, tags and what Cognito sets",
      userPoolOf({ tags: { a: "b" }, estimated_number_of_users: 7, verification_message_template: [{}] }),
    ],
    ["an argument without a value", userPoolOf({ lambda_config: [], device_configuration: null })],
    ["another order", clientOf({ explicit_auth_flows: ["ALLOW_REFRESH_TOKEN_AUTH"], callback_urls: [PAGE] })],
    ["a new secret", clientOf({ client_secret: "other" })],
  ])("does not show %s", (_, change) => {
    // Act
    const changes = surfaceTexts(planned([change]));

    // Assess
    expect(changes).toEqual([]);
  });

  it("shows a change of one-time codes once", () => {
    // Act
    const changes = surfaceTexts(
      planned([userPoolOf({ mfa_configuration: "OFF", software_token_mfa_configuration: [] })]),
    );

    // Assess
    expect(changes.map(({ after }) => after)).toEqual(["no multi-factor authentication"]);
  });

  it("shows a new client of an existing user pool", () => {
    // Act
    const changes = surfaceTexts(planned([{ type: CLIENT, after: { ...FULL_CLIENT, name: "other" } }]));

    // Assess
    expect(changes.map(({ kind, subject, opened }) => [kind, subject, opened])).toEqual([
      ["added", "OAuth flows of other", true],
      ["added", "addresses that receive sign-ins of other", true],
      ["added", "addresses after the sign-out of other", true],
      ["added", "authentication flows of other", true],
      ["added", "identity providers of other", true],
      ["added", "scopes of tokens of other", true],
    ]);
  });

  it("shows a new provider of a user pool as undetermined", () => {
    // Act
    const changes = surfaceTexts(
      planned([{ type: "aws_cognito_identity_provider", after: { provider_name: "Partner" } }]),
    );

    // Assess
    expect(changes).toEqual([expect.objectContaining({ undetermined: true, public: true })]);
  });

  it("shows a new sign-in", () => {
    // Act
    const changes = surfaceTexts(
      planned([
        { type: USER_POOL, after: pool(true, "ON") },
        { type: CLIENT, after: { ...FULL_CLIENT, user_pool_id: undefined }, unknown: { user_pool_id: true } },
        { type: IDENTITY_POOL, after: identities(false) },
      ]),
    );

    // Assess
    expect(changes.map(({ kind, after }) => [kind, after])).toEqual([
      ["added", "only signed-in users get credentials"],
      ["added", "multi-factor authentication required"],
      ["added", "only an administrator creates users"],
    ]);
  });
});
