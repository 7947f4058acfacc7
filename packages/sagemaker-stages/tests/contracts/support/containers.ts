import { parseCsv } from "../../../src/drift/csv";
import type { RecordedRequest, ScriptedAnswer } from "../../../src/testing/endpoint-server";
import { modelError } from "../../../src/testing/endpoint-server";

/** A container of an endpoint: answers each request. */
export type StandInContainer = (request: RecordedRequest) => ScriptedAnswer;

/** Scores one row of numbers. */
type Predict = (row: readonly number[]) => unknown;

const typeOf = ({ headers }: RecordedRequest) => headers["content-type"];

const json = (document: unknown): ScriptedAnswer => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(document),
});

const csv = (body: string): ScriptedAnswer => ({ headers: { "content-type": "text/csv" }, body });

/** An error of a container. The SageMaker runtime reports the error as a ModelError. */
const refuse = (message: string): ScriptedAnswer => modelError(message);

function readNumbers(text: string): number[][] {
  return text
    .split("\n")
    .map((line) => line.split(",").map((cell) => (cell === "" ? Number.NaN : Number(cell))));
}

/**
 * SageMaker's scikit-learn container with its default functions. JSON is a list of rows. `numpy.genfromtxt` reads CSV,
 * and returns a flat list for one line
 * (https://github.com/aws/sagemaker-scikit-learn-container/blob/master/docker/1.4-2/resources/patches/decoder.py).
 */
export function scikitLearn(predict: Predict): StandInContainer {
  return (request) => {
    const rows = typeOf(request) === "text/csv" ? readNumbers(request.body) : JSON.parse(request.body);
    if (typeOf(request) === "text/csv" && rows.length === 1)
      return refuse("Expected 2D array, got 1D array instead");
    return json(rows.map(predict));
  };
}

/**
 * SageMaker's XGBoost container, which joins predictions in Python's list format by commas
 * (https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/algorithm_mode/serve.py).
 */
export function xgboost(predict: Predict, separator = ","): StandInContainer {
  return (request) => {
    if (typeOf(request) !== "text/csv") return refuse(`Content type ${typeOf(request)} is not supported`);
    const written = readNumbers(request.body)
      .map(predict)
      .map((value) => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value)));
    return csv(written.join(separator));
  };
}

/** Linear Learner (https://docs.aws.amazon.com/sagemaker/latest/dg/LL-in-formats.html). */
export function linearLearner(predict: Predict): StandInContainer {
  return (request) => json({ predictions: readNumbers(request.body).map(predict) });
}

/** TensorFlow Serving (https://www.tensorflow.org/tfx/serving/api_rest#predict_api). */
export function tensorFlow(predict: Predict): StandInContainer {
  return (request) => {
    const { instances } = JSON.parse(request.body);
    return Array.isArray(instances) ? json({ predictions: instances.map(predict) }) : refuse("no instances");
  };
}

/** MLflow's scoring server (https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/). */
export function mlflow(predict: (row: Readonly<Record<string, unknown>>) => unknown): StandInContainer {
  return (request) => {
    const { columns, data } = JSON.parse(request.body).dataframe_split;
    const named = (row: unknown[]) => Object.fromEntries(row.map((cell, index) => [columns[index], cell]));
    return json({ predictions: data.map((row: unknown[]) => predict(named(row))) });
  };
}

/**
 * A container that reads CSV with quotes, like Python's module `csv`.
 *
 * @param predict - scores the cells of one row
 */
export function quotedCsv(predict: (cells: readonly string[]) => unknown): StandInContainer {
  return (request) => {
    const rows = request.body
      .split("\n")
      .map((line) =>
        [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
          ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
        ),
      );
    return json(rows.map(predict));
  };
}

/**
 * The Hugging Face inference toolkit: `pipeline(inputs, **parameters)`
 * (https://github.com/aws/sagemaker-huggingface-inference-toolkit/blob/main/src/sagemaker_huggingface_inference_toolkit/handler_service.py).
 */
export function huggingFacePipeline(
  pipeline: (inputs: unknown, parameters: Readonly<Record<string, unknown>>) => unknown,
): StandInContainer {
  return (request) => {
    if (typeOf(request) !== "application/json") return json(pipeline(typeOf(request), {}));
    const { inputs, parameters = {} } = JSON.parse(request.body);
    return json(pipeline(inputs, parameters));
  };
}

/** A row of a table of pandas. */
export type PandasRow = Readonly<Record<string, unknown>>;

/**
 * AutoGluon's `tabular_serve.py`: reads CSV with `pandas.read_csv`, and JSON with `pandas.read_json`. If the first line of CSV does
 * not have the names of the columns of the training, the line is a row
 * (https://github.com/autogluon/autogluon-cloud/blob/master/src/autogluon/cloud/scripts/sagemaker_scripts/tabular_serve.py).
 *
 * @param columns - the columns of the training
 * @param predict - the row of the answer's table
 * @param orient - the form of the answer: some versions write `to_json(orient="records")`, others `to_json()`
 */
export function autoGluon(
  columns: readonly string[],
  predict: (row: PandasRow) => PandasRow,
  orient: "records" | "columns" = "records",
): StandInContainer {
  return (request) => {
    if (!(request.headers.accept ?? "").includes("application/json")) return refuse("not supported");
    const rows = typeOf(request) === "text/csv" ? readTable(request.body, columns) : JSON.parse(request.body);
    const table = rows.map(predict);
    return json(orient === "records" ? table : byColumn(table));
  };
}

function readTable(body: string, columns: readonly string[]): PandasRow[] {
  const [first = [], ...rest] = parseCsv(body) ?? [];
  const hasHeader = [...first].sort().join() === [...columns].sort().join();
  const [names, rows] = hasHeader ? [first, rest] : [columns, [first, ...rest]];
  return rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index]])));
}

/** `DataFrame.to_json()`: an object with an object for each column, whose properties are the indices of the rows. */
function byColumn(table: readonly PandasRow[]): unknown {
  const names = Object.keys(table[0] ?? {});
  const cells = (name: string) => Object.fromEntries(table.map((row, index) => [index, row[name]]));
  return Object.fromEntries(names.map((name) => [name, cells(name)]));
}

/** BlazingText (https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext.html#blazingtext-data-formats-inference). */
export function blazingText(classify: (text: string) => Readonly<Record<string, number>>): StandInContainer {
  return (request) => {
    const { instances } = JSON.parse(request.body) as { readonly instances: readonly string[] };
    return json(
      instances.map((instance) => {
        const scores = classify(instance);
        return {
          label: Object.keys(scores).map((name) => `__label__${name}`),
          prob: Object.values(scores),
        };
      }),
    );
  };
}

/** A container that answers each request with this document. */
export function answering(document: unknown): StandInContainer {
  return () => json(document);
}

/** A container that answers each request with the same text, e.g. a text that is not JSON. */
export function answeringText(body: string, contentType = "text/plain"): StandInContainer {
  return () => ({ headers: { "content-type": contentType }, body });
}
