import { describe, expect, it } from "@jest/globals";
import {
  type AccountSettings,
  accountName,
  boundaryArn,
  deployableEnvironments,
  deployRoleArn,
  driftRoleArn,
  type GithubSettings,
  planRoleArn,
} from "../../src/environment/account";
import { InvalidEnvironments } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { MAX_CHARACTERS } from "../../src/iam/iam-limits";
import type { PolicyDocument } from "../../src/iam/policy-document";
import { isAllowed, trusts } from "../deploy/support/evaluation";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { models as catalog } from "../fixtures/app/functions";
import { example, exampleModel, exampleWithCallers, named } from "./support/environments";
import { parseEmbedded, type SynthesizedStack, synthesize } from "./support/synthesized";

const ISSUER = "token.actions.githubusercontent.com";
const WORKFLOW = "octo-org/stages/.github/workflows/deploy.yml";
const DRIFT_WORKFLOW = WORKFLOW.replace("deploy", "drift");
const REPOSITORY = "repo:octo-org@123456/stages@456789";
/** Claims of a token of the deploy workflow on main. */
const AT_MAIN = {
  [`${ISSUER}:ref`]: "refs/heads/main",
  [`${ISSUER}:job_workflow_ref`]: `${WORKFLOW}@refs/heads/main`,
};
/** Claims of a token of the drift workflow on main. */
const OF_DRIFT = { ...AT_MAIN, [`${ISSUER}:job_workflow_ref`]: `${DRIFT_WORKFLOW}@refs/heads/main` };
/** Managed policies of one role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_POLICIES = 10;

const github: GithubSettings = { repository: "octo-org@123456/stages@456789" };
const account: AccountSettings = {
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.account.tfstate" } },
  stateBucket: "terraform-states",
  apiGatewayLogs: true,
  github,
};
const { stateBucket: _, apiGatewayLogs: __, ...onlyGithub } = account;

const deployed: Environment = { ...example, permissionsBoundary: true };
/** Two environments without a deploy role: the first is in another account, and the second has a local state. */
const others: readonly Environment[] = [
  { ...named("elsewhere", example), accountId: "444455556666" },
  named("local", example),
];

const synthesized = synthesize(
  [deployed, ...others],
  [
    account,
    {
      ...onlyGithub,
      name: "existing",
      accountId: "777788889999",
      state: { local: { path: "terraform.existing.tfstate" } },
      github: { ...github, branch: "release/1", oidcProvider: "existing" },
    },
    {
      name: "bucket",
      region: "cn-north-1",
      accountId: "123456789012",
      state: { local: { path: "terraform.bucket.tfstate" } },
      stateBucket: "terraform-states-in-china",
    },
  ],
);
const stack = synthesized.stack("account");
/** The app's own account. */
const shipped = synthesize(environments, accounts);

function roleOf(of: SynthesizedStack, name: string) {
  const found = of.find("aws_iam_role").find(({ values }) => values.name === name);
  if (found === undefined) throw new Error(`no role ${name}`);
  return found;
}

function trustOf(of: SynthesizedStack, name: string): PolicyDocument {
  const { address, values } = roleOf(of, name);
  return parseEmbedded(values.assume_role_policy, address) as unknown as PolicyDocument;
}

/** Names of the managed policies of a role. */
function attachedTo(of: SynthesizedStack, role: string): string[] {
  const { address } = roleOf(of, role);
  const arns = of
    .find("aws_iam_role_policy_attachment")
    .filter(({ values }) => values.role === `\${${address}.name}`)
    .map(({ values }) => values.policy_arn);
  return of
    .find("aws_iam_policy")
    .filter((policy) => arns.includes(`\${${policy.address}.arn}`))
    .map(({ values }) => values.name);
}

