import { SERVERLESS_PAYLOAD_IN_BYTES } from "../../runtime/contract";
import { isRecord, MAX_JSON_PARTS } from "../../runtime/json";
import { ARCHIVE_KEY_ALLOWED, isArchiveKey } from "../archive-key";
import { COMMON_OPTIONS, type OptionReport } from "../option-report";
import { columnsOf, isOneHot, nameOf } from "./features";
import {
  type AnswerColumn,
  type Feature,
  isColumn,
  MAX_TARGET_NAME_LENGTH,
  predictsOf,
  type RowsOptions,
  sendsOf,
  TARGET_NAME,
  TARGET_NAME_ALLOWED,
} from "./options";
import { maxRowsOf } from "./request";

/** The options that only this contract has. */
const OPTIONS = [
  "features",
  "answer",
  "sends",
  "header",
  "predicts",
  "classes",
  "outputs",
  "maxRows",
  "targetModel",
];

/** A name is a property of the request or the answer, and errors quote it. */
const MAX_NAME_LENGTH = 100;

/** Whether a name can be a property: every object of JavaScript has some names, e.g. `constructor`, which would seem to be there. */
function isPropertyName(name: string): boolean {
  return !(name in {}) && new RegExp(`^[^\\p{C}]{1,${MAX_NAME_LENGTH}}$`, "u").test(name);
}

export function checkOptions(options: RowsOptions, report: OptionReport): void {
  const { features, sends, predicts } = options;
  report.requireKnown(options, [...OPTIONS, ...COMMON_OPTIONS]);
  checkAnswer(options, report);
  report.requireOneOfIfSet(
    sends,
    "sends",
    ["csv", "json", "records", "instances", "dataframe"],
    "the formats of a container's request",
  );
  checkHeader(options, report);
  const faultsBefore = report.faults.length;
  const isList = Array.isArray(features) && features.length > 0;
  if (report.require(isList, "features", features, "a list of at least one feature", "a row has features")) {
    for (const [index, feature] of features.entries())
      checkFeature(feature, `features[${index}]`, features, report);
    checkOptional(options, report);
    if (report.faults.length === faultsBefore) checkColumns(options, report);
  }
  const kinds = ["number", "numbers", "label", "scores", "probability"];
  report.requireOneOfIfSet(predicts, "predicts", kinds, "the kinds of prediction");
  checkClasses(options, report);
  checkOutputs(options, report);
  checkTargetModel(options.targetModel, report);
}

/** Checks the columns that the container receives. @param options - with valid features */
function checkColumns(options: RowsOptions, report: OptionReport): void {
  const { features, maxRows } = options;
  const owners = new Map<string, string>();
  // Other formats send no names, and two columns with one name remain two columns.
  const hasNames = ["records", "dataframe"].includes(sendsOf(options)) || options.header === true;
  for (const [index, feature] of hasNames ? features.entries() : []) {
    const columns = [columnsOf(feature)].flat();
    const shared = columns.find((column) => owners.has(column));
    const owner = shared === undefined ? undefined : owners.get(shared);
    report.require(
      owner === undefined,
      `features[${index}]`,
      shared,
      `a name with which the features ${owner} and ${nameOf(feature)} have no column in common`,
      "the container reads the columns by their names",
    );
    for (const column of columns) owners.set(column, nameOf(feature));
  }
  const columns = features.flatMap(columnsOf);
  const max = maxRowsOf(options, columns);
  const isOneRow = report.require(
    max >= 1,
    "features",
    features,
    `columns of which one row fits in ${SERVERLESS_PAYLOAD_IN_BYTES} bytes`,
    `the container would receive ${columns.length} columns`,
  );
  if (!isOneRow) return;
  report.requireCount(
    maxRows,
    "maxRows",
    max,
    `a handler reads at most ${MAX_JSON_PARTS} objects and properties, and sends at most ${SERVERLESS_PAYLOAD_IN_BYTES} bytes`,
  );
}

function checkHeader(options: RowsOptions, report: OptionReport): void {
  const { header } = options;
  const because = "the first line of a request in CSV";
  if (!report.require([undefined, true, false].includes(header), "header", header, "true, false", because)) {
    return;
  }
  report.require(
    header !== true || sendsOf(options) === "csv",
    "header",
    header,
    "false, or csv as the value of sends",
    because,
  );
}

