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

/** Deployed by the workflows that {@link VALID} lets in. */
const DEPLOYED: Environment = environmentOf(SERVERLESS, {
  accountId: "111122223333",
  permissionsBoundary: true,
  state: { s3: { bucket: "terraform-states", key: "test.tfstate" } },
});

const OTHER_ACCOUNT = "444455556666";

/** {@link VALID} beside itself: another name, account, state and bucket. */
const other: AccountSettings = {
  ...VALID,
  name: "other",
  accountId: OTHER_ACCOUNT,
  state: { local: { path: "terraform.other.tfstate" } },
  stateBucket: "other-terraform-states",
};

const REPOSITORY = "<owner>@<id>/<name>@<id>, or <owner>/<name>, as GitHub's tokens name it";
const BUCKET = "3–63 characters a-z, 0-9 and -, without the beginnings and ends that AWS keeps for itself";
const BRANCH = "the name of one branch, of letters, digits and _ . / -";

function faultsOf(given: readonly AccountSettings[], beside: readonly Environment[] = [DEPLOYED]): string[] {
  return checkEnvironments(beside, given).map(
    ({ environment, field, got, allowed }) => `${environment}: ${field}: got ${got}; allowed: ${allowed}`,
  );
}

describe("accounts that are well", () => {
  it.each<[string, readonly AccountSettings[], readonly Environment[]]>([
    ["the project's own", accounts, environments],
    ["one, with an environment that its workflows deploy", [VALID], [DEPLOYED]],
    ["two of different numbers", [VALID, other], [DEPLOYED]],
    [
      "two regions of one, of which one has github and the bucket",
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
      "one with its state in its own bucket",
      [{ ...VALID, state: { s3: { bucket: "terraform-states", key: "account" } } }],
      [DEPLOYED],
    ],
    [
      "a repository by its names alone",
      [{ ...VALID, github: { repository: "octo-org/stages.js" } }],
      [DEPLOYED],
    ],
    [
      "another branch, and a provider that is there",
      [{ ...VALID, github: { ...github, branch: "release/1.x", oidcProvider: "existing" } }],
      [DEPLOYED],
    ],
    ["an environment whose account nobody describes", [other], [DEPLOYED]],
    [
      "an environment in a file, which workflows do not deploy",
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

describe("an account with one thing broken has exactly that fault:", () => {
  const withGithub = (part: object): AccountSettings => ({ ...VALID, github: { ...github, ...part } });

  it.each<[string, AccountSettings, string]>([
    [
      "a name with capitals",
      { ...VALID, name: "Account" },
      'Account: name: got "Account"; allowed: 1–16 characters a-z, 0-9, -, starting with a letter',
    ],
    [
      "a region of nowhere",
      { ...VALID, region: "europe", stateBucket: "another" },
      'account: region: got "europe"; allowed: an AWS region such as eu-central-1, of AWS, AWS China or AWS GovCloud (US)',
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
      "an id of the owner alone",
      withGithub({ repository: "octo-org@1/stages" }),
      `account: github.repository: got "octo-org@1/stages"; allowed: ${REPOSITORY}`,
    ],
    [
      "a repository that ends a claim",
      withGithub({ repository: "octo-org/stages:ref" }),
      `account: github.repository: got "octo-org/stages:ref"; allowed: ${REPOSITORY}`,
    ],
    ["every branch", withGithub({ branch: "*" }), `account: github.branch: got "*"; allowed: ${BRANCH}`],
    [
      "an OIDC provider of neither kind",
      withGithub({ oidcProvider: "old" }),
      'account: github.oidcProvider: got "old"; allowed: new, existing',
    ],
    [
      "a misspelt property",
      { ...VALID, gitHub: {} } as AccountSettings,
      "account: gitHub: got {}; allowed: no property of this name; the type AccountSettings of sagemaker-stages lists the properties. Did you mean github?",
    ],
    [
      "a text for a switch",
      { ...VALID, apiGatewayLogs: "yes" } as unknown as AccountSettings,
      'account: apiGatewayLogs: got "yes"; allowed: a value of the type boolean',
    ],
  ])("%s", (_, given, fault) => {
    // Act
    const faults = faultsOf([given], []);

    // Assess
    expect(faults).toEqual([fault]);
  });

  it("a number that is none", () => {
    // Act
    const faults = faultsOf([{ ...VALID, accountId: "1111" }], []);

    // Assess
    expect(faults).toEqual(['account: accountId: got "1111"; allowed: 12 digits, as text']);
  });

  it("nothing that it has", () => {
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

describe("accounts beside each other, and beside environments, have a fault where they share", () => {
  const environment = { ...DEPLOYED, state: { s3: { bucket: "terraform-states", key: "test.tfstate" } } };

  it.each<[string, readonly AccountSettings[], readonly Environment[], readonly string[]]>([
    [
      "a name",
      [VALID, { ...other, name: "test" }],
      [environment],
      ['test: name: got "test"; allowed: a name of its own'],
    ],
    [
      "a state",
      [VALID, { ...other, state: { local: { path: "./terraform.account.tfstate" } } }],
      [environment],
      ['other: state: got "terraform.account.tfstate"; allowed: a place of its own'],
    ],
    [
      "no name of an existing function's role, which workflows would give a policy",
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
      ["test: models.loan-default.existingFunctionRole: got nothing; allowed: the name of its role"],
    ],
    ...["account-plan", "Account-API-Gateway-Logs", "test-deploy"].map(
      (role): [string, readonly AccountSettings[], readonly Environment[], readonly string[]] => [
        `the role ${role}, which would be a caller`,
        [VALID],
        [
          {
            ...environment,
            callers: { ci: { mayInvoke: [{ model: "loan-default", by: "endpoint" }], roles: [role] } },
          },
        ],
        [`test: callers.ci.roles: got "${role}"; allowed: a role that no account makes`],
      ],
    ),
    ...["account-plan", "Account-API-Gateway-Logs", "test-deploy"].map(
      (role): [string, readonly AccountSettings[], readonly Environment[], readonly string[]] => [
        `the role ${role}, which would be an existing function's`,
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
          `test: models.ticket-urgency.existingFunctionRole: got "${role}"; allowed: a role that no account makes`,
        ],
      ],
    ),
    [
      "an account and region",
      [VALID, { ...WITHOUT_GITHUB, name: "other", state: other.state, stateBucket: "other-states" }],
      [environment],
      [
        'other: region: got "eu-central-1 of account 111122223333"; allowed: one entry for an account and region',
      ],
    ],
    [
      "GitHub's roles",
      [VALID, { ...other, accountId: VALID.accountId, region: "us-east-1" }],
      [environment],
      ['other: github: got "octo-org@123456/stages@456789"; allowed: github in one entry for an account'],
    ],
    [
      "a bucket",
      [VALID, { ...other, stateBucket: "terraform-states" }],
      [environment],
      ['other: stateBucket: got "terraform-states"; allowed: a bucket of its own'],
    ],
    [
      "a bucket of another account for a state",
      [VALID, { ...other, state: { s3: { bucket: "terraform-states", key: "other" } } }],
      [environment],
      [`other: state.s3.bucket: got "terraform-states"; allowed: a bucket of account ${OTHER_ACCOUNT}`],
    ],
    [
      "a bucket that is in another region than Terraform looks",
      [VALID],
      [{ ...environment, region: "us-east-1" }],
      ["test: state.s3.region: got nothing; allowed: eu-central-1"],
    ],
    [
      "workflows without a boundary",
      [VALID],
      [{ ...environment, permissionsBoundary: false }],
      ["test: permissionsBoundary: got false; allowed: true"],
    ],
    [
      "a boundary that nothing makes",
      [WITHOUT_GITHUB],
      [environment],
      [
        "test: permissionsBoundary: got true; allowed: false, or an environment with its state in S3 whose account has github",
      ],
    ],
    [
      "more environments than a role has policies for",
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

  it("no account at all, where an environment wants a boundary", () => {
    // Prepare
    const { accountId: _, ...anyAccount } = environment;

    // Act
    const faults = faultsOf([VALID], [anyAccount]);

    // Assess
    expect(faults).toEqual(
      expect.arrayContaining(["test: accountId: got nothing; allowed: 12 digits, as text"]),
    );
  });
});
