import { describe, expect, it } from "@jest/globals";
import { DRIFT_METRIC, METRICS_NAMESPACE } from "../../../src/aws/metrics";
import { toMarkdown } from "../../../src/review/rendering/render";
import { reportOf } from "../../../src/review/report";
import { type PlannedChange, planned } from "../support/planned";

const TOPIC = "arn:aws:sns:eu-central-1:111122223333:prod-alarms";

const fn: PlannedChange = {
  type: "aws_lambda_function",
  name: "fn",
  before: { function_name: "prod-iris" },
  after: { function_name: "prod-iris" },
};

const latency = {
  alarm_name: "prod-iris-latency",
  comparison_operator: "GreaterThanThreshold",
  threshold: 1500,
  evaluation_periods: 2,
  datapoints_to_alarm: 2,
  treat_missing_data: "notBreaching",
  alarm_actions: [],
  metric_query: [
    { id: "value", expression: "FILL(p99, 0)", metric: [] },
    {
      id: "p99",
      metric: [{ metric_name: "TotalTime", period: 900, dimensions: { Environment: "prod", Model: "iris" } }],
    },
  ],
};

const composite = {
  alarm_name: "prod-alarm",
  alarm_rule: 'ALARM("prod-iris-latency") OR ALARM("prod-iris-throttled")',
  alarm_actions: [TOPIC],
};

const subscription = { topic_arn: TOPIC, protocol: "email", endpoint: "on-call@example.com" };

function metric(change: object): PlannedChange {
  return {
    type: "aws_cloudwatch_metric_alarm",
    name: "latency",
    before: latency,
    after: { ...latency, ...change },
  };
}

function combined(change: object): PlannedChange {
  return {
    type: "aws_cloudwatch_composite_alarm",
    name: "alarm",
    before: composite,
    after: { ...composite, ...change },
  };
}

function subscribed(change: object, before: object = {}): PlannedChange {
  return {
    type: "aws_sns_topic_subscription",
    name: "email",
    before: { ...subscription, ...before },
    after: { ...subscription, ...before, ...change },
  };
}

const suppressor = { actions_suppressor: [{ alarm: "deploying", wait_period: 60, extension_period: 60 }] };
const filter = { filter_policy: '{"severity":["high"]}' };

/** The findings of a plan, as `<kind>: <risk> <direction>`. */
function risksOf(...changes: readonly PlannedChange[]): string[] {
  const [environment] = reportOf([planned([fn, ...changes])]).environments;
  return (environment?.risks ?? []).map(
    ({ kind, risk, direction, attribute }) => `${kind}: ${risk}, ${direction} (${attribute})`,
  );
}

function textOf(...changes: readonly PlannedChange[]): string {
  return toMarkdown(reportOf([planned([fn, ...changes])]));
}

