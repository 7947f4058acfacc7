import { type RoutedModel, sentTable } from "../../../models";
import { type FaultCollector, raw } from "../../fault-collector";
import type { ModelSettings } from "../../model-settings";
import { repositoryIn } from "../model-source/image-checks";

/** Of the formats of `rows`, XGBoost reads only CSV. */
const FORMATS = "https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html";
/** The function `csv_to_dmatrix` converts every cell to a number. */
const XGBOOST_CELLS =
  "https://github.com/aws/sagemaker-xgboost-container/blob/master/src/sagemaker_xgboost_container/encoder.py";

const XGBOOST = "sagemaker-xgboost";

/** The repositories of SageMaker's images whose models read only numbers, each with the source. */
const NUMBERS_ONLY: Readonly<Record<string, string>> = {
  [XGBOOST]: XGBOOST_CELLS,
  "factorization-machines": FORMATS,
  kmeans: FORMATS,
  knn: FORMATS,
  "linear-learner": FORMATS,
  pca: FORMATS,
  randomcutforest: FORMATS,
};

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
  const source = repository === undefined ? undefined : NUMBERS_ONLY[repository];
  if (table === undefined || source === undefined) return;
  const hasScript = "containerEnvironment" in settings && settings.containerEnvironment?.SAGEMAKER_PROGRAM;
  if (hasScript) return;
  const [first, ...others] = table.textFeatures;
  collector.require(
    first === undefined,
    "image",
    raw(
      `${repository}, for texts in the column${others.length > 0 ? "s" : ""} ${table.textFeatures.join(", ")}`,
    ),
    `features with numbers: { name: ${JSON.stringify(first ?? "")}, values: { <name>: <number>, … } } or oneHot: true in rows(); or an image whose model reads texts`,
    `the container reads only numbers: ${source}`,
  );
  collector.require(
    repository !== XGBOOST || table.format === "csv",
    "image",
    raw(`${repository}, for rows in the format ${table.format}`),
    'sends: "csv" in rows()',
    `the container reads no JSON: ${FORMATS}`,
  );
}
