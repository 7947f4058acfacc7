import { describe, expect, it } from "@jest/globals";
import type { AlarmDefinition, MetricAlarmDefinition } from "../../../src/local/cloudwatch/alarm-definition";
import { recordApiRequest, recordInvocation } from "../../../src/local/cloudwatch/aws-metrics";
import { CloudWatch } from "../../../src/local/cloudwatch/cloudwatch";
import { parseRule } from "../../../src/local/cloudwatch/composite-rule";
import { MetricStore, readStatistic } from "../../../src/local/cloudwatch/metric-store";

const START = Date.parse("2026-11-30T12:00:00Z");
const MINUTE = 60_000;
const SCOPE = "111122223333/eu-central-1";

const METRIC = { scope: SCOPE, namespace: "App", name: "Faults", dimensions: {} };

/** An alarm that goes off for a fault in a minute. */
const FAULTS: MetricAlarmDefinition = {
  kind: "metric",
  name: "faults",
  scope: SCOPE,
  actions: ["aws_sns_topic.alarms.arn"],
  statistics: new Map([["m", { metric: METRIC, statistic: "Sum" }]]),
  expressions: new Map(),
  watched: "m",
  periodInSeconds: 60,
  comparison: "GreaterThanThreshold",
  threshold: 0,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  missingData: "notBreaching",
  ignoresLowSampleCounts: false,
};

const ANY: AlarmDefinition = {
  kind: "composite",
  name: "any",
  scope: SCOPE,
  actions: [],
  rule: parseRule('ALARM("faults")'),
};

/** CloudWatch with a clock that the test moves. */
function start(...definitions: readonly AlarmDefinition[]) {
  let time = START;
  let log = "";
  const cloudWatch = new CloudWatch(
    (text) => {
      log += text;
    },
    () => time,
  );
  cloudWatch.define(definitions);
  return {
    cloudWatch,
    setTime: (minutes: number) => {
      time = START + minutes * MINUTE;
    },
    addFault: () =>
      cloudWatch.record({ scope: SCOPE, namespace: "App", dimensions: {} }, [
        { name: "Faults", value: 1, unit: "Count" },
      ]),
    takeLog: () => {
      const taken = log;
      log = "";
      return taken;
    },
    states: () => cloudWatch.describeAlarms().map(({ name, state, since }) => ({ name, state, since })),
  };
}

describe("the alarms of the local stage", () => {
  it("have no state before the end of the first minute", () => {
    // Prepare
    const { states, setTime } = start(FAULTS, ANY);

    // Act
    setTime(0.99);

    // Assess
    expect(states()).toEqual([
      { name: "faults", state: "INSUFFICIENT_DATA", since: undefined },
      { name: "any", state: "INSUFFICIENT_DATA", since: undefined },
    ]);
  });

  it("print one line for all alarms that become OK, and a line for each later change", () => {
    // Prepare
    const { cloudWatch, setTime, addFault, takeLog } = start(FAULTS, ANY);
    setTime(1);
    cloudWatch.evaluateAlarms();
    const first = takeLog();
    setTime(1.5);
    addFault();

    // Act
    setTime(2);
    cloudWatch.evaluateAlarms();

    // Assess
    expect(first).toBe("ALARM STATE OK: faults, any\n");
    expect(takeLog()).toBe(
      "ALARM STATE 2026-11-30T12:02:00.000Z faults: OK -> ALARM: 1 of 1 datapoint [1 (2026-11-30T12:01:00.000Z)] was greater than the threshold (0); ALARM requires 1 of 1; on AWS, it notifies aws_sns_topic.alarms.arn\n" +
        "ALARM STATE 2026-11-30T12:02:00.000Z any: OK -> ALARM: in ALARM: faults\n",
    );
  });

  it("print nothing while no state changes", () => {
    // Prepare
    const { cloudWatch, setTime, takeLog } = start(FAULTS);
    setTime(1);
    cloudWatch.evaluateAlarms();
    takeLog();

    // Act
    setTime(30);
    cloudWatch.evaluateAlarms();

    // Assess
    expect(takeLog()).toBe("");
  });

  it("are evaluated for each minute that has passed since the last evaluation", () => {
    // Prepare
    const { cloudWatch, setTime, addFault, takeLog } = start(FAULTS);
    setTime(5.5);
    addFault();

    // Act
    setTime(30);
    cloudWatch.evaluateAlarms();

    // Assess
    const changes = [...takeLog().matchAll(/T(\d\d:\d\d):00.000Z faults: (\w+ -> \w+)/g)];
    expect(changes.map(([, time, change]) => `${time} ${change}`)).toEqual([
      "12:06 OK -> ALARM",
      // CloudWatch uses older data while new data is missing.
      "12:09 ALARM -> OK",
    ]);
  });

  it("keep their states when the same alarms are served again, and begin again when they have changed", () => {
    // Prepare
    const { cloudWatch, setTime, addFault, states } = start(FAULTS, ANY);
    setTime(1.5);
    addFault();
    setTime(2);

    // Act
    cloudWatch.define([{ ...FAULTS, threshold: 5 }, ANY]);

    // Assess
    expect(states()).toEqual([
      { name: "faults", state: "INSUFFICIENT_DATA", since: undefined },
      { name: "any", state: "ALARM", since: "2026-11-30T12:02:00.000Z" },
    ]);
  });

  it("show an alarm that is not supported as not evaluated, with the reason", () => {
    // Prepare
    const fault = "namespace: got AWS/SQS; supported: AWS/Lambda";
    const { cloudWatch } = start({
      kind: "unsupported",
      of: "metric",
      name: "queue",
      scope: SCOPE,
      actions: [],
      fault,
    });

    // Act
    const alarms = cloudWatch.describeAlarms();

    // Assess
    expect(alarms).toEqual([
      {
        name: "queue",
        kind: "metric",
        description: undefined,
        state: "NOT_EVALUATED",
        reason: fault,
        actions: [],
      },
    ]);
  });
});

