import { isRecord } from "../../runtime/json";
import type { ContractTexts } from "../ready-made";

/**
 * Options of `rows`: a model that accepts rows of features, e.g. of scikit-learn, XGBoost, Linear Learner,
 * TensorFlow Serving, MLflow or AutoGluon.
 */
export interface RowsOptions extends ContractTexts {
  /** The features, in the order of the training data. A string is the name of a numeric feature. */
  readonly features: readonly Feature[];
  /**
   * The format of the container's answer:
   * - `json`: a list with one member per row, e.g. of SageMaker's scikit-learn container
   *   (https://github.com/aws/sagemaker-scikit-learn-container)
   * - `csv`: numbers, separated by commas or line breaks, e.g. of SageMaker's XGBoost container
   *   (https://github.com/aws/sagemaker-xgboost-container)
   * - `predictions`: `{"predictions": […]}`, e.g. of TensorFlow Serving
   *   (https://www.tensorflow.org/tfx/serving/api_rest), MLflow, and Linear Learner
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/LL-in-formats.html)
   * - an object with the names of the list and of the value in each member: `{ list: "scores", value: "score" }` for
   *   `{"scores": [{"score": 0.02}]}` of Random Cut Forest
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/rcf-in-formats.html)
   * - an object with the column of a table that pandas writes as JSON: `{ column: "price" }` for `[{"price": 9.5}]` and for
   *   `{"price": {"0": 9.5}}`, e.g. of AutoGluon: {@link AnswerColumn}
   */
  readonly answer: "json" | "csv" | "predictions" | AnswerNames | AnswerColumn;
  /**
   * The format of the container's request: `csv` (`text/csv`), `json` (a list of lists), `records` (a list of objects, e.g.
   * for `pandas.read_json`), `instances` (`{"instances": […]}`, TensorFlow Serving) or `dataframe` (`{"dataframe_split": …}`,
   * MLflow (https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/)).
   *
   * SageMaker's scikit-learn container reads one row of CSV as a flat list, which a model refuses. Use `json` for this
   * container.
   *
   * @default - `json` if the answer is `json`, otherwise `csv`
   */
  readonly sends?: "csv" | "json" | "records" | "instances" | "dataframe";
  /**
   * Whether the first line of CSV contains the names of the features, for containers that read CSV with pandas, e.g.
   * AutoGluon's `tabular_serve.py`
   * (https://github.com/autogluon/autogluon-cloud/blob/master/src/autogluon/cloud/scripts/sagemaker_scripts/tabular_serve.py).
   * pandas also reads line breaks in quotes, so that texts can contain line breaks.
   *
   * @default false
   */
  readonly header?: boolean;
  /**
   * The kind of prediction for a row:
   * - `number`: one number
   * - `label`: one of `classes`. The container answers the name or the index of the class.
   * - `scores`: one number for each of `classes`, e.g. XGBoost's `multi:softprob`
   * - `probability`: the probability of the second of two `classes`, e.g. XGBoost's `binary:logistic`
   * - `numbers`: one number for each of `outputs`, e.g. the quantiles of a forecast
   *
   * @default - `numbers` if `outputs` is set, `label` if `classes` is set, otherwise `number`
   */
  readonly predicts?: "number" | "numbers" | "label" | "scores" | "probability";
  /**
   * The names of the classes, in the order of their indices in the model.
   *
   * @default - none
   */
  readonly classes?: readonly string[];
  /**
   * The names of the numbers that the model predicts for a row, in the order of the model. The caller receives each number by
   * its name.
   *
   * @default - none
   * @example ["p10", "p50", "p90"] // answer {"predictions": [{"p10": 3, "p50": 5, "p90": 9}]}
   */
  readonly outputs?: readonly string[];
  /**
   * The maximum number of rows in one request. A handler reads at most 300,000 properties, and sends at most 4 MiB: with `oneHot`, a
   * property of a row becomes many columns.
   *
   * @default 1000, or fewer if 1000 rows of so many columns cannot fit in a request
   */
  readonly maxRows?: number;
  /**
   * Callers name the model of a multi-model endpoint: a request is then `{"model": "17", "rows": […]}`. The environment
   * names the models that callers may choose in `targetModels`
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html).
   *
   * @default - the endpoint has one model, or the environment's `targetModel` names the model
   */
  readonly targetModel?: RowsTargetModel;
  /**
   * A request and its answer.
   *
   * @default - made from features and classes. The values are valid, but no model predicted them.
   */
  readonly example?: { readonly request: RowsRequest; readonly answer: RowsAnswer };
}

/** The names in a container's answer, which is an object of JSON. */
export interface AnswerNames {
  /** The property with one member for each row. */
  readonly list: string;
  /**
   * The property of a member with the predicted value.
   *
   * @default - a member is the value, or an object with `score` or `predicted_label`, or with the names of `outputs` or `classes`
   */
  readonly value?: string;
}

/**
 * The columns of a container's answer, which is a table that pandas writes as JSON: `[{"class": "yes", "yes_proba": 0.9}]`
 * (`orient="records"`) or `{"class": {"0": "yes"}, "yes_proba": {"0": 0.9}}` (the default)
 * (https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.to_json.html). Some versions of
 * AutoGluon's `tabular_serve.py` write the first form, and some the second form.
 *
 * @example { column: "class" } // with predicts: "label" or "number": AutoGluon names the column as the training data do
 * @example { column: "*_proba" } // with predicts: "scores": a column for each class
 * @example { column: "*" } // with outputs: ["0.1", "0.5", "0.9"]: the columns of AutoGluon's quantiles
 */
