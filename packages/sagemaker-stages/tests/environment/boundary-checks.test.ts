import { describe, expect, it } from "@jest/globals";
import { checkEnvironments } from "../support/app";
import { environmentOf, SERVERLESS } from "./support/environments";

const ACCOUNT = "111122223333";

describe("an existing policy as permissions boundary", () => {
  it.each([
    ["no ARN", "Workloads", "eu-central-1"],
    ["a policy of another account", "arn:aws:iam::444455556666:policy/Workloads", "eu-central-1"],
    ["a policy of another partition", `arn:aws:iam::${ACCOUNT}:policy/Workloads`, "us-gov-west-1"],
    ["a role", `arn:aws:iam::${ACCOUNT}:role/Workloads`, "eu-central-1"],
    [
      "an expression of Terraform",
      ["arn:aws:iam::", ACCOUNT, ":policy/$", "{var.name}"].join(""),
      "eu-central-1",
    ],
  ])("is refused if it is %s", (_, permissionsBoundary, region) => {
    // Prepare
    const environment = environmentOf(SERVERLESS, { accountId: ACCOUNT, permissionsBoundary, region });

    // Act
    const faults = checkEnvironments([environment]).filter(({ field }) => field === "permissionsBoundary");

    // Assess
    const partition = region.startsWith("us-gov") ? "aws-us-gov" : "aws";
    expect(faults).toMatchObject([
      {
        got: `"${permissionsBoundary}"`,
        allowed: `true, false, or arn:${partition}:iam::${ACCOUNT}:policy/<name>`,
      },
    ]);
  });

  it("requires the account of the environment", () => {
    // Prepare
    const environment = environmentOf(SERVERLESS, {
      permissionsBoundary: "arn:aws:iam::111122223333:policy/Workloads",
    });

    // Act
    const faults = checkEnvironments([environment]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual(["accountId"]);
  });
});
