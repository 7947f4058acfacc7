import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { asyncRequests } from "../../examples/async-requests";
import { objectives } from "../../examples/objectives";
import { DRIFT_METRIC, METRICS, METRICS_NAMESPACE } from "../../src/aws/metrics";
import {
  ASYNC_OBJECTIVE_ALARMS,
  combinedAlarms,
  OBJECTIVE_ALARMS,
  objectiveAlarmNames,
} from "../../src/environment/alarm-names";
import { BACKLOG_ALARM } from "../../src/environment/async-requests";
import type { Environment } from "../../src/environment/environment";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import type { Statement } from "../../src/iam/policy-document";
import { isAllowed } from "../deploy/support/evaluation";
import { example, exampleModel, exampleWith, named } from "./support/environments";
import { type Found, parseEmbedded, type SynthesizedStack, synthesize } from "./support/synthesized";

const ACCOUNT = "111122223333";
const TOPIC = "arn:aws:sns:eu-central-1:444455556666:on-call";

const available = {
  ...exampleWith({ objectives: { availability: 0.995 } }),
  notify: { email: "on-call@example.com" },
};
const toTopic: Environment = {
  ...exampleWith({ objectives: { availability: 0.99, p99InMs: 700 }, function: { reservedConcurrency: 10 } }),
  notify: { topicArn: TOPIC },
};
const shared: Environment = {
  ...example,
  notify: { topicArn: TOPIC },
  models: { "language-check": { existingEndpoint: "shared", objectives: { p99InMs: 700 } } },
};
const single: Environment = {
  ...example,
  notify: { topicArn: TOPIC },
  models: {
    "loan-default": {
      ...exampleModel,
      serverless: { memorySizeInMb: 1024, maxConcurrency: 1 },
      objectives: { p99InMs: 700 },
      tags: { CostCenter: "4711" },
    },
  },
};

const queued: Environment = {
  ...example,
  notify: { topicArn: TOPIC },
  models: {
    "energy-demand": {
      artifact: exampleModel.artifact,
      image: exampleModel.image,
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 1, async: { days: 1 } },
      function: { reservedConcurrency: 20 },
      objectives: { waitInSeconds: 3600, failuresPerHour: 0, startInSeconds: 901 },
    },
  },
};

const synthesized = synthesize([
  example,
  named("available", available),
  { ...named("topic", toTopic), project: "shop" },
  named("shared", shared),
  named("single", single),
  objectives,
  named("queued", queued),
  asyncRequests,
]);

type MetricAlarm = Found<"aws_cloudwatch_metric_alarm">["values"];

function metricAlarms(stack: SynthesizedStack): ReadonlyMap<string, MetricAlarm> {
  return new Map(stack.find("aws_cloudwatch_metric_alarm").map(({ values }) => [values.alarm_name, values]));
}

function compositeAlarms(stack: SynthesizedStack) {
  return new Map(
    stack.find("aws_cloudwatch_composite_alarm").map(({ values }) => [values.alarm_name, values]),
  );
}

/** An alarm of the only model, without the name's start. */
function alarm(environment: string, name: string): MetricAlarm {
  const [, found] =
    [...metricAlarms(synthesized.stack(environment))].find(([alarmName]) => alarmName.endsWith(`-${name}`)) ??
    [];
  if (found === undefined) throw new Error(`${environment} has no alarm ${name}`);
  return found;
}

/** The expression of an alarm, with the names of its metrics. */
function measured({ metric_query: queries = [] }: MetricAlarm) {
  const metrics = queries.flatMap(({ id, metric }) =>
    metric === undefined
      ? []
      : [
          [
            id,
            `${metric.namespace} ${metric.metric_name} ${metric.stat} ${JSON.stringify(metric.dimensions)}`,
          ],
        ],
  );
  return {
    expression: queries.find(({ expression }) => expression !== undefined)?.expression,
    metrics: Object.fromEntries(metrics),
    periods: [...new Set(queries.flatMap(({ metric }) => metric?.period ?? []))],
  };
}

describe("an environment without objectives", () => {
  it("has neither alarms nor a topic", () => {
    // Act
    const { text } = synthesized.stack("test");

    // Assess
    expect(text).not.toMatch(/aws_cloudwatch_metric_alarm|aws_cloudwatch_composite_alarm|aws_sns/);
  });
});

