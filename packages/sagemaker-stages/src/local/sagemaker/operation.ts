/** An operation of the SageMaker runtime. */
export type OperationName = "InvokeEndpoint" | "InvokeEndpointAsync" | "InvokeEndpointWithResponseStream";

/** The operation and the endpoint in a path of the SageMaker runtime. */
export interface Operation {
  /** `undefined` if the path is not an operation of SageMaker. */
  readonly name: OperationName | undefined;
  readonly endpointName: string;
}

/** The first segment of every path of the runtime. */
export const RUNTIME_SEGMENT = "endpoints";

const PATHS: ReadonlyMap<string, OperationName> = new Map([
  ["invocations", "InvokeEndpoint"],
  ["async-invocations", "InvokeEndpointAsync"],
  ["invocations-response-stream", "InvokeEndpointWithResponseStream"],
]);

/** Parses `/endpoints/<name>/<operation>`. Any other path is not an operation. */
export function readOperation(path: string): Operation {
  const [, segment, name = "", operation = "", ...more] = path.split("/");
  const isOperation = segment === RUNTIME_SEGMENT && name !== "" && more.length === 0;
  return { name: isOperation ? PATHS.get(operation) : undefined, endpointName: decode(name) };
}

/** Decodes a name. A name with an invalid percent-encoding stays encoded, so that no endpoint has the name. */
function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
