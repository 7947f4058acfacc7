import { afterEach, describe, expect, it } from "@jest/globals";
import { rows } from "../../src/contracts/rows";
import type { RowsOptions } from "../../src/contracts/rows/options";
import { defineModels } from "../../src/models";
import {
  answering,
  answeringText,
  autoGluon,
  linearLearner,
  mlflow,
  type PandasRow,
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

  it.each<[string, Partial<RowsOptions>, StandInContainer, string]>([
    [
      "empty cells of CSV",
      { answer: "csv" },
      xgboost(([tenure = 0, charges = 0]) => (Number.isNaN(tenure) ? -1 : tenure) + charges),
      "12,29.5,b\n,5,\n,7,",
    ],
    [
      "null in JSON",
      { answer: "json" },
      scikitLearn(([tenure, charges = 0]) => (tenure ?? -1) + charges),
      '[[12,29.5,"b"],[null,5,null],[null,7,null]]',
    ],
    [
      "null in MLflow's data frame",
      { answer: "predictions", sends: "dataframe" },
      mlflow(({ tenure, charges }) => Number(tenure ?? -1) + Number(charges)),
      '{"dataframe_split":{"columns":["tenure","charges","plan"],"data":[[12,29.5,"b"],[null,5,null],[null,7,null]]}}',
    ],
  ])("sends missing values as %s", async (_, options, container, sent) => {
    // Prepare
    const features = [
      { name: "tenure", optional: true, min: 0 },
      "charges",
      { name: "plan", values: ["a", "b"], optional: true },
    ] as const;
    const model = await deploy({ features, answer: "csv", ...options }, container);

    // Act
    const received = await model.post({
      rows: [
        { tenure: 12, charges: 29.5, plan: "b" },
        { charges: 5 },
        { tenure: null, charges: 7, plan: null },
      ],
    });

    // Assess
    expect(received).toMatchObject({ status: 200, body: { predictions: [41.5, 4, 6] } });
    expect(model.endpoint.onlyRequest.body).toBe(sent);
  });

  it.each<[string, Partial<RowsOptions>, StandInContainer, string]>([
    ["CSV", { answer: "csv" }, xgboost(([workday = 0]) => workday), "1,9.5,0,1,0\n0,3,1,0,0\n,4,0,0,0"],
    [
      "a data frame with the names of the columns",
      { answer: "predictions", sends: "dataframe" },
      mlflow(({ workday }) => workday ?? 0),
      '{"dataframe_split":{"columns":["workday","temp","season_fall","season_spring","season_winter"],"data":[[1,9.5,0,1,0],[0,3,1,0,0],[null,4,0,0,0]]}}',
    ],
  ])(
    "sends categories as numbers and as a column for each value in %s",
    async (_, options, container, sent) => {
      // Prepare
      const features = [
        { name: "workday", values: { no: 0, yes: 1 }, optional: true },
        "temp",
        { name: "season", values: ["fall", "spring", "winter"], oneHot: true, optional: true },
      ] as const;
      const model = await deploy({ features, answer: "csv", ...options }, container);

      // Act
      await model.post({
        rows: [
          { workday: "yes", temp: 9.5, season: "spring" },
          { workday: "no", temp: 3, season: "fall" },
          { temp: 4 },
        ],
      });

      // Assess
      expect(model.endpoint.onlyRequest.body).toBe(sent);
    },
  );

  it.each<["csv" | "json" | "instances", string]>([
    ["csv", "0,1,1\n0,0,0"],
    ["json", "[[0,1,1],[0,0,0]]"],
    ["instances", '{"instances":[[0,1,1],[0,0,0]]}'],
  ])("sends columns with the same name as %s, which has no names", async (sends, expected) => {
    // Prepare
    const features = [
      { name: "season", values: ["fall", "spring"], oneHot: true, optional: true },
      "season_spring",
    ] as const;
    const model = await deploy(
      { features, answer: "predictions", sends },
      answering({ predictions: [1, 2] }),
    );

    // Act
    const received = await model.post({
      rows: [{ season: "spring", season_spring: 1 }, { season_spring: 0 }],
    });

    // Assess
    expect(received.body).toEqual({ predictions: [1, 2] });
    expect(model.endpoint.onlyRequest.body).toBe(expected);
  });

  it("sends 0 in every column of a missing category when a row has no other feature", async () => {
    // Prepare
    const features = [{ name: "season", values: ["fall", "spring"], oneHot: true, optional: true }] as const;
    const model = await deploy({ features, answer: "csv" }, answeringText("1\n2", "text/csv"));

    // Act
    await model.post({ rows: [{}, { season: "fall" }] });

    // Assess
    expect(model.endpoint.onlyRequest.body).toBe("0,0\n1,0");
  });

  it("distinguishes a missing value from the category null", async () => {
    // Prepare
    const features = ["x", { name: "kind", values: { null: 7, one: 1 }, optional: true }] as const;
    const model = await deploy({ features, answer: "csv" }, answeringText("1\n2\n3", "text/csv"));

    // Act
    await model.post({ rows: [{ x: 1, kind: "null" }, { x: 2, kind: null }, { x: 3 }] });

    // Assess
    expect(model.endpoint.onlyRequest.body).toBe("1,7\n2,\n3,");
  });

  it.each<[string, Partial<RowsOptions>, number]>([
    ["CSV", { answer: "csv" }, 104],
    ["a data frame", { answer: "predictions", sends: "dataframe" }, 104],
    ["records, which repeat the names", { answer: "json", sends: "records" }, 10],
  ])(
    "accepts as many rows as an endpoint can receive in one request when categories have many columns, as %s",
    (_, options, count) => {
      // Prepare
      const values = Array.from({ length: 200 }, (_, index) => `v${index}`);
      const features = Array.from({ length: 100 }, (_, index) => ({
        name: `feature ${index}`,
        values,
        oneHot: true,
      }));

      // Act
      const { iris } = defineModels({ iris: rows({ features, answer: "csv", ...options }) });

      // Assess
      const row = Object.fromEntries(features.map(({ name }) => [name, "v0"]));
      const tooMany = { rows: Array.from({ length: count + 1 }, () => row) };
      const { body } = iris.encode(tooMany, { headers: {}, accept: "application/json" });
      expect(iris.limits.rows).toBe(count);
      expect(String(body).length).toBeGreaterThan(iris.limits.payloadInBytes);
    },
  );

  it("accepts 1000 rows of a table with few columns by default", () => {
    // Act
    const { iris } = defineModels({ iris: rows({ features: FEATURES, answer: "csv" }) });

    // Assess
    expect(iris.limits.rows).toBe(1000);
  });

  it("answers 400 to a number in place of a category", async () => {
    // Prepare
    const features = ["temp", { name: "workday", values: { no: 0, yes: 1 } }] as const;
    const model = await deploy({ features, answer: "csv" }, answeringText("1", "text/csv"));

    // Act
    const received = await model.post({ rows: [{ temp: 1, workday: 1 }] });

    // Assess
    expect(received).toMatchObject({
      status: 400,
      body: { detail: 'rows[0].workday: got the number 1; allowed: "no" or "yes"' },
    });
    expect(model.endpoint.requests).toEqual([]);
  });

  it("distinguishes a missing text from an empty text in CSV", async () => {
    // Prepare
    const features = ["x", { name: "note", type: "text", optional: true }] as const;
    const model = await deploy({ features, answer: "csv" }, answeringText("1\n2", "text/csv"));

    // Act
    await model.post({ rows: [{ x: 1, note: "" }, { x: 2 }] });

    // Assess
    expect(model.endpoint.onlyRequest.body).toBe('1,""\n2,');
  });

  it.each<[string, Partial<RowsOptions>, StandInContainer]>([
    [
      "a list for each row in JSON",
      { answer: "json" },
      answering([
        [3, 5, 9.5],
        [4, 6, 10],
      ]),
    ],
    [
      "a list for each row of TensorFlow",
      { sends: "instances" },
      tensorFlow(([x = 0]) => (x < 2 ? [3, 5, 9.5] : [4, 6, 10])),
    ],
    ["brackets in CSV", { answer: "csv" }, xgboost(([x = 0]) => (x < 2 ? [3, 5, 9.5] : [4, 6, 10]))],
    ["lines of CSV", { answer: "csv" }, answeringText("3,5,9.5\n4,6,10\n", "text/csv")],
  ])(
    "answers several numbers for a row by their names when the container answers %s",
    async (_, options, container) => {
      // Prepare
      const model = await deploy(
        { features: ["x"], answer: "predictions", outputs: ["p10", "p50", "p90"], ...options },
        container,
      );

      // Act
      const received = await model.post({ rows: [{ x: 1 }, { x: 2 }] });

      // Assess
      expect(received.body).toEqual({
        predictions: [
          { p10: 3, p50: 5, p90: 9.5 },
          { p10: 4, p50: 6, p90: 10 },
        ],
      });
    },
  );

  it.each<[string, Partial<RowsOptions>, unknown, unknown]>([
    [
      "Random Cut Forest",
      { answer: { list: "scores", value: "score" } },
      { scores: [{ score: 0.02 }, { score: 1.5 }] },
      [0.02, 1.5],
    ],
    [
      "k-means",
      { outputs: ["closest_cluster", "distance_to_cluster"] },
      {
        predictions: [
          { closest_cluster: 1, distance_to_cluster: 3.5 },
          { closest_cluster: 2, distance_to_cluster: 5 },
        ],
      },
      [
        { closest_cluster: 1, distance_to_cluster: 3.5 },
        { closest_cluster: 2, distance_to_cluster: 5 },
      ],
    ],
    [
      "a container with a property for each output, one of them named score",
      { outputs: ["score", "p90"] },
      {
        predictions: [
          { score: 1, p90: 2 },
          { p90: 4, score: 3 },
        ],
      },
      [
        { score: 1, p90: 2 },
        { score: 3, p90: 4 },
      ],
    ],
    [
      "a container with one property for one output",
      { outputs: ["price"] },
      { predictions: [{ price: 1 }, { price: 2 }] },
      [{ price: 1 }, { price: 2 }],
    ],
    [
      "Linear Learner with one output",
      { outputs: ["price"] },
      { predictions: [{ score: 1 }, { score: 2 }] },
      [{ price: 1 }, { price: 2 }],
    ],
    [
      "PCA",
      { answer: { list: "projections", value: "projection" }, outputs: ["first", "second"] },
      { projections: [{ projection: [1, 2] }, { projection: [3, 4] }] },
      [
        { first: 1, second: 2 },
        { first: 3, second: 4 },
      ],
    ],
    [
      "k-nearest neighbors",
      { answer: { list: "predictions", value: "predicted_label" } },
      { predictions: [{ predicted_label: 0 }, { predicted_label: 2 }] },
      [0, 2],
    ],
    [
      "a container with a property for each class",
      { predicts: "scores", classes: ["cat", "dog"] },
      {
        predictions: [
          { dog: 0.9, cat: 0.1 },
          { dog: 0.2, cat: 0.8 },
        ],
      },
      [
        [
          { label: "dog", score: 0.9 },
          { label: "cat", score: 0.1 },
        ],
        [
          { label: "cat", score: 0.8 },
          { label: "dog", score: 0.2 },
        ],
      ],
    ],
  ])("reads the answer of %s", async (_, options, answered, predictions) => {
    // Prepare
    const model = await deploy({ features: ["x"], answer: "predictions", ...options }, answering(answered));

    // Act
    const received = await model.post({ rows: [{ x: 1 }, { x: 2 }] });

    // Assess
    expect(received).toMatchObject({ status: 200, body: { predictions } });
    expect(model.endpoint.onlyRequest).toMatchObject({
      body: "1\n2",
      headers: { "content-type": "text/csv", accept: "application/json" },
    });
  });

  it("sends a date as the caller wrote it", async () => {
    // Prepare
    const model = await deploy(
      { features: ["x", { name: "day", type: "date" }], answer: "csv" },
      answeringText("1", "text/csv"),
    );

    // Act
    await model.post({ rows: [{ x: 1, day: "2024-02-29" }] });

    // Assess
    expect(model.endpoint.onlyRequest.body).toBe("1,2024-02-29");
  });

  it("answers the number by its name when a model with outputs predicts one number", async () => {
    // Prepare
    const model = await deploy({ features: ["x"], answer: "json", outputs: ["price"] }, answering([[3], 4]));

    // Act
    const received = await model.post({ rows: [{ x: 1 }, { x: 2 }] });

    // Assess
    expect(received.body).toEqual({ predictions: [{ price: 3 }, { price: 4 }] });
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

describe("rows of a container that reads tables with pandas", () => {
  const FEATURES = [
    { name: "age", type: "integer" },
    { name: 'work, "paid"', values: ["private", "state, local"] },
    { name: "note", type: "text", optional: true },
  ] as const;
  const COLUMNS = FEATURES.map(({ name }) => name);
  const CLASSES = [" <=50K", " >50K"];
  const OPTIONS = { features: FEATURES, header: true, answer: { column: "class" } } as const;
  const row = (age: number) => ({ age, 'work, "paid"': "private" });
  const rowsOfAges = (...ages: number[]) => ({ rows: ages.map(row) });
  /** More than 10 rows: the indices of the rows are properties, whose order as texts is another one. */
  const AGES = Array.from({ length: 12 }, (_, index) => 20 + index * 5);
  const classesOf = ({ age }: PandasRow) =>
    Number(age) < 50
      ? { class: " <=50K", " <=50K_proba": 0.75, " >50K_proba": 0.25 }
      : { class: " >50K", " <=50K_proba": 0.125, " >50K_proba": 0.875 };

  it.each(["records", "columns"] as const)(
    "answers the classes of AutoGluon's container, which writes its table by %s",
    async (orient) => {
      // Prepare
      const model = await deploy({ ...OPTIONS, classes: CLASSES }, autoGluon(COLUMNS, classesOf, orient));

      // Act
      const received = await model.post(rowsOfAges(...AGES));

      // Assess
      const predictions = AGES.map((age) => (age < 50 ? " <=50K" : " >50K"));
      expect(received).toEqual({ status: 200, contentType: "application/json", body: { predictions } });
      expect(model.endpoint.onlyRequest.body.split("\n").slice(0, 2)).toEqual([
        'age,"work, ""paid""",note',
        "20,private,",
      ]);
      expect(model.endpoint.onlyRequest.headers).toMatchObject({
        "content-type": "text/csv",
        accept: "application/json",
      });
    },
  );

  it.each<[string, Partial<RowsOptions>, (row: PandasRow) => PandasRow, unknown]>([
    [
      "the scores of the classes, the highest score first,",
      { answer: { column: "*_proba" }, predicts: "scores", classes: CLASSES },
      classesOf,
      [
        [
          { label: " <=50K", score: 0.75 },
          { label: " >50K", score: 0.25 },
        ],
        [
          { label: " >50K", score: 0.875 },
          { label: " <=50K", score: 0.125 },
        ],
      ],
    ],
    [
      "the scores of both classes by the probability of the second class",
      { answer: { column: " >50K_proba" }, predicts: "probability", classes: CLASSES },
      classesOf,
      [
        [
          { label: " <=50K", score: 0.75 },
          { label: " >50K", score: 0.25 },
        ],
        [
          { label: " >50K", score: 0.875 },
          { label: " <=50K", score: 0.125 },
        ],
      ],
    ],
    ["numbers", { answer: { column: "price" } }, ({ age }) => ({ price: Number(age) / 2 }), [10, 30]],
    [
      "quantiles by their names",
      { answer: { column: "*" }, outputs: ["0.1", "0.9"] },
      ({ age }) => ({ "0.1": Number(age) - 1, "0.5": 0, "0.9": Number(age) + 1 }),
      [
        { "0.1": 19, "0.9": 21 },
        { "0.1": 59, "0.9": 61 },
      ],
    ],
    [
      "classes whose names are numbers, which are no indices",
      { classes: ["1", "2", "3"] },
      ({ age }) => ({ class: Number(age) < 50 ? 1 : 3 }),
      ["1", "3"],
    ],
    [
      "classes whose names are true and false",
      { classes: ["false", "true"] },
      ({ age }) => ({ class: Number(age) > 50 }),
      ["false", "true"],
    ],
  ])("answers %s of AutoGluon's container", async (_, options, predict, predictions) => {
    // Prepare
    const model = await deploy({ ...OPTIONS, ...options }, autoGluon(COLUMNS, predict, "columns"));
    const byRecords = await DeployedModel.of(
      rows({ ...OPTIONS, ...options }),
      autoGluon(COLUMNS, predict, "records"),
    );

    // Act
    const received = await Promise.all([model, byRecords].map((one) => one.post(rowsOfAges(20, 60))));
    await byRecords.close();

    // Assess
    expect(received.map(({ body }) => body)).toEqual([{ predictions }, { predictions }]);
  });

  it.each<["csv" | "records", string]>([
    [
      "csv",
      'age,"work, ""paid""",note\n20,"state, local","a, ""b""\r\nc"\n30,private,""\n40,private,\n50,private,"x\ry"',
    ],
    [
      "records",
      '[{"age":20,"work, \\"paid\\"":"state, local","note":"a, \\"b\\"\\r\\nc"},{"age":30,"work, \\"paid\\"":"private","note":""},{"age":40,"work, \\"paid\\"":"private","note":null},{"age":50,"work, \\"paid\\"":"private","note":"x\\ry"}]',
    ],
  ])("sends commas, quotes, line breaks and missing values as %s", async (sends, expected) => {
    // Prepare
    const notes = ['a, "b"\r\nc', "", undefined, "x\ry"];
    const options = { ...OPTIONS, sends, header: sends === "csv", classes: CLASSES };
    const read: PandasRow[] = [];
    const model = await deploy(
      options,
      autoGluon(COLUMNS, (one) => {
        read.push(one);
        return { class: CLASSES[0] };
      }),
    );

    // Act
    const received = await model.post({
      rows: notes.map((note, index) => ({
        age: 20 + index * 10,
        'work, "paid"': index === 0 ? "state, local" : "private",
        ...(note === undefined ? {} : { note }),
      })),
    });

    // Assess
    expect(received).toMatchObject({ status: 200, body: { predictions: notes.map(() => CLASSES[0]) } });
    expect(model.endpoint.onlyRequest.body).toBe(expected);
    expect(read.map(({ note }) => note ?? "")).toEqual(notes.map((note) => note ?? ""));
    expect(read[0]?.['work, "paid"']).toBe("state, local");
  });

  it("answers 502 when the container reads the first line as a row, because its columns have other names", async () => {
    // Prepare
    const model = await deploy(
      { ...OPTIONS, classes: CLASSES },
      autoGluon(["age", "work", "note"], classesOf),
    );

    // Act
    const detail = await model.problemOf(rowsOfAges(20, 60));

    // Assess
    expect(detail).toBe(UNREADABLE);
  });

  it.each<[string, unknown]>([
    ["other columns", [{ price: 1 }]],
    ["an object with other columns", { price: { "0": 1 } }],
    ["a column that is no object", { class: " >50K" }],
    ["fewer rows than the request", { class: {} }],
    ["more rows than the request", { class: { "0": " >50K", "1": " >50K" } }],
    ["null", [{ class: null }]],
    ["an unknown class", [{ class: "50K" }]],
    ["the index of a class", [{ class: 1 }]],
    ["a list of texts", ["class"]],
    ["a number", 1],
  ])("answers 502 when the table has %s", async (_, document) => {
    // Prepare
    const model = await deploy({ ...OPTIONS, classes: CLASSES }, answering(document));

    // Act
    const detail = await model.problemOf(rowsOfAges(20));

    // Assess
    expect(detail).toBe(UNREADABLE);
  });

  it.each<[string, Partial<RowsOptions>, unknown]>([
    ["a class for each row of CSV", { classes: CLASSES }, " <=50K"],
    ["a class for each record", { classes: CLASSES, sends: "records", header: false }, " <=50K"],
    [
      "scores",
      { classes: CLASSES, predicts: "scores", answer: { column: "*_proba" } },
      [
        { label: " <=50K", score: 1 },
        { label: " >50K", score: 0 },
      ],
    ],
    ["numbers", {}, 0],
    ["quantiles", { outputs: ["0.1", "0.9"], answer: { column: "*" } }, { "0.1": 1, "0.9": 2 }],
  ])("has a stand-in for the local stage that answers %s", (_, options, prediction) => {
    // Prepare
    const { iris } = defineModels({ iris: rows({ ...OPTIONS, ...options }) });
    const request = { rows: [{ ...row(20), note: 'two\n"lines"\n' }, row(60)] };
    const { body } = iris.encode(request, { headers: {}, accept: "application/json" });

    // Act
    const answer = iris.readyMade?.answerExample(String(body));

    // Assess
    const reply = { contentType: "application/json", contentTypeHeader: "", bytes: new Uint8Array() };
    expect(iris.decode(String(answer?.body), request, reply)).toEqual({
      predictions: [prediction, prediction],
    });
  });
});

describe("rows with an invalid request", () => {
  const choices: RowsOptions = {
    features: [
      { name: "color", values: ["red", "green"] },
      { name: "age", type: "integer", min: 0, max: 120 },
      { name: "note", type: "text", maxCharacters: 10 },
      { name: "size", max: 8, optional: true },
      { name: "day", type: "date", optional: true },
    ],
    answer: "csv",
    maxRows: 2,
  };
  const fit = { color: "red", age: 3, note: "ok" };

  it.each<[string, unknown, string]>([
    [
      "an unknown feature",
      { rows: [{ ...fit, height: 3 }] },
      `400 rows[0]: got the unknown property "height"; allowed: only the properties of this model's request`,
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
    [
      "a value of the wrong type in place of an optional number",
      { rows: [{ ...fit, size: "3" }] },
      '400 rows[0].size: got "3"; allowed: a number or null',
    ],
    [
      "an optional number above its limit",
      { rows: [{ ...fit, size: 9 }] },
      "400 rows[0].size: got the number 9; allowed: at most 8",
    ],
    [
      "a day that does not exist",
      { rows: [{ ...fit, day: "2026-02-29" }] },
      '400 rows[0].day: got "2026-02-29"; allowed: a date, such as "2026-11-30"',
    ],
    [
      "null in place of a feature that is not optional",
      { rows: [{ ...fit, age: null }] },
      "400 rows[0].age: got null; allowed: a number",
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

  it.each([true, false])("refuses a NUL character in a text of CSV when header is %s", async (header) => {
    // Prepare
    const model = await deploy(
      { ...choices, header },
      xgboost(() => 0),
    );

    // Act
    const detail = await model.problemOf({ rows: [{ ...fit, note: "a\0b" }] });

    // Assess
    expect(detail).toBe(
      "400 rows[0].note: got text with a NUL character; allowed: text without NUL characters",
    );
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
    [
      "the wrong number of outputs",
      { features: FEATURES, answer: "json", outputs: ["low", "high"] },
      answering([[1, 2, 3]]),
    ],
    [
      "null in place of an output",
      { features: FEATURES, answer: "json", outputs: ["low", "high"] },
      answering([[1, null]]),
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

    it("answers 400 without a request to the endpoint when the caller names none of the names", async () => {
      // Prepare
      const targetModel = { archive: "eu/shop-*.tar.gz", example: "17", names: ["17", "18"] };
      const model = await deploy({ ...options, targetModel }, answeringText("1.5", "text/csv"));

      // Act
      const detail = await model.problemOf({ model: "19", rows: [ROW] });
      const received = await model.post({ model: "18", rows: [ROW] });

      // Assess
      expect(detail).toMatch(/^400 model: got "19"; allowed: .*"17".*"18"/s);
      expect(received).toMatchObject({ status: 200, body: { predictions: [1.5] } });
      expect(model.endpoint.onlyRequest.headers).toMatchObject({
        "x-amzn-sagemaker-target-model": "eu/shop-18.tar.gz",
      });
    });

    it("accepts the longest archive", () => {
      // Act
      const faults = rows({
        ...options,
        targetModel: { archive: `${"x".repeat(924)}*`, example: "17" },
      }).describeFaults("forecasts");

      // Assess
      expect(faults).toEqual([]);
    });

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
      ["a question mark", { archive: "shop-?-*.tar.gz", example: "17" }, "targetModel.archive"],
      [
        "a policy variable",
        { archive: "$" + "{aws:username}/*.tar.gz", example: "17" },
        "targetModel.archive",
      ],
      ["a template of Terraform", { archive: "%{if}*.tar.gz", example: "17" }, "targetModel.archive"],
      ["an address", { archive: "s3://amzn-s3-demo-bucket/*.tar.gz", example: "17" }, "targetModel.archive"],
      ["a slash at the start", { archive: "/*.tar.gz", example: "17" }, "targetModel.archive"],
      ["a folder above", { archive: "eu/../*.tar.gz", example: "17" }, "targetModel.archive"],
      [
        "an archive without space for the longest name",
        { archive: `${"x".repeat(925)}*`, example: "17" },
        "targetModel.archive",
      ],
      ["an example with a slash", { archive: "*.tar.gz", example: "eu/17" }, "targetModel.example"],
      ["an unknown member", { archive: "*.tar.gz", example: "17", models: [] }, "targetModel"],
      ["no names", { archive: "*.tar.gz", example: "17", names: [] }, "targetModel.names"],
      [
        "a name with a slash",
        { archive: "*.tar.gz", example: "17", names: ["17", "eu/18"] },
        "targetModel.names",
      ],
      [
        "an example beside the names",
        { archive: "*.tar.gz", example: "17", names: ["18"] },
        "targetModel.example",
      ],
    ])("refuses %s", (_, targetModel, field) => {
      // Act
      const faults = rows({ ...options, targetModel } as RowsOptions).describeFaults("forecasts");

      // Assess
      expect(faults).toEqual([expect.stringContaining(`forecasts: ${field}: got `)]);
    });
  });
});