describe("the alarms of an objective for availability", () => {
  it("compare failed requests with all requests, and count requests that never reached the handler", () => {
    // Act
    const { expression, metrics, periods } = measured(alarm("available", "availability-fast-1h"));

    // Assess
    const own = '{"Environment":"available","Model":"loan-default"}';
    const ofFunction = '{"FunctionName":"available-loan-default"}';
    const failed = "FILL(failures, 0) + FILL(errors, 0) + FILL(throttles, 0)";
    expect(expression).toBe(
      `IF(${failed} >= 3, (${failed}) / (FILL(invocations, 0) + FILL(throttles, 0)), 0)`,
    );
    expect(metrics).toEqual({
      failures: `SageMakerStages Failures Sum ${own}`,
      invocations: `AWS/Lambda Invocations Sum ${ofFunction}`,
      errors: `AWS/Lambda Errors Sum ${ofFunction}`,
      throttles: `AWS/Lambda Throttles Sum ${ofFunction}`,
    });
    expect(periods).toEqual([3600]);
  });

  it.each([
    // 14.4 × 0.5 % and 6 × 0.5 %
    { window: "availability-fast-1h", seconds: 3600, threshold: 0.072, failures: 3, last: 1 },
    { window: "availability-fast-5m", seconds: 300, threshold: 0.072, failures: 1, last: 4 },
    { window: "availability-slow-6h", seconds: 21_600, threshold: 0.03, failures: 3, last: 1 },
    { window: "availability-slow-30m", seconds: 1800, threshold: 0.03, failures: 1, last: 4 },
  ])(
    "$window goes off above $threshold of at least $failures failed requests, in one of $last periods",
    ({ window, seconds, threshold, failures, last }) => {
      // Act
      const found = alarm("available", window);

      // Assess
      expect(found).toMatchObject({
        threshold,
        comparison_operator: "GreaterThanThreshold",
        evaluation_periods: last,
        datapoints_to_alarm: 1,
        treat_missing_data: "notBreaching",
      });
      expect(measured(found).periods).toEqual([seconds]);
      expect(measured(found).expression).toContain(`>= ${failures}, `);
      // Only the composite alarms notify.
      expect(found.alarm_actions).toBeUndefined();
    },
  );

  it("need both windows, and the fast alarm notifies by itself", () => {
    // Act
    const composites = compositeAlarms(synthesized.stack("available"));

    // Assess
    const fast = composites.get("available-loan-default-availability-fast");
    const slow = composites.get("available-loan-default-availability-slow");
    expect(fast?.alarm_rule).toMatch(
      /^ALARM\("\$\{\S+fast-1h_\w+\.alarm_name\}"\) AND ALARM\("\$\{\S+fast-5m_\w+\.alarm_name\}"\)$/,
    );
    expect(slow?.alarm_rule).toMatch(
      /^ALARM\("\$\{\S+slow-6h_\w+\.alarm_name\}"\) AND ALARM\("\$\{\S+slow-30m_\w+\.alarm_name\}"\)$/,
    );
    expect(fast?.alarm_actions).toEqual(fast?.ok_actions);
    expect(fast?.alarm_actions).toHaveLength(1);
    expect(slow?.alarm_actions).toBeUndefined();
  });
});

