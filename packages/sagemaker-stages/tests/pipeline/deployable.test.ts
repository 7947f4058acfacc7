import { describe, expect, it } from "@jest/globals";
import type { AccountSettings } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { findDeployable } from "../../src/pipeline/deployable";
import { ACCOUNTS, LIVE, LOCAL, STAGING } from "./support/environments";

const HERE = { name: "octo-org/stages", visibility: "private" };
const [ACCOUNT] = ACCOUNTS;

describe("the environments that a repository's workflows can deploy", () => {
  it("are those whose accounts trust it, with the roles that these made for them", () => {
    // Act
    const { deployable, notices } = findDeployable([STAGING, LIVE], ACCOUNTS, HERE);

    // Assess
    expect(deployable).toEqual([
      {
        name: "staging",
        region: "us-east-1",
        accountId: "111122223333",
        planRoleArn: "arn:aws:iam::111122223333:role/account-plan",
        deployRoleArn: "arn:aws:iam::111122223333:role/staging-deploy",
      },
      {
        name: "prod",
        region: "us-east-1",
        accountId: "444455556666",
        planRoleArn: "arn:aws:iam::444455556666:role/account-prod-plan",
        deployRoleArn: "arn:aws:iam::444455556666:role/prod-deploy",
      },
    ]);
    expect(notices).toEqual([]);
  });

  it.each<[what: string, environment: Environment, accounts: readonly AccountSettings[], notice: string]>([
    ["has no account", LOCAL, ACCOUNTS, "trial is not planned: it has no accountId."],
    [
      "keeps its state in a file",
      { ...STAGING, state: { local: { path: "a.tfstate" } } },
      ACCOUNTS,
      "staging is not planned: its state is a file, which no workflow has.",
    ],
    [
      "is of an account without workflows",
      STAGING,
      ACCOUNTS.map(({ github: _, ...account }) => account),
      "staging is not planned: no entry of environments/accounts.ts with github is of its account.",
    ],
    [
      "is of an account that trusts another repository",
      STAGING,
      ACCOUNT === undefined ? [] : [{ ...ACCOUNT, github: { repository: "octo-org@1/other@3" } }],
      "staging is not planned: account trusts the repository octo-org/other, not octo-org/stages.",
    ],
  ])("leave out one that %s, and say so", (_, environment, accounts, notice) => {
    // Act
    const { deployable, notices } = findDeployable([environment], accounts, HERE);

    // Assess
    expect(deployable).toEqual([]);
    expect(notices).toEqual([notice]);
  });

  it.each(["public", "internal"])("are none where others could read the plans: %s", (visibility) => {
    // Act
    const { deployable, notices } = findDeployable([STAGING], ACCOUNTS, { ...HERE, visibility });

    // Assess
    expect(deployable).toEqual([]);
    expect(notices).toEqual([
      expect.stringContaining(`Nothing is planned: the repository is ${visibility}.`),
    ]);
  });
});
