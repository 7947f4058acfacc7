/** Parent → child: starts an invocation. */
export interface Invoke {
  readonly requestId: string;
  /** The event as JSON. */
  readonly payload: string;
  /** The time at which Lambda ends the invocation, in milliseconds since 1970. */
  readonly deadline: number;
  readonly functionArn: string;
}

/** Parent → child: the caller's connection has taken bytes of a streamed answer. */
export interface Taken {
  readonly kind: "taken";
  readonly requestId: string;
  readonly bytes: number;
}

/** Parent → child: the caller of a streamed answer has disconnected. */
export interface Disconnected {
  readonly kind: "disconnected";
  readonly requestId: string;
}

/** A message to the child. */
export type ToFunction = Invoke | Taken | Disconnected;

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

/** Child → parent: bytes of a streamed answer. */
export interface Chunk {
  readonly kind: "chunk";
  /** The content type of the whole answer. */
  readonly contentType: string;
  /** The bytes in base64. */
  readonly bytes: string;
}

/** Child → parent: the invocation has ended. */
export interface Done {
  readonly kind: "done";
  /** The answer as JSON. */
  readonly payload?: string;
  /** The content type of a streamed answer, whose bytes were sent before. @default - the answer is not streamed */
  readonly streamed?: string;
  readonly error?: FunctionError;
  /** The resident memory of the process in bytes, or its maximum if the maximum is within the function's memory size. */
  readonly memoryInBytes: number;
}

/** A message from the child. */
export type FromFunction = Ready | Idle | Chunk | Done;

/** Lambda's description of a thrown error. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The frames in the handler's files, for a handler in Python. */
  readonly stackTrace?: readonly string[];
}
