import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { writeBaseline } from "../../src/drift/baseline/command";
import type { Environment } from "../../src/environment/environment";
import { defineModels, type Feature, huggingFace, type RowsOptions, rows } from "../../src/model";
import { dev, drift, driftOf, inApp, iris, irisRows, models, source, writeIrisBaseline } from "./support/app";
import { record, recordsOfRows, writeIn } from "./support/captured";

/** The folder of the local stage's captured requests, and a file of iris in it. */
const FOLDER = ".sagemaker-stages/capture/dev";
const FILE = `${FOLDER}/dev-iris/AllTraffic/2026/11/29/10/15-00-000-8f2c.jsonl`;

/** A baseline of the model churn. */
const CHURN_BASELINE = JSON.stringify({
  format: 1,
  model: "churn",
  rows: 2,
  features: [{ name: "age", type: "number", missing: 0, values: [30, 31], counts: [1, 1], bins: [30] }],
});

describe("the command drift", () => {
  const app = inApp();
  const compare = (...words: string[]) => app.drift("dev", "--captured", FOLDER, ...words);
  const captured = (text: string | Uint8Array, path = FILE) => writeIn(app.folder, path, text);

  beforeEach(async () => {
    await writeIrisBaseline(app.folder);
  });

  it("has the exit status 0 when the captured rows have the distributions of the baseline", async () => {
    // Prepare
    captured(recordsOfRows(irisRows(1_000, 2)));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(status).toBe(0);
    expect(stdout).toContain(
      "iris: 1,000 captured rows in 1,000 records of 2026-11-29T10:15Z to 2026-11-29T10:15Z",
    );
    expect(stdout).toMatch(/^stable {2}colour +category /m);
    expect(stdout).toContain("iris: none of 3 features drifts");
  });

  it("has the exit status 1, and names the feature first, when a feature has other values", async () => {
    // Prepare
    captured(recordsOfRows(irisRows(1_000, 2, 0.8)));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(status).toBe(1);
    expect(stdout.split("\n")[2]).toMatch(/^DRIFT +length +number +0\.\d{3} +0\.\d{3} +<0\.001/);
    expect(stdout).toContain(
      "iris: 1 of 3 features drift (PSI from 0.25 or KS from 0.2, p at most 0.001): length",
    );
  });

  it("reports a small change as watch with the exit status 0", async () => {
    // Prepare
    captured(recordsOfRows(irisRows(1_000, 2, 0.35)));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(status).toBe(0);
    expect(stdout).toMatch(/^watch +length/m);
    expect(stdout).toContain("none of 3 features drifts; 1 changed a little");
  });

  it("uses the thresholds of the command line", async () => {
    // Prepare
    captured(recordsOfRows(irisRows(1_000, 2, 0.35)));

    // Act
    const strict = await compare("--ks", "0.12");
    const lenient = await compare("--psi", "5", "--ks", "0.9");

    // Assess
    expect(strict.status).toBe(1);
    expect(lenient.status).toBe(0);
  });

  it("reports missing values and unseen categories as drift, and not the unseen values", async () => {
    // Prepare
    const rows = irisRows(1_000, 2).map((row, n) => ({
      ...row,
      width: n % 10 === 0 ? "" : row.width,
      colour: n % 5 === 0 ? "secret-colour" : row.colour,
    }));
    captured(recordsOfRows(rows));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(status).toBe(1);
    expect(stdout).toMatch(/^DRIFT +colour +category .* 20 %$/m);
    expect(stdout).toMatch(/^DRIFT +width +number .* 0 % → 10 % +0\.1 %$/m);
    expect(`${stdout}${readFileSync(".sagemaker-stages/drift/dev.html", "utf8")}`).not.toContain(
      "secret-colour",
    );
  });

  it("counts a row without any feature as a row in which each feature is missing", async () => {
    // Prepare
    const rows = irisRows(1_000, 2).map((row, n) => (n % 5 === 0 ? {} : row));
    captured(recordsOfRows(rows));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(status).toBe(1);
    for (const name of ["length", "width", "colour"]) {
      expect(stdout).toMatch(new RegExp(`^DRIFT +${name} .* 0 % → 20 %`, "m"));
    }
    expect(stdout).not.toContain("Not compared");
  });

  describe("of a model whose request is a list of texts", () => {
    const moods = defineModels({ moods: huggingFace("text-classification") });
    const file = FILE.replace("dev-iris", "dev-moods");
    const environment = { ...dev, models: { moods: iris } };
    const texts = ["x".repeat(60), "y".repeat(61)];
    const request = (inputs: unknown) => record({ data: JSON.stringify({ inputs }) });

    beforeEach(async () => {
      const lines = Array.from({ length: 500 }, (_, n) => `text ${n} ${"x".repeat(n % 7)}`);
      writeIn(app.folder, "texts.csv", `inputs\n${lines.join("\n")}\n`);
      await writeBaseline(moods, { model: "moods", data: "texts.csv", drop: [], columns: undefined });
    });

    it.each([
      { stored: "lists, as by SageMaker's data capture", records: [request(texts)] },
      { stored: "one record for each text, as by the function's capture", records: texts.map(request) },
    ])("compares the texts in $stored", async ({ records }) => {
      // Prepare
      captured(`${records.join("\n")}\n`.repeat(200), file);

      // Act
      const { status, stdout } = await driftOf(moods, environment, "dev", "--captured", FOLDER);

      // Assess
      expect(status).toBe(1);
      expect(stdout).toContain("moods: 400 captured rows");
      expect(stdout).toMatch(/^DRIFT +inputs +text/m);
    });
  });

  describe("with a feature whose captured values are all null", () => {
    const capture = (settings: object): Environment => ({
      ...dev,
      models: { ...dev.models, iris: { ...iris, capture: { percent: 100, ...settings } } },
    });
    const dataCapture = { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 100 };
    const instances = { ...source, instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 } };

    it.each([
      { setting: "keep without the feature", environment: capture({ keep: ["width", "colour"] }) },
      { setting: "drop with the feature", environment: capture({ drop: ["length"] }) },
    ])("compares the other features, and names the feature, for $setting", async ({ environment }) => {
      // Prepare
      captured(recordsOfRows(irisRows(1_000, 2).map((row) => ({ ...row, length: null }))));

      // Act
      const { status, stdout } = await drift(environment, "dev", "--captured", FOLDER);

      // Assess
      expect(status).toBe(0);
      expect(stdout).toMatch(/^masked +length/m);
      expect(stdout).toContain('Not compared: "length": capture stores no values of these features');
      expect(stdout).toContain("none of 2 features drifts");
    });

    it.each<{ setting: string; environment: Environment }>([
      { setting: "keep with the feature", environment: capture({ keep: ["length", "width", "colour"] }) },
      { setting: "keep with the list of rows", environment: capture({ keep: ["rows"] }) },
      { setting: "drop of another feature", environment: capture({ drop: ["other"] }) },
      { setting: "no capture", environment: dev },
      {
        setting: "dataCapture",
        environment: { ...dev, models: { iris: { ...instances, dataCapture } } },
      },
      {
        setting: "capture and dataCapture, where the folder can be a copy of both",
        environment: {
          ...dev,
          models: { iris: { ...instances, dataCapture, capture: { percent: 100, keep: ["width"] } } },
        },
      },
    ])("reports the feature as missing, with the exit status 1, for $setting", async ({ environment }) => {
      // Prepare
      captured(recordsOfRows(irisRows(1_000, 2).map((row) => ({ ...row, length: null }))));

      // Act
      const { status, stdout } = await drift(environment, "dev", "--captured", FOLDER);

      // Assess
      expect(status).toBe(1);
      expect(stdout).toMatch(/^DRIFT +length .* 0 % → 100 %/m);
      expect(stdout).toContain('Compared as missing: "length": every captured value is null');
    });

    it("reports the feature as missing when values have an order and no names, because only a whole list is masked", async () => {
      // Prepare
      const lines = irisRows(1_000, 2).map(({ width, colour }) =>
        record({ data: JSON.stringify([null, width, colour]) }),
      );
      captured(`${lines.join("\n")}\n`);

      // Act
      const { status } = await drift(capture({ keep: ["rows"] }), "dev", "--captured", FOLDER);

      // Assess
      expect(status).toBe(1);
    });
  });

  it("has the exit status 3, and names the required rows, when there are too few rows for the statement that no feature drifts", async () => {
    // Prepare
    captured(recordsOfRows(irisRows(40, 2)));

    // Act
    const { status, stdout } = await compare("--put-metric");

    // Assess
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /iris: no statement: got 40 captured rows; a statement about every feature needs 1\d\d$/m,
    );
    // No metric: nothing was sent, and no credentials were needed.
    expect(stdout).not.toContain("Metric");
  });

  it("has the exit status 1 when few rows certainly drift, also with a baseline that has too few rows for any other statement", async () => {
    // Prepare
    captured(recordsOfRows(irisRows(40, 2, 3)));
    const lines = irisRows(105, 1).map(({ length, width, colour }) => `${length},${width},${colour}`);

    // Act
    const large = await compare();
    writeIn(app.folder, "train.csv", `length,width,colour\n${lines.join("\n")}\n`);
    await writeBaseline(models, { model: "iris", data: "train.csv", drop: [], columns: undefined });
    const small = await compare();

    // Assess
    expect(large.status).toBe(1);
    expect(large.stdout).toContain("iris: 1 of 3 features drift");
    expect(small.status).toBe(1);
  });

  it.each([
    {
      others: "rows with other features",
      text: recordsOfRows(Array.from({ length: 20_000 }, () => ({ "callers-secret": 3 }))),
      message:
        "got 20000 of 20200 captured rows without the baseline's features; allowed: at most 5 % of each",
    },
    {
      others: "rows that are masked lists",
      text: recordsOfRows(Array.from({ length: 300 }, () => ({ rows: null }))),
      message: "got 300 of 500 captured rows without the baseline's features; allowed: at most 5 % of each",
    },
    {
      others: "lines without a request",
      text: "hello\n".repeat(300),
      message: "got 300 of 500 lines without a request in CSV or JSON; allowed: at most 5 % of each",
    },
  ])("has the exit status 4, and sends no metric, when there are many $others", async ({ text, message }) => {
    // Prepare
    captured(`${recordsOfRows(irisRows(200, 2))}${text}`);

    // Act
    const { status, stdout, stderr } = await compare("--put-metric", "--model", "iris");

    // Assess
    expect(status).toBe(4);
    expect(stderr).toContain(`Not compared: iris: ${message}`);
    expect(`${stdout}${stderr}`).not.toMatch(/callers-secret|Metric/);
  });

  it.each([
    [
      "no folder",
      undefined,
      /^Not compared: iris: \.sagemaker-stages\/capture\/dev: got a folder that does not exist; allowed: a folder with captured requests\./,
    ],
    [
      "no record",
      "",
      /^Not compared: iris: got 1 files with no request in \S+; allowed: captured requests\. Is capture or dataCapture set and deployed/,
    ],
    [
      "other files",
      "hello\n",
      /1 lines are not records of SageMaker's data capture with a request in CSV or JSON/,
    ],
    [
      "other features",
      recordsOfRows([{ height: 3 }]),
      /^Not compared: iris: got captured rows with 1 other name; allowed: the 3 features of the baseline, "length", "width", "colour"\. Compare with the baseline of the deployed model/,
    ],
    [
      "another number of values",
      `${record({ data: "1,2", encoding: "CSV" })}\n`,
      /got captured rows with 2 values without names; allowed/,
    ],
    [
      "a feature that no row contains",
      recordsOfRows(irisRows(200, 2).map(({ length, width }) => ({ length, width }))),
      /got 200 captured rows without "colour"; allowed: rows with all features of the baseline/,
    ],
    [
      "masked values only",
      recordsOfRows([{ length: null, width: null, colour: null }]),
      /got 1 captured rows whose values are all null; allowed: values of one feature at least\. The setting capture/,
    ],
  ])("has the exit status 4, and names the cause, when there is %s", async (_, text, message) => {
    // Prepare
    if (text !== undefined) captured(text);

    // Act
    const { status, stderr } = await compare("--model", "iris");

    // Assess
    expect(status).toBe(4);
    expect(stderr).toMatch(message);
  });

  it("has the exit status 4 when no model has a baseline, and names the command that writes one", async () => {
    // Act
    const { status, stderr } = await compare("--model", "churn");

    // Assess
    expect(status).toBe(4);
    expect(stderr).toContain(
      "Not compared: churn: got no functions/churn/baseline.json; allowed: the baseline of a training sample. Write it: npx sagemaker-stages baseline churn --data <file>",
    );
  });

  it("names a model without any captured request, and fails only if no model has captured requests", async () => {
    // Prepare
    writeIn(app.folder, "functions/churn/baseline.json", CHURN_BASELINE);
    captured(recordsOfRows(irisRows(1_000, 2)));

    // Act
    const both = await compare();
    captured(`${recordsOfRows([{ age: 30 }])}`, FILE.replace("dev-iris", "dev-churn"));
    const withoutRequestsOfPeriod = await compare("--from", "1h");

    // Assess
    expect(both).toMatchObject({ status: 0, stderr: "" });
    expect(both.stdout).toContain("Without captured requests: churn");
    expect(withoutRequestsOfPeriod).toMatchObject({ status: 4, stdout: "" });
    expect(withoutRequestsOfPeriod.stderr).toMatch(
      /^Not compared: iris: got no file in \S+ from 2026-11-29T23:00:00\.000Z; allowed: captured requests\./,
    );
  });

  it("compares only the requests of the period, also within a file", async () => {
    // Prepare
    captured(recordsOfRows(irisRows(1_000, 2), "2026-11-29T10:10:00Z"));
    captured(recordsOfRows(irisRows(1_000, 3, 3), "2026-11-29T10:50:00Z"), FILE.replace("8f2c", "late"));
    captured(recordsOfRows(irisRows(1_000, 3, 3), "2026-11-20T10:50:00Z"), FILE.replace("/29/10", "/20/10"));

    // Act
    const { status, stdout } = await compare("--from", "24h", "--to", "2026-11-29T10:30:00");

    // Assess
    expect(status).toBe(0);
    expect(stdout).toContain(
      "1,000 captured rows in 1,000 records of 2026-11-29T10:10Z to 2026-11-29T10:10Z",
    );
  });

  it("reads records of SageMaker's own data capture: CSV, base64, several rows, and compressed files", async () => {
    // Prepare
    const csv = irisRows(500, 2).map(({ length, width, colour }) => `${length},${width},${colour}`);
    const json = JSON.stringify({ rows: irisRows(400, 3) });
    const lines = [
      record({ data: csv.slice(0, 250).join("\n"), observedContentType: "text/csv", encoding: "CSV" }),
      record({
        data: Buffer.from(csv.slice(250).join("\n")).toString("base64"),
        observedContentType: "text/csv; charset=utf-8",
        encoding: "BASE64",
      }),
      record({ data: json }),
    ];
    captured(gzipSync(`${lines.join("\n")}\n`));

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(stdout).toContain("iris: 900 captured rows in 3 records");
    expect(status).toBe(0);
  });

  it("does not count the first line of CSV as a row when the contract sends a header", async () => {
    // Prepare
    const features = ["length", "width", { name: "colour", values: ["blue", "white"] }] as const;
    const withHeader = defineModels({ iris: rows({ features, answer: { column: "class" }, header: true }) });
    const csv = irisRows(600, 2).map(({ length, width, colour }) => `${length},${width},${colour}`);
    const request = (lines: readonly string[]) =>
      record({ data: lines.join("\n"), observedContentType: "text/csv", encoding: "CSV" });
    const lines = [
      // Requests before the contract had a header.
      request(csv.slice(0, 100)),
      ...csv.slice(100).map((line) => request(["length,width,colour", line])),
    ];
    captured(`${lines.join("\n")}\n`);

    // Act
    const { status, stdout } = await driftOf(withHeader, dev, "dev", "--captured", FOLDER, "--model", "iris");

    // Assess
    expect(stdout).toContain("iris: 600 captured rows in 501 records");
    expect(stdout).not.toContain("Not compared");
    expect(status).toBe(0);
  });

  const NUMBERS = { name: "colour", values: { blue: 1, white: 2 } } as const;
  const ONE_HOT = { name: "colour", values: ["blue", "white"], oneHot: true } as const;
  const withColour = (colour: Feature, options: Partial<RowsOptions> = {}) =>
    defineModels({
      iris: rows({ features: ["length", "width", colour], answer: "predictions", ...options }),
    });
  /** Records of the requests that the endpoint receives. */
  const recordsOfEndpoint = ({ iris }: ReturnType<typeof withColour>, callers: readonly unknown[]) =>
    callers
      .map((row) => {
        const { body, contentType } = iris.encode(
          { rows: [row] },
          { headers: {}, accept: "application/json" },
        );
        const encoding = contentType === "text/csv" ? "CSV" : "JSON";
        return `${record({ data: String(body), observedContentType: contentType, encoding })}\n`;
      })
      .join("");
  const compareIris = (of: ReturnType<typeof withColour>) =>
    driftOf(of, dev, "dev", "--captured", FOLDER, "--model", "iris");

  it.each<[string, Feature, Partial<RowsOptions>]>([
    ["numbers in CSV", NUMBERS, {}],
    ["numbers in CSV with a header", NUMBERS, { header: true }],
    ["numbers in lists", NUMBERS, { sends: "json" }],
    ["numbers in objects", NUMBERS, { sends: "records" }],
    ["columns in CSV", ONE_HOT, {}],
    ["columns in CSV with a header", ONE_HOT, { header: true }],
    ["columns in lists", ONE_HOT, { sends: "instances" }],
    ["columns in objects", ONE_HOT, { sends: "records" }],
    ["columns in a dataframe", ONE_HOT, { sends: "dataframe" }],
  ])("compares the categories when the endpoint receives %s", async (_, colour, options) => {
    // Prepare
    const encoding = withColour(colour, options);
    captured(recordsOfEndpoint(encoding, irisRows(600, 2)));

    // Act
    const { status, stdout } = await compareIris(encoding);

    // Assess
    expect(stdout).toContain("iris: 600 captured rows in 600 records");
    expect(stdout).toMatch(/^stable +colour +category .* 0 %$/m);
    expect(stdout).not.toContain("Not compared");
    expect(status).toBe(0);
  });

  it("finds the drift of categories that the endpoint receives as columns", async () => {
    // Prepare
    const encoding = withColour({ ...ONE_HOT, optional: true });
    const callers = irisRows(600, 2).map((row, index) => ({
      ...row,
      colour: index % 3 ? "blue" : undefined,
    }));
    captured(recordsOfEndpoint(encoding, callers));

    // Act
    const { status, stdout } = await compareIris(encoding);

    // Assess
    expect(stdout).toMatch(/^DRIFT +colour +category .* 0 % → +33 % +0 %$/m);
    expect(status).toBe(1);
  });

  it("counts a number of no category as unseen", async () => {
    // Prepare
    const csv = irisRows(600, 2).map(({ length, width }) => `${length},${width},3`);
    captured(`${record({ data: csv.join("\n"), observedContentType: "text/csv", encoding: "CSV" })}\n`);

    // Act
    const { status, stdout } = await compareIris(withColour(NUMBERS));

    // Assess
    expect(stdout).toMatch(/^DRIFT +colour +category .* 100 %$/m);
    expect(status).toBe(1);
  });

  it.each([NUMBERS, ONE_HOT])("compares the requests of callers unchanged: %j", async (colour) => {
    // Prepare
    captured(recordsOfRows(irisRows(600, 2)));

    // Act
    const { status, stdout } = await compareIris(withColour(colour));

    // Assess
    expect(stdout).toMatch(/^stable +colour +category .* 0 %$/m);
    expect(status).toBe(0);
  });

  it.each<[string, Feature, string]>([
    ["numbers", NUMBERS, "colour"],
    ["columns", ONE_HOT, "colour_blue,colour_white"],
  ])("compares encoded categories with a baseline of the same %s", async (_, colour, columns) => {
    // Prepare
    const encoding = withColour(colour);
    const sample = recordsOfEndpoint(encoding, irisRows(1_000, 1))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).captureData.endpointInput.data);
    writeIn(app.folder, "encoded.csv", `length,width,${columns}\n${sample.join("\n")}\n`);
    await writeBaseline(encoding, { model: "iris", data: "encoded.csv", drop: [], columns: undefined });
    captured(recordsOfEndpoint(encoding, irisRows(600, 2)));

    // Act
    const { status, stdout } = await compareIris(encoding);

    // Assess
    expect(stdout).toContain(`iris: none of ${2 + columns.split(",").length} features drifts`);
    expect(stdout).not.toContain("Not compared");
    expect(status).toBe(0);
  });

  it("writes a baseline with the categories from captured requests of the endpoint", async () => {
    // Prepare
    const encoding = withColour(ONE_HOT);
    writeIn(app.folder, "train.jsonl", recordsOfEndpoint(encoding, irisRows(1_000, 1)));
    await writeBaseline(encoding, { model: "iris", data: "train.jsonl", drop: [], columns: undefined });
    captured(recordsOfRows(irisRows(600, 2)));

    // Act
    const { status, stdout } = await compareIris(encoding);

    // Assess
    expect(stdout).toMatch(/^stable +colour +category .* 0 %$/m);
    expect(status).toBe(0);
  });

  it("does not count a feature as missing when the header of a request names other columns", async () => {
    // Prepare
    const features = ["length", "width", ONE_HOT];
    const own = defineModels({
      iris: rows({ features, answer: "predictions", sends: "csv", header: true }).as("iris"),
    });
    captured(`${recordsOfRows(irisRows(1_200, 2))}${recordsOfEndpoint(own, irisRows(50, 3))}`);

    // Act
    const { status, stdout } = await compareIris(own);

    // Assess
    expect(stdout).toContain("Not compared: 50 rows without the baseline's features.");
    expect(stdout).toMatch(/^stable +colour +category .* 0 % → +0 % +0 %$/m);
    expect(status).toBe(0);
  });

  it("counts the rows and lines that it cannot compare", async () => {
    // Prepare
    captured(`${recordsOfRows(irisRows(500, 2))}${recordsOfRows([{ height: 3 }])}hello\n`);

    // Act
    const { status, stdout } = await compare();

    // Assess
    expect(status).toBe(0);
    expect(stdout).toContain("Not compared: 1 row without the baseline's features.");
    expect(stdout).toContain("Not compared: 1 name that the baseline does not contain.");
    expect(stdout).toContain("Not compared: 1 line without a request in CSV or JSON.");
  });

  it("fails with the file's name when a compressed file is not complete", async () => {
    // Prepare
    captured(gzipSync(recordsOfRows(irisRows(500, 2))).subarray(0, 2_000));

    // Act
    const { status, stderr } = await compare("--model", "iris");

    // Assess
    expect(status).toBe(4);
    expect(stderr).toMatch(
      /AllTraffic\/2026\/11\/29\/10\/15-00-000-8f2c\.jsonl: the file cannot be read to its end: /,
    );
  });

  it("writes a picture with a histogram per feature, the largest change first, and figures as JSON", async () => {
    // Prepare
    captured(recordsOfRows(irisRows(1_000, 2, 0.8)));

    // Act
    await compare("--html", "out/drift.html", "--json", "out/drift.json");

    // Assess
    const html = readFileSync("out/drift.html", "utf8");
    const figures = JSON.parse(readFileSync("out/drift.json", "utf8"));
    expect(
      [...html.matchAll(/<h3>(\w+)<\/h3><span class="verdict (\w+)">/g)].map(([, name, verdict]) => [
        name,
        verdict,
      ]),
    ).toEqual(figures.models[0].features.map(({ name, verdict }: Record<string, string>) => [name, verdict]));
    expect(html.match(/<svg /g)).toHaveLength(3);
    expect(html).not.toMatch(/<script|src=|href=|NaN|undefined|Infinity/);
    expect(figures.models[0]).toMatchObject({
      model: "iris",
      rows: { base: 2_000, captured: 1_000 },
      records: 1_000,
    });
    expect(figures.models[0].features[0]).toMatchObject({ name: "length", verdict: "drift", type: "number" });
  });
});
