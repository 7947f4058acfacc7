import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { BASELINE, readBaselineArguments } from "../../src/drift/arguments";
import { readBaseline } from "../../src/drift/baseline/baseline";
import { writeBaseline } from "../../src/drift/baseline/command";
import { readCommandLine } from "../../src/lib/arguments";
import { defineModels, rows } from "../../src/model";
import { dev, driftOf, inApp, iris } from "./support/app";
import { record, writeIn } from "./support/captured";
import { Random } from "./support/random";

/** The models of the app. In `iris`, a date can be missing. In `churn`, the request also has the day of the request. */
const MODELS = defineModels({
  iris: rows({
    features: ["length", { name: "signed on", type: "date", optional: true }],
    answer: "csv",
    example: { request: { rows: [{ length: 1, "signed on": "2026-11-30" }] }, answer: { predictions: [0] } },
  }),
  churn: rows({
    features: [
      { name: "signed on", type: "date" },
      { name: "called on", type: "date" },
    ],
    answer: "csv",
  }),
});

const ENVIRONMENT = { ...dev, models: { iris } };
const DAY_IN_MS = 86_400_000;

/** The date a number of days before a day. */
function before(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_IN_MS).toISOString().slice(0, 10);
}

/** Dates of customers on a day: they signed on in the last 1,000 days, evenly distributed. */
function datesOn(day: string, count: number, seed: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => before(day, Math.floor(random.next() * 1_000)));
}

/** A training sample of iris with these dates. */
const sampleOf = (dates: readonly string[]) =>
  `length,signed on\n${dates.map((date, index) => `${index % 7},${date}\n`).join("")}`;

/** Requests with these dates; `null`: the date is missing. */
function requestsOf(dates: readonly (string | null)[], time = "2026-11-29T23:15:00Z"): string {
  return dates
    .map((date, index) =>
      record({ data: JSON.stringify({ rows: [{ length: index % 7, "signed on": date }] }) }, time),
    )
    .join("\n");
}

const TRAINED_ON = "2025-03-01";
const CAPTURED_ON = "2026-11-29";
const FOLDER = ".sagemaker-stages/capture/dev";
const FILE = `${FOLDER}/dev-iris/AllTraffic/2026/11/29/23/15-00-000-8f2c.jsonl`;

describe("the dates of a training sample", () => {
  const app = inApp();
  const write = (model: string, data: string, ...words: string[]) =>
    writeBaseline(
      MODELS,
      readBaselineArguments(readCommandLine(BASELINE, [model, "--data", data, ...words])),
    );

  it("have a baseline of their ages when --at is the day of the sample", async () => {
    // Prepare
    const dates = ["2026-11-30", "2026-11-28", "2024-02-29", ""];
    writeIn(app.folder, "train.csv", sampleOf(dates.flatMap((date) => Array(50).fill(date))));

    // Act
    const description = await write("iris", "train.csv", "--at", "2026-12-01");

    // Assess
    expect(readBaseline("iris")?.features[1]).toEqual({
      name: "signed on",
      type: "age",
      missing: 50,
      values: [1, 3, 1006],
      counts: [50, 50, 50],
      bins: [1, 3],
    });
    expect(description).toContain("  signed on: date; its age is compared");
    expect(readFileSync("functions/iris/baseline.json", "utf8")).not.toContain("2024-02-29");
  });

  it.each([
    ["CSV", "train.csv", "signed on,called on\n", "2026-01-01,2026-01-11\n2026-03-01,2026-02-27\n"],
    [
      "JSON lines",
      "train.jsonl",
      "",
      '{"signed on": "2026-01-01", "called on": "2026-01-11"}\n{"signed on": "2026-03-01", "called on": "2026-02-27"}\n',
    ],
  ])("have ages on the days of a feature of %s", async (_, file, header, lines) => {
    // Prepare
    writeIn(app.folder, file, `${header}${lines.repeat(50)}`);

    // Act
    await write("churn", file, "--at", "called on");

    // Assess
    expect(readBaseline("churn")?.features).toMatchObject([
      { name: "signed on", type: "age", values: [-2, 10], counts: [50, 50] },
      { name: "called on", type: "age", values: [0], counts: [100] },
    ]);
  });

  it("have ages on the days of a column that is no feature", async () => {
    // Prepare
    const lines = "1,2026-01-01,2026-01-11T23:00:00Z\n2,2026-01-01,2026-01-11 06:00:00\n";
    writeIn(app.folder, "train.csv", `length,signed on,day\n${lines.repeat(50)}`);

    // Act
    const description = await write("iris", "train.csv", "--at", "day");

    // Assess
    expect(readBaseline("iris")?.features).toMatchObject([
      { name: "length" },
      { name: "signed on", type: "age", values: [10], counts: [100] },
    ]);
    expect(description).not.toContain("Left out");
  });

  it("have a baseline without dates and ages when the sample has no day", async () => {
    // Prepare
    writeIn(app.folder, "train.csv", sampleOf(datesOn(TRAINED_ON, 300, 1)));

    // Act
    const description = await write("iris", "train.csv");

    // Assess
    expect(readBaseline("iris")?.features[1]).toEqual({
      name: "signed on",
      type: "date",
      missing: 0,
      values: ["a date"],
      counts: [300],
    });
    expect(description).toContain(
      "  signed on: date; only missing values are compared, and with --at also ages",
    );
  });

  it.each(["2026-02-30", "2026-1-1", "20260101", "2026-01-01T00:00:00Z"])(
    "are texts when a value is %s",
    async (text) => {
      // Prepare
      writeIn(app.folder, "train.csv", sampleOf([...datesOn(TRAINED_ON, 300, 1), text]));

      // Act
      await write("iris", "train.csv");

      // Assess
      expect(readBaseline("iris")?.features[1]?.type).toBe("text");
    },
  );

  it.each<[string, string, RegExp]>([
    [
      "tomorrow",
      sampleOf(datesOn(TRAINED_ON, 100, 1)),
      /^--at: got tomorrow; allowed: a day, e\.g\. 2026-11-30, or the name of one of the 2 columns of the file$/,
    ],
    [
      "length",
      sampleOf(datesOn(TRAINED_ON, 100, 1)),
      /^train\.csv: got a row without a day in the column length of --at; allowed: a day or a time of UTC/,
    ],
    [
      "2026-11-30",
      `length,signed on\n${"1,never\n".repeat(100)}`,
      /^--at: got 2026-11-30, but no feature of train\.csv is a date, e\.g\. 2026-11-30; allowed: no --at/,
    ],
  ])("are refused with --at %s", async (at, text, message) => {
    // Prepare
    writeIn(app.folder, "train.csv", text);

    // Act
    const writing = write("iris", "train.csv", "--at", at);

    // Assess
    await expect(writing).rejects.toThrow(message);
  });
});

