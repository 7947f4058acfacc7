import { describe, expect, it } from "@jest/globals";
import type { MetricAlarmDefinition } from "../../../src/local/cloudwatch/alarm-definition";
import type { AlarmState } from "../../../src/local/cloudwatch/alarm-state";
import { evaluateAlarm, evaluatePoints } from "../../../src/local/cloudwatch/metric-alarm";
import { MetricStore } from "../../../src/local/cloudwatch/metric-store";

const END = Date.parse("2026-11-30T12:00:00Z");
const MINUTE = 60_000;

type Treatment = MetricAlarmDefinition["missingData"];

const ALARM = {
  comparison: "GreaterThanThreshold",
  threshold: 5,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  missingData: "missing",
} as const;

/** The data points of a text in the notation of AWS's documentation: `X` breaches, `0` does not, `-` is missing. */
function pointsOf(text: string) {
  const values: Readonly<Record<string, number>> = { X: 10, "0": 0 };
  const symbols = text.split(" ");
  return symbols.map((symbol, i) => ({ start: END - (symbols.length - i) * MINUTE, value: values[symbol] }));
}

/** The state for each treatment of missing data, after a state. */
function statesOf(
  text: string,
  datapointsToAlarm: number,
  before: AlarmState,
): Record<Treatment, AlarmState> {
  const stateOf = (missingData: Treatment) =>
    evaluatePoints({ ...ALARM, datapointsToAlarm, missingData }, pointsOf(text), before).state;
  return {
    missing: stateOf("missing"),
    ignore: stateOf("ignore"),
    breaching: stateOf("breaching"),
    notBreaching: stateOf("notBreaching"),
  };
}

describe("the state of an alarm with 3 evaluation periods", () => {
  // The tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, with an
  // evaluation range of 5 periods. `before`: the current state is retained.
  it.each([
    [3, "0 - X - X", "OK", "OK", "OK", "OK"],
    [3, "0 0 X 0 X", "OK", "OK", "OK", "OK"],
    [3, "- - - - 0", "OK", "OK", "OK", "OK"],
    [3, "- - - - -", "INSUFFICIENT_DATA", "before", "ALARM", "OK"],
    [3, "0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    [3, "- - X - -", "ALARM", "before", "ALARM", "OK"],
    [2, "0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    [2, "0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
    [2, "0 - X - -", "OK", "OK", "ALARM", "OK"],
    [2, "- - - - 0", "OK", "OK", "ALARM", "OK"],
    [2, "- - - X -", "ALARM", "before", "ALARM", "OK"],
    // A single new datapoint that breaches does not lead to a premature alarm.
    [3, "- - - - X", "before", "before", "ALARM", "OK"],
    [3, "- - - X -", "before", "before", "ALARM", "OK"],
  ] as const)(
    "is as AWS documents: %i of 3, %s",
    (datapoints, text, missing, ignore, breaching, notBreaching) => {
      for (const before of ["OK", "ALARM", "INSUFFICIENT_DATA"] as const) {
        // Act
        const states = statesOf(text, datapoints, before);

        // Assess
        const resolve = (state: AlarmState | "before") => (state === "before" ? before : state);
        expect(states).toEqual({
          missing: resolve(missing),
          ignore: resolve(ignore),
          breaching: resolve(breaching),
          notBreaching: resolve(notBreaching),
        });
      }
    },
  );

  it.each([
    ["GreaterThanThreshold", 5, "OK"],
    ["GreaterThanThreshold", 5.1, "ALARM"],
    ["GreaterThanOrEqualToThreshold", 5, "ALARM"],
    ["GreaterThanOrEqualToThreshold", 4.9, "OK"],
    ["LessThanThreshold", 5, "OK"],
    ["LessThanThreshold", 4.9, "ALARM"],
    ["LessThanOrEqualToThreshold", 5, "ALARM"],
    ["LessThanOrEqualToThreshold", 5.1, "OK"],
  ] as const)("follows the comparison: %s with %d and the threshold 5", (comparison, value, expected) => {
    // Prepare
    const points = [1, 2, 3].map((start) => ({ start, value }));

    // Act
    const { state } = evaluatePoints({ ...ALARM, comparison }, points, "OK");

    // Assess
    expect(state).toBe(expected);
  });

  it.each([
    [
      "0 0 X 0 X",
      "2 of 3 datapoints [10 (2026-11-30T11:57:00.000Z), 0 (2026-11-30T11:58:00.000Z), 10 (2026-11-30T11:59:00.000Z)] were greater than the threshold (5); ALARM requires 2 of 3",
    ],
    [
      "- - - - X",
      "1 of 1 datapoint [10 (2026-11-30T11:59:00.000Z)] was greater than the threshold (5); ALARM requires 2 of 3; 2 missing datapoints were treated as [NonBreaching]",
    ],
    [
      "- - - - -",
      "no datapoints were received; ALARM requires 2 of 3; 3 missing datapoints were treated as [NonBreaching]",
    ],
  ])("has a reason with the values, their times and the threshold: %s", (text, expected) => {
    // Act
    const { reason } = evaluatePoints(
      { ...ALARM, datapointsToAlarm: 2, missingData: "notBreaching" },
      pointsOf(text),
      "OK",
    );

    // Assess
    expect(reason).toBe(expected);
  });

  it("has a reason with the five newest values if there are more", () => {
    // Act
    const { reason } = evaluatePoints(
      { ...ALARM, evaluationPeriods: 7, datapointsToAlarm: 7 },
      pointsOf("X X X X X X 0"),
      "OK",
    );

    // Assess
    expect(reason).toMatch(
      /^6 of 7 datapoints \[…, 10 \(2026-11-30T11:55:00.000Z\), .* 0 \(2026-11-30T11:59:00.000Z\)\] were /,
    );
  });
});

describe("an alarm of a percentile", () => {
  const metric = { scope: "a", namespace: "N", name: "Time", dimensions: {} };
  const alarm: MetricAlarmDefinition = {
    ...ALARM,
    kind: "metric",
    name: "latency",
    scope: "a",
    actions: [],
    statistics: new Map([["m", { metric, statistic: { percentile: 99 } }]]),
    expressions: new Map(),
    watched: "m",
    periodInSeconds: 60,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    ignoresLowSampleCounts: true,
  };

  /** A store with values above the threshold in the last minute. */
  function storeWith(samples: number): MetricStore {
    const store = new MetricStore();
    store.retentionInMs = 60 * MINUTE;
    store.keepOnly([metric]);
    for (let i = 0; i < samples; i++) {
      store.add({ ...metric, value: 10, unit: "Count", timestamp: END - 1 });
    }
    return store;
  }

  it.each([
    [999, "OK"],
    [1_000, "ALARM"],
  ] as const)(
    "keeps its state below 1,000 values if it ignores low sample counts: %i",
    (samples, expected) => {
      // Prepare
      const store = storeWith(samples);

      // Act
      const { state } = evaluateAlarm(alarm, store, END, "OK");

      // Assess
      expect(state).toBe(expected);
    },
  );

  it("is evaluated for any number of values by default", () => {
    // Prepare
    const store = storeWith(1);

    // Act
    const { state } = evaluateAlarm({ ...alarm, ignoresLowSampleCounts: false }, store, END, "OK");

    // Assess
    expect(state).toBe("ALARM");
  });
});
