import { type RoutedModel, type SentTable, sentTable } from "../../../models";
import { type FaultCollector, raw } from "../../fault-collector";
import type { ModelSettings } from "../../model-settings";
import { repositoryIn } from "../model-source/image-checks";

/**
 * Of the formats of `rows`, XGBoost reads only CSV, and the other algorithms read CSV and lists of numbers in `instances`:
 * "An array containing numeric values is treated as an instance". "CSV support is not available for factorization machines."
 */
const FORMATS = "https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html";
/** The function `csv_to_dmatrix` converts every cell to a number. */
const XGBOOST_CELLS =
  "https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/encoder.py";

/** What the model of an image reads. */
interface Reader {
  /** The formats of `rows` that the container reads. */
  readonly formats: readonly SentTable["format"][];
  /** The source for the rule that each cell is a number. */
  readonly numbers: string;
}

const BUILT_IN: Reader = { formats: ["csv", "instances"], numbers: FORMATS };

/** The repositories of SageMaker's images whose models read only numbers. */
const NUMBERS_ONLY: Readonly<Record<string, Reader>> = {
  "sagemaker-xgboost": { formats: ["csv"], numbers: XGBOOST_CELLS },
  "factorization-machines": { formats: ["instances"], numbers: FORMATS },
  kmeans: BUILT_IN,
  knn: BUILT_IN,
  "linear-learner": BUILT_IN,
  pca: BUILT_IN,
  randomcutforest: BUILT_IN,
};

/** A table can have hundreds of features: a message names only the first. */
const MAX_NAMES_IN_TEXT = 5;

/**
 * Checks that the container of a model can read the columns of the contract `rows`. Otherwise each request fails with a 502, and
 * only on AWS: a stand-in on the local stage reads no columns.
 *
 * With a script (`SAGEMAKER_PROGRAM`), the container can read every format. An existing endpoint and an image by its address are
 * not checked.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 * @param collector - collects the faults of the model
 */
export function checkColumns(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  collector: FaultCollector,
): void {
  const table = model && sentTable(model);
  const repository = "image" in settings ? repositoryIn(settings.image) : undefined;
  const reader = repository === undefined ? undefined : NUMBERS_ONLY[repository];
  if (table === undefined || reader === undefined) return;
  const hasScript = "containerEnvironment" in settings && settings.containerEnvironment?.SAGEMAKER_PROGRAM;
  if (hasScript) return;
  const [first, ...others] = table.textFeatures;
  collector.require(
    first === undefined,
    "image",
    raw(
      `${repository}, for texts in the column${others.length > 0 ? "s" : ""} ${namesIn(table.textFeatures)}`,
    ),
    `features with numbers: { name: ${JSON.stringify(first ?? "")}, values: { <name>: <number>, … } } or oneHot: true in rows(); or an image whose model reads texts`,
    `the container reads only numbers: ${reader.numbers}`,
  );
  const formats = reader.formats.map((format) => JSON.stringify(format)).join(" or ");
  collector.require(
    reader.formats.includes(table.format),
    "image",
    raw(`${repository}, for rows in the format ${table.format}`),
    `sends: ${formats} in rows()`,
    `the container does not read this format: ${FORMATS}`,
  );
  collector.require(
    !table.header,
    "image",
    raw(`${repository}, for rows with the names of the columns in the first line`),
    "header: false in rows()",
    `the container reads the first line as a row of numbers: ${reader.numbers}`,
  );
}

function namesIn(names: readonly string[]): string {
  const rest = names.length - MAX_NAMES_IN_TEXT;
  const shown = names.slice(0, MAX_NAMES_IN_TEXT).join(", ");
  return rest > 0 ? `${shown}, … (${rest} more)` : shown;
}
