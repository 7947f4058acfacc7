import { asFloat32, logisticScore, readCsvRows, sampleContainer } from "sagemaker-stages/sample";
import model from "./weights.json";

/** A sample model that answers the probability of a positive review, in the format of XGBoost's binary classifier. */
export const sample = sampleContainer(
  "sample model: logistic regression on word counts in Sentiment Labelled Sentences",
  (request) => {
    const scores = readCsvRows(request, model.weights.length).map((counts) => logisticScore(model, counts));
    return { contentType: "text/csv; charset=utf-8", body: scores.map(asFloat32).join("\n") };
  },
);
