import { type Invocation, mediaTypeOf, type Reply, StandIn } from "./stand-in";

/** Settings of {@link xgboostContainer}. */
export interface XgboostSettings {
  /** The number of features of the model. */
  readonly features: number;
  /** The separator of two predictions. Newer versions write a line break after each prediction. */
  readonly separator: "," | "\n";
}

/**
 * A stand-in for SageMaker's XGBoost container. A request has rows in `text/csv` without the label, and the answer has
 * one prediction per row in `text/csv`. The container answers 204 to an empty body, and errors in plain text: 415 for
 * an unsupported content type, and 400 for a row with the wrong number of values
 * (https://github.com/aws/sagemaker-xgboost-container, src/sagemaker_xgboost_container/algorithm_mode: serve.py and
 * serve_utils.py). This stand-in refuses the container's other formats, libsvm and RecordIO-protobuf.
 *
 * @param predict - the model
 */
export function xgboostContainer(
  { features, separator }: XgboostSettings,
  predict: (row: readonly number[]) => number,
): StandIn {
  return new StandIn(({ contentType, body }: Invocation): Reply => {
    if (body.length === 0) return plain(204, "");
    if (mediaTypeOf(contentType) !== "text/csv") {
      return plain(415, `Content type ${contentType} is not supported.`);
    }
    const lines = body.toString("utf8").trim().split("\n");
    const rows = lines.map((line) => line.split(",").map(Number));
    const wrong = rows.find((row) => row.length !== features);
    if (wrong !== undefined) {
      return plain(
        400,
        `Unable to evaluate payload provided: Feature size of csv inference data ${wrong.length} is not consistent with feature size of trained model ${features}`,
      );
    }
    const predictions = rows.map(predict).join(separator);
    return {
      status: 200,
      contentType: "text/csv; charset=utf-8",
      body: separator === "\n" ? `${predictions}\n` : predictions,
    };
  });
}

function plain(status: number, body: string): Reply {
  return { status, contentType: "text/html; charset=utf-8", body };
}
