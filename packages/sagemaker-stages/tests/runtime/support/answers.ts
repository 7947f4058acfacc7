import type { ScriptedAnswer } from "../../../src/testing/endpoint-server";

/** An answer with a text as body. */
type TextAnswer = ScriptedAnswer & { readonly body: string };

/** Predictions of Linear Learner, one for each label. */
export function predictions(...labels: readonly (0 | 1)[]): TextAnswer {
  const list = labels.map((label) => ({ score: label === 1 ? 0.97 : 0.0123, predicted_label: label }));
  return { headers: { "content-type": "application/json" }, body: JSON.stringify({ predictions: list }) };
}

/** Numbers in the format of the XGBoost container. */
export function csv(body: string): TextAnswer {
  return { headers: { "content-type": "text/csv; charset=utf-8" }, body };
}

/** A JSON document of a container. */
export function json(document: unknown): TextAnswer {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(document) };
}

/** An error of the SageMaker runtime. AWS sends the error's name in the header `x-amzn-errortype`. */
export function awsError(type: string, status: number, message = "the service's own words"): ScriptedAnswer {
  return { status, headers: { "x-amzn-errortype": type }, body: JSON.stringify({ Message: message }) };
}

/** SageMaker's refusal above the endpoint's concurrency: a 400. Only the error's type identifies this refusal. */
export const throttled = awsError("ThrottlingException", 400, "Rate exceeded");
