import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { example, exampleModel, named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const ACCOUNT = "111122223333";
const ACTIONS = {
  day: { cron: "0 7 ? * MON-FRI *", minCapacity: 3, maxCapacity: 3 },
  night: { cron: "0 19 ? * MON-FRI *", minCapacity: 1, maxCapacity: 1 },
};
const SERVERLESS = { ...exampleModel.serverless, provisionedConcurrency: 3 };
const TRACKING = { minCapacity: 1, maxCapacity: 4, targetUtilization: 0.7 };

/** The example with these settings of its serverless endpoint. */
function withServerless(name: string, settings: object): Environment {
  return named(name, {
    ...example,
    models: { "loan-default": { ...exampleModel, serverless: { ...SERVERLESS, ...settings } } },
  });
}

const { serverless: _, ...model } = exampleModel;

const scheduled = withServerless("scheduled", { schedule: { timezone: "Europe/Berlin", actions: ACTIONS } });
const tracked = withServerless("tracked", { autoscaling: TRACKING });
const both = withServerless("both", { autoscaling: TRACKING, schedule: { actions: ACTIONS } });
const instances = named("instances", {
  ...example,
  models: {
    "loan-default": {
      ...model,
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 3, schedule: { actions: ACTIONS } },
    },
  },
});
const synthesized = synthesize([scheduled, tracked, both, instances]);

function actionsOf(environment: Environment): string[] {
  return Object.values(deployerPolicies(environment, ACCOUNT))
    .flatMap(({ Statement }) => Statement)
    .flatMap(({ Action }) => Action)
    .filter((action) => /^(?:application-autoscaling|cloudwatch):/.test(action));
}

describe("a schedule", () => {
  it("has an action of Application Auto Scaling for each of its actions", () => {
    // Act
    const actions = synthesized.stack("scheduled").all("aws_appautoscaling_scheduled_action", 2);

    // Assess
    const target = synthesized.stack("scheduled").one("aws_appautoscaling_target").address;
    const ofTarget = {
      resource_id: `\${${target}.resource_id}`,
      scalable_dimension: `\${${target}.scalable_dimension}`,
      service_namespace: `\${${target}.service_namespace}`,
      timezone: "Europe/Berlin",
    };
    expect(actions.map(({ values }) => values)).toMatchObject([
      {
        ...ofTarget,
        name: "scheduled-loan-default-day",
        schedule: "cron(0 7 ? * MON-FRI *)",
        scalable_target_action: { min_capacity: "3", max_capacity: "3" },
      },
      {
        ...ofTarget,
        name: "scheduled-loan-default-night",
        schedule: "cron(0 19 ? * MON-FRI *)",
        scalable_target_action: { min_capacity: "1", max_capacity: "1" },
      },
    ]);
  });

  it.each([
    ["scheduled", 3, 3, "sagemaker:variant:DesiredProvisionedConcurrency", []],
    ["both", 1, 4, "sagemaker:variant:DesiredProvisionedConcurrency", ["both-loan-default-target-tracking"]],
    ["instances", 3, 3, "sagemaker:variant:DesiredInstanceCount", []],
  ])(
    "begins with the capacity of the settings, and has a policy only with autoscaling: %s",
    (name, min, max, dimension, policies) => {
      // Prepare
      const stack = synthesized.stack(name);

      // Act
      const { values } = stack.one("aws_appautoscaling_target");

      // Assess
      expect(values).toMatchObject({ min_capacity: min, max_capacity: max, scalable_dimension: dimension });
      expect(stack.find("aws_appautoscaling_policy").map((policy) => policy.values.name)).toEqual(policies);
    },
  );

  it.each(["scheduled", "both", "instances"])(
    "changes the capacity without a change in the next plan, and new settings replace the target: %s",
    (name) => {
      // Act
      const { values } = synthesized.stack(name).one("aws_appautoscaling_target");

      // Assess
      const [fixed] = synthesized
        .stack(name)
        .find("terraform_data")
        .filter(({ address }) => address.includes("fixed"));
      expect(values.lifecycle).toEqual({
        ignore_changes: ["min_capacity", "max_capacity"],
        replace_triggered_by: [fixed?.address],
      });
      expect(JSON.stringify(fixed?.values)).toMatch(
        /"maxCapacity":"\d".*"minCapacity":"\d"|"minCapacity":"\d".*"maxCapacity":"\d"/,
      );
    },
  );

  it.each(["scheduled", "instances"])(
    "changes one action after the other, because Application Auto Scaling refuses concurrent changes: %s",
    (name) => {
      // Act
      const [first, second] = synthesized.stack(name).all("aws_appautoscaling_scheduled_action", 2);

      // Assess
      expect(first?.values.depends_on).toBeUndefined();
      expect(second?.values.depends_on).toEqual([first?.address]);
    },
  );

  it("changes the policy before its actions", () => {
    // Prepare
    const stack = synthesized.stack("both");

    // Act
    const [first, second] = stack.all("aws_appautoscaling_scheduled_action", 2);

    // Assess
    expect(first?.values.depends_on).toEqual([stack.one("aws_appautoscaling_policy").address]);
    expect(second?.values.depends_on).toEqual([first?.address]);
  });

  it("leaves no part in an environment without a schedule", () => {
    // Act
    const { text } = synthesized.stack("tracked");

    // Assess
    expect(text).not.toMatch(/scheduled_action|ignore_changes/);
  });
});

describe("the permissions for scaling", () => {
  const COMMON = [
    "application-autoscaling:DeregisterScalableTarget",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:RegisterScalableTarget",
  ];
  const OF_SCHEDULES = [
    "application-autoscaling:DeleteScheduledAction",
    "application-autoscaling:DescribeScheduledActions",
    "application-autoscaling:PutScheduledAction",
  ];
  const OF_TRACKING = [
    "application-autoscaling:DeleteScalingPolicy",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:PutScalingPolicy",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:PutMetricAlarm",
  ];

  it.each<[string, Environment, string[], string[]]>([
    ["a schedule", scheduled, [...COMMON, ...OF_SCHEDULES], OF_TRACKING],
    ["autoscaling", tracked, [...COMMON, ...OF_TRACKING], OF_SCHEDULES],
    ["both", both, [...COMMON, ...OF_SCHEDULES, ...OF_TRACKING], []],
  ])("contain no action that %s does not need", (_name, environment, needed, others) => {
    // Act
    const actions = actionsOf(environment);

    // Assess
    expect(needed.filter((action) => !actions.includes(action))).toEqual([]);
    expect(others.filter((action) => actions.includes(action))).toEqual([]);
  });

  it("let a plan read scheduled actions, and change none", () => {
    // Act
    const actions = Object.values(plannerPolicies(scheduled, ACCOUNT))
      .flatMap(({ Statement }) => Statement)
      .flatMap(({ Action }) => Action)
      .filter((action) => action.includes("ScheduledAction"));

    // Assess
    expect(actions).toEqual(["application-autoscaling:DescribeScheduledActions"]);
  });
});
