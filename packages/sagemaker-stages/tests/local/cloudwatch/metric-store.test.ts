import { describe, expect, it } from "@jest/globals";
import { type MetricId, MetricStore, readStatistic } from "../../../src/local/cloudwatch/metric-store";

const START = Date.parse("2026-11-30T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const ID: MetricId = {
  scope: "a",
  namespace: "N",
  name: "Time",
  dimensions: { Model: "iris", Stage: "dev" },
};

/** A store with values of {@link ID}, each at an offset in milliseconds from {@link START}. */
function storeWith(
  values: readonly (readonly [offset: number, value: number, unit?: string])[],
): MetricStore {
  const store = new MetricStore();
  store.retentionInMs = HOUR;
  store.keepOnly([ID]);
  for (const [offset, value, unit = "Count"] of values) {
    store.add({ ...ID, value, unit, timestamp: START + offset });
  }
  return store;
}

describe("a statistic", () => {
  it.each([
    ["SampleCount", 4],
    ["Sum", 16],
    ["Average", 4],
    ["Minimum", 1],
    ["Maximum", 9],
    ["p50", 2],
    ["p75", 4],
    ["p75.1", 9],
    ["p100", 9],
  ])("is computed from all values of the period: %s", (name, expected) => {
    // Prepare
    const store = storeWith([
      [0, 4],
      [59_999, 1],
      [MINUTE, 9],
      [2 * MINUTE - 1, 2],
    ]);
    const statistic = readStatistic(name);
    if (statistic === undefined) throw new Error(`${name} is no statistic`);

    // Act
    const value = store.statisticOf(ID, undefined, statistic, START, START + 2 * MINUTE);

    // Assess
    expect(value).toBe(expected);
  });

  it("is the 99th of 100 values for p99, and the 990th of 1000", () => {
    // Prepare
    const hundred = storeWith(Array.from({ length: 100 }, (_, i) => [0, i + 1]));
    const thousand = storeWith(Array.from({ length: 1000 }, (_, i) => [0, i + 1]));

    // Act
    const values = [hundred, thousand].map((store) =>
      store.statisticOf(ID, undefined, { percentile: 99 }, START, START + MINUTE),
    );

    // Assess
    expect(values).toEqual([99, 990]);
  });

  it("excludes the values before and after the period", () => {
    // Prepare
    const store = storeWith([
      [-1, 100],
      [0, 1],
      [MINUTE - 1, 2],
      [MINUTE, 100],
    ]);

    // Act
    const sum = store.statisticOf(ID, undefined, "Sum", START, START + MINUTE);

    // Assess
    expect(sum).toBe(3);
  });

  it.each<[what: string, id: Partial<MetricId>]>([
    ["another account or region", { scope: "b" }],
    ["another namespace", { namespace: "M" }],
    ["another name", { name: "Times" }],
    ["another dimension", { dimensions: { Model: "iris", Stage: "prod" } }],
    ["fewer dimensions", { dimensions: { Model: "iris" } }],
  ])("does not exist for a metric with %s", (_what, change) => {
    // Prepare
    const store = storeWith([[0, 1]]);

    // Act
    const count = store.statisticOf({ ...ID, ...change }, undefined, "SampleCount", START, START + MINUTE);

    // Assess
    expect(count).toBeUndefined();
  });

  it("does not depend on the order of the dimensions", () => {
    // Prepare
    const store = storeWith([[0, 1]]);

    // Act
    const id = { ...ID, dimensions: { Stage: "dev", Model: "iris" } };
    const count = store.statisticOf(id, undefined, "SampleCount", START, START + MINUTE);

    // Assess
    expect(count).toBe(1);
  });

  it("counts only the values with a unit, if a unit is named", () => {
    // Prepare
    const store = storeWith([
      [0, 1, "Count"],
      [0, 2, "None"],
    ]);

    // Act
    const [all, some, none] = [undefined, "Count", "Seconds"].map((unit) =>
      store.statisticOf(ID, unit, "Sum", START, START + MINUTE),
    );

    // Assess
    expect([all, some, none]).toEqual([3, 1, undefined]);
  });

  it.each(["p0", "p101", "tm99", "IQM", "sum", "p", "99"])("is not supported: %s", (name) => {
    // Act
    const statistic = readStatistic(name);

    // Assess
    expect(statistic).toBeUndefined();
  });

  it("exists only for the metrics that alarms use, and percentiles only for those that need them", () => {
    // Prepare
    const store = new MetricStore();
    const others = [
      { ...ID, name: "Other" },
      { ...ID, dimensions: { Model: "rent" } },
    ];
    store.keepOnly([ID], []);
    for (const id of [ID, ...others]) store.add({ ...id, value: 7, unit: "Count", timestamp: START });

    // Act
    const sums = [ID, ...others].map((id) => store.statisticOf(id, undefined, "Sum", START, START + MINUTE));
    const percentile = store.statisticOf(ID, undefined, { percentile: 50 }, START, START + MINUTE);

    // Assess
    expect(sums).toEqual([7, undefined, undefined]);
    expect(percentile).toBeUndefined();
  });

  it("does not exist for data that is older than the alarms need", () => {
    // Prepare
    const store = storeWith([
      [0, 1],
      [HOUR / 2, 1],
    ]);

    // Act
    store.add({ ...ID, value: 1, unit: "Count", timestamp: START + HOUR + MINUTE });
    const count = store.statisticOf(ID, undefined, "SampleCount", START, START + 2 * HOUR);

    // Assess
    expect(count).toBe(2);
  });
});