describe("the other alarms of a model", () => {
  it("latency ignores periods with few requests", () => {
    // Act
    const found = alarm("topic", "latency");

    // Assess
    expect(found).toMatchObject({ threshold: 700, evaluation_periods: 2, datapoints_to_alarm: 2 });
    expect(measured(found)).toMatchObject({
      expression: "IF(FILL(timed, 0) >= 50, FILL(p99, 0), 0)",
      metrics: {
        timed: 'SageMakerStages TotalTime SampleCount {"Environment":"shop-topic","Model":"loan-default"}',
        p99: 'SageMakerStages TotalTime p99 {"Environment":"shop-topic","Model":"loan-default"}',
      },
      periods: [900],
    });
  });

  it("throttled counts the throttles of SageMaker and of Lambda", () => {
    // Act
    const found = alarm("topic", "throttled");

    // Assess
    expect(found).toMatchObject({ threshold: 0, evaluation_periods: 3, datapoints_to_alarm: 3 });
    expect(measured(found)).toMatchObject({
      expression: "FILL(endpoint, 0) + FILL(lambda, 0)",
      metrics: {
        endpoint: expect.stringContaining("SageMakerStages Throttles Sum"),
        lambda: 'AWS/Lambda Throttles Sum {"FunctionName":"shop-topic-loan-default"}',
      },
    });
  });

  it("not-waking needs three periods of an hour in which no request received another answer", () => {
    // Act
    const found = alarm("topic", "not-waking");

    // Assess
    expect(found).toMatchObject({
      threshold: 1,
      comparison_operator: "GreaterThanOrEqualToThreshold",
      evaluation_periods: 12,
      datapoints_to_alarm: 3,
    });
    expect(measured(found)).toMatchObject({
      expression: "IF(FILL(wakeUps, 0) > 0, FILL(wakeUps, 0) / FILL(timed, 0), 0)",
      // A request that the function refused has no time.
      metrics: { timed: expect.stringContaining("SageMakerStages TotalTime SampleCount") },
      periods: [300],
    });
  });

  it("saturated observes the larger used part of both limits", () => {
    // Act
    const found = alarm("topic", "saturated");

    // Assess
    expect(found).toMatchObject({ threshold: 0.8, evaluation_periods: 15, datapoints_to_alarm: 10 });
    expect(measured(found)).toEqual({
      expression: "IF(FILL(endpoint, 0) > FILL(lambda, 0) / 10, FILL(endpoint, 0), FILL(lambda, 0) / 10)",
      metrics: {
        endpoint:
          'AWS/SageMaker ServerlessConcurrentExecutionsUtilization Maximum {"EndpointName":"shop-topic-loan-default","VariantName":"AllTraffic"}',
        lambda: 'AWS/Lambda ConcurrentExecutions Maximum {"FunctionName":"shop-topic-loan-default"}',
      },
      periods: [60],
    });
  });

  it("drift keeps the state of the last run of the command, and notifies by itself", () => {
    // Act
    const found = alarm("objectives", "drift");
    const rule = compositeAlarms(synthesized.stack("objectives")).get("objectives-alarm")?.alarm_rule;

    // Assess
    const topic = `\${${synthesized.stack("objectives").one("aws_sns_topic").address}.arn}`;
    expect(found).toMatchObject({
      alarm_name: "objectives-house-price-drift",
      threshold: 0,
      comparison_operator: "GreaterThanThreshold",
      evaluation_periods: 1,
      datapoints_to_alarm: 1,
      treat_missing_data: "ignore",
      alarm_actions: [topic],
      ok_actions: [topic],
    });
    expect(measured(found)).toEqual({
      expression: undefined,
      metrics: {
        value: 'SageMakerStages Drift Maximum {"Environment":"objectives","Model":"house-price"}',
      },
      periods: [60],
    });
    // It would keep the environment's alarm on for weeks, which then sends nothing about an outage.
    expect(rule).not.toContain("drift");
  });

  it("drift may publish to the new topic", () => {
    // Act
    const { policy } = synthesized.stack("objectives").one("aws_sns_topic_policy").values;

    // Assess
    expect(policy).toContain("alarm:objectives-house-price-drift");
  });

  it.each(["shared", "single"])("saturated is absent without a limit to observe: %s", (name) => {
    // Act
    const names = [...metricAlarms(synthesized.stack(name)).keys()];

    // Assess
    expect(names.map((one) => one.replace(/^\w+-(?:loan-default|language-check)-/, ""))).toEqual(
      expect.arrayContaining(["latency", "throttled", "not-waking"]),
    );
    expect(names).toHaveLength(3);
  });

  it("have the tags of their model", () => {
    // Act
    const { tags } = alarm("single", "latency");

    // Assess
    expect(tags).toEqual({ CostCenter: "4711", Model: "loan-default" });
  });
});

