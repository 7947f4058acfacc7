import { describe, expect, it } from "@jest/globals";
import { checkEnvironments } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import { MAX_DASHBOARD_MODELS } from "../../src/environment/rules/dashboard-checks";
import { models } from "../fixtures/app/functions";
import { environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

const NOTIFY = { email: "on-call@example.com" };
const DAY = { cron: "0 7 ? * MON-FRI *", minCapacity: 2, maxCapacity: 2 };
const NIGHT = { cron: "0 19 ? * MON-FRI *", minCapacity: 1, maxCapacity: 1 };
const SCHEDULE = { timezone: "Europe/Berlin", actions: { day: DAY, night: NIGHT } };
const PROVISIONED = { ...SERVERLESS.serverless, provisionedConcurrency: 2 };
const TRACKING = { minCapacity: 1, maxCapacity: 4, targetUtilization: 0.7 };

function foundIn(environment: Environment, routes: object = models): string[] {
  return checkEnvironments([environment], { models: routes } as never).map(
    ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
  );
}

const serverless = (settings: object) =>
  environmentOf({ ...SERVERLESS, serverless: { ...PROVISIONED, ...settings } });
const instances = (settings: object) =>
  environmentOf({ ...INSTANCES, instances: { ...INSTANCES.instances, ...settings } });
const withActions = (actions: object) => serverless({ schedule: { actions } });

describe("a schedule", () => {
  it.each([
    ["of provisioned concurrency", serverless({ schedule: SCHEDULE })],
    ["in UTC by default", withActions({ day: DAY, night: NIGHT })],
    [
      "with autoscaling between different capacities",
      serverless({
        autoscaling: TRACKING,
        schedule: { actions: { day: { ...DAY, maxCapacity: 5 }, night: NIGHT } },
      }),
    ],
    ["of instances", instances({ schedule: SCHEDULE })],
    [
      "with autoscaling and a smaller capacity at the start",
      serverless({ provisionedConcurrency: 1, autoscaling: TRACKING, schedule: SCHEDULE }),
    ],
    ...["America/New_York", "Asia/Kolkata", "Etc/GMT+9", "UTC"].map((timezone): [string, Environment] => [
      `in ${timezone}`,
      serverless({ schedule: { ...SCHEDULE, timezone } }),
    ]),
  ])("is valid: %s", (_, environment) => {
    // Act
    const faults = foundIn(environment);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, Environment, RegExp]>([
    [
      "without provisioned concurrency",
      environmentOf({ ...SERVERLESS, serverless: { ...SERVERLESS.serverless, schedule: SCHEDULE } }),
      /^models\.loan-default\.serverless\.schedule: got schedule without provisionedConcurrency/,
    ],
    [
      "with one action",
      withActions({ day: DAY }),
      /schedule\.actions: got 1 actions; allowed: 2–200 actions/,
    ],
    [
      "with another form of cron",
      withActions({ day: { ...DAY, cron: "0 7 * * MON-FRI" }, night: NIGHT }),
      /actions\.day\.cron: got "0 7 \* \* MON-FRI"; allowed: six fields/,
    ],
    [
      "with an unknown time zone",
      serverless({ schedule: { ...SCHEDULE, timezone: "Europe/Atlantis" } }),
      /schedule\.timezone: got "Europe\/Atlantis"; allowed: UTC, or a canonical name/,
    ],
    ...["CET ", "europe/berlin", "Europe/BERLIN", "Etc/GMT+13"].map(
      (timezone): [string, Environment, RegExp] => [
        `with another spelling of a time zone: ${timezone}`,
        serverless({ schedule: { ...SCHEDULE, timezone } }),
        /schedule\.timezone: got "[^"]+"; allowed: UTC, or a canonical name/,
      ],
    ),
    [
      "with a single year",
      withActions({ day: { ...DAY, cron: "0 7 ? * MON-FRI 2027" }, night: NIGHT }),
      /actions\.day\.cron: got "0 7 \? \* MON-FRI 2027"; allowed: six fields/,
    ],
    [
      "at times that no year has",
      withActions({ day: { ...DAY, cron: "0 7 30 FEB ? *" }, night: NIGHT }),
      /actions\.day\.cron: got "0 7 30 FEB \? \*"; allowed: six fields/,
    ],
    [
      "with two actions in the same minute",
      withActions({ day: DAY, night: NIGHT, friday: { ...NIGHT, cron: "0 7 ? * FRI *" } }),
      /actions\.friday\.cron: got times at which the action day also changes the capacity; allowed: actions at/,
    ],
    [
      "when a deployment in working hours would lower the provisioned concurrency",
      serverless({ provisionedConcurrency: 1, schedule: SCHEDULE }),
      /serverless\.schedule\.actions: got minCapacity 2 with provisionedConcurrency 1; allowed: provisionedConcurrency of/,
    ],
    [
      "when a deployment in working hours would remove instances",
      instances({ initialInstanceCount: 1, schedule: SCHEDULE }),
      /instances\.schedule\.actions: got minCapacity 2 with initialInstanceCount 1; allowed: initialInstanceCount of/,
    ],
    [
      "that switches provisioned concurrency off",
      withActions({ day: DAY, night: { ...NIGHT, minCapacity: 0 } }),
      /actions\.night\.minCapacity: got 0; allowed: a whole number from 1 to 5/,
    ],
    [
      "beyond the concurrency of the endpoint",
      withActions({ day: { ...DAY, maxCapacity: 6 }, night: NIGHT }),
      /actions\.day\.maxCapacity: got 6; allowed: a whole number from 2 to 5/,
    ],
    [
      "with a range that nothing uses",
      withActions({ day: { ...DAY, maxCapacity: 4 }, night: NIGHT }),
      /actions\.day\.maxCapacity: got minCapacity 2 and maxCapacity 4 without autoscaling/,
    ],
    [
      "of burstable instances",
      instances({ instanceType: "ml.t2.medium", schedule: SCHEDULE }),
      /instances\.schedule: got schedule together with instanceType ml\.t2\.medium/,
    ],
    [
      "with a name that is no id",
      withActions({ "At night": NIGHT, day: DAY }),
      /actions\.At night: got "At night"/,
    ],
    [
      "with an unknown property",
      withActions({ day: { ...DAY, at: "7:00" }, night: NIGHT }),
      /actions\.day\.at/,
    ],
  ])("is refused %s", (_, environment, expected) => {
    // Act
    const faults = foundIn(environment);

    // Assess
    expect(faults).toEqual([expect.stringMatching(expected)]);
  });
});

describe("a budget", () => {
  const withBudget = (budget: object, part: Partial<Environment> = { notify: NOTIFY }) =>
    environmentOf(SERVERLESS, { budget, ...part } as Partial<Environment>);

  it.each([
    ["with an email address", withBudget({ monthlyInUsd: 50 })],
    [
      "with a topic",
      withBudget(
        { monthlyInUsd: 0.5 },
        { notify: { topicArn: "arn:aws:sns:eu-central-1:444455556666:bill" } },
      ),
    ],
    ["with thresholds", withBudget({ monthlyInUsd: 50, notifyAtPercent: [50, 150, 1000] })],
    ["of a cent", withBudget({ monthlyInUsd: 0.01 })],
    ["with cents", withBudget({ monthlyInUsd: 1234.57 })],
  ])("is valid %s", (_, environment) => {
    // Act
    const faults = foundIn(environment);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, Environment, RegExp]>([
    [
      "without a recipient",
      withBudget({ monthlyInUsd: 50 }, {}),
      /^notify: got nothing; allowed: notify: \{ email/,
    ],
    ...[0, -1, 0.009, 1e-7, 10.005, 1e21].map((monthlyInUsd): [string, Environment, RegExp] => [
      `of ${monthlyInUsd}`,
      withBudget({ monthlyInUsd }),
      /^budget\.monthlyInUsd: got \S+; allowed: an amount from 0\.01 to 1000000000 with at most two decimals/,
    ]),
    [
      "with a threshold above ten times the budget",
      withBudget({ monthlyInUsd: 1, notifyAtPercent: [1001] }),
      /^budget\.notifyAtPercent.*: got 1001; allowed: a whole number from 1 to 1000/,
    ],
    [
      "without thresholds",
      withBudget({ monthlyInUsd: 1, notifyAtPercent: [] }),
      /^budget\.notifyAtPercent: got \[\]/,
    ],
    [
      "with equal thresholds",
      withBudget({ monthlyInUsd: 1, notifyAtPercent: [80, 80] }),
      /^budget\.notifyAtPercent: got \[80,80\]; allowed: 1–9 different whole numbers/,
    ],
    [
      "with ten thresholds",
      withBudget({ monthlyInUsd: 1, notifyAtPercent: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }),
      /^budget\.notifyAtPercent/,
    ],
    [
      "with a part of a percent",
      withBudget({ monthlyInUsd: 1, notifyAtPercent: [99.5] }),
      /^budget\.notifyAtPercent.*: got 99\.5/,
    ],
    [
      "in China",
      withBudget(
        { monthlyInUsd: 1 },
        { region: "cn-north-1", notify: { topicArn: "arn:aws-cn:sns:cn-north-1:444455556666:bill" } },
      ),
      /^budget: got .*allowed: no budget in cn-north-1/,
    ],
  ])("is refused %s", (_, environment, expected) => {
    // Act
    const faults = foundIn(environment);

    // Assess
    expect(faults).toEqual([expect.stringMatching(expected)]);
  });
});

describe("a dashboard", () => {
  /** An environment with a number of models, and the routes of these models. */
  function withModels(count: number): [Environment, object] {
    const names = Array.from({ length: count }, (_, index) => `m${index}`);
    const { "loan-default": model } = models;
    const routes = names.map((name) => [name, { ...model, route: { ...model.route, path: `/${name}` } }]);
    const served = names.map((name) => [name, { existingEndpoint: "shared" }]);
    const environment = environmentOf(SERVERLESS, { dashboard: true, models: Object.fromEntries(served) });
    return [environment, Object.fromEntries(routes)];
  }

  it("is valid with as many models as CloudWatch can show", () => {
    // Prepare
    const [environment, routes] = withModels(MAX_DASHBOARD_MODELS);

    // Act
    const faults = foundIn(environment, routes);

    // Assess
    expect(faults).toEqual([]);
  });

  it("is refused with more models", () => {
    // Prepare
    const [environment, routes] = withModels(MAX_DASHBOARD_MODELS + 1);

    // Act
    const faults = foundIn(environment, routes);

    // Assess
    expect(faults).toEqual([
      expect.stringMatching(/^dashboard: got a dashboard of 41 models; allowed: no dashboard/),
    ]);
  });

  it.each([
    ["dashboard", { dashboard: true }, "the construct of the dashboard has the same name"],
    [
      "budget",
      { budget: { monthlyInUsd: 1 }, notify: NOTIFY },
      "the construct of the budget has the same name",
    ],
  ])("and a budget are refused with a model of the same name: %s", (name, part, because) => {
    // Prepare
    const { "loan-default": model } = models;
    const environment = environmentOf(SERVERLESS, {
      ...part,
      models: { [name]: { existingEndpoint: "shared" } },
    });

    // Act
    const faults = checkEnvironments([environment], { models: { [name]: model } } as never);

    // Assess
    expect(faults.map((fault) => fault.because)).toEqual([because]);
  });
});