export interface AnswerColumn {
  /**
   * The name of the column. If `predicts` is `scores` or `numbers`, the name contains one `*`, in place of the name of each class
   * or output.
   */
  readonly column: string;
}

/** The models of a multi-model endpoint from which callers choose. @example { archive: "shop-*.tar.gz", example: "17" } */
export interface RowsTargetModel {
  /** The archive below the endpoint's prefix in S3. The caller's `model` replaces the only `*`. */
  readonly archive: string;
  /** The `model` of the example, with which the smoke test calls the route: an existing model. */
  readonly example: string;
  /**
   * The names that callers may send as `model`, each with 1 to 100 letters, digits, `_` and `-`. A caller of another name receives
   * a 400. A further name needs a deployment.
   *
   * @default - every name. A name without an archive is a failure of the endpoint (502), and counts for the alarms.
   */
  readonly names?: readonly string[];
}

/** A column of the model's input. A string is the name of a numeric feature. */
export type Feature = string | NumberFeature | ChoiceFeature | TextFeature | DateFeature;

/** The settings of every feature. */
export interface CommonFeature {
  /** The name of the property in each row. */
  readonly name: string;
  /**
   * Whether the value can be missing: a row then lacks the property, or has `null`. The container receives an empty cell of CSV,
   * or `null` in JSON. Set this only if the model handles missing values, as XGBoost does, or a pipeline with an imputer.
   *
   * @default false
   */
  readonly optional?: boolean;
}

/** A numeric feature. @example { name: "age", type: "integer", min: 0, max: 120 } */
export interface NumberFeature extends CommonFeature {
  /** @default "number" */
  readonly type?: "number" | "integer";
  /** @default - none */
  readonly min?: number;
  /** @default - none */
  readonly max?: number;
}

/**
 * A categorical feature: callers send one of the values.
 *
 * @example { name: "sex", values: ["f", "m"] } // the container receives the text f or m
 * @example { name: "weather", values: { clear: 1, mist: 2, rain: 3 } } // the container receives 1, 2 or 3
 * @example { name: "season", values: ["fall", "spring"], oneHot: true } // the container receives 1,0 or 0,1
 */
export interface ChoiceFeature extends CommonFeature {
  /**
   * The values that callers send. With a list, the container receives the value unchanged. With an object, the container receives
   * the number of the value, as in the training data.
   */
  readonly values: readonly string[] | Readonly<Record<string, number>>;
  /**
   * Whether the container receives a column for each value of the list, with 1 for the value of the row and 0 for the others. The
   * columns have the order of the list. With `header`, `records` and `dataframe`, their names are those of `pandas.get_dummies`,
   * e.g. `season_fall`, and no other feature can have a column with this name. A missing value of an `optional` feature is 0 in
   * each column.
   *
   * @default false
   */
  readonly oneHot?: boolean;
}

/** A text feature. The container receives the text unchanged; in CSV, the text is quoted according to RFC 4180. */
export interface TextFeature extends CommonFeature {
  readonly type: "text";
  /** @default 1000 */
  readonly maxCharacters?: number;
}

/** A day of the calendar: the container receives the text `YYYY-MM-DD`. @example { name: "signed on", type: "date" } */
export interface DateFeature extends CommonFeature {
  readonly type: "date";
}

/** One or more rows. Each row contains the values by the names of the features. */
export interface RowsRequest {
  /** The model that answers. Required if the contract has the option `targetModel`, and refused otherwise. */
  readonly model?: string | undefined;
  readonly rows: readonly Readonly<Record<string, Cell | undefined>>[];
}

/** The value of a feature. Only an optional feature can be `null`. */
export type Cell = number | string | null;

/** One prediction for each row, in the order of the rows. */
export interface RowsAnswer {
  readonly predictions: readonly Prediction[];
}

/** A number, the numbers by their names, a class, or the classes with their scores, the highest score first. */
export type Prediction = number | Readonly<Record<string, number>> | string | readonly LabelScore[];

/** A class with its score. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** No slash and no dot: a caller cannot choose an archive below another prefix. */
export const TARGET_NAME = /^[A-Za-z0-9][\w-]{0,99}$/;
export const MAX_TARGET_NAME_LENGTH = 100;
export const TARGET_NAME_ALLOWED = "1 to 100 letters, digits, _ and -, not starting with _ or -";

/** The format of the container's request. */
export function sendsOf({
  sends,
  answer,
}: Pick<RowsOptions, "answer"> & { readonly sends?: RowsOptions["sends"] | undefined }): NonNullable<
  RowsOptions["sends"]
> {
  return sends ?? (answer === "json" ? "json" : "csv");
}

export function predictsOf({
  predicts,
  classes,
  outputs,
}: RowsOptions): NonNullable<RowsOptions["predicts"]> {
  if (predicts !== undefined) return predicts;
  if (outputs !== undefined) return "numbers";
  return classes === undefined ? "number" : "label";
}

/** The names of the numbers that a container predicts for a row; `undefined` for a prediction of one value. */
export function namesOf(options: RowsOptions): readonly string[] | undefined {
  const predicts = predictsOf(options);
  if (predicts === "numbers") return options.outputs;
  return predicts === "scores" ? options.classes : undefined;
}

export function isColumn(answer: unknown): answer is AnswerColumn {
  return isRecord(answer) && "column" in answer;
}

/** The names of the columns with the prediction of a row: one, or one for each class or output. */
export function answerColumnsOf({ column }: AnswerColumn, options: RowsOptions): readonly string[] {
  return namesOf(options)?.map((name) => column.replace("*", () => name)) ?? [column];
}