function checkAnswer(options: RowsOptions, report: OptionReport): void {
  const answer: unknown = options.answer;
  const because = "the formats of a container's answer";
  if (!isRecord(answer) || Array.isArray(answer)) {
    report.requireOneOf(answer, "answer", ["json", "csv", "predictions"], because);
    return;
  }
  const isName = (name: unknown) => typeof name === "string" && isPropertyName(name);
  if (isColumn(answer)) {
    checkColumn(answer, options, report);
    return;
  }
  const allowed = 'the name of a property, e.g. "scores"';
  report.require(isName(answer.list), "answer.list", answer.list, allowed, because);
  report.require(
    answer.value === undefined || isName(answer.value),
    "answer.value",
    answer.value,
    allowed,
    because,
  );
  for (const name of Object.keys(answer)) {
    report.require(["list", "value"].includes(name), `answer.${name}`, name, "list, value", because);
  }
}

function checkColumn(answer: AnswerColumn, options: RowsOptions, report: OptionReport): void {
  const column: unknown = answer.column;
  const predicts = predictsOf(options);
  const hasNames = predicts === "scores" || predicts === "numbers";
  const isName = typeof column === "string" && isPropertyName(column);
  report.require(
    isName && (!hasNames || column.split("*").length === 2),
    "answer.column",
    column,
    hasNames
      ? `a name with one * in place of ${predicts === "scores" ? 'the class, e.g. "*_proba"' : 'the output, e.g. "*"'}`
      : 'the name of a column, e.g. "class"',
    hasNames ? `predicts is ${predicts}` : "the formats of a container's answer",
  );
  for (const name of Object.keys(answer)) {
    report.require(name === "column", `answer.${name}`, name, "column", "the answer is a column of a table");
  }
}

/** Refuses missing values where the container could not read them. */
function checkOptional(options: RowsOptions, report: OptionReport): void {
  const sends = sendsOf(options);
  for (const [index, feature] of options.features.entries()) {
    if (!isRecord(feature) || feature.optional !== true) continue;
    // The columns of a missing category are 0, and no cell is empty.
    if (isOneHot(feature)) continue;
    const field = `features[${index}].optional`;
    report.require(
      sends !== "instances",
      field,
      true,
      "false, or another value of sends",
      "TensorFlow Serving reads no null: https://github.com/tensorflow/serving/issues/1960",
    );
    report.require(
      sends !== "csv" || options.features.length > 1,
      field,
      true,
      "false, or a second feature",
      "a row with one empty cell is an empty line of CSV, which containers skip",
    );
  }
}

function checkOutputs(options: RowsOptions, report: OptionReport): void {
  const { outputs } = options;
  if (predictsOf(options) === "numbers") {
    if (!report.requireNames(outputs, "outputs", "predicts is numbers")) return;
    for (const [index, name] of outputs.entries()) {
      const allowed = `a name of 1 to ${MAX_NAME_LENGTH} visible characters`;
      report.require(
        isPropertyName(name),
        `outputs[${index}]`,
        name,
        allowed,
        "the name is a property of the answer",
      );
    }
    return;
  }
  report.require(
    outputs === undefined,
    "outputs",
    outputs,
    "no outputs, or numbers as the value of predicts",
    "only these predictions have several numbers",
  );
}

