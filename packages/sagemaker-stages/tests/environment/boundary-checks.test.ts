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

  const policy = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`;
  const prod = environmentOf(SERVERLESS, {
    name: "prod",
    state: { local: { path: "prod.tfstate" } },
    accountId: ACCOUNT,
  });

  it.each([
    ["the environment's own caller", "dev-checkout-caller"],
    ["a caller of another environment of the account", "prod-checkout-caller"],
    ["a caller with a number", "dev-checkout-caller-2"],
    ["a caller with the last number", "dev-checkout-caller-10"],
    ["a caller in capitals", "Dev-Checkout-Caller"],
    ["a caller with a path", "org/dev-checkout-caller"],
    ["a caller with a path that starts with the prefix", "dev-team/checkout-caller"],
  ])("is refused if it is a policy that a deployer may rewrite: a policy of %s", (_, name) => {
    // Prepare
    const dev = environmentOf(SERVERLESS, {
      name: "dev",
      accountId: ACCOUNT,
      permissionsBoundary: policy(name),
    });

    // Act
    const faults = checkEnvironments([dev, prod]);

    // Assess
    const prefix = name.startsWith("prod-") ? "prod" : "dev";
    expect(faults).toMatchObject([
      {
        environment: "dev",
        field: "permissionsBoundary",
        got: `"${policy(name)}"`,
        allowed: `a policy whose name does not start with ${prefix}- or does not end with -caller or a caller's number`,
      },
    ]);
  });

  it.each([
    ["a policy of the organization", policy("org/Workloads")],
    ["a name that continues the prefix without a hyphen", policy("dev2-checkout-caller")],
    ["a name with the prefix that no caller's policy has", policy("dev-workloads")],
    ["a policy of AWS", "arn:aws:iam::aws:policy/PowerUserAccess"],
  ])("is allowed if it is %s", (_, permissionsBoundary) => {
    // Prepare
    const dev = environmentOf(SERVERLESS, { name: "dev", accountId: ACCOUNT, permissionsBoundary });

    // Act
    const faults = checkEnvironments([dev, prod]);

    // Assess
    expect(faults).toEqual([]);
  });

  it("may be a caller's policy of an environment in another account", () => {
    // Prepare
    const dev = environmentOf(SERVERLESS, {
      accountId: ACCOUNT,
      permissionsBoundary: policy("prod-checkout-caller"),
    });

    // Act
    const faults = checkEnvironments([dev, { ...prod, accountId: "444455556666" }]);

    // Assess
    expect(faults).toEqual([]);
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