describe("the alarms of a model with asynchronous requests", () => {
  it("are those of its queue, and those of its function", () => {
    // Act
    const names = [...metricAlarms(synthesized.stack("queued")).keys()];

    // Assess
    expect(names.map((name) => name.replace("queued-energy-demand-", "")).sort()).toEqual([
      // The alarm that starts the first instance belongs to the scaling.
      "backlog-without-capacity",
      "failing",
      "not-starting",
      "saturated",
      "throttled",
      "waiting",
    ]);
  });

  it("waiting observes the oldest request of the queue", () => {
    // Act
    const found = alarm("queued", "waiting");

    // Assess
    expect(found).toMatchObject({
      threshold: 3600,
      comparison_operator: "GreaterThanThreshold",
      evaluation_periods: 1,
      datapoints_to_alarm: 1,
      treat_missing_data: "notBreaching",
    });
    expect(measured(found)).toEqual({
      expression: "FILL(age, 0)",
      // The queue belongs to the endpoint: the metric has no variant.
      metrics: {
        age: 'AWS/SageMaker ApproximateAgeOfOldestRequest Maximum {"EndpointName":"queued-energy-demand"}',
      },
      periods: [300],
    });
  });

  it("failing counts requests that fail in the endpoint, in the queue and in the function", () => {
    // Act
    const found = alarm("queued", "failing");

    // Assess
    const ofVariant = '{"EndpointName":"queued-energy-demand","VariantName":"AllTraffic"}';
    expect(found).toMatchObject({
      threshold: 0,
      comparison_operator: "GreaterThanThreshold",
      evaluation_periods: 1,
      datapoints_to_alarm: 1,
    });
    expect(measured(found)).toEqual({
      expression: "FILL(invocations, 0) + FILL(expired, 0) + FILL(starts, 0) + FILL(errors, 0)",
      metrics: {
        invocations: `AWS/SageMaker InvocationFailures Sum ${ofVariant}`,
        expired: `AWS/SageMaker ExpiredRequests Sum ${ofVariant}`,
        starts: 'SageMakerStages Failures Sum {"Environment":"queued","Model":"energy-demand"}',
        errors: 'AWS/Lambda Errors Sum {"FunctionName":"queued-energy-demand"}',
      },
      periods: [3600],
    });
  });

  it.each([
    { environment: "queued", model: "energy-demand", what: "rounded up to minutes", minutes: 16 },
    { environment: "async", model: "loan-default", what: "15 minutes by default", minutes: 15 },
  ])("not-starting needs the whole time of a start, $what", ({ environment, model, minutes }) => {
    // Act
    const found = alarm(environment, "not-starting");

    // Assess
    expect(found).toMatchObject({
      threshold: 1,
      comparison_operator: "GreaterThanOrEqualToThreshold",
      evaluation_periods: minutes,
      datapoints_to_alarm: minutes,
      treat_missing_data: "notBreaching",
    });
    expect(measured(found)).toEqual({
      expression: undefined,
      metrics: {
        // The queue belongs to the endpoint: the metric has no variant.
        value: `AWS/SageMaker HasBacklogWithoutCapacity Average {"EndpointName":"${environment}-${model}"}`,
      },
      periods: [60],
    });
  });

  it("belong to the composite alarm, and the alarm that starts an instance does not", () => {
    // Act
    const rule = compositeAlarms(synthesized.stack("async")).get("async-alarm")?.alarm_rule ?? "";

    // Assess
    expect(rule.split(" OR ")).toHaveLength(4);
    for (const one of ["waiting", "failing", "not-starting", "throttled"]) {
      expect(rule).toContain(`alarms_loan-default_${one}_`);
    }
    expect(rule).not.toContain("start-alarm");
  });

  it("are permitted to the deployer, and to no deployer of an environment without such models", () => {
    // Prepare
    const name = `arn:aws:cloudwatch:eu-central-1:${ACCOUNT}:alarm:async-loan-default-not-starting`;
    const other = { ...objectives, name: "async" };
    const request = { action: "cloudwatch:PutMetricAlarm", resource: name, context: {} };

    // Act
    const [own, foreign] = [asyncRequests, other].map((environment) =>
      isAllowed(Object.values(deployerPolicies(environment, ACCOUNT)), request),
    );

    // Assess
    expect([own, foreign]).toEqual([true, false]);
  });
});