describe("the state bucket", () => {
  it("is private, versioned and encrypted, requires TLS, and is protected from destruction", () => {
    // Act
    const { address, values } = stack.one("aws_s3_bucket");

    // Assess
    expect(values).toEqual({
      bucket: "terraform-states",
      force_destroy: false,
      lifecycle: { prevent_destroy: true },
    });
    const bucket = `\${${address}.id}`;
    expect(stack.one("aws_s3_bucket_versioning").values).toEqual({
      bucket,
      versioning_configuration: { status: "Enabled" },
    });
    expect(stack.one("aws_s3_bucket_server_side_encryption_configuration").values).toEqual({
      bucket,
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
    });
    expect(stack.one("aws_s3_bucket_public_access_block").values).toEqual({
      bucket,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    const { values: policy, address: place } = stack.one("aws_s3_bucket_policy");
    expect(parseEmbedded(policy.policy, place)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "DenyInsecureTransport",
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:*"],
          Resource: [`\${${address}.arn}`, `\${${address}.arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  it("can be the only resource of an account, in every partition", () => {
    // Act
    const { text, terraform } = synthesized.stack("bucket");

    // Assess
    expect(Object.keys(terraform.resource).filter((type) => !type.startsWith("aws_s3_bucket"))).toEqual([]);
    expect(text).not.toContain("arn:aws:");
  });
});

describe("API Gateway's logs role", () => {
  it("is set after its policy exists, and is protected from destruction", () => {
    // Act
    const { values } = stack.one("aws_api_gateway_account");

    // Assess
    const { address } = roleOf(stack, "account-api-gateway-logs");
    expect(values).toEqual({
      cloudwatch_role_arn: `\${${address}.arn}`,
      lifecycle: { prevent_destroy: true },
      depends_on: [stack.one("aws_iam_role_policy").address],
    });
  });

  it("may write only logs of APIs in this account and region", () => {
    // Act
    const { address, values } = stack.one("aws_iam_role_policy");

    // Assess
    const { Statement } = parseEmbedded(values.policy, address) as unknown as PolicyDocument;
    const groups = "arn:aws:logs:eu-central-1:111122223333:log-group";
    expect(Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [["logs:DescribeLogGroups"], ["*"]],
      [
        [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:DescribeLogStreams",
          "logs:FilterLogEvents",
          "logs:GetLogEvents",
          "logs:PutLogEvents",
        ],
        [`${groups}:/aws/apigateway/*`, `${groups}:API-Gateway-Execution-Logs_*`],
      ],
    ]);
  });
});

describe.each([
  ...accounts
    .filter(({ apiGatewayLogs }) => apiGatewayLogs)
    .map((own) => [accountName(own), shipped] as const),
  ["account", synthesized] as const,
])("the access logs of the stages of %s", (name, of) => {
  const logsAccount = of.stack(name);
  const [provider] = logsAccount.terraform.provider.aws ?? [];
  const policies = [
    parseEmbedded(logsAccount.one("aws_iam_role_policy").values.policy, name) as unknown as PolicyDocument,
  ];
  /** The access logs of the stages in the account and region. */
  const destinations = [...environments, deployed]
    .filter((environment) => of.has(environment.name))
    .flatMap((environment) =>
      of
        .stack(environment.name)
        .find("aws_api_gateway_stage")
        .flatMap(({ values }) => values.access_log_settings?.destination_arn ?? []),
    )
    .filter((arn) => arn.includes(`:${provider?.region}:${[provider?.allowed_account_ids].flat()[0]}:`));

  /** Sources: AWS's own policy for the role, and https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
  const ACTIONS = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
  const requestOf = (action: string, group: string) => ({
    action,
    resource: `${group}:log-stream:0123456789abcdef0123456789abcdef`,
    context: {},
  });

  it("are written by API Gateway with the account's role", () => {
    // Act
    const denied = destinations.flatMap((group) =>
      ACTIONS.map((action) => requestOf(action, group)).filter((one) => !isAllowed(policies, one)),
    );

    // Assess
    expect(destinations.length).toBeGreaterThan(0);
    expect(denied).toEqual([]);
  });

  it.each<[of: string, change: (group: string) => string]>([
    ["a function", (group) => group.replace("/aws/apigateway/", "/aws/lambda/")],
    ["another account", (group) => group.replace(/:\d{12}:/, ":999988887777:")],
    ["another region", (group) => group.replace(/:logs:[^:]+:/, ":logs:ap-south-1:")],
  ])("are the only logs that the role may write, so the role may not write logs of %s", (_, change) => {
    // Act
    const allowed = destinations.flatMap((group) =>
      ACTIONS.map((action) => requestOf(action, change(group))).filter((one) => isAllowed(policies, one)),
    );

    // Assess
    expect(allowed).toEqual([]);
  });
});

describe("GitHub's tokens", () => {
  it("have a dedicated provider with the audience of AWS and without thumbprints", () => {
    // Act
    const { values } = stack.one("aws_iam_openid_connect_provider");

    // Assess
    expect(values).toEqual({ url: `https://${ISSUER}`, client_id_list: ["sts.amazonaws.com"] });
  });

  it("use an existing provider that has the audience", () => {
    // Act
    const { values } = synthesized.stack("existing").one("data.aws_iam_openid_connect_provider");

    // Assess
    expect(values).toEqual({
      url: `https://${ISSUER}`,
      lifecycle: {
        postcondition: [
          {
            condition: `\${contains(self.client_id_list, "sts.amazonaws.com")}`,
            error_message: expect.stringContaining("does not have the audience sts.amazonaws.com"),
          },
        ],
      },
    });
    synthesized.stack("existing").all("aws_iam_openid_connect_provider", 0);
  });

  it.each<[string, string, string, string, boolean]>([
    ["account", "account-plan", `${REPOSITORY}:pull_request`, "a pull request", true],
    ["account", "account-plan", `${REPOSITORY}:ref:refs/heads/main`, "main", true],
    [
      "existing",
      "existing-plan",
      `${REPOSITORY}:ref:refs/heads/release/1`,
      "the branch of the settings",
      true,
    ],
    [
      "existing",
      "existing-plan",
      `${REPOSITORY}:ref:refs/heads/main`,
      "main, which is not the branch of the settings",
      false,
    ],
    ["account", "account-plan", `${REPOSITORY}:ref:refs/heads/other`, "another branch", false],
    [
      "account",
      "account-plan",
      `${REPOSITORY}:ref:refs/heads/main2`,
      "a branch whose name begins with main",
      false,
    ],
    ["account", "account-plan", `${REPOSITORY}:ref:refs/tags/main`, "a tag", false],
    ["account", "account-plan", `${REPOSITORY}:environment:test`, "a GitHub environment", false],
    [
      "account",
      "account-plan",
      "repo:octo-org@123456/other@456780:pull_request",
      "another repository",
      false,
    ],
    ["account", "account-plan", "repo:fork@9/stages@99:pull_request", "a fork", false],
    [
      "account",
      "account-plan",
      "repo:octo-org@9/stages@99:pull_request",
      "a new owner of the repository's name",
      false,
    ],
    [
      "account",
      "account-plan",
      "repo:octo-org/stages:pull_request",
      "the repository's name without ids",
      false,
    ],
    ["account", "test-deploy", `${REPOSITORY}:environment:test`, "its GitHub environment", true],
    ["account", "test-deploy", `${REPOSITORY}:environment:test2`, "another GitHub environment", false],
    [
      "account",
      "test-deploy",
      `${REPOSITORY}:environment:tes`,
      "a GitHub environment whose name is the beginning of the name",
      false,
    ],
    ["account", "test-deploy", `${REPOSITORY}:pull_request`, "a pull request", false],
    ["account", "test-deploy", `${REPOSITORY}:ref:refs/heads/main`, "main without the environment", false],
    ["account", "test-deploy", "repo:fork@9/stages@99:environment:test", "a fork", false],
  ])("can, in the stack %s, assume %s with the subject %s (%s): %s", (name, role, sub, _, allowed) => {
    // Prepare
    const trust = trustOf(synthesized.stack(name), role);
    const claims = { ...AT_MAIN, [`${ISSUER}:aud`]: "sts.amazonaws.com", [`${ISSUER}:sub`]: sub };

    // Act
    const taken = trusts(trust, claims);

    // Assess
    expect(taken).toBe(allowed);
  });

  it.each<[what: string, claims: Readonly<Record<string, string>>]>([
    [
      "another branch that has the workflow",
      { ref: "refs/heads/other", job_workflow_ref: `${WORKFLOW}@refs/heads/other` },
    ],
    ["a tag", { ref: "refs/tags/main", job_workflow_ref: `${WORKFLOW}@refs/tags/main` }],
    [
      "another workflow on main",
      { ref: "refs/heads/main", job_workflow_ref: `${WORKFLOW.replace("deploy", "check")}@refs/heads/main` },
    ],
    [
      "another repository's workflow with the same name",
      { ref: "refs/heads/main", job_workflow_ref: `${WORKFLOW.replace("stages", "other")}@refs/heads/main` },
    ],
    ["a token without the claim for the branch", { job_workflow_ref: `${WORKFLOW}@refs/heads/main` }],
    ["a token without the claim for the workflow", { ref: "refs/heads/main" }],
  ])("do not allow a deployment in the GitHub environment from %s", (_, claims) => {
    // Prepare
    const trust = trustOf(stack, "test-deploy");
    const named = Object.entries(claims).map(([name, value]) => [`${ISSUER}:${name}`, value]);

    // Act
    const taken = trusts(trust, {
      [`${ISSUER}:aud`]: "sts.amazonaws.com",
      [`${ISSUER}:sub`]: `${REPOSITORY}:environment:test`,
      ...Object.fromEntries(named),
    });

    // Assess
    expect(taken).toBe(false);
  });

  it.each<[verdict: string, what: string, sub: string, claims: Readonly<Record<string, string>>]>([
    ["allow", "main's drift workflow", `${REPOSITORY}:ref:refs/heads/main`, {}],
    ["do not allow", "a pull request", `${REPOSITORY}:pull_request`, {}],
    ["do not allow", "the GitHub environment", `${REPOSITORY}:environment:test`, {}],
    [
      "do not allow",
      "another branch that has the workflow",
      `${REPOSITORY}:ref:refs/heads/other`,
      { ref: "refs/heads/other", job_workflow_ref: `${DRIFT_WORKFLOW}@refs/heads/other` },
    ],
    [
      "do not allow",
      "another workflow on main",
      `${REPOSITORY}:ref:refs/heads/main`,
      { job_workflow_ref: `${WORKFLOW.replace("deploy", "plan")}@refs/heads/main` },
    ],
    ["do not allow", "a fork", "repo:fork@9/stages@99:ref:refs/heads/main", {}],
  ])("%s daily checks from %s", (verdict, _, sub, changed) => {
    // Prepare
    const trust = trustOf(stack, "test-drift");
    const named = Object.entries(changed).map(([name, value]) => [`${ISSUER}:${name}`, value]);

    // Act
    const taken = trusts(trust, {
      ...OF_DRIFT,
      [`${ISSUER}:aud`]: "sts.amazonaws.com",
      [`${ISSUER}:sub`]: sub,
      ...Object.fromEntries(named),
    });

    // Assess
    expect(taken).toBe(verdict === "allow");
  });

  it.each([
    ["account-plan", AT_MAIN],
    ["test-deploy", AT_MAIN],
    ["test-drift", OF_DRIFT],
  ])(
    "do not allow anyone to assume %s with a token for another audience, or without claims",
    (role, ofWorkflow) => {
      // Prepare
      const trust = trustOf(stack, role);
      const [statement] = trust.Statement;
      const sub = [statement?.Condition?.StringEquals?.[`${ISSUER}:sub`] ?? []].flat()[0] ?? "";
      const audience = { [`${ISSUER}:aud`]: "sts.amazonaws.com" };

      // Act
      const taken = [
        { ...ofWorkflow, [`${ISSUER}:aud`]: "https://github.com/octo-org", [`${ISSUER}:sub`]: sub },
        { ...ofWorkflow, [`${ISSUER}:sub`]: sub },
        { ...ofWorkflow, ...audience },
        {},
      ].filter((claims) => trusts(trust, claims));

      // Assess
      expect(trusts(trust, { ...ofWorkflow, ...audience, [`${ISSUER}:sub`]: sub })).toBe(true);
      expect(taken).toEqual([]);
      expect(trust.Statement.map(({ Action, Principal }) => ({ Action, Principal }))).toEqual([
        {
          Action: ["sts:AssumeRoleWithWebIdentity"],
          Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${ISSUER}` },
        },
      ]);
    },
  );
});

describe("the roles", () => {
  it("are a plan role, and a deploy role and a drift role for each environment that workflows deploy", () => {
    // Act
    const names = stack.find("aws_iam_role").map(({ values }) => values.name);

    // Assess
    expect(names.sort()).toEqual(["account-api-gateway-logs", "account-plan", "test-deploy", "test-drift"]);
    expect(synthesized.stack("existing").one("aws_iam_role").values.name).toBe("existing-plan");
  });

  it("have the names that pipelines use", () => {
    // Act
    const [environment] = deployableEnvironments(account, [...others, deployed]);

    // Assess
    if (environment === undefined) throw new Error("no environment is deployable");
    expect(planRoleArn(account)).toBe("arn:aws:iam::111122223333:role/account-plan");
    expect(deployRoleArn(environment)).toBe("arn:aws:iam::111122223333:role/test-deploy");
    expect(driftRoleArn(environment)).toBe("arn:aws:iam::111122223333:role/test-drift");
    expect(boundaryArn(environment, "111122223333")).toBe("arn:aws:iam::111122223333:policy/test-boundary");
  });

  it("have sessions as long as a plan or a deployment can take, and the deploy role has its permissions boundary", () => {
    // Act
    const { values } = roleOf(stack, "test-deploy");

    // Assess
    const limits = stack.find("aws_iam_policy").find((policy) => policy.values.name === "test-deploy-limits");
    expect(values.max_session_duration).toBe(10_800);
    expect(values.permissions_boundary).toBe(`\${${limits?.address}.arn}`);
    expect(roleOf(stack, "account-plan").values.max_session_duration).toBe(3_600);
    expect(roleOf(stack, "test-drift").values.max_session_duration).toBe(3_600);
  });

  it("have only the policies of the deployer, the smoke test, the planner and the daily checks", () => {
    // Act
    const policies = ["test-deploy", "account-plan", "test-drift"].map((role) => attachedTo(stack, role));

    // Assess
    const named = (role: string, parts: object) => Object.keys(parts).map((part) => `${role}-${part}`);
    expect(policies.map((names) => names.sort())).toEqual([
      [...named("test-deploy", deployerPolicies(deployed, "111122223333")), "test-deploy-smoke-test"].sort(),
      named("test-plan", plannerPolicies(deployed, "111122223333")).sort(),
      ["test-drift-checks"],
    ]);
  });
});

describe("an environment with a boundary", () => {
  it("sets the boundary on every role that the environment creates; an environment without a boundary sets no boundary", () => {
    // Act
    const boundaries = ["test", "local"].map((name) =>
      synthesized
        .stack(name)
        .find("aws_iam_role")
        .map(({ values }) => values.permissions_boundary),
    );

    // Assess
    const arn = "arn:aws:iam::111122223333:policy/test-boundary";
    expect(boundaries).toEqual([
      [arn, arn],
      [undefined, undefined],
    ]);
  });
});

describe("the boundary of an environment's roles", () => {
  it("names SageMaker's images by the registry account of the environment's region", () => {
    // Prepare
    const inAnotherRegion: Environment = { ...deployed, region: "eu-west-1" };
    const of = synthesize([inAnotherRegion], [account]).stack("account");

    // Act
    const found = of.find("aws_iam_policy").find(({ values }) => values.name === "test-boundary");

    // Assess
    if (found === undefined) throw new Error("no policy test-boundary");
    const image = of.one("data.aws_sagemaker_prebuilt_ecr_image");
    expect(image.values).toEqual({ repository_name: "linear-learner", region: "eu-west-1" });
    const { Statement } = parseEmbedded(found.values.policy, found.address) as unknown as PolicyDocument;
    expect(Statement.find(({ Sid }) => Sid === "PullImages")?.Resource).toEqual([
      `arn:aws:ecr:eu-west-1:\${${image.address}.registry_id}:repository/linear-learner`,
    ]);
  });

  it("names a team's image by the account in its address", () => {
    // Prepare
    const uri = "999988887777.dkr.ecr.eu-central-1.amazonaws.com/team/model:1";
    const withImage: Environment = {
      ...deployed,
      models: { "ticket-urgency": { ...exampleModel, image: { uri } } },
    };

    // Act
    const of = synthesize([withImage], [account]).stack("account");

    // Assess
    of.all("data.aws_sagemaker_prebuilt_ecr_image", 0);
    expect(of.text).toContain("arn:aws:ecr:eu-central-1:999988887777:repository/team/model");
  });
});

describe("the policies of the longest names, with every model and caller", () => {
  const longest: Environment = {
    ...exampleWithCallers,
    name: "abcdefghij-12345",
    region: "us-gov-west-1",
    permissionsBoundary: true,
    state: { s3: { bucket: "b".repeat(63), key: "stages/abcdefghij-12345.tfstate" } },
    network: { vpc: { availabilityZones: ["us-gov-west-1a"] } },
    models: {
      ...Object.fromEntries(
        Object.keys(catalog).map((model) => [
          model,
          {
            ...exampleModel,
            serverless: {
              ...exampleModel.serverless,
              provisionedConcurrency: 1,
              autoscaling: { minCapacity: 1, maxCapacity: 2, targetUtilization: 0.7 },
            },
            deployment: { terminationWaitInSeconds: 120, rollbackOn: { serverErrorsPerMinute: 1 } },
            functionUrl: {},
          },
        ]),
      ),
      "language-check": {
        existingEndpoint: "shared",
        existingFunction: "scoring",
        existingFunctionRole: "scoring",
      },
    },
  };
  const { stateBucket: ___, ...withoutBucket } = account;
  const large = synthesize(
    [
      longest,
      ...["b", "c", "d", "e"].map((name) => ({
        ...longest,
        name,
        state: { s3: { bucket: "states", key: name } },
        quotas: { serverlessConcurrency: 1_000 },
      })),
    ],
    [{ ...withoutBucket, name: "abcdefghij-54321", region: "us-gov-west-1" }],
  ).stack("abcdefghij-54321");

  it("are refused at synthesis when they are too long for IAM", () => {
    // Prepare
    const callers = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `caller-${index}`,
        {
          mayInvoke: [{ model: "ticket-urgency", by: "endpoint" } as const],
          roles: [`${"r".repeat(50)}-${index}`],
        },
      ]),
    );

    // Act
    const act = () =>
      synthesize(
        [{ ...longest, callers }],
        [{ ...withoutBucket, name: "abcdefghij-54321", region: "us-gov-west-1" }],
      );

    // Assess
    expect(act).toThrow(InvalidEnvironments);
    expect(act).toThrow(
      /^ {2}abcdefghij-12345: abcdefghij-12345-\S+: got a policy of \d+ characters; allowed: 6144 characters.*\(https:/m,
    );
  });

  it("have a size and number that IAM accepts", () => {
    // Act
    const sizes = large
      .find("aws_iam_policy")
      .map(({ values }) => [values.name, values.policy.length] as const);

    // Assess
    expect(sizes).toHaveLength(5 * 13);
    expect(sizes.filter(([, size]) => size > MAX_CHARACTERS)).toEqual([]);
    const attached = large.find("aws_iam_role").map(({ values }) => attachedTo(large, values.name).length);
    expect(Math.max(...attached)).toBe(MAX_POLICIES);
  });

  it("have no condition on a claim that STS does not evaluate in their partition", () => {
    // Act
    const [statement] = trustOf(large, "b-deploy").Statement;

    // Assess
    expect(statement?.Condition).toEqual({
      StringEquals: {
        [`${ISSUER}:aud`]: "sts.amazonaws.com",
        [`${ISSUER}:sub`]: [`${REPOSITORY}:environment:b`],
      },
    });
  });

  it("have names that IAM accepts, and so do the roles", () => {
    // Act
    const names = large.find("aws_iam_role").map(({ values }) => values.name);

    // Assess
    expect(names.filter((name) => name.length > 64)).toEqual([]);
  });
});
