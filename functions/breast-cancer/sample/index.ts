import { logisticScore, readCsvRows, sampleContainer } from "sagemaker-stages/sample";
import model from "./weights.json";

/** A sample model that answers in the format of Linear Learner's binary classifier. */
export const sample = sampleContainer("sample model: logistic regression on WDBC", (request) => {
  const predictions = readCsvRows(request, model.weights.length).map((features) => {
    const score = logisticScore(model, features);
    return { score, predicted_label: score >= 0.5 ? 1 : 0 };
  });
  return { contentType: "application/json", body: JSON.stringify({ predictions }) };
});
