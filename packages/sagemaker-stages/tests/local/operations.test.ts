import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { operations } from "../../examples/operations";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { Stacks } from "./support/terraform";

let stacks: Stacks;

beforeAll(() => {
  stacks = new Stacks();
});

afterAll(() => stacks.remove());

it("a stack with a dashboard, a budget and schedules is served, and its effects on AWS are named", () => {
  // Prepare
  const folder = stacks.synthesize(operations);

  // Act
  const { unsupported } = readDeployment("operations", folder);

  // Assess
  expect(unsupported.filter((line) => line.includes("NOT "))).toEqual([]);
  expect(unsupported).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^aws_budgets_budget \(1\): nothing costs money here/),
      expect.stringContaining("aws_cloudwatch_dashboard (1)"),
      "scheduled action operations-energy-demand-day: on AWS, the capacity becomes 2 at cron(0 6 * * ? *) in UTC",
      "scheduled action operations-loan-default-working-day: on AWS, the capacity becomes 4–10 at cron(30 7 ? * MON-FRI *) in America/New_York",
    ]),
  );
});