describe.each(["available", "topic", "shared", "single", "objectives"])("every alarm of %s", (name) => {
  const stack = synthesized.stack(name);
  const alarms = [...metricAlarms(stack).values()];

  it("reads at most ten metrics of one period, and returns one value", () => {
    for (const { metric_query: queries = [] } of alarms) {
      // Act
      const returned = queries.filter(({ return_data: isReturned }) => isReturned === true);
      const metrics = queries.flatMap(({ metric }) => metric ?? []);

      // Assess
      expect(returned).toHaveLength(1);
      expect(metrics.length).toBeLessThanOrEqual(10);
      expect(new Set(metrics.map(({ period }) => period)).size).toBe(1);
    }
  });

  it("evaluates no more time than CloudWatch permits", () => {
    for (const found of alarms) {
      // Act
      const [period = 0] = measured(found).periods;

      // Assess
      expect(period * found.evaluation_periods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800);
    }
  });

  it("reads only metrics that the function prints with a unit, and the metric of drift", () => {
    // Act
    const printed = alarms.flatMap(({ metric_query: queries = [] }) =>
      queries.flatMap(({ metric }) => (metric?.namespace === METRICS_NAMESPACE ? [metric.metric_name] : [])),
    );

    // Assess
    expect(printed.filter((metric) => metric !== DRIFT_METRIC && !Object.hasOwn(METRICS, metric))).toEqual(
      [],
    );
    expect(printed).not.toHaveLength(0);
  });

  it("is deleted only after the composite alarm that names it", () => {
    // Act
    const combined = [...alarms, ...compositeAlarms(stack).values()].filter(
      ({ alarm_name: alarmName }) => !/-(?:alarm|drift)$/.test(alarmName),
    );

    // Assess
    expect(combined.map(({ lifecycle }) => lifecycle)).toEqual(
      combined.map(() => ({ create_before_destroy: true })),
    );
  });
});

describe("the description of every alarm", () => {
  it("names a section of the runbook in docs/alarms.md", () => {
    // Prepare
    const page = readFileSync(join(__dirname, "../../../../docs/alarms.md"), "utf8");
    const headings = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = ""]) => heading.toLowerCase());
    const alarms = ["objectives", "async"].flatMap((name) => {
      const stack = synthesized.stack(name);
      const ofObjectives = [...metricAlarms(stack)].filter(([one]) => !one.endsWith(`-${BACKLOG_ALARM}`));
      return [...ofObjectives.map(([, values]) => values), ...compositeAlarms(stack).values()];
    });

    // Act
    const sections = alarms.map(
      ({ alarm_description: description }) =>
        /\. Runbook: docs\/alarms\.md#([\w-]+) of sagemaker-stages$/.exec(description ?? "")?.[1] ?? "none",
    );

    // Assess
    expect(sections.filter((section) => !headings.includes(section))).toEqual([]);
    const own = [...OBJECTIVE_ALARMS, ...ASYNC_OBJECTIVE_ALARMS].filter((one) => !/\d[mh]$/.test(one));
    expect([...new Set(sections)].sort()).toEqual([...own, "runbook"].sort());
  });
});

