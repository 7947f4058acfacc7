import { afterAll, describe, expect, it } from "@jest/globals";
import type { AlarmDefinition } from "../../../src/local/cloudwatch/alarm-definition";
import { readAlarms } from "../../../src/local/terraform/alarms";
import { Stack } from "../../../src/local/terraform/stack";
import { Stacks } from "../support/terraform";

const stacks = new Stacks();
afterAll(() => stacks.remove());

type Resources = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** The alarms of a stack with these resources. */
function alarmsOf(resource: Resources): AlarmDefinition[] {
  const provider = { aws: [{ region: "eu-central-1", allowed_account_ids: ["111122223333"] }] };
  return readAlarms(new Stack("dev", stacks.write({ provider, resource })));
}

/** A reference of Terraform. */
function reference(path: string): string {
  return `\${${path}}`;
}

const ERRORS = {
  alarm_name: "errors",
  alarm_description: "Crashes",
  comparison_operator: "GreaterThanThreshold",
  threshold: 1,
  evaluation_periods: 3,
  namespace: "AWS/Lambda",
  metric_name: "Errors",
  dimensions: { FunctionName: reference("aws_lambda_function.fn.function_name") },
  period: 300,
  statistic: "Sum",
  alarm_actions: [reference("aws_sns_topic.alarms.arn")],
  tags: { Model: "iris" },
};

const FUNCTION = { aws_lambda_function: { fn: { function_name: "dev-iris" } } };

/** The alarm of the arguments of {@link ERRORS} with changes. */
function alarmWith(change: object): AlarmDefinition | undefined {
  return alarmsOf({ ...FUNCTION, aws_cloudwatch_metric_alarm: { a: { ...ERRORS, ...change } } })[0];
}

const METRIC = { namespace: "App", metric_name: "Faults", period: 60, stat: "Sum" };

/** An alarm of an expression. */
function mathWith(queries: readonly object[]): AlarmDefinition | undefined {
  const { namespace: _n, metric_name: _m, dimensions: _d, period: _p, statistic: _s, ...rest } = ERRORS;
  return alarmsOf({ aws_cloudwatch_metric_alarm: { a: { ...rest, metric_query: queries } } })[0];
}

