import { describe, expect, it } from "@jest/globals";
import { ACCOUNT, changesOf, OTHER_ACCOUNT, type Statement, sentences, trust } from "./support/plans";

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

const OWN_ROLE: Statement = { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/own` } };

describe("the sentence names the workflows that can assume a role through GitHub Actions:", () => {
  it.each<[string | readonly string[] | undefined, string]>([
    ["repo:org/repo:ref:refs/heads/main", "The repository `org/repo` on the branch `main`"],
    ["repo:org/repo:ref:refs/heads/*", "The repository `org/repo` on every branch"],
    [
      "repo:org/repo:ref:refs/heads/release-*",
      "The repository `org/repo` on every branch whose name matches `release-*`",
    ],
    ["repo:org/repo:ref:refs/tags/v*", "The repository `org/repo` on every tag whose name matches `v*`"],
    ["repo:org/repo:environment:prod", "The repository `org/repo` in the environment `prod`"],
    ["repo:org/repo:pull_request", "The repository `org/repo` in pull requests"],
    ["repo:org/repo:*", "The repository `org/repo` on every branch, tag, environment and pull request"],
    ["repo:org/*", "Every repository of `org` on every branch, tag, environment and pull request"],
    [
      "repo:org/app-*:ref:refs/heads/main",
      "Every repository of `org` whose name matches `app-*` on the branch `main`",
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
    const [change, ...others] = sentences(changesOf(trust(OWN_ROLE, gitHub(sub)))).filter((one) =>
      one.startsWith("+"),
    );

    // Assess
    expect(change).toBe(
      `+ ${words} can now assume the role \`scoring\` through GitHub Actions if \`${CLAIM}:aud\` is \`sts.amazonaws.com\`.`,
    );
    expect(others).toEqual([]);
  });

  it("names the old and the new subject when the subject changes", () => {
    // Act
    const changes = changesOf(trust(gitHub("repo:org/repo:ref:refs/heads/main"), gitHub("repo:org/*")));

    // Assess
    expect(sentences(changes).join()).toContain("; before: the repository `org/repo` on the branch `main`.");
    expect(changes.some(({ widens }) => widens)).toBe(true);
  });

  it("says that only some workflows can still assume the role when the subject is narrowed", () => {
    // Act
    const changes = changesOf(trust(gitHub("repo:org/*"), gitHub("repo:org/repo:ref:refs/heads/main")));

    // Assess
    expect(sentences(changes)).toEqual([
      "  Only the repository `org/repo` on the branch `main` can still assume the role `scoring` through GitHub Actions " +
        `if \`${CLAIM}:aud\` is \`sts.amazonaws.com\`; ` +
        "before: every repository of `org` on every branch, tag, environment and pull request.",
    ]);
  });

  it("names the workflows that can no longer assume the role", () => {
    // Act
    const changes = changesOf(trust(gitHub("repo:org/repo:pull_request"), OWN_ROLE));

    // Assess
    expect(sentences(changes)).toContain(
      "  The repository `org/repo` in pull requests can no longer assume the role `scoring` through GitHub Actions.",
    );
  });
});

describe("the sentence names other principals that can assume a role:", () => {
  it.each<[Statement["Principal"], string]>([
    [{ AWS: OTHER_ACCOUNT }, `+ The account \`${OTHER_ACCOUNT}\` can now assume the role \`scoring\`.`],
    [
      { Service: "glue.amazonaws.com" },
      "+ The service `glue.amazonaws.com` can now assume the role `scoring`.",
    ],
    ["*", "+ Anyone can now assume the role `scoring`."],
  ])("%j", (Principal, words) => {
    // Act and assess
    expect(sentences(changesOf(trust(OWN_ROLE, { Principal })))).toContain(words);
  });
});
