import { describe, expect, it } from "@jest/globals";
import type { AccountSettings, GithubSettings } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { environments } from "../fixtures/app/environments";
import { accounts } from "../fixtures/app/environments/accounts";
import { checkEnvironments } from "../support/app";
import { environmentOf, SERVERLESS } from "./support/environments";

const github: GithubSettings = { repository: "octo-org@123456/stages@456789" };

const VALID: AccountSettings = {
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.account.tfstate" } },
  stateBucket: "terraform-states",
  github,
};

const { github: _, ...WITHOUT_GITHUB } = VALID;

/** An environment that the workflows of {@link VALID} deploy. */
const DEPLOYED: Environment = environmentOf(SERVERLESS, {
  accountId: "111122223333",
  permissionsBoundary: true,
  state: { s3: { bucket: "terraform-states", key: "test.tfstate" } },
});

const EXISTING_BOUNDARY = "arn:aws:iam::111122223333:policy/org/Workloads";

const OTHER_ACCOUNT = "444455556666";

/** A second valid account, with another name, account, state and bucket. */
const other: AccountSettings = {
  ...VALID,
  name: "other",
  accountId: OTHER_ACCOUNT,
  state: { local: { path: "terraform.other.tfstate" } },
  stateBucket: "other-terraform-states",
};

const REPOSITORY = "<owner>@<id>/<name>@<id>, or <owner>/<name>, as in GitHub's tokens";
const BUCKET = "3–63 characters a-z, 0-9 and -, without the prefixes and suffixes that AWS reserves";
const BRANCH = "the name of one branch, of letters, digits and _ . / -";

function faultsOf(given: readonly AccountSettings[], beside: readonly Environment[] = [DEPLOYED]): string[] {
  return checkEnvironments(beside, given).map(
    ({ environment, field, got, allowed }) => `${environment}: ${field}: got ${got}; allowed: ${allowed}`,
  );
}