describe("an alarm in the Terraform", () => {
  it("names the recipient and the topic of its notifications, if the topic is in the stack", () => {
    // Act
    const [alarm] = alarmsOf({
      ...FUNCTION,
      aws_cloudwatch_metric_alarm: { a: ERRORS },
      aws_sns_topic: { alarms: { name: "dev-alarms" } },
      aws_sns_topic_subscription: {
        team: {
          topic_arn: reference("aws_sns_topic.alarms.arn"),
          protocol: "email",
          endpoint: "team@example.com",
        },
      },
    });

    // Assess
    expect(alarm?.actions).toEqual(["team@example.com (the topic dev-alarms)"]);
  });

  it("has AWS's defaults, resolved references, and the actions as references", () => {
    // Act
    const alarm = alarmWith({});

    // Assess
    expect(alarm).toEqual({
      kind: "metric",
      name: "errors",
      scope: "111122223333/eu-central-1",
      description: "Crashes",
      actions: ["aws_sns_topic.alarms.arn"],
      statistics: new Map([
        [
          "m",
          {
            metric: {
              scope: "111122223333/eu-central-1",
              namespace: "AWS/Lambda",
              name: "Errors",
              dimensions: { FunctionName: "dev-iris" },
            },
            statistic: "Sum",
          },
        ],
      ]),
      expressions: new Map(),
      watched: "m",
      periodInSeconds: 300,
      comparison: "GreaterThanThreshold",
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 3,
      missingData: "missing",
      ignoresLowSampleCounts: false,
    });
  });

  it("can have a percentile, a unit, and an own treatment of missing data and few values", () => {
    // Act
    const alarm = alarmWith({
      statistic: undefined,
      extended_statistic: "p99.9",
      unit: "Count",
      datapoints_to_alarm: 2,
      treat_missing_data: "breaching",
      evaluate_low_sample_count_percentiles: "ignore",
    });

    // Assess
    expect(alarm).toMatchObject({
      datapointsToAlarm: 2,
      missingData: "breaching",
      ignoresLowSampleCounts: true,
    });
    const statistics = alarm?.kind === "metric" ? [...alarm.statistics.values()] : [];
    expect(statistics).toMatchObject([{ statistic: { percentile: 99.9 }, unit: "Count" }]);
  });

  it.each<[what: string, change: object, fault: string]>([
    ["an unknown argument", { threshold_metric_id: "e1" }, 'Unrecognized key: "threshold_metric_id"'],
    ["an anomaly detector", { comparison_operator: "GreaterThanUpperThreshold" }, "comparison_operator: "],
    ["a trimmed mean", { statistic: undefined, extended_statistic: "tm99" }, "statistic of Errors: got tm99"],
    ["seconds", { period: 30 }, "period: supported: a multiple of 60"],
    ["another service", { namespace: "AWS/SQS" }, "namespace: got AWS/SQS; supported: AWS/Lambda, "],
    ["another metric", { metric_name: "DeadLetterErrors" }, "metric_name: got AWS/Lambda DeadLetterErrors"],
    [
      "other dimensions",
      { dimensions: { FunctionName: "dev-iris", Resource: "dev-iris" } },
      "dimensions of AWS/Lambda: got FunctionName, Resource; supported: FunctionName",
    ],
    ["no metric", { namespace: undefined }, "got no metric_query and not all of namespace, "],
    [
      "a reference that only AWS knows",
      { alarm_name: reference("aws_vpc.v.id") },
      "only AWS knows the value",
    ],
    ["an unknown treatment", { treat_missing_data: "zero" }, "treat_missing_data: "],
  ])("is not evaluated, with the reason, if it has %s", (_what, change, fault) => {
    // Act
    const alarm = alarmWith(change);

    // Assess
    expect(alarm).toMatchObject({
      kind: "unsupported",
      of: "metric",
      actions: ["aws_sns_topic.alarms.arn"],
      fault: expect.stringContaining(fault),
    });
  });

  it("can watch an expression of expressions and metrics", () => {
    // Act
    const alarm = mathWith([
      { id: "rate", expression: "bad / FILL(all, 0)", return_data: true, label: "rate" },
      { id: "bad", expression: "faults + 1" },
      { id: "faults", metric: METRIC },
      { id: "all", metric: { ...METRIC, metric_name: "Requests", dimensions: { Model: "iris" } } },
    ]);

    // Assess
    expect(alarm).toMatchObject({ kind: "metric", watched: "rate", periodInSeconds: 60 });
  });

  it.each<[what: string, queries: readonly object[], fault: string]>([
    [
      "different periods",
      [
        { id: "e", expression: "a + b", return_data: true },
        { id: "a", metric: METRIC },
        { id: "b", metric: { ...METRIC, period: 300 } },
      ],
      "metric_query: got the periods 60, 300; supported: one period for all metrics",
    ],
    ["no result", [{ id: "a", metric: METRIC }], "metric_query: got 0 with return_data; required: 1"],
    [
      "two results",
      [
        { id: "a", metric: METRIC, return_data: true },
        { id: "b", metric: METRIC, return_data: true },
      ],
      "metric_query: got 2 with return_data; required: 1",
    ],
    [
      "an unknown id",
      [
        { id: "e", expression: "a + b", return_data: true },
        { id: "a", metric: METRIC },
      ],
      "expression: got the id b, which no metric_query has",
    ],
    [
      "a cycle",
      [
        { id: "e", expression: "f + a", return_data: true },
        { id: "f", expression: "e" },
        { id: "a", metric: METRIC },
      ],
      "expression: got a cycle: e -> f -> e",
    ],
    [
      "no metric",
      [
        { id: "e", expression: "1 + 1", return_data: true },
        { id: "a", metric: METRIC },
      ],
      "expression e: got no metric; required: a time series",
    ],
    [
      "an unsupported function",
      [
        { id: "e", expression: "RATE(a)", return_data: true },
        { id: "a", metric: METRIC },
      ],
      'expression: got "RATE(a)" in "RATE(a)"; supported: + - * /',
    ],
    [
      "both a metric and an expression",
      [{ id: "e", expression: "1", metric: METRIC, return_data: true }],
      "metric_query e: supported: either a metric or an expression",
    ],
    [
      "another account",
      [{ id: "a", metric: METRIC, account_id: "111122223333", return_data: true }],
      'metric_query.0: Unrecognized key: "account_id"',
    ],
  ])("is not evaluated, with the reason, if its expression has %s", (_what, queries, fault) => {
    // Act
    const alarm = mathWith(queries);

    // Assess
    expect(alarm).toMatchObject({ kind: "unsupported", fault: expect.stringContaining(fault) });
  });
});

describe("a composite alarm in the Terraform", () => {
  /** The names of alarms in their order, and the faults. */
  function read(composites: Readonly<Record<string, object>>, metricAlarm: object = {}) {
    return alarmsOf({
      ...FUNCTION,
      aws_cloudwatch_metric_alarm: { a: { ...ERRORS, ...metricAlarm } },
      aws_cloudwatch_composite_alarm: composites,
    }).map((alarm) => (alarm.kind === "unsupported" ? `${alarm.name}: ${alarm.fault}` : alarm.name));
  }

  it("follows the alarms of its rule, which it names by references to names or ARNs", () => {
    // Act
    const alarms = read({
      first: {
        alarm_name: "all",
        alarm_rule: `ALARM("${reference("aws_cloudwatch_composite_alarm.second.alarm_name")}")`,
      },
      second: {
        alarm_name: "some",
        alarm_rule: `ALARM("${reference("aws_cloudwatch_metric_alarm.a.arn")}")`,
      },
    });

    // Assess
    expect(alarms).toEqual(["errors", "some", "all"]);
  });

  it.each<[what: string, rule: string, fault: string]>([
    [
      "an alarm of another stack",
      'ALARM("other")',
      "alarm_rule: got the alarm other, which is not in this stack",
    ],
    ["itself", 'ALARM("all")', "alarm_rule: got a cycle: all -> all"],
    ["an unsupported function", "AT_LEAST(1, ALARM, (errors))", "alarm_rule: got"],
  ])("is not evaluated, with the reason, if its rule has %s", (_what, rule, fault) => {
    // Act
    const alarms = read({ c: { alarm_name: "all", alarm_rule: rule } });

    // Assess
    expect(alarms).toEqual(["errors", expect.stringContaining(`all: ${fault}`)]);
  });

  it("is not evaluated if an alarm of its rule is not evaluated", () => {
    // Act
    const alarms = read({ c: { alarm_name: "all", alarm_rule: 'ALARM("errors")' } }, { period: 10 });

    // Assess
    expect(alarms).toEqual([
      expect.stringContaining("errors: period: "),
      "all: alarm_rule: the alarm errors is not evaluated",
    ]);
  });
});