describe("the composite alarm of an environment", () => {
  it("combines the alarms of all models that have objectives, and notifies", () => {
    // Act
    const stack = synthesized.stack("objectives");
    const found = compositeAlarms(stack).get("objectives-alarm");

    // Assess
    const topic = stack.one("aws_sns_topic").address;
    const models = Object.entries(objectives.models);
    const expected = models.flatMap(([model, settings]) =>
      combinedAlarms(settings).map((one) => `${model}_${one}`),
    );
    const rule = found?.alarm_rule ?? "";
    expect(rule.split(" OR ")).toHaveLength(expected.length);
    for (const one of expected) expect(rule).toContain(`alarms_${one}_`);
    expect(found).toMatchObject({ alarm_actions: [`\${${topic}.arn}`], ok_actions: [`\${${topic}.arn}`] });
  });

  it("and every other alarm have the names that the rules know", () => {
    // Act
    const stack = synthesized.stack("objectives");
    const names = [...metricAlarms(stack).keys(), ...compositeAlarms(stack).keys()];

    // Assess
    expect(names.sort()).toEqual(
      objectiveAlarmNames(objectives)
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe("the notifications", () => {
  it("go to a topic that accepts only the environment's alarms, and to the address", () => {
    // Act
    const stack = synthesized.stack("available");
    const { policy, arn } = stack.one("aws_sns_topic_policy").values;

    // Assess
    const topic = stack.one("aws_sns_topic");
    expect(topic.values.name).toBe("available-alarms");
    expect(arn).toBe(`\${${topic.address}.arn}`);
    expect(stack.one("aws_sns_topic_subscription").values).toEqual({
      topic_arn: `\${${topic.address}.arn}`,
      protocol: "email",
      endpoint: "on-call@example.com",
    });
    const [statement] = parseEmbedded(policy, "policy").Statement as unknown as readonly Statement[];
    expect(statement).toEqual({
      Sid: "PublishAlarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["sns:Publish"],
      Resource: [`arn:aws:sns:eu-central-1:${ACCOUNT}:available-alarms`],
      Condition: {
        ArnEquals: {
          "aws:SourceArn": ["available-alarm", "available-loan-default-availability-fast"].map(
            (one) => `arn:aws:cloudwatch:eu-central-1:${ACCOUNT}:alarm:${one}`,
          ),
        },
        StringEquals: { "aws:SourceAccount": ACCOUNT },
      },
    });
  });

  it("need the topic's policy before the alarms that notify", () => {
    // Act
    const stack = synthesized.stack("available");
    const needed = [...compositeAlarms(stack).values()].map(({ alarm_name: name, depends_on: on }) => [
      name,
      on,
    ]);

    // Assess
    const policy = [stack.one("aws_sns_topic_policy").address];
    expect(Object.fromEntries(needed)).toEqual({
      "available-alarm": policy,
      "available-loan-default-availability-fast": policy,
      "available-loan-default-availability-slow": undefined,
    });
  });

  it("go to an existing topic, which does not change", () => {
    // Act
    const stack = synthesized.stack("topic");

    // Assess
    expect(stack.types().filter((type) => type.startsWith("aws_sns_"))).toEqual([]);
    expect(compositeAlarms(stack).get("shop-topic-alarm")).toMatchObject({
      alarm_actions: [TOPIC],
      ok_actions: [TOPIC],
    });
  });
});

const alarmArn = (name: string, region = "eu-central-1"): string =>
  `arn:aws:cloudwatch:${region}:${ACCOUNT}:alarm:${name}`;

describe("the deployer of an environment with objectives", () => {
  const email = named("available", available);
  const topicArn = named("topic", toTopic);
  const policies = (environment: Environment) => Object.values(deployerPolicies(environment, ACCOUNT));
  const ownTopic = `arn:aws:sns:eu-central-1:${ACCOUNT}:available-alarms`;

  it.each<[string, string, Record<string, string>]>([
    ["cloudwatch:PutMetricAlarm", alarmArn("available-loan-default-latency"), {}],
    ["cloudwatch:PutCompositeAlarm", "*", { "cloudwatch:AlarmActions": ownTopic }],
    ["cloudwatch:PutCompositeAlarm", "*", {}],
    [
      "cloudwatch:PutMetricAlarm",
      alarmArn("available-loan-default-drift"),
      { "cloudwatch:AlarmActions": ownTopic },
    ],
    ["cloudwatch:DeleteAlarms", alarmArn("available-gone-saturated"), {}],
    ["cloudwatch:TagResource", alarmArn("available-loan-default-availability-fast-1h"), {}],
    ["cloudwatch:DescribeAlarms", "*", {}],
    ["sns:CreateTopic", ownTopic, {}],
    ["sns:DeleteTopic", ownTopic, {}],
    ["sns:SetTopicAttributes", ownTopic, {}],
    ["sns:Subscribe", ownTopic, { "sns:Protocol": "email", "sns:Endpoint": "on-call@example.com" }],
    ["sns:Unsubscribe", `${ownTopic}:0123`, {}],
  ])("may %s on %s", (action, resource, context) => {
    // Act and assess
    expect(isAllowed(policies(email), { action, resource, context })).toBe(true);
  });

  it.each<[string, string, Record<string, string>]>([
    ["cloudwatch:PutMetricAlarm", alarmArn("other-loan-default-latency"), {}],
    ["cloudwatch:PutMetricAlarm", alarmArn("available-cpu"), {}],
    ["cloudwatch:PutMetricAlarm", alarmArn("available-loan-default-latency", "us-east-1"), {}],
    [
      "cloudwatch:PutMetricAlarm",
      alarmArn("available-loan-default-latency"),
      { "cloudwatch:AlarmActions": "arn:aws:automate:eu-central-1:ec2:terminate" },
    ],
    ["cloudwatch:PutMetricAlarm", "*", {}],
    ["cloudwatch:PutCompositeAlarm", "*", { "cloudwatch:AlarmActions": TOPIC }],
    [
      "cloudwatch:PutCompositeAlarm",
      "*",
      { "cloudwatch:AlarmActions": "arn:aws:lambda:eu-central-1:111122223333:function:other" },
    ],
    ["cloudwatch:DeleteAlarms", alarmArn("available-cpu"), {}],
    ["cloudwatch:DeleteAlarms", "*", {}],
    ["cloudwatch:SetAlarmState", alarmArn("available-alarm"), {}],
    ["cloudwatch:DisableAlarmActions", alarmArn("available-alarm"), {}],
    ["sns:CreateTopic", `arn:aws:sns:eu-central-1:${ACCOUNT}:available-orders`, {}],
    ["sns:DeleteTopic", `arn:aws:sns:eu-central-1:${ACCOUNT}:other-alarms`, {}],
    ["sns:Publish", ownTopic, {}],
    ["sns:Subscribe", ownTopic, { "sns:Protocol": "email", "sns:Endpoint": "someone@example.com" }],
    ["sns:Subscribe", ownTopic, { "sns:Protocol": "https", "sns:Endpoint": "on-call@example.com" }],
    ["sns:Unsubscribe", `arn:aws:sns:eu-central-1:${ACCOUNT}:orders:0123`, {}],
  ])("must not %s on %s with %j", (action, resource, context) => {
    // Act and assess
    expect(isAllowed(policies(email), { action, resource, context })).toBe(false);
  });

  it("may connect its alarms to the existing topic, and may not change the topic", () => {
    // Act
    const connects = isAllowed(policies(topicArn), {
      action: "cloudwatch:PutCompositeAlarm",
      resource: "*",
      context: { "cloudwatch:AlarmActions": TOPIC },
    });
    const actions = policies(topicArn).flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action));

    // Assess
    expect(connects).toBe(true);
    expect(actions.filter((action) => action.startsWith("sns:"))).toEqual([]);
  });

  it("has no permission for alarms without objectives", () => {
    // Act
    const actions = policies(named("plain", example)).flatMap(({ Statement }) =>
      Statement.flatMap(({ Action }) => Action),
    );

    // Assess
    expect(actions.filter((action) => /^(?:cloudwatch|sns):/.test(action))).toEqual([]);
  });

  it("keeps its boundary within the environment's alarms and topic", () => {
    // Act
    const limits = deployLimits({ ...email, permissionsBoundary: true }, ACCOUNT);
    const allows = (action: string, resource: string): boolean =>
      isAllowed([limits], { action, resource, context: {} });

    // Assess
    expect(allows("cloudwatch:PutMetricAlarm", alarmArn("available-loan-default-latency"))).toBe(true);
    expect(allows("cloudwatch:PutCompositeAlarm", "*")).toBe(true);
    expect(allows("sns:Unsubscribe", `${ownTopic}:0123`)).toBe(true);
    expect(allows("cloudwatch:PutMetricAlarm", alarmArn("other-loan-default-latency"))).toBe(false);
    expect(allows("sns:DeleteTopic", `arn:aws:sns:eu-central-1:${ACCOUNT}:orders`)).toBe(false);
  });
});

describe("the planner of an environment with objectives", () => {
  it("only reads alarms and the topic", () => {
    // Act
    const statements = Object.values(plannerPolicies(named("available", available), ACCOUNT)).flatMap(
      ({ Statement }) => Statement,
    );
    const actions = statements
      .flatMap(({ Action }) => Action)
      .filter((action) => /^(?:cloudwatch|sns):/.test(action));

    // Assess
    expect(actions.sort()).toEqual([
      "cloudwatch:DescribeAlarms",
      "cloudwatch:ListTagsForResource",
      "sns:GetSubscriptionAttributes",
      "sns:GetTopicAttributes",
      "sns:ListTagsForResource",
    ]);
  });
});
