import { afterEach, describe, expect, it } from "@jest/globals";
import type { RowsOptions } from "../../src/contracts/rows";
import { rows } from "../../src/contracts/rows";
import {
  answering,
  answeringText,
  linearLearner,
  mlflow,
  quotedCsv,
  type StandInContainer,
  scikitLearn,
  tensorFlow,
  xgboost,
} from "./support/containers";
import { DeployedModel } from "./support/deployed-model";

const FEATURES = ["sepal length", "sepal width", "petal length", "petal width"];
const CLASSES = ["setosa", "versicolor", "virginica"];

const ROW = { "sepal length": 5.1, "sepal width": 3.5, "petal length": 1.4, "petal width": 0.2 };
const LARGE_ROW = { "sepal length": 6.3, "sepal width": 3.3, "petal length": 6, "petal width": 2.5 };
const UNREADABLE =
  "502 The function could not read the model's answer. See the logs of the function and the endpoint.";

/** A container's model that classifies a row by the length of the petal. */
const classOf = ([, , petal = 0]: readonly number[]) => (petal < 2.5 ? 0 : 2);
const scoresOf = (row: readonly number[]) => (classOf(row) === 0 ? [0.9, 0.07, 0.03] : [0.01, 0.2, 0.79]);

let deployed: DeployedModel | undefined;

afterEach(async () => {
  await deployed?.close();
  deployed = undefined;
});

async function deploy(options: RowsOptions, container: StandInContainer): Promise<DeployedModel> {
  deployed = await DeployedModel.of(rows(options), container);
  return deployed;
}

