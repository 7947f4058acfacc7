import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { DOCUMENT, dashboardOf, drawDashboard } from "../../documentation/dashboard-picture";
import { evaluate, type Series } from "../../documentation/metric-math";
import { operations } from "../../examples/operations";
import { synthesizeOne } from "../stacks/support/synthesized";

describe(DOCUMENT, () => {
  it("is the picture that npm run docs draws from the example's dashboard", () => {
    // Prepare
    const picture = readFileSync(join(__dirname, "../../../..", DOCUMENT), "utf8");

    // Act
    const body = dashboardOf([synthesizeOne(operations)]);
    const drawn = drawDashboard(body);

    // Assess
    expect(picture).toBe(drawn);
    const titles = body.widgets.flatMap(({ type, properties }) =>
      type === "text" || !("title" in properties) ? [] : [properties.title],
    );
    expect(titles.filter((title) => !drawn.includes(title))).toEqual([]);
  });

  it("cannot be drawn without the example", () => {
    // Act
    const act = () => dashboardOf([]);

    // Assess
    expect(act).toThrow("got no dashboard operations; allowed: the stack of the example operations");
  });
});

describe("metric math", () => {
  const SERIES: Readonly<Record<string, Series>> = {
    m1: [1, 2, undefined],
    m2: [10, undefined, undefined],
    zero: [0, 0, 0],
  };

  /** The values of an expression in three periods of a minute. */
  function valuesOf(expression: string): Series {
    return evaluate(expression, {
      seriesOf: (id) => {
        const series = SERIES[id];
        if (series === undefined) throw new Error(`got ${id}; allowed: ${Object.keys(SERIES)}`);
        return series;
      },
      periodInSeconds: 60,
      length: 3,
    });
  }

  it.each<[string, Series]>([
    ["m1", [1, 2, undefined]],
    ["m1+2*3", [7, 8, undefined]],
    ["(m1+2)*3", [9, 12, undefined]],
    ["1-m1/2-1", [-0.5, -1, undefined]],
    ["m1+m2", [11, undefined, undefined]],
    ["SUM([m1,m2])", [11, 2, undefined]],
    ["MAX([m1, m2*0.01])", [1, 2, undefined]],
    ["m1/zero", [undefined, undefined, undefined]],
    ["RUNNING_SUM(m1)", [1, 3, 3]],
    ["TIME_SERIES(0.5*PERIOD(m1))", [30, 30, 30]],
  ])("has CloudWatch's value of %s", (expression, expected) => {
    // Act
    const values = valuesOf(expression);

    // Assess
    expect(values).toEqual(expected);
  });

  it.each(["m1+", "m3", "AVG([m1])", "m1 m2", "SUM(m1)", "2e-7*m1", "RUNNING_SUM(2)", "m1)", "(m1", "m1%2"])(
    "refuses %s",
    (expression) => {
      // Act
      const act = () => valuesOf(expression);

      // Assess
      expect(act).toThrow(/got /);
    },
  );
});
