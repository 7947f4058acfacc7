import { type Invocation, mediaTypeOf, type Reply, StandIn } from "./stand-in";

/** Settings of {@link xgboostContainer}. */
export interface XgboostSettings {
  /** The number of features of the model. */
  readonly features: number;
  /** What stands between two predictions: newer versions write a newline, and one at the end. */
  readonly separator: "," | "\n";
}

/**
 * Speaks as SageMaker's XGBoost container: rows in `text/csv` without the label, one prediction per row in `text/csv`. An
 * empty body is a 204, a content type that cannot be read a 415, and a row of another length a 400, each in plain text
 * (https://github.com/aws/sagemaker-xgboost-container, src/sagemaker_xgboost_container/algorithm_mode: serve.py and
 * serve_utils.py). The container's other formats, libsvm and RecordIO-protobuf, are refused here.
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
