import { asFloat32, logisticScore, readCsvRows, sampleContainer } from "sagemaker-stages/sample";
import model from "./weights.json";

/** Answers the probability of a positive review as XGBoost's binary classifier answers. */
export const sample = sampleContainer(
  "sample model: logistic regression on a bag of words of Sentiment Labelled Sentences",
  (request) => {
    const scores = readCsvRows(request, model.weights.length).map((counts) => logisticScore(model, counts));
    return { contentType: "text/csv; charset=utf-8", body: scores.map(asFloat32).join("\n") };
  },
);
