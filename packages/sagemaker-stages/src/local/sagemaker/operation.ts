/** An operation of the SageMaker runtime. */
export type OperationName = "InvokeEndpoint" | "InvokeEndpointAsync" | "InvokeEndpointWithResponseStream";

/** What a path of the SageMaker runtime asks for. */
export interface Operation {
  /** `undefined` where SageMaker has no such operation. */
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

/** Reads `/endpoints/<name>/<operation>`; any other path is no operation. */
export function readOperation(path: string): Operation {
  const [, segment, name = "", operation = "", ...more] = path.split("/");
  const isOperation = segment === RUNTIME_SEGMENT && name !== "" && more.length === 0;
  return { name: isOperation ? PATHS.get(operation) : undefined, endpointName: decode(name) };
}

/** A name with a broken percent-encoding is a name that nothing has. */
function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