describe("rows", () => {
  it("sends the features to scikit-learn's container in the model's order, not in the caller's order", async () => {
    // Prepare
    const model = await deploy({ features: FEATURES, answer: "json" }, scikitLearn(classOf));
    const reversed = Object.fromEntries(Object.entries(ROW).reverse());

    // Act
    const received = await model.post({ rows: [reversed] });

    // Assess
    expect(received).toEqual({ status: 200, contentType: "application/json", body: { predictions: [0] } });
    expect(model.endpoint.onlyRequest.body).toBe("[[5.1,3.5,1.4,0.2]]");
  });

  it("answers names of classes when scikit-learn's container answers indices or names", async () => {
    // Prepare
    const byIndex = await deploy(
      { features: FEATURES, answer: "json", classes: CLASSES },
      scikitLearn(classOf),
    );
    const byName = await DeployedModel.of(
      rows({ features: FEATURES, answer: "json", classes: CLASSES }),
      scikitLearn((row) => CLASSES[classOf(row)]),
    );

    // Act
    const received = await Promise.all(
      [byIndex, byName].map((model) => model.post({ rows: [ROW, LARGE_ROW] })),
    );
    await byName.close();

    // Assess
    expect(received.map(({ body }) => body)).toEqual([
      { predictions: ["setosa", "virginica"] },
      { predictions: ["setosa", "virginica"] },
    ]);
  });

  it.each([
    ["commas", ","],
    ["line breaks", "\n"],
  ])("reads numbers of XGBoost's container with %s between the numbers", async (_, separator) => {
    // Prepare
    const model = await deploy(
      { features: FEATURES, answer: "csv" },
      xgboost(([length = 0]) => length / 10, separator),
    );

    // Act
    const received = await model.post({ rows: [ROW, LARGE_ROW] });

    // Assess
    expect(received.body).toEqual({ predictions: [0.51, 0.63] });
    expect(model.endpoint.onlyRequest.body).toBe("5.1,3.5,1.4,0.2\n6.3,3.3,6,2.5");
    expect(model.endpoint.onlyRequest.headers).toMatchObject({
      "content-type": "text/csv",
      accept: "text/csv",
    });
  });

  it.each([
    ["in brackets", xgboost(scoresOf)],
    ["in lines", xgboost(scoresOf, "\n")],
    ["in lines without brackets", answeringText("0.9,0.07,0.03\n0.01,0.2,0.79\n", "text/csv")],
    ["in one line", answeringText("0.9,0.07,0.03,0.01,0.2,0.79", "text/csv")],
    ["in lists that NumPy broke into lines", answeringText("[0.9 0.07\n 0.03]\n[0.01\n 0.2 0.79]\n")],
  ])(
    "answers the highest score first when XGBoost's multi:softprob writes the scores %s",
    async (_, container) => {
      // Prepare
      const model = await deploy(
        { features: FEATURES, answer: "csv", predicts: "scores", classes: CLASSES },
        container,
      );

      // Act
      const received = await model.post({ rows: [ROW, LARGE_ROW] });

      // Assess
      expect(received.body).toEqual({
        predictions: [
          [
            { label: "setosa", score: 0.9 },
            { label: "versicolor", score: 0.07 },
            { label: "virginica", score: 0.03 },
          ],
          [
            { label: "virginica", score: 0.79 },
            { label: "versicolor", score: 0.2 },
            { label: "setosa", score: 0.01 },
          ],
        ],
      });
    },
  );

  it("answers a probability as the scores of both classes", async () => {
    // Prepare
    const model = await deploy(
      { features: FEATURES, answer: "csv", predicts: "probability", classes: ["other", "virginica"] },
      xgboost(() => 0.9),
    );

    // Act
    const received = await model.post({ rows: [ROW] });

    // Assess
    expect(received.body).toEqual({
      predictions: [
        [
          { label: "virginica", score: 0.9 },
          { label: "other", score: 0.1 },
        ],
      ],
    });
  });

  it.each<[string, Partial<RowsOptions>, unknown, unknown]>([
    ["a label", { classes: CLASSES }, { score: [0.1, 0.7, 0.2], predicted_label: 1 }, "versicolor"],
    ["a number", {}, { score: 12.5 }, 12.5],
    [
      "scores",
      { predicts: "scores", classes: ["a", "b"] },
      { score: [0.25, 0.75], predicted_label: 1 },
      [
        { label: "b", score: 0.75 },
        { label: "a", score: 0.25 },
      ],
    ],
  ])("reads %s of Linear Learner", async (_, options, answered, expected) => {
    // Prepare
    const model = await deploy(
      { features: FEATURES, answer: "predictions", ...options },
      linearLearner(() => answered),
    );

    // Act
    const received = await model.post({ rows: [ROW] });

    // Assess
    expect(received.body).toEqual({ predictions: [expected] });
    expect(model.endpoint.onlyRequest.headers["content-type"]).toBe("text/csv");
  });

  it("reads predictions of TensorFlow Serving, which are lists of one number", async () => {
    // Prepare
    const model = await deploy(
      { features: FEATURES, answer: "predictions", sends: "instances" },
      tensorFlow(([length]) => [length]),
    );

    // Act
    const received = await model.post({ rows: [ROW, LARGE_ROW] });

    // Assess
    expect(received.body).toEqual({ predictions: [5.1, 6.3] });
  });

  it("sends MLflow the names of the columns", async () => {
    // Prepare
    const model = await deploy(
      { features: ["age", { name: "city", type: "text" }], answer: "predictions", sends: "dataframe" },
      mlflow(({ age, city }) => (city === "Bern\nWest" ? Number(age) + 1 : 0)),
    );

    // Act
    const received = await model.post({ rows: [{ age: 41, city: "Bern\nWest" }] });

    // Assess
    expect(received.body).toEqual({ predictions: [42] });
  });

  it("quotes texts with commas, quotes and spaces in CSV", async () => {
    // Prepare
    const texts = ["a,b", 'say "yes"', " around ", "plain", '"', ","];
    const model = await deploy(
      { features: ["x", { name: "text", type: "text" }], answer: "json", sends: "csv", classes: texts },
      quotedCsv(([, cell]) => cell),
    );

    // Act
    const received = await model.post({ rows: texts.map((text, x) => ({ x, text })) });

    // Assess
    expect(received).toMatchObject({ status: 200, body: { predictions: texts } });
  });
});

