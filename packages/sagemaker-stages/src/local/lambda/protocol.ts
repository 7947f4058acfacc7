/** Parent → child: starts an invocation. */
export interface Invoke {
  readonly requestId: string;
  /** The event as JSON. */
  readonly payload: string;
  /** The time at which Lambda ends the invocation, in milliseconds since 1970. */
  readonly deadline: number;
  readonly functionArn: string;
}

/** Child → parent: the module is loaded, or cannot be loaded. */
export interface Ready {
  readonly kind: "ready";
  readonly error?: FunctionError;
  /** Whether the process sends {@link Idle} after each invocation. @default false */
  readonly hasExtensions?: boolean;
}

/** Child → parent: after an invocation, every extension waits for the next event. Until then, the process works. */
export interface Idle {
  readonly kind: "idle";
}

/** Child → parent: the invocation has ended. */
export interface Done {
  readonly kind: "done";
  /** The answer as JSON. */
  readonly payload?: string;
  readonly error?: FunctionError;
  /** The resident memory of the process in bytes, or its maximum if the maximum is within the function's memory size. */
  readonly memoryInBytes: number;
}

/** Lambda's description of a thrown error. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The frames in the handler's files, for a handler in Python. */
  readonly stackTrace?: readonly string[];
}
