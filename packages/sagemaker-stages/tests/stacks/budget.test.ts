import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import type { PolicyDocument } from "../../src/iam/policy-document";
import { example, named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const ACCOUNT = "111122223333";

const { accountId: _, ...withoutAccount } = example;

const byEmail: Environment = {
  ...named("email", example),
  project: "shop",
  budget: { monthlyInUsd: 250.5 },
  notify: { email: "team@example.com" },
};
const byTopic: Environment = {
  ...named("topic", withoutAccount),
  budget: { monthlyInUsd: 10, notifyAtPercent: [50] },
  notify: { topicArn: "arn:aws:sns:eu-central-1:444455556666:bill" },
};
const synthesized = synthesize([example, byEmail, byTopic]);

function statementsOf(policies: object): unknown[] {
  return Object.values(policies as Record<string, PolicyDocument>)
    .flatMap(({ Statement }) => Statement)
    .filter(({ Action }) => Action.some((action) => action.startsWith("budgets:")));
}

describe("a budget", () => {
  it("counts the cost of the resources with the environment's tag in each month", () => {
    // Act
    const { values } = synthesized.stack("email").one("aws_budgets_budget");

    // Assess
    expect(values).toMatchObject({
      name: "shop-email-monthly",
      budget_type: "COST",
      time_unit: "MONTHLY",
      limit_amount: "250.5",
      limit_unit: "USD",
      cost_filter: [
        { name: "TagKeyValue", values: ["user:Environment$shop-email"] },
        { name: "LinkedAccount", values: [ACCOUNT] },
      ],
    });
    const tags = JSON.stringify(synthesized.stack("email").terraform.provider);
    expect(tags).toContain('"Environment":"shop-email"');
  });

  it("counts the cost of the account of the credentials when the environment names no account", () => {
    // Act
    const { values } = synthesized.stack("topic").one("aws_budgets_budget");

    // Assess
    expect(values.cost_filter).toEqual([
      { name: "TagKeyValue", values: ["user:Environment$topic"] },
      { name: "LinkedAccount", values: [`\${data.aws_caller_identity.caller.account_id}`] },
    ]);
  });

  it.each([
    ["email", [80, 100], { subscriber_email_addresses: ["team@example.com"] }],
    ["topic", [50], { subscriber_sns_topic_arns: ["arn:aws:sns:eu-central-1:444455556666:bill"] }],
  ])(
    "notifies the recipient above each threshold, and when the forecast exceeds the budget: %s",
    (name, thresholds, recipient) => {
      // Act
      const { values } = synthesized.stack(name).one("aws_budgets_budget");

      // Assess
      const above = { comparison_operator: "GREATER_THAN", threshold_type: "PERCENTAGE", ...recipient };
      expect(values.notification).toEqual([
        ...thresholds.map((threshold) => ({ ...above, notification_type: "ACTUAL", threshold })),
        { ...above, notification_type: "FORECASTED", threshold: 100 },
      ]);
    },
  );

  it("leaves no part in an environment without a budget", () => {
    // Act
    const { text } = synthesized.stack("test");

    // Assess
    expect(text).not.toContain("budget");
    expect(statementsOf(deployerPolicies(example, ACCOUNT))).toEqual([]);
  });
});

describe("the permissions for a budget", () => {
  const Resource = ["arn:aws:budgets::111122223333:budget/shop-email-monthly"];

  it("are limited to the budget of the environment, and a plan only reads it", () => {
    // Act
    const [deployer, planner] = [deployerPolicies(byEmail, ACCOUNT), plannerPolicies(byEmail, ACCOUNT)];

    // Assess
    expect(statementsOf(deployer)).toEqual([
      {
        Sid: "ManageBudget",
        Effect: "Allow",
        Action: [
          "budgets:ListTagsForResource",
          "budgets:ModifyBudget",
          "budgets:TagResource",
          "budgets:UntagResource",
          "budgets:ViewBudget",
        ],
        Resource,
      },
    ]);
    expect(statementsOf(planner)).toEqual([
      {
        Sid: "ManageBudget",
        Effect: "Allow",
        Action: ["budgets:ListTagsForResource", "budgets:ViewBudget"],
        Resource,
      },
    ]);
  });

  it("are within the boundary of the deploy role, which names no other budget", () => {
    // Act
    const { Statement } = deployLimits({ ...byEmail, permissionsBoundary: true }, ACCOUNT);

    // Assess
    const resources = Statement.filter(({ Action }) => Action.includes("budgets:*")).flatMap(
      ({ Resource: named = [] }) => named,
    );
    expect(resources.filter((arn) => arn.includes(":budgets:"))).toEqual(Resource);
  });
});
