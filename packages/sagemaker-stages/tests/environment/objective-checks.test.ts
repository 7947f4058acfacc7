import { describe, expect, it } from "@jest/globals";
import { combinedAlarms, objectiveAlarms } from "../../src/environment/alarm-names";
import { checkEnvironments } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import { models } from "../fixtures/app/functions";
import { environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

const OBJECTIVES = { availability: 0.995, p99InMs: 1500 };
const ASYNC = { ...INSTANCES, instances: { ...INSTANCES.instances, async: { days: 1 } } };
const NOTIFY = { email: "on-call@example.com" };

/** An environment whose model has objectives and these settings. */
function withObjectives(settings: object = {}, part: Partial<Environment> = {}): Environment {
  return environmentOf({ ...SERVERLESS, objectives: OBJECTIVES, ...settings }, { notify: NOTIFY, ...part });
}

function foundIn(environments: readonly Environment[], routes: object = models): string[] {
  return checkEnvironments(environments, { models: routes } as never).map(
    ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
  );
}

/** A catalog in which every name is a model, each with another route. */
function catalogOf(names: readonly string[]): object {
  const { "loan-default": model } = models;
  return Object.fromEntries(
    names.map((name, index) => [name, { ...model, route: { ...model.route, path: `/m${index}` } }]),
  );
}

describe("objectives", () => {
  it.each([
    { what: "both objectives", environment: withObjectives() },
    {
      what: "an objective for availability",
      environment: withObjectives({ objectives: { availability: 0.95 } }),
    },
    { what: "an alarm for drift", environment: withObjectives({ objectives: { drift: true } }) },
    { what: "an objective for latency", environment: withObjectives({ objectives: { p99InMs: 1 } }) },
    {
      what: "instances",
      environment: environmentOf({ ...INSTANCES, objectives: OBJECTIVES }, { notify: NOTIFY }),
    },
    {
      what: "an existing endpoint with a new function",
      environment: environmentOf({ existingEndpoint: "shared", objectives: OBJECTIVES }, { notify: NOTIFY }),
    },
    {
      what: "asynchronous requests",
      environment: environmentOf(
        { ...ASYNC, objectives: { waitInSeconds: 21_540, failuresPerHour: 0, startInSeconds: 300 } },
        { notify: NOTIFY },
      ),
    },
    {
      what: "a topic of another account",
      environment: withObjectives(
        {},
        { notify: { topicArn: "arn:aws:sns:eu-central-1:444455556666:on-call" } },
      ),
    },
  ])("may be $what", ({ environment }) => {
    // Act and assess
    expect(foundIn([environment])).toEqual([]);
  });

  it.each<{ what: string; environment: Environment; fault: string }>([
    {
      what: "an availability in percent",
      environment: withObjectives({ objectives: { availability: 99.5 } }),
      fault:
        "models.loan-default.objectives.availability: got 99.5; allowed: a part of the requests from 0.95 to 0.9999",
    },
    {
      what: "an availability of every request",
      environment: withObjectives({ objectives: { availability: 1 } }),
      fault: "models.loan-default.objectives.availability: got 1;",
    },
    {
      what: "an availability that no alarm can measure",
      environment: withObjectives({ objectives: { availability: 0.9 } }),
      fault: "models.loan-default.objectives.availability: got 0.9;",
    },
    {
      what: "a part of a millisecond",
      environment: withObjectives({ objectives: { p99InMs: 0.5 } }),
      fault: "models.loan-default.objectives.p99InMs: got 0.5; allowed: a whole number from 1",
    },
    {
      what: "no objective",
      environment: withObjectives({ objectives: {} }),
      fault:
        "models.loan-default.objectives: got {}; allowed: at least one of availability, p99InMs and drift: true",
    },
    {
      what: "only the absence of an alarm for drift",
      environment: withObjectives({ objectives: { drift: false } }),
      fault: 'models.loan-default.objectives: got {"drift":false}; allowed: at least one of',
    },
    {
      what: "an unknown objective",
      environment: withObjectives({ objectives: { p95InMs: 100 } }),
      fault:
        "models.loan-default.objectives.p95InMs: got a number; allowed: a property of the type Environment of sagemaker-stages: availability, p99InMs, drift, waitInSeconds, failuresPerHour, startInSeconds. Did you mean p99InMs?",
    },
    {
      what: "a misspelt objective",
      environment: withObjectives({ objectives: { availabilty: 0.99 } }),
      fault:
        "models.loan-default.objectives.availabilty: got a number; allowed: a property of the type Environment of sagemaker-stages: availability, p99InMs, drift, waitInSeconds, failuresPerHour, startInSeconds. Did you mean availability?",
    },
    {
      what: "a notification that is a text",
      environment: environmentOf(
        { ...SERVERLESS, objectives: OBJECTIVES },
        { notify: "team@example.com" as unknown as NonNullable<Environment["notify"]> },
      ),
      fault:
        'notify: got "team@example.com"; allowed: either { email: "on-call@example.com" }, or { topicArn: "arn:aws:sns:eu-central-1:111122223333:on-call" }',
    },
    {
      what: "a part of the name of a setting of the budget",
      environment: environmentOf(
        { ...SERVERLESS, objectives: OBJECTIVES },
        {
          notify: NOTIFY,
          budget: { monthlyInUsd: 300, notifyAt: [80] } as NonNullable<Environment["budget"]>,
        },
      ),
      fault:
        "budget.notifyAt: got a list; allowed: a property of the type Environment of sagemaker-stages: monthlyInUsd, notifyAtPercent. Did you mean notifyAtPercent?",
    },
    {
      what: "an existing function",
      environment: environmentOf(
        {
          ...SERVERLESS,
          objectives: OBJECTIVES,
          existingFunction: "scoring",
          existingFunctionRole: "scoring",
        },
        { notify: NOTIFY },
      ),
      fault:
        "models.loan-default.objectives: got objectives together with existingFunction; allowed: no objectives, or a new function",
    },
    {
      what: "functions that print no metrics",
      environment: withObjectives({}, { metrics: false }),
      fault:
        "models.loan-default.objectives: got objectives together with the environment's metrics: false; allowed: no objectives, or metrics: true",
    },
    {
      what: "no recipient of notifications",
      environment: environmentOf({ ...SERVERLESS, objectives: OBJECTIVES }),
      fault: 'notify: got nothing; allowed: notify: { email: "on-call@example.com" }',
    },
    {
      what: "an objective of real-time requests for asynchronous requests",
      environment: environmentOf({ ...ASYNC, objectives: { p99InMs: 700 } }, { notify: NOTIFY }),
      fault:
        "models.loan-default.objectives.p99InMs: got p99InMs for a model with instances.async; allowed: waitInSeconds or failuresPerHour",
    },
    {
      what: "an objective of asynchronous requests for real-time requests",
      environment: environmentOf(
        { ...SERVERLESS, objectives: { p99InMs: 700, startInSeconds: 600 } },
        { notify: NOTIFY },
      ),
      fault:
        "models.loan-default.objectives.startInSeconds: got startInSeconds for a model without instances.async; allowed: availability, p99InMs or drift",
    },
    {
      what: "a wait that is longer than SageMaker's",
      environment: environmentOf({ ...ASYNC, objectives: { waitInSeconds: 21_600 } }, { notify: NOTIFY }),
      fault:
        "models.loan-default.objectives.waitInSeconds: got 21600; allowed: a whole number from 60 to 21540",
    },
    {
      what: "only the time of a start",
      environment: environmentOf({ ...ASYNC, objectives: { startInSeconds: 600 } }, { notify: NOTIFY }),
      fault:
        'models.loan-default.objectives: got {"startInSeconds":600}; allowed: at least one of availability, p99InMs and drift: true; of waitInSeconds and failuresPerHour',
    },
  ])("are refused with $what", ({ environment, fault }) => {
    // Act
    const found = foundIn([environment]);

    // Assess
    expect(found).toEqual([expect.stringContaining(fault)]);
  });

  it("are refused for a route without a function", () => {
    // Prepare
    const { "energy-demand": model } = models;
    const catalog = { "energy-demand": { ...model, passThrough: {} } };
    const environment = withObjectives(
      {},
      { models: { "energy-demand": { ...SERVERLESS, objectives: OBJECTIVES, via: "gateway" } } },
    );

    // Act
    const found = foundIn([environment], catalog);

    // Assess
    expect(found).toContain(
      'models.energy-demand.objectives: got objectives together with via: "gateway"; allowed: no objectives, or via: "lambda"',
    );
  });

  it.each([
    { named: "test-loan-default-availability-fast" },
    { named: "test-loan-default-latency" },
    { named: "test-alarm" },
  ])("do not roll back updates: refuses $named in rollbackOn", ({ named }) => {
    // Prepare
    const deployment = { terminationWaitInSeconds: 300, rollbackOn: { alarmNames: [named] } };

    // Act
    const found = foundIn([
      environmentOf({ ...INSTANCES, objectives: OBJECTIVES, deployment }, { notify: NOTIFY }),
    ]);

    // Assess
    expect(found).toEqual([
      `models.loan-default.deployment.rollbackOn.alarmNames: got "${named}"; allowed: alarms other than the alarms of objectives, e.g. serverErrorsPerMinute, which measures the new model`,
    ]);
  });

  it("refuse an existing alarm whose name belongs to the objectives of an environment", () => {
    // Prepare
    const deployment = { terminationWaitInSeconds: 300, rollbackOn: { alarmNames: ["test-old-throttled"] } };

    // Act
    const found = foundIn([environmentOf({ ...INSTANCES, deployment })]);

    // Assess
    expect(found).toEqual([
      'models.loan-default.deployment.rollbackOn.alarmNames: got "test-old-throttled"; allowed: an alarm whose name does not start with test- or does not end with -throttled',
    ]);
  });

  it("refuse two alarms of one name", () => {
    // Prepare
    const settings = { ...INSTANCES, objectives: OBJECTIVES };
    const environment = environmentOf({}, { notify: NOTIFY, models: { a: settings, "a-model": settings } });

    // Act
    const found = foundIn([environment], catalogOf(["a", "a-model"]));

    // Assess
    expect(found).toEqual([
      "models.a-model: got the alarm test-a-model-latency, which an update of a also has; allowed: another name of one of the models",
    ]);
  });

  it("refuse more alarms than a composite alarm can combine", () => {
    // Prepare
    const names = Array.from({ length: 17 }, (_, index) => `m${index}`);
    const settings = { ...SERVERLESS, objectives: OBJECTIVES };
    const of = (count: number): Environment =>
      environmentOf(
        {},
        {
          notify: NOTIFY,
          models: Object.fromEntries(names.slice(0, count).map((name) => [name, settings])),
        },
      );

    // Act
    const [fits, refused] = [16, 17].map((count) => foundIn([of(count)], catalogOf(names)));

    // Assess
    expect(fits?.filter((fault) => fault.startsWith("models:"))).toEqual([]);
    expect(refused).toContainEqual(
      expect.stringMatching(
        /^models: got objectives with 102 alarms and \d+ characters in the rule of test-alarm; allowed: at most 100 alarms and 10240 characters/,
      ),
    );
  });

  it("refuse a model with the name of the alarms' construct", () => {
    // Prepare
    const environment = environmentOf(
      {},
      { notify: NOTIFY, models: { alarms: { ...SERVERLESS, objectives: OBJECTIVES } } },
    );

    // Act
    const found = foundIn([environment], catalogOf(["alarms"]));

    // Assess
    expect(found).toEqual(["models.alarms: got a model with this name; allowed: a model with another name"]);
  });
});

describe("notify", () => {
  it.each<{ what: string; notify: object; fault: string }>([
    {
      what: "both recipients",
      notify: { email: "a@example.com", topicArn: "arn:aws:sns:eu-central-1:111122223333:on-call" },
      fault: "notify.topicArn: got topicArn together with email; allowed: either topicArn or email",
    },
    { what: "no recipient", notify: {}, fault: "notify: got {}; allowed: email or topicArn" },
    {
      what: "two addresses",
      notify: { email: "a@example.com,b@example.com" },
      fault:
        'notify.email: got "a@example.com,b@example.com"; allowed: one email address such as on-call@example.com',
    },
    {
      what: "an address longer than 254 characters",
      notify: { email: `${"x".repeat(250)}@example.com` },
      fault: "notify.email: got 262 characters; allowed: at most 254 characters",
    },
    {
      what: "a topic's name",
      notify: { topicArn: "on-call" },
      fault: 'notify.topicArn: got "on-call"; allowed: the ARN of a standard topic',
    },
    {
      what: "a FIFO topic",
      notify: { topicArn: "arn:aws:sns:eu-central-1:111122223333:on-call.fifo" },
      fault:
        'notify.topicArn: got "arn:aws:sns:eu-central-1:111122223333:on-call.fifo"; allowed: the ARN of a standard topic',
    },
    {
      what: "a topic of another region",
      notify: { topicArn: "arn:aws:sns:us-east-1:111122223333:on-call" },
      fault:
        'notify.topicArn: got "arn:aws:sns:us-east-1:111122223333:on-call"; allowed: a topic in eu-central-1',
    },
    {
      what: "the topic that the environment creates for an address",
      notify: { topicArn: "arn:aws:sns:eu-central-1:111122223333:test-alarms" },
      fault:
        'notify.topicArn: got "arn:aws:sns:eu-central-1:111122223333:test-alarms"; allowed: a topic with another name than test-alarms',
    },
  ])("is refused with $what", ({ notify, fault }) => {
    // Act
    const found = foundIn([withObjectives({}, { notify: notify as never })]);

    // Assess
    expect(found).toContainEqual(expect.stringContaining(fault));
  });

  it("is refused without a setting that notifies", () => {
    // Act
    const found = foundIn([environmentOf(SERVERLESS, { notify: NOTIFY })]);

    // Assess
    expect(found).toEqual([
      "notify: got notify, but no model with objectives; allowed: no notify, or a model with objectives",
    ]);
  });
});

describe("the alarms of a model", () => {
  it.each([
    { what: "without objectives", settings: {}, alarms: [] },
    {
      what: "with an objective for availability",
      settings: { objectives: { availability: 0.99 } },
      alarms: ["availability-fast", "availability-slow", "throttled", "not-waking", "saturated"],
    },
    {
      what: "whose concurrency is 1",
      settings: { objectives: { p99InMs: 5 }, serverless: { memorySizeInMb: 1024, maxConcurrency: 1 } },
      alarms: ["latency", "throttled", "not-waking"],
    },
    {
      what: "whose function alone has a limit",
      settings: {
        objectives: { p99InMs: 5 },
        serverless: { memorySizeInMb: 1024, maxConcurrency: 1 },
        function: { reservedConcurrency: 2 },
      },
      alarms: ["latency", "throttled", "not-waking", "saturated"],
    },
    {
      what: "with an alarm for drift, which is not combined,",
      settings: { objectives: { drift: true } },
      alarms: ["throttled", "not-waking", "saturated"],
    },
    {
      what: "with asynchronous requests",
      settings: { ...ASYNC, objectives: { waitInSeconds: 600, failuresPerHour: 0 } },
      alarms: ["waiting", "failing", "not-starting", "throttled"],
    },
    {
      what: "with asynchronous requests and reserved concurrency",
      settings: { ...ASYNC, objectives: { failuresPerHour: 9 }, function: { reservedConcurrency: 2 } },
      alarms: ["failing", "not-starting", "throttled", "saturated"],
    },
  ])("$what are $alarms", ({ settings, alarms }) => {
    // Prepare
    const endpoint = "instances" in settings ? {} : SERVERLESS;

    // Act and assess
    expect(combinedAlarms({ ...endpoint, ...settings } as ModelSettings)).toEqual(alarms);
  });

  it("include the alarms of the single windows, and the alarm for drift", () => {
    // Act
    const alarms = objectiveAlarms({ ...SERVERLESS, objectives: { availability: 0.99, drift: true } });

    // Assess
    expect(alarms).toEqual([
      "availability-fast",
      "availability-fast-1h",
      "availability-fast-5m",
      "availability-slow",
      "availability-slow-6h",
      "availability-slow-30m",
      "throttled",
      "not-waking",
      "saturated",
      "drift",
    ]);
  });
});
