import * as z from "zod/mini";
import { type Contract, SERVERLESS_PAYLOAD_IN_BYTES } from "../runtime/contract";
import { ReadyMade } from "./ready-made";
import { describe } from "./rows/about";
import { predictionReader, readValues } from "./rows/answer";
import { checkOptions } from "./rows/checks";
import { cellOf, cellsFor, columnsOf, nameOf } from "./rows/features";
import {
  type RowsAnswer,
  type RowsOptions,
  type RowsRequest,
  type RowsTargetModel,
  sendsOf,
  TARGET_NAME,
  TARGET_NAME_ALLOWED,
} from "./rows/options";
import { maxRowsOf, refusedCharactersOf, writeTable } from "./rows/request";
import { answerExample } from "./rows/stand-in";
import { routeOf } from "./texts";

/**
 * Creates a ready-made contract for rows of features. A caller sends each value with the name of its feature: a list of
 * numbers in the wrong order would give wrong predictions without an error.
 *
 * @example
 * export const models = defineModels({
 *   iris: rows({ features: ["sepal length", "sepal width", "petal length", "petal width"], answer: "json" }),
 * });
 * // request  {"rows": [{"sepal length": 5.1, "sepal width": 3.5, "petal length": 1.4, "petal width": 0.2}]}
 * // answer   {"predictions": [0]}
 */
export function rows(options: RowsOptions): ReadyMade<RowsRequest, RowsAnswer> {
  return new ReadyMade({
    file: "rows",
    options,
    check: (report) => checkOptions(options, report),
    createContract: (model) => createContract(model, options),
    describe: (model) => describe(model, options),
    answerExample: (example, sent) => answerExample(options, example.answer, sent),
  });
}

const DEFAULT_MAX_ROWS = 1000;

/** Creates the contract of {@link rows}. A generated handler contains only this function and what it uses. */
export function createContract(model: string, options: RowsOptions): Contract<RowsRequest, RowsAnswer> {
  const { features, header, targetModel } = options;
  const columns = features.flatMap(columnsOf);
  const { maxRows = Math.min(DEFAULT_MAX_ROWS, maxRowsOf(options, columns)) } = options;
  const sends = sendsOf(options);
  const refused = refusedCharactersOf(options);
  const row = z.strictObject(
    Object.fromEntries(features.map((feature) => [nameOf(feature), cellOf(feature, refused)])),
  );
  const list = z.array(row).check(z.minLength(1, "at least one row"));
  return {
    model,
    route: routeOf(model, options),
    schema:
      targetModel === undefined
        ? z.strictObject({ rows: list })
        : z.strictObject({ model: targetNameOf(targetModel), rows: list }),
    limits: { rows: maxRows, rowsIn: "rows", payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

    encode(request) {
      const table = request.rows.map((values) =>
        features.flatMap((feature) => cellsFor(feature, values[nameOf(feature)] ?? null)),
      );
      return {
        contentType: sends === "csv" ? "text/csv" : "application/json",
        accept: options.answer === "csv" ? "text/csv" : "application/json",
        body: writeTable(table, sends, columns, header),
        rows: table.length,
        ...(targetModel && {
          headers: { targetModel: targetModel.archive.replace("*", () => request.model ?? "") },
        }),
      };
    },

    decode(body, request) {
      const read = predictionReader(options);
      return { predictions: readValues(body, request.rows.length, options).map(read) };
    },
  };
}

function targetNameOf({ names }: RowsTargetModel): z.ZodMiniType<string, string> {
  return names === undefined
    ? z.string().check(z.regex(TARGET_NAME, TARGET_NAME_ALLOWED))
    : z.enum(names as string[]);
}
