import type { Container, ContainerRequest, ContainerResponse } from "../local/sagemaker/container";

/** A request that a sample model cannot read: it answers 400, as SageMaker's algorithms do. */
export class UnreadableRequest extends Error {
  override readonly name = "UnreadableRequest";
}

/**
 * A small model trained on public data, as a container.
 *
 * @param description - what it is, for people
 * @param predict - may throw UnreadableRequest
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
 * @param columns - how many numbers a row must have
 * @throws UnreadableRequest
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

/** A number as XGBoost writes it, which computes in single precision. */
export function asFloat32(value: number): string {
  return String(Math.fround(value));
}