describe("the dates of captured requests", () => {
  const app = inApp();
  const compare = () => driftOf(MODELS, ENVIRONMENT, "dev", "--captured", FOLDER);
  const captured = (dates: readonly (string | null)[]) => writeIn(app.folder, FILE, requestsOf(dates));
  async function writeSample(dates: readonly string[], at?: string): Promise<void> {
    writeIn(app.folder, "train.csv", sampleOf(dates));
    await writeBaseline(MODELS, { model: "iris", data: "train.csv", drop: [], columns: undefined, at });
  }

  it("do not drift when they moved with the time, because their ages are compared", async () => {
    // Prepare
    await writeSample(datesOn(TRAINED_ON, 2_000, 1), TRAINED_ON);
    captured(datesOn(CAPTURED_ON, 1_000, 2));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(stdout).toMatch(/^stable {2}signed on +age +0\.0\d\d +0\.0\d\d +[01]\.\d{3} +0 % → 0 %/m);
    expect(stdout).not.toContain("Compared by missing values only");
    expect(status).toBe(0);
  });

  it.each<[string, (date: string, index: number) => string]>([
    ["are older than in the training", (date) => before(date, 400)],
    ["are in the future", (date) => before(date, -1_500)],
    [
      "are a placeholder in a third of the requests",
      (date, index) => (index % 3 === 0 ? "1970-01-01" : date),
    ],
    ["are no dates in a third of the requests", (date, index) => (index % 3 === 0 ? "unknown" : date)],
  ])("drift when they %s", async (_, change) => {
    // Prepare
    await writeSample(datesOn(TRAINED_ON, 2_000, 1), TRAINED_ON);
    captured(datesOn(CAPTURED_ON, 1_000, 2).map(change));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(stdout).toMatch(/^DRIFT {3}signed on +age /m);
    expect(status).toBe(1);
  });

  it("are compared by missing values only, and the report says so, when the baseline has no ages", async () => {
    // Prepare
    await writeSample(datesOn(TRAINED_ON, 2_000, 1));
    captured(datesOn(CAPTURED_ON, 1_000, 2));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(stdout).toMatch(/^stable {2}signed on +date +0\.000 +0 % → 0 % +0 %$/m);
    expect(stdout).toContain(
      'Compared by missing values only: "signed on": most dates move with the time. To compare their ages, write the baseline with --at: npx sagemaker-stages baseline iris --data <file> --at <day or column>',
    );
    expect(readFileSync(".sagemaker-stages/drift/dev.html", "utf8")).toContain(
      "only missing values are compared",
    );
    expect(status).toBe(0);
  });

  it.each<[string, string | null]>([
    ["missing", null],
    ["no dates", "unknown"],
  ])("drift without ages, too, when they are %s in a third of the requests", async (_, value) => {
    // Prepare
    await writeSample(datesOn(TRAINED_ON, 2_000, 1));
    captured(datesOn(CAPTURED_ON, 1_000, 2).map((date, index) => (index % 3 === 0 ? value : date)));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(stdout).toMatch(/^DRIFT {3}signed on +date /m);
    expect(status).toBe(1);
  });

  it("do not drift when the baseline of an earlier version has a category for each date", async () => {
    // Prepare
    const values = ["2025-02-26", "2025-02-27", "2025-02-28"];
    const features = [
      {
        name: "length",
        type: "number",
        missing: 0,
        values: [0, 1, 2, 3, 4, 5, 6],
        counts: Array(7).fill(286),
        bins: [0, 1, 2, 3, 4, 5],
      },
      { name: "signed on", type: "category", missing: 0, values, counts: [700, 700, 600], others: 2 },
    ];
    writeIn(
      app.folder,
      "functions/iris/baseline.json",
      JSON.stringify({ format: 1, model: "iris", rows: 2_002, features }),
    );
    captured(datesOn(CAPTURED_ON, 1_000, 2));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(stdout).toMatch(/^stable {2}signed on +date /m);
    expect(stdout).toContain('Compared by missing values only: "signed on"');
    expect(status).toBe(0);
  });
});