describe("rows with an invalid request", () => {
  const choices: RowsOptions = {
    features: [
      { name: "color", values: ["red", "green"] },
      { name: "age", type: "integer", min: 0, max: 120 },
      { name: "note", type: "text", maxCharacters: 10 },
    ],
    answer: "csv",
    maxRows: 2,
  };
  const fit = { color: "red", age: 3, note: "ok" };

  it.each<[string, unknown, string]>([
    [
      "an unknown feature",
      { rows: [{ ...fit, size: 3 }] },
      `400 rows[0]: got the unknown property "size"; allowed: only the properties of this model's request`,
    ],
    [
      "a missing feature",
      { rows: [{ color: "red", age: 3 }] },
      "400 rows[0].note: got nothing; allowed: a string",
    ],
    [
      "a value that is not one of the feature's values",
      { rows: [{ ...fit, color: "blue" }] },
      '400 rows[0].color: got "blue"; allowed: "red" or "green"',
    ],
    [
      "a number above its limit",
      { rows: [{ ...fit, age: 121 }] },
      "400 rows[0].age: got the number 121; allowed: at most 120",
    ],
    [
      "a fraction in place of a whole number",
      { rows: [{ ...fit, age: 0.5 }] },
      "400 rows[0].age: got the number 0.5; allowed: a whole number",
    ],
    [
      "a text that is too long",
      { rows: [{ ...fit, note: "0123456789a" }] },
      '400 rows[0].note: got "0123456789a"; allowed: at most 10 character(s)',
    ],
    [
      "a line break in CSV",
      { rows: [{ ...fit, note: "a\nb" }] },
      "400 rows[0].note: got text with a line break; allowed: text in one line",
    ],
    ["no rows", { rows: [] }, "400 rows: got an empty array; allowed: at least one row"],
    [
      "a list in place of an object",
      { rows: [["red", 3, "ok"]] },
      "400 rows[0]: got an array of 3; allowed: an object",
    ],
    ["more rows than the limit", { rows: [fit, fit, fit] }, "413 batch: got 3 rows; allowed: at most 2"],
  ])("refuses %s and names the fault", async (_, request, expected) => {
    // Prepare
    const model = await deploy(
      choices,
      xgboost(() => 0),
    );

    // Act
    const detail = await model.problemOf(request);

    // Assess
    expect(detail).toBe(expected);
    expect(model.endpoint.requests).toEqual([]);
  });

  it.each<[string, RowsOptions, StandInContainer]>([
    ["the wrong number of predictions in JSON", { features: FEATURES, answer: "json" }, answering([1, 2])],
    ["the wrong number of predictions in CSV", { features: FEATURES, answer: "csv" }, answeringText("1,2")],
    [
      "the wrong number of scores",
      { features: FEATURES, answer: "csv", predicts: "scores", classes: CLASSES },
      answeringText("[0.1, 0.9]"),
    ],
    ["a text in place of a number", { features: FEATURES, answer: "json" }, answering(["setosa"])],
    [
      "a number that is not the index of a class",
      { features: FEATURES, answer: "json", classes: CLASSES },
      answering([3]),
    ],
    ["an unknown class", { features: FEATURES, answer: "json", classes: CLASSES }, answering(["rose"])],
    [
      "a probability above 1",
      { features: FEATURES, answer: "json", predicts: "probability", classes: ["a", "b"] },
      answering([1.1]),
    ],
    [
      "a document without predictions",
      { features: FEATURES, answer: "predictions" },
      answering({ scores: [1] }),
    ],
    ["a page of HTML", { features: FEATURES, answer: "json" }, answeringText("<html></html>", "text/html")],
    ["NaN", { features: FEATURES, answer: "csv" }, answeringText("nan")],
  ])("answers 502 when the container answers %s", async (_, options, container) => {
    // Prepare
    const model = await deploy(options, container);

    // Act
    const detail = await model.problemOf({ rows: [ROW] });

    // Assess
    expect(detail).toBe(UNREADABLE);
  });

  it.each([
    "0.1,0.2,0.3,0.4\n0.5,0.6",
    "0.1,0.2\n0.3,0.4,0.5,0.6",
    "0.1\r\n0.2,0.3,0.4,0.5,0.6",
    "[0.1,0.2],[0.3,0.4,0.5,0.6]",
    "[0.1,0.2,0.3,0.4],[0.5,0.6]",
    "[0.1,0.2,0.3],[0.4,0.5],[0.6]",
    "[0.1,0.2,0.3,0.4]\n0.5,0.6",
  ])("answers 502 when the number of scores differs from the number of classes: %j", async (body) => {
    // Prepare
    const model = await deploy(
      { features: FEATURES, answer: "csv", predicts: "scores", classes: CLASSES },
      answeringText(body, "text/csv"),
    );

    // Act
    const detail = await model.problemOf({ rows: [ROW, LARGE_ROW] });

    // Assess
    expect(detail).toBe(UNREADABLE);
  });

  describe("with the models of a multi-model endpoint", () => {
    const options: RowsOptions = {
      features: FEATURES,
      answer: "csv",
      targetModel: { archive: "eu/shop-*.tar.gz", example: "17" },
    };

    it("sends the archive of the model that the caller names", async () => {
      // Prepare
      const model = await deploy(options, answeringText("1.5", "text/csv"));

      // Act
      const received = await model.post({ model: "17", rows: [ROW] });

      // Assess
      expect(received).toMatchObject({ status: 200, body: { predictions: [1.5] } });
      expect(model.endpoint.onlyRequest.headers).toMatchObject({
        "x-amzn-sagemaker-target-model": "eu/shop-17.tar.gz",
      });
    });

    it.each(["", "../17", "17/x", "a.tar", "*", "-17", "17\n", "x".repeat(101)])(
      "answers 400 when the caller names the model %j",
      async (name) => {
        // Prepare
        const model = await deploy(options, answeringText("1.5", "text/csv"));

        // Act
        const detail = await model.problemOf({ model: name, rows: [ROW] });

        // Assess
        expect(detail).toMatch(/^400 model: got ".*"; allowed: 1 to 100 letters, digits, _ and -/s);
      },
    );

    it("answers 400 when the caller names no model, or names a model of an endpoint with one model", async () => {
      // Prepare
      const chosen = await deploy(options, answeringText("1.5", "text/csv"));
      const without = await chosen.problemOf({ rows: [ROW] });
      await chosen.close();
      const single = await deploy({ features: FEATURES, answer: "csv" }, answeringText("1.5", "text/csv"));

      // Act
      const unknown = await single.problemOf({ model: "17", rows: [ROW] });

      // Assess
      expect(without).toMatch(/^400 model: got nothing; allowed: /);
      expect(unknown).toMatch(/^400 request: got the unknown property "model"; allowed: /);
    });

    it.each([
      ["no wildcard", { archive: "shop.tar.gz", example: "17" }, "targetModel.archive"],
      ["two wildcards", { archive: "*/*.tar.gz", example: "17" }, "targetModel.archive"],
      ["an example with a slash", { archive: "*.tar.gz", example: "eu/17" }, "targetModel.example"],
      ["an unknown member", { archive: "*.tar.gz", example: "17", names: [] }, "targetModel"],
    ])("refuses %s", (_, targetModel, field) => {
      // Act
      const faults = rows({ ...options, targetModel } as RowsOptions).describeFaults("forecasts");

      // Assess
      expect(faults).toEqual([expect.stringContaining(`forecasts: ${field}: got `)]);
    });
  });
});
