import { describe, expect, it } from "@jest/globals";
import { signIn } from "../../examples/sign-in";
import type { Environment } from "../../src/environment/environment";
import type { SignInSettings } from "../../src/environment/settings/sign-in";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import type { AuthorizationCheck } from "../deploy/support/authorization";
import { isAllowed } from "../deploy/support/evaluation";
import { named } from "./support/environments";
import { parseEmbedded, type SynthesizedStack, synthesize } from "./support/synthesized";

const { signIn: settings, ...website } = signIn.website ?? {};

function withSettings(
  name: string,
  more: Partial<SignInSettings>,
  part: Partial<Environment> = {},
): Environment {
  const models = settings?.models ?? [];
  return named(name, { ...signIn, ...part, website: { ...website, signIn: { models, ...more } } });
}

const TOKEN_MODEL = {
  ...signIn.models["loan-default"],
  access: { cognito: {} },
} as Environment["models"][string];

const synthesized = synthesize([
  signIn,
  withSettings(
    "kept",
    { mfa: "OFF", selfRegistration: true, domainPrefix: "own-prefix" },
    { accountId: "111122223333", protected: true, permissionsBoundary: true },
  ),
  withSettings("known", {}, { accountId: "111122223333" }),
  withSettings(
    "tokens",
    { models: [{ model: "loan-default", by: "route" }] },
    { models: { ...signIn.models, "loan-default": TOKEN_MODEL } },
  ),
  named("none", { ...signIn, website }),
]);
const stack = synthesized.stack("sign-in");
const kept = synthesized.stack("kept");

describe("the user pool", () => {
  it("lets only an administrator create users, and requires one-time codes", () => {
    // Act
    const pool = stack.one("aws_cognito_user_pool").values;

    // Assess
    expect(pool).toMatchObject({
      admin_create_user_config: { allow_admin_create_user_only: true },
      mfa_configuration: "ON",
      software_token_mfa_configuration: { enabled: true },
      deletion_protection: "INACTIVE",
    });
  });

  it("has the settings of the environment, and protects its users in a protected environment", () => {
    // Act
    const pool = kept.one("aws_cognito_user_pool").values;

    // Assess
    expect(pool).toMatchObject({
      admin_create_user_config: { allow_admin_create_user_only: false },
      mfa_configuration: "OFF",
      deletion_protection: "ACTIVE",
      lifecycle: { prevent_destroy: true },
    });
    expect(pool).not.toHaveProperty("software_token_mfa_configuration");
  });

  it("has a client without a secret, for the code flow to the page only", () => {
    // Prepare
    const page = `https://\${${stack.one("aws_cloudfront_distribution").address}.domain_name}/`;

    // Act
    const client = stack.one("aws_cognito_user_pool_client").values;

    // Assess
    expect(client).toMatchObject({
      generate_secret: false,
      allowed_oauth_flows: ["code"],
      callback_urls: [page],
      logout_urls: [page],
    });
  });

  it.each([
    ["of the setting", "kept", /^own-prefix$/],
    ["with a hash of the account", "known", /^known-[0-9a-f]{8}$/],
    [
      "with a hash that Terraform calculates for an unknown account",
      "sign-in",
      /^sign-in-\$\{substr\(sha256\(data\.aws_caller_identity\.caller\.account_id\), 0, 8\)\}$/,
    ],
  ])("has the domain prefix %s", (_, name, domain) => {
    // Act
    const { values } = synthesized.stack(name).one("aws_cognito_user_pool_domain");

    // Assess
    expect(values.domain).toMatch(domain);
  });
});

describe("the role of signed-in users", () => {
  const roleOf = (from: SynthesizedStack) =>
    from.find("aws_iam_role").find(({ values }) => String(values.name).endsWith("-website-signed-in"));

  it("is assumed only by the identity pool of the environment, for users who have signed in", () => {
    // Prepare
    const pool = stack.one("aws_cognito_identity_pool").address;

    // Act
    const trust = parseEmbedded(String(roleOf(stack)?.values.assume_role_policy), "the trust policy");

    // Assess
    expect(trust.Statement).toEqual([
      {
        Sid: "AllowSignedInUsersToAssumeRole",
        Effect: "Allow",
        Principal: { Federated: "cognito-identity.amazonaws.com" },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: { "cognito-identity.amazonaws.com:aud": `\${${pool}.id}` },
          "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
        },
      },
    ]);
  });

  it("has the environment's permissions boundary", () => {
    // Act
    const boundary = roleOf(kept)?.values.permissions_boundary;

    // Assess
    expect(boundary).toBe("arn:aws:iam::111122223333:policy/kept-boundary");
  });

  it("has no policy when every route requires a token", () => {
    // Act
    const policies = synthesized
      .stack("tokens")
      .find("aws_iam_role_policy")
      .filter(({ values }) => String(values.policy).includes("execute-api:Invoke"));

    // Assess
    expect(policies).toEqual([]);
  });
});

