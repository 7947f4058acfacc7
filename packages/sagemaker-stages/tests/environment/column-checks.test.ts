import { describe, expect, it } from "@jest/globals";
import { rows } from "../../src/contracts/rows";
import type { RowsOptions } from "../../src/contracts/rows/options";
import { checkEnvironments as checkEnvironmentsOf } from "../../src/environment/checks";
import { defineModels } from "../../src/models";
import { environmentOf, SERVERLESS } from "./support/environments";

const ARTIFACT = "s3://amzn-s3-demo-bucket/riders/1/model.tar.gz";
const XGBOOST = { ...SERVERLESS, artifact: ARTIFACT, image: { framework: "xgboost", version: "1.7-1" } };
const SEASONS = ["fall", "spring", "summer", "winter"];

/** The settings of a model with an image of this repository. */
function imageOf(repository: string): object {
  return repository === "sagemaker-xgboost"
    ? XGBOOST
    : { ...XGBOOST, image: { algorithm: repository, tag: "1" } };
}

function faultsOf(options: RowsOptions, settings: object): readonly string[] {
  const models = defineModels({ riders: rows(options) });
  const environment = environmentOf({}, { models: { riders: settings as never } });
  return checkEnvironmentsOf([environment], { models }).map(
    ({ field, got, allowed }) => `${field}: ${got}; ${allowed}`,
  );
}

describe("the columns of rows()", () => {
  it.each<[string, RowsOptions["features"], string]>([
    ["a category without numbers", ["temp", { name: "season", values: SEASONS }], "season"],
    ["a text", ["temp", { name: "note", type: "text" }], "note"],
    ["a date", ["temp", { name: "day", type: "date" }], "day"],
  ])("are a fault for an image of XGBoost with %s", (_, features, name) => {
    // Act
    const faults = faultsOf({ features, answer: "csv" }, XGBOOST);

    // Assess
    expect(faults).toEqual([
      `models.riders.image: sagemaker-xgboost, for texts in the column ${name}; features with numbers: { name: "${name}", values: { <name>: <number>, … } } or oneHot: true in rows(); or an image whose model reads texts`,
    ]);
  });

  it("are a fault that names every text for an image of a built-in algorithm", () => {
    // Prepare
    const features = [
      { name: "season", values: SEASONS },
      { name: "weather", values: ["clear", "rain"] },
    ];
    const image = { algorithm: "linear-learner", tag: "1" };

    // Act
    const faults = faultsOf({ features, answer: "predictions" }, { ...XGBOOST, image });

    // Assess
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain("linear-learner, for texts in the columns season, weather");
  });

  it("are a fault that names five of many texts", () => {
    // Prepare
    const features = Array.from({ length: 300 }, (_, index) => ({
      name: `note ${index}`,
      type: "text" as const,
    }));

    // Act
    const [fault] = faultsOf({ features, answer: "csv" }, XGBOOST);

    // Assess
    expect(fault).toContain(
      "in the columns note 0, note 1, note 2, note 3, note 4, … (295 more); features with numbers",
    );
  });

  it.each<[string, Partial<RowsOptions>, string]>([
    ["sagemaker-xgboost", { answer: "json" }, 'json; sends: "csv"'],
    ["sagemaker-xgboost", { sends: "instances" }, 'instances; sends: "csv"'],
    ["linear-learner", { answer: "json" }, 'json; sends: "csv" or "instances"'],
    ["randomcutforest", { sends: "dataframe" }, 'dataframe; sends: "csv" or "instances"'],
    ["kmeans", { sends: "records" }, 'records; sends: "csv" or "instances"'],
    ["factorization-machines", { sends: "csv" }, 'csv; sends: "instances"'],
  ])("are a fault for an image of %s with %j", (repository, options, expected) => {
    // Act
    const faults = faultsOf({ features: ["temp"], answer: "predictions", ...options }, imageOf(repository));

    // Assess
    expect(faults).toEqual([
      `models.riders.image: ${repository}, for rows in the format ${expected} in rows()`,
    ]);
  });

  it.each(["sagemaker-xgboost", "linear-learner", "knn", "pca"])(
    "are a fault for an image of %s if the first line contains names",
    (repository) => {
      // Act
      const faults = faultsOf({ features: ["temp"], answer: "csv", header: true }, imageOf(repository));

      // Assess
      expect(faults).toEqual([
        `models.riders.image: ${repository}, for rows with the names of the columns in the first line; header: false in rows()`,
      ]);
    },
  );

  it.each<[string, RowsOptions["sends"]]>([
    ["sagemaker-xgboost", "csv"],
    ["linear-learner", "csv"],
    ["linear-learner", "instances"],
    ["factorization-machines", "instances"],
  ])("have no fault for an image of %s in the format %s", (repository, sends) => {
    // Act
    const faults = faultsOf(
      { features: ["temp"], answer: "predictions", ...(sends && { sends }) },
      imageOf(repository),
    );

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, RowsOptions["features"], object]>([
    [
      "XGBoost and categories with numbers",
      [{ name: "season", values: { spring: 1, fall: 3 } }, "temp"],
      XGBOOST,
    ],
    [
      "XGBoost and a column for each category",
      [{ name: "season", values: SEASONS, oneHot: true }, "temp"],
      XGBOOST,
    ],
    [
      "XGBoost with a script, which can encode categories",
      [{ name: "season", values: SEASONS }, "temp"],
      { ...XGBOOST, containerEnvironment: { SAGEMAKER_PROGRAM: "inference.py" } },
    ],
    [
      "an existing endpoint, whose image is unknown",
      [{ name: "season", values: SEASONS }, "temp"],
      { existingEndpoint: "riders-2026" },
    ],
  ])("have no fault with %s", (_, features, settings) => {
    // Act
    const faults = faultsOf({ features, answer: "csv" }, settings);

    // Assess
    expect(faults).toEqual([]);
  });
});