describe("a change of an alarm is a risk:", () => {
  it.each<[string, PlannedChange, string]>([
    [
      "a higher threshold",
      metric({ threshold: 3000 }),
      "weaker protection: alarm threshold, worse (threshold)",
    ],
    [
      "a lower threshold",
      metric({ threshold: 800 }),
      "weaker protection: alarm threshold, better (threshold)",
    ],
    [
      "more breaching periods",
      metric({ evaluation_periods: 4, datapoints_to_alarm: 3 }),
      "weaker protection: alarm delay, worse (datapoints_to_alarm)",
    ],
    [
      "another expression",
      metric({ metric_query: [{ id: "value", expression: "0", metric: [] }] }),
      "weaker protection: alarm measurement, undetermined (metric_query)",
    ],
    [
      "another comparison",
      metric({ comparison_operator: "LessThanThreshold" }),
      "weaker protection: alarm measurement, undetermined (comparison_operator)",
    ],
    [
      "no action",
      combined({ alarm_actions: [] }),
      "weaker protection: alarm notification, worse (alarm_actions)",
    ],
    [
      "one action less",
      {
        ...combined({}),
        before: { ...composite, alarm_actions: [TOPIC, `${TOPIC}-2`] },
      },
      "weaker protection: alarm recipient, worse (alarm_actions)",
    ],
    [
      "one alarm less",
      combined({ alarm_rule: 'ALARM("prod-iris-latency")' }),
      "weaker protection: alarm combination, worse (alarm_rule)",
    ],
    [
      "alarms that must all be on",
      combined({ alarm_rule: 'ALARM("prod-iris-latency") AND ALARM("prod-iris-throttled")' }),
      "weaker protection: alarm rule, undetermined (alarm_rule)",
    ],
    [
      "a removed alarm",
      { type: "aws_cloudwatch_metric_alarm", name: "latency", before: latency },
      "weaker protection: removed alarm, worse (alarm_name)",
    ],
    [
      "a removed subscription",
      { type: "aws_sns_topic_subscription", name: "email", before: subscription },
      "weaker protection: removed subscription, worse (endpoint)",
    ],
    [
      "another address of a subscription",
      subscribed({ endpoint: "someone@example.com" }),
      "weaker protection: subscription recipient, worse (endpoint)",
    ],
    [
      "another topic of a subscription",
      subscribed({ topic_arn: `${TOPIC}-2` }),
      "weaker protection: subscription recipient, worse (topic_arn)",
    ],
    [
      "a filter of a subscription",
      subscribed(filter),
      "weaker protection: subscription filter, worse (filter_policy)",
    ],
    [
      "another filter of a subscription",
      subscribed({ filter_policy: '{"severity":["low"]}' }, filter),
      "weaker protection: subscription filter, undetermined (filter_policy)",
    ],
    [
      "another scope of a filter",
      subscribed(
        { filter_policy_scope: "MessageBody" },
        { ...filter, filter_policy_scope: "MessageAttributes" },
      ),
      "weaker protection: subscription filter, undetermined (filter_policy_scope)",
    ],
    [
      "a subscription without its filter",
      subscribed({ filter_policy: "" }, filter),
      "weaker protection: subscription filter, better (filter_policy)",
    ],
    [
      "an alarm that suppresses notifications",
      combined(suppressor),
      "weaker protection: alarm suppression, worse (actions_suppressor)",
    ],
    [
      "an alarm that no longer suppresses notifications",
      { ...combined({}), before: { ...composite, ...suppressor } },
      "weaker protection: alarm suppression, better (actions_suppressor)",
    ],
  ])("%s", (_, change, risk) => {
    // Act and assess
    expect(risksOf(change)).toEqual([risk]);
  });

  it("missing data that no longer breaches", () => {
    // Prepare
    const change = { ...metric({}), before: { ...latency, treat_missing_data: "breaching" } };

    // Act and assess
    expect(risksOf(change)).toEqual(["weaker protection: alarm missing data, worse (treat_missing_data)"]);
  });

  it("an action that is known after apply is undetermined", () => {
    // Prepare
    const { alarm_actions: _, ...known } = composite;
    const change = { ...combined({}), after: known, unknown: { alarm_actions: true } };

    // Act and assess
    expect(risksOf(change)).toEqual(["weaker protection: alarm recipient, undetermined (alarm_actions)"]);
  });
});

describe("no risk is", () => {
  it.each<[string, PlannedChange[]]>([
    ["a new alarm", [{ type: "aws_cloudwatch_metric_alarm", name: "latency", after: latency }]],
    ["another description", [metric({ alarm_description: "other" })]],
    ["a subscription with an empty filter", [subscribed({ filter_policy: "" })]],
    ["a composite alarm with an empty block", [combined({ actions_suppressor: [] })]],
    [
      "one more alarm in the rule",
      [combined({ alarm_rule: `${composite.alarm_rule} OR ALARM("prod-wine-latency")` })],
    ],
    [
      "one more recipient",
      [combined({ alarm_actions: [TOPIC, "arn:aws:sns:eu-central-1:111122223333:on-call"] })],
    ],
    [
      "an alarm at another address",
      [
        { type: "aws_cloudwatch_metric_alarm", name: "old", before: latency },
        { type: "aws_cloudwatch_metric_alarm", name: "new", after: latency },
      ],
    ],
    [
      "the alarms of a model that the plan destroys",
      [
        { type: "aws_lambda_function", name: "gone", before: { function_name: "prod-wine" } },
        {
          type: "aws_cloudwatch_metric_alarm",
          name: "gone-throttled",
          before: {
            ...latency,
            alarm_name: "prod-wine-throttled",
            metric_query: [{ id: "t", metric: [{ dimensions: { FunctionName: "prod-wine" } }] }],
          },
        },
        {
          type: "aws_cloudwatch_composite_alarm",
          name: "gone-fast",
          before: { alarm_name: "prod-wine-availability-fast", alarm_rule: 'ALARM("prod-wine-throttled")' },
        },
        {
          ...combined({}),
          before: {
            ...composite,
            alarm_rule: `${composite.alarm_rule} OR ALARM("prod-wine-availability-fast")`,
          },
        },
      ],
    ],
  ])("%s", (_, changes) => {
    // Act and assess
    expect(risksOf(...changes)).toEqual([]);
  });

  it("the destruction of an environment with its alarms", () => {
    // Prepare
    const { after: _, ...gone } = fn;
    const plan = planned([
      gone,
      { type: "aws_cloudwatch_metric_alarm", name: "latency", before: latency },
      { type: "aws_cloudwatch_composite_alarm", name: "alarm", before: composite },
      { type: "aws_sns_topic", name: "topic", before: { arn: TOPIC } },
      { type: "aws_sns_topic_subscription", name: "email", before: subscription },
    ]);

    // Act
    const [environment] = reportOf([plan]).environments;

    // Assess
    expect(environment?.risks).toEqual([]);
  });
});

