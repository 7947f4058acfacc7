/** Parent → child: one invocation. */
export interface Invoke {
  readonly requestId: string;
  /** The event, JSON. */
  readonly payload: string;
  /** When Lambda ends the invocation, milliseconds since 1970. */
  readonly deadline: number;
  readonly functionArn: string;
}

/** Child → parent: the module is loaded, or failed to. */
export interface Ready {
  readonly kind: "ready";
  readonly error?: FunctionError;
}

/** Child → parent: the invocation's end. */
export interface Done {
  readonly kind: "done";
  /** The answer, JSON. */
  readonly payload?: string;
  readonly error?: FunctionError;
  /** Resident memory of the process, in bytes. */
  readonly memoryInBytes: number;
}

/** What Lambda tells of a thrown error. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The frames in the handler's own files, of a handler in Python. */
  readonly stackTrace?: readonly string[];
}
