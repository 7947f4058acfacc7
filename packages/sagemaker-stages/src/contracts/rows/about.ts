import type { About } from "../../runtime/contract";
import { aboutOf, listOf } from "../texts";
import { withLabels } from "./answer";
import { isChoice, isOptional, nameOf, valuesOf } from "./features";
import {
  type Feature,
  type Prediction,
  predictsOf,
  type RowsAnswer,
  type RowsOptions,
  type RowsRequest,
  type RowsTargetModel,
} from "./options";

/** The form of a request must be short, because API Gateway's own errors show the form. */
const MAX_FEATURES_IN_TEXT = 10;

/** Creates the description of the contract `rows`. A generated handler does not contain it. */
export function describe(model: string, options: RowsOptions): About<RowsRequest, RowsAnswer> {
  const names = options.features.map(nameOf);
  const list = names.join(", ").length > 120 ? `${names.length} features` : listOf(names, "and");
  const cells = options.features.map(
    (feature) => `${JSON.stringify(nameOf(feature))}: ${allowedOf(feature)}`,
  );
  const rest = cells.length - MAX_FEATURES_IN_TEXT;
  const shown = rest > 0 ? [...cells.slice(0, MAX_FEATURES_IN_TEXT), `… (${rest} more)`] : cells;
  const { targetModel } = options;
  const chosen = targetModel === undefined ? "" : `"model": ${allowedNamesOf(targetModel)}, `;
  return aboutOf(model, options, {
    description: `Predicts ${predictedBy(options)} from ${list}, for one or more rows${targetModel === undefined ? "" : ", with the model that the caller names"}.`,
    allowed: `{${chosen}"rows": [{${shown.join(", ")}}, …]}`,
    statesLimits: true,
    example: options.example ?? {
      request: {
        ...(targetModel && { model: targetModel.example }),
        rows: [Object.fromEntries(options.features.map((feature) => [nameOf(feature), valueFor(feature)]))],
      },
      answer: { predictions: [predictionFor(options)] },
    },
  });
}

function allowedNamesOf({ names = [] }: RowsTargetModel): string {
  if (names.length === 0 || names.length > MAX_FEATURES_IN_TEXT) return '"<name>"';
  return listOf(
    names.map((name) => JSON.stringify(name)),
    "or",
  );
}

function predictedBy(options: RowsOptions): string {
  const { classes = [], outputs = [] } = options;
  const predicts = predictsOf(options);
  if (predicts === "number") return "a number";
  if (predicts === "numbers") {
    return outputs.join(", ").length > 80 ? `${outputs.length} numbers` : listOf(outputs, "and");
  }
  const list = classes.join(", ").length > 80 ? `one of ${classes.length} classes` : listOf(classes, "or");
  return predicts === "label" ? list : `the score of ${list}`;
}

function allowedOf(feature: Feature): string {
  const allowed = allowedValueOf(feature);
  return isOptional(feature) ? `${allowed} or null` : allowed;
}

function allowedValueOf(feature: Feature): string {
  if (typeof feature === "string") return "<number>";
  if (isChoice(feature))
    return listOf(
      valuesOf(feature).map((value) => JSON.stringify(value)),
      "or",
    );
  if (feature.type === "text" || feature.type === "date") return `<${feature.type}>`;
  const { type, min, max } = feature;
  const kind = type === "integer" ? "whole number" : "number";
  if (min !== undefined && max !== undefined) return `<${kind} from ${min} to ${max}>`;
  if (min !== undefined) return `<${kind} from ${min}>`;
  return max === undefined ? `<${kind}>` : `<${kind} up to ${max}>`;
}

function valueFor(feature: Feature): number | string {
  if (typeof feature === "string") return 1;
  if (isChoice(feature)) return valuesOf(feature)[0] ?? "";
  if (feature.type === "text") return "a text".slice(0, feature.maxCharacters);
  if (feature.type === "date") return "2026-11-30";
  const { type, min = -Infinity, max = Infinity } = feature;
  const value = Math.min(Math.max(1, min), max);
  return type === "integer" ? Math.min(Math.ceil(value), Math.floor(max)) : value;
}

function predictionFor(options: RowsOptions): Prediction {
  const { classes = [], outputs = [] } = options;
  switch (predictsOf(options)) {
    case "numbers":
      return Object.fromEntries(outputs.map((name, index) => [name, index + 1]));
    case "label":
      return classes[0] ?? "";
    case "scores":
      return classes.map((label, index) => ({ label, score: index === 0 ? 1 : 0 }));
    case "probability":
      return withLabels([0.25, 0.75], classes);
    default:
      return 0;
  }
}