describe("the output of a function", () => {
  /** A line with the metric `Faults`. */
  const line = (value: unknown, age = 0) =>
    JSON.stringify({
      Faults: value,
      _aws: {
        Timestamp: Date.now() - age,
        CloudWatchMetrics: [{ Namespace: "App", Dimensions: [[]], Metrics: [{ Name: "Faults" }] }],
      },
    });

  it("changes the state of an alarm by the metrics in its lines, at the time of the line's age", () => {
    // Prepare
    const { cloudWatch, setTime, takeLog } = start(FAULTS);
    const read = cloudWatch.readerOf(SCOPE, "dev-iris");
    setTime(5.5);

    // Act
    read(`no metrics\n${line(1, 2 * MINUTE)}`);
    read("\n");
    setTime(6);
    cloudWatch.evaluateAlarms();

    // Assess
    expect(takeLog()).toMatch(/12:04:00.000Z faults: OK -> ALARM/);
  });

  it("is reported once if CloudWatch creates no metrics from a line", () => {
    // Prepare
    const { cloudWatch, takeLog } = start(FAULTS);
    const read = cloudWatch.readerOf(SCOPE, "dev-iris");

    // Act
    read(`${line("secret")}\n${line("secret")}\n`);

    // Assess
    expect(takeLog()).toBe(
      "dev-iris: CloudWatch creates no metrics from this line: metric Faults: required: a number, or up to 100 numbers, at the top level of the line\n",
    );
  });
});

describe("the metrics of the emulated services", () => {
  /** The statistics of metrics that are recorded. */
  function recorded(record: (cloudWatch: CloudWatch) => void) {
    const store = new MetricStore();
    record(
      new CloudWatch(
        () => {},
        () => START,
        store,
      ),
    );
    return (namespace: string, name: string, dimensions: Record<string, string>, statistic = "Sum") => {
      const of = readStatistic(statistic);
      if (of === undefined) throw new Error(`${statistic} is no statistic`);
      return store.statisticOf(
        { scope: SCOPE, namespace, name, dimensions },
        undefined,
        of,
        START,
        START + MINUTE,
      );
    };
  }

  it("count a failed invocation at its start, without a throttle", () => {
    // Act
    const statistic = recorded((cloudWatch) => {
      recordInvocation(cloudWatch, SCOPE, {
        functionName: "dev-iris",
        startedAt: START,
        durationInMs: 12,
        hasFailed: true,
        concurrency: 3,
      });
    });

    // Assess
    const of = { FunctionName: "dev-iris" };
    expect(statistic("AWS/Lambda", "Invocations", of)).toBe(1);
    expect(statistic("AWS/Lambda", "Errors", of)).toBe(1);
    expect(statistic("AWS/Lambda", "Throttles", of)).toBe(0);
    expect(statistic("AWS/Lambda", "Duration", of, "Maximum")).toBe(12);
    expect(statistic("AWS/Lambda", "ConcurrentExecutions", of, "Maximum")).toBe(3);
  });

  it.each([
    [200, 0, 0],
    [404, 1, 0],
    [502, 0, 1],
  ])("count a request of a stage and of its API by the status: %i", (status, clientErrors, serverErrors) => {
    // Act
    const statistic = recorded((cloudWatch) => {
      recordApiRequest(cloudWatch, SCOPE, {
        apiName: "dev-inference",
        stageName: "dev",
        status,
        latencyInMs: 20,
      });
    });

    // Assess
    for (const dimensions of [{ ApiName: "dev-inference" }, { ApiName: "dev-inference", Stage: "dev" }]) {
      expect(statistic("AWS/ApiGateway", "Count", dimensions)).toBe(1);
      expect(statistic("AWS/ApiGateway", "4XXError", dimensions)).toBe(clientErrors);
      expect(statistic("AWS/ApiGateway", "5XXError", dimensions)).toBe(serverErrors);
      expect(statistic("AWS/ApiGateway", "Latency", dimensions, "Average")).toBe(20);
      expect(statistic("AWS/ApiGateway", "IntegrationLatency", dimensions)).toBeUndefined();
    }
  });
});
