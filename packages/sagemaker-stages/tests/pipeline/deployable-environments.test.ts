import { describe, expect, it } from "@jest/globals";
import type { AccountSettings } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { findDeployableEnvironments } from "../../src/pipeline/deployable-environments";
import { ACCOUNTS, LIVE, LOCAL, STAGING } from "./support/environments";

const HERE = { name: "octo-org/stages", visibility: "private" };
const [ACCOUNT] = ACCOUNTS;

describe("the environments that a repository's workflows can deploy", () => {
  it("the environments are in accounts that trust the repository, and have the roles of these accounts", () => {
    // Act
    const { deployable, notices } = findDeployableEnvironments([STAGING, LIVE], ACCOUNTS, HERE);

    // Assess
    expect(deployable).toEqual([
      {
        name: "staging",
        region: "us-east-1",
        accountId: "111122223333",
        planRoleArn: "arn:aws:iam::111122223333:role/account-plan",
        deployRoleArn: "arn:aws:iam::111122223333:role/staging-deploy",
        driftRoleArn: "arn:aws:iam::111122223333:role/staging-drift",
      },
      {
        name: "prod",
        region: "us-east-1",
        accountId: "444455556666",
        planRoleArn: "arn:aws:iam::444455556666:role/account-prod-plan",
        deployRoleArn: "arn:aws:iam::444455556666:role/prod-deploy",
        driftRoleArn: "arn:aws:iam::444455556666:role/prod-drift",
      },
    ]);
    expect(notices).toEqual([]);
  });

  it.each<[what: string, environment: Environment, accounts: readonly AccountSettings[], notice: string]>([
    ["has no account", LOCAL, ACCOUNTS, "trial is not planned: it has no accountId."],
    [
      "has a local file as its state",
      { ...STAGING, state: { local: { path: "a.tfstate" } } },
      ACCOUNTS,
      "staging is not planned: its state is a local file, which workflows cannot read.",
    ],
    [
      "is in an account without the setting github",
      STAGING,
      ACCOUNTS.map(({ github: _, ...account }) => account),
      "staging is not planned: environments/accounts.ts does not set github for the account of staging.",
    ],
    [
      "is in an account that trusts another repository",
      STAGING,
      ACCOUNT === undefined ? [] : [{ ...ACCOUNT, github: { repository: "octo-org@1/other@3" } }],
      "staging is not planned: account trusts the repository octo-org/other, not octo-org/stages.",
    ],
  ])("exclude an environment that %s, with a notice", (_, environment, accounts, notice) => {
    // Act
    const { deployable, notices } = findDeployableEnvironments([environment], accounts, HERE);

    // Assess
    expect(deployable).toEqual([]);
    expect(notices).toEqual([notice]);
  });

  it.each(["public", "internal"])(
    "no environment is deployable when the repository is %s, because its readers could read the plans",
    (visibility) => {
      // Act
      const { deployable, notices } = findDeployableEnvironments([STAGING], ACCOUNTS, {
        ...HERE,
        visibility,
      });

      // Assess
      expect(deployable).toEqual([]);
      expect(notices).toEqual([
        expect.stringContaining(`Nothing is planned: the repository is ${visibility}.`),
      ]);
    },
  );
});
