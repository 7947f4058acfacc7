import { asFloat32, readCsvRows, sampleContainer } from "sagemaker-stages/sample";
import { sumOfTrees } from "./trees";
import model from "./weights.json";

/** season, holiday, workingday, weather, temp, atemp, humidity, windspeed, year, month, day, dayofweek, hour */
const FEATURES = 13;

/** A sample model that answers log1p(count) in the format of an XGBoost regression. */
export const sample = sampleContainer("sample model: boosted trees on Bike Sharing Demand", (request) => {
  const predictions = readCsvRows(request, FEATURES).map((row) => asFloat32(sumOfTrees(model, row)));
  return { contentType: "text/csv; charset=utf-8", body: predictions.join("\n") };
});