/** Visible ASCII characters with one `*`. IAM interprets `?` and `${`, and Terraform interprets `${` and `%{`. */
const ARCHIVE = /^(?!.*[$%]\{)[\x21-\x29\x2b-\x3e\x40-\x7e]*\*[\x21-\x29\x2b-\x3e\x40-\x7e]*$/;
const INVOKE_ENDPOINT =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html";
/** The maximum length of a target model (INVOKE_ENDPOINT). */
const MAX_TARGET_MODEL_LENGTH = 1024;

function checkTargetModel(targetModel: unknown, report: OptionReport): void {
  if (targetModel === undefined) return;
  const because =
    "callers choose an archive of a multi-model endpoint: https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoints.html";
  const { archive, example, names, ...others } = isRecord(targetModel) ? targetModel : {};
  const isKnown = Object.keys(others).length === 0;
  report.require(isKnown, "targetModel", targetModel, "an object with archive, example and names", because);
  const isPattern = report.require(
    typeof archive === "string" && ARCHIVE.test(archive),
    "targetModel.archive",
    archive,
    'the key of an archive below the prefix, with one * in place of the caller\'s model, without ?, ${ and %{, e.g. "shop-*.tar.gz"',
    because,
  );
  if (isPattern) {
    const key = String(archive);
    report.require(isArchiveKey(key), "targetModel.archive", key, ARCHIVE_KEY_ALLOWED, because);
    const longest = key.length - 1 + MAX_TARGET_NAME_LENGTH;
    report.require(
      longest <= MAX_TARGET_MODEL_LENGTH,
      "targetModel.archive",
      `${key.slice(0, 20)}… with ${key.length} characters`,
      `at most ${MAX_TARGET_MODEL_LENGTH - MAX_TARGET_NAME_LENGTH + 1} characters, so that each name of a caller fits`,
      INVOKE_ENDPOINT,
    );
  }
  report.require(
    typeof example === "string" && TARGET_NAME.test(example),
    "targetModel.example",
    example,
    TARGET_NAME_ALLOWED,
    because,
  );
  if (names === undefined || !report.requireNames(names, "targetModel.names", because)) return;
  const wrong = names.find((name) => !TARGET_NAME.test(name));
  report.require(wrong === undefined, "targetModel.names", wrong, TARGET_NAME_ALLOWED, because);
  report.require(
    names.some((name) => name === example),
    "targetModel.example",
    example,
    "one of names",
    "the smoke test calls the route with this model",
  );
}

function checkClasses(options: RowsOptions, report: OptionReport): void {
  const { classes, answer } = options;
  const predicts = predictsOf(options);
  if (predicts === "number" || predicts === "numbers") {
    report.require(
      classes === undefined,
      "classes",
      classes,
      "no classes, or another value of predicts",
      "a numeric prediction has no classes",
    );
    return;
  }
  if (!report.requireNames(classes, "classes", `predicts is ${predicts}`)) return;
  report.require(
    predicts !== "probability" || classes.length === 2,
    "classes",
    classes,
    "two classes",
    "the container answers the probability of the second class",
  );
  report.require(
    answer !== "csv" || predicts !== "label" || classes.every((name) => !/[,"\r\n]/.test(name)),
    "classes",
    classes,
    "names without commas, quotes and line breaks",
    "these characters separate predictions in CSV",
  );
}

function checkFeature(feature: unknown, field: string, all: readonly Feature[], report: OptionReport): void {
  const settings = typeof feature === "string" ? { name: feature } : feature;
  if (
    !report.require(
      isRecord(settings),
      field,
      feature,
      "a name, or an object with a name",
      "a feature has a name",
    )
  ) {
    return;
  }
  const { name, type, values, oneHot, min, max, maxCharacters, optional } = settings as Readonly<
    Record<string, unknown>
  >;
  report.require(
    typeof name === "string" &&
      isPropertyName(name) &&
      all.filter((other) => nameOf(other) === name).length === 1,
    field,
    name,
    `a unique name of 1 to ${MAX_NAME_LENGTH} visible characters`,
    "the name is a property of each row",
  );
  const because = "the settings of a feature";
  report.requireOneOfIfSet(type, `${field}.type`, ["number", "integer", "text", "date"], because);
  if (values !== undefined) checkValues(values, `${field}.values`, report);
  const isForm = oneHot === undefined || typeof oneHot === "boolean";
  report.require(isForm, `${field}.oneHot`, oneHot, "true, false", because);
  report.require(
    oneHot !== true || Array.isArray(values),
    `${field}.values`,
    values,
    "a list of names, or no oneHot",
    "the container receives a column for each name, and no number",
  );
  const [known, kind] =
    values !== undefined
      ? [["name", "values", "oneHot", "optional"], "a choice"]
      : type === "text"
        ? [["name", "type", "maxCharacters", "optional"], "a text"]
        : type === "date"
          ? [["name", "type", "optional"], "a date"]
          : [["name", "type", "min", "max", "optional"], "a number"];
  for (const setting of Object.keys(settings as object)) {
    const at = `${field}.${setting}`;
    report.require(known.includes(setting), at, setting, known.join(", "), `the settings of ${kind}`);
  }
  for (const [bound, value] of Object.entries({ min, max })) {
    report.require(
      value === undefined || Number.isFinite(value),
      `${field}.${bound}`,
      value,
      "a finite number",
      because,
    );
  }
  const isFlag = optional === undefined || typeof optional === "boolean";
  report.require(isFlag, `${field}.optional`, optional, "true, false", because);
  const isRange = typeof min !== "number" || typeof max !== "number" || min <= max;
  report.require(isRange, `${field}.min`, min, `at most max, ${String(max)}`, because);
  report.requireCount(maxCharacters, `${field}.maxCharacters`, SERVERLESS_PAYLOAD_IN_BYTES, because);
}

/** Checks the values of a choice: a list of names, or an object with a number for each name. */
function checkValues(values: unknown, field: string, report: OptionReport): void {
  const because = "a row has one of these values";
  if (!isRecord(values) || Array.isArray(values)) {
    report.requireNames(values, field, because);
    return;
  }
  report.requireNames(Object.keys(values), field, because);
  for (const [name, number] of Object.entries(values)) {
    report.require(
      Number.isFinite(number),
      `${field}.${name}`,
      number,
      "a finite number",
      "the container receives this number in place of the name",
    );
  }
}