describe("the text of a review", () => {
  it("names the alarm, and both values", () => {
    // Act
    const text = textOf(metric({ threshold: 3000 }));

    // Assess
    expect(text).toContain(
      "alarm prod-iris-latency permits a larger deviation before it goes off (`threshold`: `1500` → `3000`",
    );
  });

  it("says that a new address must confirm its subscription", () => {
    // Act
    const text = textOf(subscribed({ endpoint: "someone@example.com" }));

    // Assess
    expect(text).toContain("a new address receives no alarms until it confirms");
  });

  it("names the alarms that a composite alarm no longer combines", () => {
    // Act
    const text = textOf(combined({ alarm_rule: 'ALARM("prod-iris-latency")' }));

    // Assess
    expect(text).toContain(
      "composite alarm prod-alarm no longer goes off with the alarms prod-iris-throttled",
    );
  });

  it("says that CloudWatch can publish to a new topic", () => {
    // Prepare
    const policy = {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "PublishAlarms",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: ["sns:Publish"],
          Resource: [TOPIC],
          Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
        },
      ],
    };

    // Act
    const text = textOf({
      type: "aws_sns_topic_policy",
      name: "policy",
      after: { arn: TOPIC, policy: JSON.stringify(policy) },
    });

    // Assess
    expect(text).toMatch(/`cloudwatch\.amazonaws\.com` can now publish to the topic `prod-alarms`/);
  });

  it("supports each type of an environment's alarms", () => {
    // Act
    const text = textOf(
      { type: "aws_cloudwatch_composite_alarm", name: "alarm", after: composite },
      { type: "aws_cloudwatch_metric_alarm", name: "latency", after: latency },
      { type: "aws_sns_topic", name: "topic", after: { name: "prod-alarms" } },
      { type: "aws_sns_topic_subscription", name: "email", after: subscription },
    );

    // Assess
    expect(text).not.toMatch(/unsupported/i);
  });
});

describe("the alarm of drift", () => {
  /** The arguments of the alarm that `objectives.drift` adds, as a plan contains them. */
  const drift = {
    alarm_name: "prod-iris-drift",
    comparison_operator: "GreaterThanThreshold",
    threshold: 0,
    evaluation_periods: 1,
    datapoints_to_alarm: 1,
    treat_missing_data: "ignore",
    alarm_actions: [TOPIC],
    metric_query: [
      {
        id: "value",
        label: "features that drift",
        metric: [
          {
            namespace: METRICS_NAMESPACE,
            metric_name: DRIFT_METRIC,
            dimensions: { Environment: "prod", Model: "iris" },
            stat: "Maximum",
            period: 60,
          },
        ],
        return_data: true,
      },
    ],
  };

  const changed = (change: object): PlannedChange => ({
    type: "aws_cloudwatch_metric_alarm",
    name: "drift",
    before: drift,
    after: { ...drift, ...change },
  });

  const removed: PlannedChange = { type: "aws_cloudwatch_metric_alarm", name: "drift", before: drift };

  it.each<[string, PlannedChange, string]>([
    ["is removed", removed, "weaker protection: removed alarm, worse (alarm_name)"],
    [
      "allows features that drift",
      changed({ threshold: 2 }),
      "weaker protection: alarm threshold, worse (threshold)",
    ],
    [
      "needs more runs of the command",
      changed({ evaluation_periods: 3, datapoints_to_alarm: 3 }),
      "weaker protection: alarm delay, worse (datapoints_to_alarm)",
    ],
    [
      "sends no notification",
      changed({ alarm_actions: [] }),
      "weaker protection: alarm notification, worse (alarm_actions)",
    ],
    [
      "reads another metric",
      changed({ metric_query: [] }),
      "weaker protection: alarm measurement, undetermined (metric_query)",
    ],
  ])("is a risk when it %s", (_, change, risk) => {
    // Act
    const risks = risksOf(change);

    // Assess
    expect(risks).toEqual([risk]);
  });

  it("is no risk when it is new, and costs the price of an alarm", () => {
    // Prepare
    const created: PlannedChange = { type: "aws_cloudwatch_metric_alarm", name: "drift", after: drift };

    // Act
    const [environment] = reportOf([planned([fn, created])]).environments;

    // Assess
    expect(environment?.risks).toEqual([]);
    expect(environment?.cost.atRest).toMatchObject({
      before: 0,
      after: 0.1,
      isIncomplete: { before: false, after: false },
    });
  });

  it("is no loss when the plan also destroys its function", () => {
    // Prepare
    const destroyed: PlannedChange = {
      type: "aws_lambda_function",
      name: "fn",
      before: { function_name: "prod-iris" },
    };

    // Act
    const [environment] = reportOf([planned([destroyed, removed])]).environments;

    // Assess
    expect(environment?.risks).toEqual([]);
  });
});
