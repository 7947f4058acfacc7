import type { Container, ContainerRequest, ContainerResponse } from "../local/sagemaker/container";

/** A request that a sample model cannot read. The model then answers 400, in the same way as SageMaker's algorithms. */
export class UnreadableRequest extends Error {
  override readonly name = "UnreadableRequest";
}

/**
 * Creates the container of a sample model.
 *
 * @param description - a description of the model for users
 * @param predict - returns the prediction; can throw {@link UnreadableRequest}. A body can be an async generator: the
 * caller of a stream receives each text when it is made, and other callers receive the joined texts
 *
 * @example
 * export const sample = sampleContainer("the words of the request, one by one", ({ body, signal }) => ({
 *   contentType: "text/plain",
 *   body: (async function* () {
 *     for (const word of body.toString().split(" ")) {
 *       if (signal?.aborted) return;
 *       yield `${word} `;
 *     }
 *   })(),
 * }));
 *
 * @example
 * export const sample = sampleContainer("a logistic regression", (request) => ({
 *   contentType: "text/csv",
 *   body: readCsvRows(request, 2).map((row) => logisticScore(weights, row)).join("\n"),
 * }));
 */
export function sampleContainer(
  description: string,
  predict: (request: ContainerRequest) => Omit<ContainerResponse, "status">,
): Container {
  return {
    description,
    invoke: async (request) => {
      try {
        return { status: 200, ...predict(request) };
      } catch (error) {
        if (!(error instanceof UnreadableRequest)) throw error;
        return { status: 400, contentType: "text/plain", body: error.message };
      }
    },
  };
}

/**
 * The rows of a `text/csv` request.
 *
 * @param columns - the number of values in a row
 * @throws UnreadableRequest if the media type is not `text/csv`, or if a row is not valid
 */
export function readCsvRows({ contentType, body }: ContainerRequest, columns: number): number[][] {
  if (contentType.split(";")[0]?.trim() !== "text/csv") {
    throw new UnreadableRequest(`Content-type ${contentType} not supported; this model takes text/csv`);
  }
  const lines = body.toString("utf8").replace(/\n$/, "").split(/\r?\n/);
  return lines.map((line, index) => {
    const row = line.split(",").map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)));
    if (row.length !== columns || !row.every(Number.isFinite)) {
      throw new UnreadableRequest(
        `row ${index + 1}: expected ${columns} numbers, got ${row.length} value(s)`,
      );
    }
    return row;
  });
}

/** A number in the format of XGBoost, which computes in single precision. */
export function asFloat32(value: number): string {
  return String(Math.fround(value));
}
