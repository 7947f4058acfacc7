import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { readBaseline } from "../../src/drift/baseline/baseline";
import { writeBaseline } from "../../src/drift/baseline/command";
import { distributionOf, MAX_CELLS } from "../../src/drift/baseline/distribution";
import { kolmogorovSmirnov } from "../../src/drift/statistics/kolmogorov-smirnov";
import { inApp, models, writeIrisBaseline } from "./support/app";
import { writeIn } from "./support/captured";

const write = (data: string, options: { drop?: string[]; columns?: string[]; model?: string } = {}) =>
  writeBaseline(models, {
    model: options.model ?? "churn",
    data,
    drop: options.drop ?? [],
    columns: options.columns,
  });

/** A text 100 times: a sample has 100 rows at least. */
const hundred = (text: string): string => text.repeat(100);

describe("a baseline", () => {
  const app = inApp();

  it("contains the distributions of the request's features, and no other column, when the file names its columns", async () => {
    // Act
    const description = await writeIrisBaseline(app.folder);

    // Assess
    const baseline = readBaseline("iris");
    expect(baseline?.rows).toBe(2_000);
    expect(baseline?.features.map(({ name, type }) => [name, type])).toEqual([
      ["length", "number"],
      ["width", "number"],
      ["colour", "category"],
    ]);
    expect(description).toContain(
      "Left out, because the model's example request does not contain them: species",
    );
    expect(readFileSync("functions/iris/baseline.json", "utf8")).not.toContain("setosa");
  });

  it("counts missing values, and each value of a feature with few values", async () => {
    // Prepare
    writeIn(app.folder, "train.csv", `\uFEFFage\r\n${hundred('30\r\nNA\r\n31\r\n30.0\r\n""\r\n')}`);

    // Act
    await write("train.csv");

    // Assess
    expect(readBaseline("churn")?.features).toEqual([
      { name: "age", type: "number", missing: 100, values: [30, 31], counts: [200, 100], bins: [30] },
    ]);
  });

  it("contains the lengths of texts and no text when a feature has a different text in most rows", async () => {
    // Prepare
    const texts = Array.from({ length: 300 }, (_, n) => `"Customer ${n}, ""${"x".repeat(n % 7)}"""`);
    writeIn(app.folder, "train.csv", `age\n${texts.join("\n")}\n`);

    // Act
    await write("train.csv");

    // Assess
    expect(readBaseline("churn")?.features[0]).toMatchObject({
      type: "text",
      values: expect.arrayContaining([14, 22]),
    });
    expect(readFileSync("functions/churn/baseline.json", "utf8")).not.toContain("Customer");
  });

  it("has categories in the form of JSON when Python wrote the file", async () => {
    // Prepare
    writeIn(app.folder, "train.csv", `age\n${"True\n".repeat(60)}${"False\n".repeat(50)}`);

    // Act
    await write("train.csv");

    // Assess
    expect(readBaseline("churn")?.features[0]).toMatchObject({ values: ["true", "false"], counts: [60, 50] });
  });

  it("reads requests, rows and captured requests from JSON lines", async () => {
    // Prepare
    const captured = {
      captureData: {
        endpointInput: { observedContentType: "application/json", data: '{"age":32}', encoding: "JSON" },
      },
    };
    const lines = [{ rows: [{ age: 30 }, { age: 31 }] }, { age: 30 }, captured].map((line) =>
      JSON.stringify(line),
    );
    writeIn(app.folder, "train.jsonl", hundred(`${lines.join("\n")}\n`));

    // Act
    await write("train.jsonl");

    // Assess
    expect(readBaseline("churn")).toMatchObject({
      rows: 400,
      features: [{ name: "age", values: [30, 31, 32], counts: [200, 100, 100] }],
    });
  });

  it.each([
    [
      "other columns",
      "years,id\n1,2\n",
      {},
      /^train\.csv: got 2 columns, without "age"; allowed: the names of the request's features, "age"\. Leave out the other columns: --drop NAMES$/,
    ],
    [
      "no names of columns",
      "30\n31\n",
      {},
      /^train\.csv: got a first line with 1 value; allowed: the names of the columns, each once and no number, with commas between them\. For a file without names: --columns NAMES$/,
    ],
    ["a name twice", "age,age\n30,31\n", {}, /^train\.csv: got a first line with 2 values; allowed/],
    [
      "semicolons",
      "age;label\n30;1\n",
      {},
      /^train\.csv: got a first line with 1 value; .* The line contains semicolons: write the file with commas between the values/,
    ],
    [
      "semicolons, with names of columns",
      "30;1\n",
      { columns: ["age", "label"] },
      /^train\.csv: record 1: got 1 value; allowed: 2, one for each column\. The line contains semicolons: /,
    ],
    [
      "a quote without an end",
      'age\n30\n"31\n32\n',
      {},
      /^train\.csv: record 3: got a quote that no second quote closes; allowed: CSV as in RFC 4180$/,
    ],
    [
      "a record with more values",
      "age\n30\n31,32\n",
      {},
      /^train\.csv: record 3: got 2 values; allowed: 1, one for each column\.$/,
    ],
    ["no row", "age\n", {}, /^train\.csv: got 0 rows; allowed: 100 rows at least\. /],
    ["few rows", `age\n${"30\n".repeat(99)}`, {}, /^train\.csv: got 99 rows; allowed: 100 rows at least\. /],
    ["nothing", "", {}, /^--data: got the empty file train\.csv; allowed: a file with the training sample/],
    [
      "an unknown column to leave out",
      "age\n30\n",
      { drop: ["id"] },
      /^--drop: got id; allowed: names of the 1 column of the file$/,
    ],
    ["an unknown model", "age\n30\n", { model: "chrun" }, /^<model>: got chrun; allowed: iris, churn$/],
  ])("is refused with the received and the allowed values for %s", async (_, text, options, message) => {
    // Prepare
    writeIn(app.folder, "train.csv", text);

    // Act
    const writing = write("train.csv", options);

    // Assess
    await expect(writing).rejects.toThrow(message);
  });

  it.each([
    { first: "Anna,Smith", columns: undefined },
    { first: "Anna,Anna", columns: undefined },
    { first: "Anna", columns: undefined },
    { first: "Anna,1.5", columns: undefined },
    { first: "Anna;1,5", columns: undefined },
    { first: "Anna,Smith", columns: ["age"] },
  ])(
    "is refused without a value of the sample when the first line is a row: $first",
    async ({ first, columns }) => {
      // Prepare
      writeIn(app.folder, "train.csv", `${first}\n`.repeat(200));

      // Act
      const writing = write("train.csv", columns === undefined ? {} : { columns });

      // Assess
      await expect(writing).rejects.toThrow(/^(?!.*(?:Anna|Smith|1.5))train\.csv: /);
    },
  );

  it("contains no category with fewer than 5 rows, and counts these rows together", async () => {
    // Prepare
    const rows = ["blue\n".repeat(120), "white\n".repeat(5), "Anna\n".repeat(4), "Smith\n"];
    writeIn(app.folder, "train.csv", `age\n${rows.join("")}`);

    // Act
    await write("train.csv");

    // Assess
    expect(readBaseline("churn")?.features).toEqual([
      { name: "age", type: "category", missing: 0, values: ["blue", "white"], counts: [120, 5], others: 5 },
    ]);
    expect(readFileSync("functions/churn/baseline.json", "utf8")).not.toMatch(/Anna|Smith/);
  });

  it("contains ranges of numbers when a small sample has a different number in each row", async () => {
    // Prepare
    const incomes = Array.from({ length: 150 }, (_, n) => 20_000 + 37 * n);
    writeIn(app.folder, "train.csv", `age\n${incomes.join("\n")}\n`);

    // Act
    await write("train.csv");

    // Assess
    const [feature] = readBaseline("churn")?.features ?? [];
    expect(feature?.values).toHaveLength(31);
    expect(
      feature?.type === "number" ? feature.bins.filter((bin) => !feature.values.includes(bin)) : undefined,
    ).toEqual([]);
  });

  it("is described with the captured rows that a statement needs, and a warning when no number suffices", async () => {
    // Prepare
    const ages = (rows: number) =>
      `age\n${Array.from({ length: rows }, (_, n) => 20 + (n % 60)).join("\n")}\n`;

    // Act
    writeIn(app.folder, "train.csv", ages(2_000));
    const large = await write("train.csv");
    writeIn(app.folder, "train.csv", ages(110));
    const small = await write("train.csv");

    // Assess
    expect(large).toMatch(/^ {2}age: number; a statement needs 1\d\d captured rows$/m);
    expect(large).not.toContain("Warning");
    expect(small).toContain("  age: number; no number of captured rows suffices");
    expect(small).toContain('Warning: 110 rows are too few for the bins of "age": ');
  });

  it("is refused when the file does not exist, is not JSON, or was edited", async () => {
    // Prepare
    writeIn(app.folder, "train.jsonl", '{"age": 1}\n{"age"\n');
    writeIn(app.folder, "functions/churn/baseline.json", '{"format": 2}');

    // Act, assess
    await expect(write("absent.csv")).rejects.toThrow(
      /^--data: got absent\.csv, which does not exist; allowed/,
    );
    await expect(write("functions")).rejects.toThrow(/^--data: got the folder functions; allowed: a file/);
    await expect(write("train.jsonl")).rejects.toThrow(/^train\.jsonl: line 2: got no JSON; allowed/);
    expect(() => readBaseline("churn")).toThrow(
      /^functions\/churn\/baseline\.json: got another content\n[\s\S]*npx sagemaker-stages baseline churn --data <file>$/,
    );
  });

  it("contains no column names as a row when the names are given", async () => {
    // Prepare
    writeIn(app.folder, "train.csv", hundred("1,30\n0,31\n"));

    // Act
    await write("train.csv", { columns: ["label", "age"], drop: ["label"] });

    // Assess
    expect(readBaseline("churn")).toMatchObject({ rows: 200, features: [{ name: "age", values: [30, 31] }] });
  });
});

describe("the cells of a numeric feature", () => {
  it("hold equal numbers of rows, and the statistic is close to the exact one, when there are many values", () => {
    // Prepare
    const base = Array.from({ length: 5_000 }, (_, n) => Math.sqrt(n));
    const other = base.map((value) => value * 1.07);

    // Act
    const { values, counts, bins } = distributionOf(base.map((value) => [value, 1] as const));

    // Assess
    expect(values).toHaveLength(MAX_CELLS + 1);
    expect(counts.slice(2).every((rows) => rows === 25)).toBe(true);
    expect(bins).toHaveLength(9);
    const captured = [
      0,
      ...values.map((bound, n) => other.filter((v) => v <= bound && v > (values[n - 1] ?? -1)).length),
    ];
    const above = other.length - captured.reduce((sum, one) => sum + one, 0);
    const { statistic } = kolmogorovSmirnov([0, ...counts, 0], [...captured, above]);
    const exact = 1 - 1 / 1.07 ** 2;
    expect(statistic).toBeLessThanOrEqual(exact + 1e-3);
    expect(statistic).toBeGreaterThan(exact - 1 / MAX_CELLS);
  });
});
