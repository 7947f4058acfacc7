import { describe, expect, it } from "@jest/globals";
import { ACCOUNT, changesOf, OTHER_ACCOUNT, type Statement, told, trust } from "./support/plans";

const GITHUB = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
const CLAIM = "token.actions.githubusercontent.com";

function gitHub(sub: string | readonly string[] | undefined, operator = "StringLike"): Statement {
  return {
    Action: "sts:AssumeRoleWithWebIdentity",
    Principal: { Federated: GITHUB },
    Condition: {
      StringEquals: { [`${CLAIM}:aud`]: "sts.amazonaws.com" },
      ...(sub === undefined
        ? {}
        : { [operator === "StringEquals" ? "StringEqualsIgnoreCase" : operator]: { [`${CLAIM}:sub`]: sub } }),
    },
  };
}

const NOBODY: Statement = { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/own` } };

describe("who can assume a role through GitHub Actions is said in words:", () => {
  it.each<[string | readonly string[] | undefined, string]>([
    ["repo:org/repo:ref:refs/heads/main", "The repository `org/repo` on the branch `main`"],
    ["repo:org/repo:ref:refs/heads/*", "The repository `org/repo` on every branch"],
    [
      "repo:org/repo:ref:refs/heads/release-*",
      "The repository `org/repo` on every branch whose name fits `release-*`",
    ],
    ["repo:org/repo:ref:refs/tags/v*", "The repository `org/repo` on every tag whose name fits `v*`"],
    ["repo:org/repo:environment:prod", "The repository `org/repo` in the environment `prod`"],
    ["repo:org/repo:pull_request", "The repository `org/repo` in pull requests"],
    ["repo:org/repo:*", "The repository `org/repo` on every branch, tag, environment and pull request"],
    ["repo:org/*", "Every repository of `org` on every branch, tag, environment and pull request"],
    [
      "repo:org/app-*:ref:refs/heads/main",
      "Every repository of `org` whose name fits `app-*` on the branch `main`",
    ],
    ["repo:*", "Every repository on GitHub"],
    ["*", "Every repository on GitHub"],
    [undefined, "Every repository on GitHub"],
    [
      ["repo:org/a:pull_request", "repo:org/b:pull_request"],
      "The repository `org/a` in pull requests or the repository `org/b` in pull requests",
    ],
  ])("%j: %s", (sub, words) => {
    // Act
    const [change, ...others] = told(changesOf(trust(NOBODY, gitHub(sub)))).filter((one) =>
      one.startsWith("+"),
    );

    // Assess
    expect(change).toBe(
      `+ ${words} can now assume the role \`scoring\` through GitHub Actions, where \`${CLAIM}:aud\` is \`sts.amazonaws.com\`.`,
    );
    expect(others).toEqual([]);
  });

  it("where the subject is wider than before, with both", () => {
    // Act
    const changes = changesOf(trust(gitHub("repo:org/repo:ref:refs/heads/main"), gitHub("repo:org/*")));

    // Assess
    expect(told(changes).join()).toContain("; before: the repository `org/repo` on the branch `main`.");
    expect(changes.some(({ widens }) => widens)).toBe(true);
  });

  it("where the role is given back, too", () => {
    // Act
    const changes = changesOf(trust(gitHub("repo:org/repo:pull_request"), NOBODY));

    // Assess
    expect(told(changes)).toContain(
      "  The repository `org/repo` in pull requests can no longer assume the role `scoring` through GitHub Actions.",
    );
  });
});

describe("who else can assume a role is named:", () => {
  it.each<[Statement["Principal"], string]>([
    [{ AWS: OTHER_ACCOUNT }, `+ The account \`${OTHER_ACCOUNT}\` can now assume the role \`scoring\`.`],
    [
      { Service: "glue.amazonaws.com" },
      "+ The service `glue.amazonaws.com` can now assume the role `scoring`.",
    ],
    ["*", "+ Anyone can now assume the role `scoring`."],
  ])("%j", (Principal, words) => {
    // Act and assess
    expect(told(changesOf(trust(NOBODY, { Principal })))).toContain(words);
  });
});