describe("the page", () => {
  const configOf = (from: SynthesizedStack) =>
    JSON.parse(
      String(from.find("aws_s3_object").find(({ values }) => values.key === "config.json")?.values.content),
    );

  it("knows the addresses of the models of signed-in users", () => {
    // Act
    const { signIn: config } = configOf(stack);

    // Assess
    expect(config.targets).toEqual({
      "/language-check": { url: expect.stringContaining("function_url"), service: "lambda" },
      "/loan-default": { url: expect.stringContaining("invoke_url"), service: "execute-api" },
    });
    expect(configOf(synthesized.stack("tokens")).signIn.targets).toEqual({
      "/loan-default": { url: expect.stringContaining("invoke_url"), service: "token" },
    });
  });

  it("publishes the function URL as the server of its model, without a slash at the end", () => {
    // Prepare
    const object = stack.find("aws_s3_object").find(({ values }) => values.key === "openapi.json");
    const url = stack.one("aws_lambda_function_url").address;

    // Act
    const { paths } = parseEmbedded(String(object?.values.content), "openapi.json");

    // Assess
    expect(paths).toMatchObject({
      "/language-check": {
        get: {
          security: [{ signature: [] }],
          servers: [{ url: `https://\${${url}.url_id}.lambda-url.eu-central-1.on.aws` }],
        },
      },
    });
  });

  it("has no sign-in without the setting", () => {
    // Act
    const config = configOf(synthesized.stack("none"));

    // Assess
    expect(config).not.toHaveProperty("signIn");
    expect(
      synthesized
        .stack("none")
        .types()
        .filter((type) => type.includes("cognito")),
    ).toEqual([]);
  });
});

describe("the deployer of an environment with a sign-in", () => {
  const ACCOUNT = "111122223333";
  const statementsOf = (environment: Environment) =>
    Object.values(deployerPolicies(environment, ACCOUNT)).flatMap(({ Statement }) => Statement);

  it("passes only the role of the signed-in users to the identity pool", () => {
    // Act
    const passing = statementsOf(signIn).find(({ Sid }) => Sid === "PassRoleToIdentityPool");

    // Assess
    expect(passing).toEqual({
      Sid: "PassRoleToIdentityPool",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [`arn:aws:iam::${ACCOUNT}:role/sign-in-website-signed-in`],
      Condition: { StringEquals: { "iam:PassedToService": "cognito-identity.amazonaws.com" } },
    });
  });

  it("manages only pools with the tag of the environment, and creates no users", () => {
    // Act
    const statements = statementsOf(signIn).filter(({ Action }) =>
      Action.some((action) => action.startsWith("cognito-")),
    );

    // Assess
    const unconditional = statements.filter(({ Condition }) => Condition === undefined);
    expect(unconditional.flatMap(({ Action }) => Action)).toEqual([
      "cognito-identity:SetIdentityPoolRoles",
      "cognito-idp:DescribeUserPoolDomain",
    ]);
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes("Admin"))).toEqual(
      [],
    );
  });

  const POOLS = [
    "cognito-idp:userpool/eu-central-1_Other",
    "cognito-identity:identitypool/eu-central-1:other",
  ];
  const CHANGES: Readonly<Record<string, readonly string[]>> = {
    "cognito-idp": [
      "UpdateUserPool",
      "DeleteUserPool",
      "CreateUserPoolClient",
      "SetUserPoolMfaConfig",
      "UntagResource",
    ],
    "cognito-identity": ["UpdateIdentityPool", "DeleteIdentityPool", "UntagResource"],
  };
  const newTag = { "aws:RequestTag/Environment": "sign-in" };

  describe.each(POOLS)("with a pool of another owner (%s)", (pool) => {
    const [service = "", resource = ""] = pool.split(/:(.*)/);
    const requestOf = (action: string, context: AuthorizationCheck["context"]): AuthorizationCheck => ({
      action: `${service}:${action}`,
      resource: `arn:aws:${service}:eu-central-1:${ACCOUNT}:${resource}`,
      context,
    });
    const deployer = Object.values(deployerPolicies(signIn, ACCOUNT));
    const allowed = (context: AuthorizationCheck["context"]) =>
      ["TagResource", ...(CHANGES[service] ?? [])].filter((action) =>
        isAllowed(deployer, requestOf(action, context)),
      );

    it("changes and tags no pool with another value of the tag", () => {
      // Act
      const actions = allowed({ ...newTag, "aws:ResourceTag/Environment": "other" });

      // Assess
      expect(actions).toEqual([]);
    });

    it("gives no pool the tag of another environment", () => {
      // Act
      const actions = allowed({ "aws:RequestTag/Environment": "other" });

      // Assess
      expect(actions).toEqual([]);
    });

    // AWS requires TagResource for the creation with tags: docs/security.md names this consequence.
    it("can only tag a pool without the tag, and has no limits that prevent that", () => {
      // Act
      const actions = allowed(newTag);

      // Assess
      expect(actions).toEqual(["TagResource"]);
      expect(isAllowed([deployLimits(signIn, ACCOUNT)], requestOf("TagResource", newTag))).toBe(true);
    });
  });

  it("has no permission for Cognito without a sign-in", () => {
    // Act
    const actions = statementsOf(named("none", { ...signIn, website })).flatMap(({ Action }) => Action);

    // Assess
    expect(actions.filter((action) => action.startsWith("cognito-"))).toEqual([]);
  });

  it("reads the pools with the planner's policies", () => {
    // Act
    const actions = Object.values(plannerPolicies(signIn, ACCOUNT)).flatMap(({ Statement }) =>
      Statement.flatMap(({ Action }) => Action.filter((action) => action.startsWith("cognito-"))),
    );

    // Assess
    expect(actions.sort()).toEqual([
      "cognito-identity:DescribeIdentityPool",
      "cognito-identity:GetIdentityPoolRoles",
      "cognito-identity:ListTagsForResource",
      "cognito-idp:DescribeUserPool",
      "cognito-idp:DescribeUserPoolClient",
      "cognito-idp:DescribeUserPoolDomain",
      "cognito-idp:GetUserPoolMfaConfig",
      "cognito-idp:ListTagsForResource",
    ]);
  });
});