describe("valid accounts have no fault", () => {
  it.each<[string, readonly AccountSettings[], readonly Environment[]]>([
    ["the project's accounts", accounts, environments],
    ["an account with an environment that its workflows deploy", [VALID], [DEPLOYED]],
    ["two accounts with different account ids", [VALID, other], [DEPLOYED]],
    [
      "an account, with the state of another partition in a bucket of the same name",
      [WITHOUT_GITHUB],
      [{ ...DEPLOYED, accountId: OTHER_ACCOUNT, region: "cn-north-1", permissionsBoundary: false }],
    ],
    [
      "an account without github, with an environment whose roles have an existing policy as boundary",
      [WITHOUT_GITHUB],
      [{ ...DEPLOYED, permissionsBoundary: EXISTING_BOUNDARY }],
    ],
    [
      "no account, with an environment whose roles have a policy of AWS as boundary",
      [],
      [{ ...DEPLOYED, permissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess" }],
    ],
    [
      "two regions of one account, if only one region has github and the bucket",
      [
        VALID,
        {
          ...WITHOUT_GITHUB,
          name: "us",
          region: "us-east-1",
          state: other.state,
          stateBucket: "us-states",
        },
      ],
      [DEPLOYED],
    ],
    [
      "an account with its state in its own bucket",
      [{ ...VALID, state: { s3: { bucket: "terraform-states", key: "account" } } }],
      [DEPLOYED],
    ],
    ["a repository without ids", [{ ...VALID, github: { repository: "octo-org/stages.js" } }], [DEPLOYED]],
    [
      "another branch, and an existing OIDC provider",
      [{ ...VALID, github: { ...github, branch: "release/1.x", oidcProvider: "existing" } }],
      [DEPLOYED],
    ],
    ["an environment whose account has no entry", [other], [DEPLOYED]],
    [
      "an environment with its state in a file, because workflows do not deploy the environment",
      [VALID],
      [environmentOf(SERVERLESS, { accountId: "111122223333" })],
    ],
  ])("%s", (_, given, beside) => {
    // Act
    const faults = faultsOf(given, beside);

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("an account with one invalid setting has exactly one fault", () => {
  const withGithub = (part: object): AccountSettings => ({ ...VALID, github: { ...github, ...part } });

  it.each<[string, AccountSettings, string]>([
    [
      "a name with capitals",
      { ...VALID, name: "Account" },
      'Account: name: got "Account"; allowed: 1–16 characters a-z, 0-9, -, starting with a letter',
    ],
    [
      "an unknown region",
      { ...VALID, region: "europe", stateBucket: "another" },
      'account: region: got "europe"; allowed: an AWS region such as eu-central-1, of AWS, AWS China or AWS GovCloud (US)',
    ],
    [
      "a misspelt region",
      { ...VALID, region: "us-esat-1", stateBucket: "another" },
      'account: region: got "us-esat-1"; allowed: an AWS region such as eu-central-1, of AWS, AWS China or AWS GovCloud (US)',
    ],
    [
      "a tag that the stack sets",
      { ...VALID, tags: { Environment: "x" } },
      'account: tags: got "Environment"; allowed: another key',
    ],
    [
      "a bucket with a dot",
      { ...VALID, stateBucket: "terraform.states" },
      `account: stateBucket: got "terraform.states"; allowed: ${BUCKET}`,
    ],
    [
      "a bucket that looks like an access point",
      { ...VALID, stateBucket: "states-s3alias" },
      `account: stateBucket: got "states-s3alias"; allowed: ${BUCKET}`,
    ],
    [
      "a bucket of two characters",
      { ...VALID, stateBucket: "ab" },
      `account: stateBucket: got "ab"; allowed: ${BUCKET}`,
    ],
    [
      "every repository of an owner",
      withGithub({ repository: "octo-org/*" }),
      `account: github.repository: got "octo-org/*"; allowed: ${REPOSITORY}`,
    ],
    [
      "a repository without an owner",
      withGithub({ repository: "stages" }),
      `account: github.repository: got "stages"; allowed: ${REPOSITORY}`,
    ],
    [
      "a repository with the owner's id only",
      withGithub({ repository: "octo-org@1/stages" }),
      `account: github.repository: got "octo-org@1/stages"; allowed: ${REPOSITORY}`,
    ],
    [
      "a repository with a character that ends a claim",
      withGithub({ repository: "octo-org/stages:ref" }),
      `account: github.repository: got "octo-org/stages:ref"; allowed: ${REPOSITORY}`,
    ],
    ["every branch", withGithub({ branch: "*" }), `account: github.branch: got "*"; allowed: ${BRANCH}`],
    [
      "an unknown value of oidcProvider",
      withGithub({ oidcProvider: "old" }),
      'account: github.oidcProvider: got "old"; allowed: new, existing',
    ],
    [
      "a misspelt property",
      { ...VALID, gitHub: {} } as AccountSettings,
      "account: gitHub: got {}; allowed: a property of the type AccountSettings of sagemaker-stages: name, region, accountId, state, stateBucket, apiGatewayLogs, github, tags. Did you mean github?",
    ],
    [
      "a text in place of a boolean",
      { ...VALID, apiGatewayLogs: "yes" } as unknown as AccountSettings,
      'account: apiGatewayLogs: got "yes"; allowed: a value of the type boolean',
    ],
  ])("%s", (_, given, fault) => {
    // Act
    const faults = faultsOf([given], []);

    // Assess
    expect(faults).toEqual([fault]);
  });

  it("accountId is not an account id", () => {
    // Act
    const faults = faultsOf([{ ...VALID, accountId: "1111" }], []);

    // Assess
    expect(faults).toEqual(['account: accountId: got "1111"; allowed: 12 digits, as a string']);
  });

  it("no setting creates a resource", () => {
    // Prepare
    const { stateBucket: _, ...nothing } = WITHOUT_GITHUB;

    // Act
    const faults = faultsOf([nothing], []);

    // Assess
    expect(faults).toEqual([
      "account: stateBucket: got nothing; allowed: a bucket, or apiGatewayLogs, or github",
    ]);
  });
});

describe("a combination of accounts and environments has the expected faults", () => {
  const environment = { ...DEPLOYED, state: { s3: { bucket: "terraform-states", key: "test.tfstate" } } };
  const { permissionsBoundary: _boundary, ...withoutBoundary } = environment;

  it.each<[string, readonly AccountSettings[], readonly Environment[], readonly string[]]>([
    [
      "a name that two stacks share",
      [VALID, { ...other, name: "test" }],
      [environment],
      ['test: name: got "test"; allowed: a unique name'],
    ],
    [
      "a state that two stacks share",
      [VALID, { ...other, state: { local: { path: "./terraform.account.tfstate" } } }],
      [environment],
      ['other: state: got "terraform.account.tfstate"; allowed: a location that no other stack uses'],
    ],
    [
      "an existing function without existingFunctionRole",
      [VALID],
      [
        {
          ...environment,
          models: Object.fromEntries(
            Object.entries(environment.models).map(([model, settings]) => {
              const { function: _, functionUrl: __, ...rest } = settings;
              return [model, { ...rest, existingFunction: "there" }];
            }),
          ),
        },
      ],
      [
        "test: models.loan-default.existingFunctionRole: got nothing; allowed: the name of the function's role",
      ],
    ],
    ...["account-plan", "Account-API-Gateway-Logs", "test-deploy", "test-drift"].map(
      (role): [string, readonly AccountSettings[], readonly Environment[], readonly string[]] => [
        `the role ${role} of an account's stack as a caller`,
        [VALID],
        [
          {
            ...environment,
            callers: { ci: { mayInvoke: [{ model: "loan-default", by: "endpoint" }], roles: [role] } },
          },
        ],
        [`test: callers.ci.roles: got "${role}"; allowed: a role that no account's stack creates`],
      ],
    ),
    ...["account-plan", "Account-API-Gateway-Logs", "test-deploy", "test-drift"].map(
      (role): [string, readonly AccountSettings[], readonly Environment[], readonly string[]] => [
        `the role ${role} of an account's stack as an existing function's role`,
        [VALID],
        [
          {
            ...environment,
            models: {
              "ticket-urgency": {
                existingEndpoint: "shared",
                existingFunction: "scoring",
                existingFunctionRole: role,
              },
            },
          },
        ],
        [
          `test: models.ticket-urgency.existingFunctionRole: got "${role}"; allowed: a role that no account's stack creates`,
        ],
      ],
    ),
    [
      "two entries for one account and region",
      [VALID, { ...WITHOUT_GITHUB, name: "other", state: other.state, stateBucket: "other-states" }],
      [environment],
      [
        'other: region: got "eu-central-1 of account 111122223333"; allowed: one entry per account and region',
      ],
    ],
    [
      "two entries of one account with github",
      [VALID, { ...other, accountId: VALID.accountId, region: "us-east-1" }],
      [environment],
      ['other: github: got "octo-org@123456/stages@456789"; allowed: github in one entry per account'],
    ],
    [
      "a bucket that two accounts create",
      [VALID, { ...other, stateBucket: "terraform-states" }],
      [environment],
      ['other: stateBucket: got "terraform-states"; allowed: a bucket that no other account creates'],
    ],
    [
      "a state in a bucket of another account",
      [VALID, { ...other, state: { s3: { bucket: "terraform-states", key: "other" } } }],
      [environment],
      [`other: state.s3.bucket: got "terraform-states"; allowed: a bucket of account ${OTHER_ACCOUNT}`],
    ],
    [
      "a state whose region is not the bucket's region",
      [VALID],
      [{ ...environment, region: "us-east-1" }],
      ["test: state.s3.region: got nothing; allowed: eu-central-1"],
    ],
    [
      "an environment that workflows deploy, with permissionsBoundary: false",
      [VALID],
      [{ ...environment, permissionsBoundary: false }],
      ["test: permissionsBoundary: got false; allowed: true"],
    ],
    [
      "an environment that workflows deploy, without permissionsBoundary",
      [VALID],
      [withoutBoundary],
      ["test: permissionsBoundary: got nothing; allowed: true"],
    ],
    [
      "an environment that workflows deploy, with an existing policy as permissions boundary",
      [VALID],
      [{ ...environment, permissionsBoundary: EXISTING_BOUNDARY }],
      [`test: permissionsBoundary: got "${EXISTING_BOUNDARY}"; allowed: true`],
    ],
    [
      "a permissions boundary that no account's stack creates",
      [WITHOUT_GITHUB],
      [environment],
      [
        "test: permissionsBoundary: got true; allowed: false, the ARN of an existing policy, or an environment with its state in S3 whose account has github",
      ],
    ],
    [
      "more environments than the plan role can have policies",
      [VALID],
      Array.from({ length: 6 }, (_, index) => ({
        ...environment,
        name: `test${index}`,
        state: { s3: { bucket: "terraform-states", key: `test${index}` } },
      })),
      ['account: github: got "6 environments"; allowed: at most 5 environments that keep their state in S3'],
    ],
  ])("%s", (_, given, beside, expected) => {
    // Act
    const faults = faultsOf(given, beside);

    // Assess
    expect(faults).toEqual(expected);
  });

  it("an environment has a boundary, but the app has no account", () => {
    // Prepare
    const { accountId: _, ...anyAccount } = environment;

    // Act
    const faults = faultsOf([VALID], [anyAccount]);

    // Assess
    expect(faults).toEqual(
      expect.arrayContaining(["test: accountId: got nothing; allowed: 12 digits, as a string"]),
    );
  });
});
