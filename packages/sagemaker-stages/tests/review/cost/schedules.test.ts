import { describe, expect, it } from "@jest/globals";
import { type PlannedChange, planned } from "../support/planned";
import { costTexts } from "../support/texts";

type Values = Readonly<Record<string, unknown>>;

const configuration: Values = {
  name: "prod-it-12345678",
  production_variants: [
    {
      variant_name: "AllTraffic",
      serverless_config: [],
      instance_type: "ml.m5.large",
      initial_instance_count: 2,
    },
  ],
  shadow_production_variants: [],
};
const endpoint: Values = { name: "prod-it", endpoint_config_name: "prod-it-12345678" };
const RESOURCE = "endpoint/prod-it/variant/AllTraffic";
const target: Values = { resource_id: RESOURCE, min_capacity: 2, max_capacity: 2 };

const action = (schedule: string, minimum: string): Values => ({
  resource_id: RESOURCE,
  schedule,
  timezone: "UTC",
  scalable_target_action: [{ min_capacity: minimum, max_capacity: minimum }],
});

/** The cost of a new endpoint with these scheduled actions. */
function costWith(...actions: readonly Values[]): ReturnType<typeof costTexts> {
  const created: readonly (readonly [string, Values])[] = [
    ["aws_sagemaker_endpoint_configuration", configuration],
    ["aws_sagemaker_endpoint", endpoint],
    ["aws_appautoscaling_target", target],
    ...actions.map((values) => ["aws_appautoscaling_scheduled_action", values] as const),
  ];
  return costTexts(
    planned(created.map(([type, after], index): PlannedChange => ({ type, name: `r${index}`, after }))),
  );
}

describe("the cost of instances that start from 0", () => {
  it("is not counted, and shows the price of an hour", () => {
    // Prepare
    const created: readonly (readonly [string, Values])[] = [
      ["aws_sagemaker_endpoint_configuration", configuration],
      ["aws_sagemaker_endpoint", endpoint],
      ["aws_appautoscaling_target", { ...target, min_capacity: 0 }],
    ];

    // Act
    const { notCounted, atRest } = costTexts(
      planned(created.map(([type, after], index): PlannedChange => ({ type, name: `r${index}`, after }))),
    );

    // Assess
    expect(atRest?.after).toBe(0);
    expect(notCounted).toMatchObject([
      {
        what: "variant AllTraffic: instances",
        after: {
          reason:
            "the endpoint has no instance while no request waits, and a plan does not know for how long requests wait; each costs 1 h × $0.115 (ml.m5.large)",
        },
      },
    ]);
  });
});

describe("the cost of instances with a schedule", () => {
  it("counts the average minimum", () => {
    // Act
    const { lines, atRest } = costWith(action("cron(0 6 * * ? *)", "4"), action("cron(0 18 * * ? *)", "1"));

    // Assess: half of the time 4 instances, and half of the time 1.
    expect(atRest?.after).toBeCloseTo(2.5 * 730 * 0.115, 2);
    expect(JSON.stringify(lines)).toContain("scales by a schedule; counted at the average minimum of 2.5");
  });

  it.each([
    ["a rate", action("rate(1 hour)", "4")],
    ["a single time", action("at(2027-01-01T00:00:00)", "4")],
    ["an expression with L", action("cron(0 6 L * ? *)", "4")],
    ["no minimum", { ...action("cron(0 6 * * ? *)", "4"), scalable_target_action: [{ max_capacity: "4" }] }],
  ])("is not counted with %s", (_, unreadable) => {
    // Act
    const { notCounted, atRest } = costWith(unreadable, action("cron(0 18 * * ? *)", "1"));

    // Assess
    expect(atRest?.after).toBe(0);
    expect(JSON.stringify(notCounted)).toContain("a schedule that the review cannot read");
  });
});

describe("the cost of other resources of an environment", () => {
  it("counts a dashboard, and a budget costs nothing", () => {
    // Act
    const { atRest, notCounted } = costTexts(
      planned([
        { type: "aws_cloudwatch_dashboard", after: { dashboard_name: "prod" } },
        { type: "aws_budgets_budget", after: { name: "prod-monthly", limit_amount: "100" } },
      ]),
    );

    // Assess
    expect(atRest?.after).toBe(3);
    expect(notCounted).toEqual([]);
  });
});
