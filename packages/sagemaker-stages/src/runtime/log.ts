/** One request in the function's log. It never holds anything that the caller sent. */
export interface LogLine {
  requestId: string;
  /** Lambda's own id, where the caller's is API Gateway's: platform log lines carry this one. */
  lambdaRequestId: string;
  model: string;
  status: number;
  /** Milliseconds of the last attempt at the endpoint; absent where no request was sent to the endpoint. */
  endpointMs?: number;
  totalMs: number;
  retries: number;
  /** Whether this was the process's first request. */
  cold: boolean;
  error?: LoggedError;
}

/** What the log holds of an error. */
export interface LoggedError {
  /** AWS's, Node's or JavaScript's name of the error. */
  readonly type: string;
  /**
   * Where the error arose: in the model's container, in SageMaker's service, on the connection to the service, or in
   * the function itself.
   */
  readonly origin: "container" | "service" | "connection" | "function";
  /** HTTP status that container or service answered with. */
  readonly status?: number | undefined;
  /** The place in the function's code, where the function itself found the error. */
  readonly at?: string;
  /** What a contract set although it may not, e.g. `headers.x-model-version`; never its value. */
  readonly field?: string;
  /** Rows that were sent, where the model answered another number of predictions. */
  readonly rows?: number;
  /** Predictions that came back for these rows. */
  readonly predictions?: number;
  /**
   * The error's own message, cut to 500 characters. It can quote what the caller sent: present only where the
   * function's environment has LOG_ERROR_MESSAGES = `true`.
   */
  readonly message?: string;
}

/** Enough to understand a model's error by. */
const MAX_CHARACTERS_OF_MESSAGE = 500;

/** Whether the function's environment lets messages of errors into the log. */
export function readLogsMessages(environment: NodeJS.ProcessEnv): boolean {
  return environment.LOG_ERROR_MESSAGES === "true";
}

/** What the log holds of an error's message. */
export function messageForLog(
  message: string | undefined,
  logsMessages: boolean,
): { readonly message?: string } {
  return logsMessages && message ? { message: message.slice(0, MAX_CHARACTERS_OF_MESSAGE) } : {};
}

/** The kind of an error that the function threw, and its place in the code: neither quotes the request. */
export function describeThrown({ name, message, stack = "" }: Error): Pick<LoggedError, "type" | "at"> {
  // The stack begins with the message, which can have lines like those of the code's places.
  const start = stack.indexOf(message);
  const places = start < 0 ? "" : stack.slice(start + message.length);
  return {
    type: /^[A-Z]\w{0,63}$/i.test(name) ? name : "Error",
    at: /^ +(at .*)/m.exec(places)?.[1] ?? "unknown",
  };
}

/** Writes the line. Not with console.log: Lambda would wrap the line, and a log query could not read its fields. */
export function writeLine(line: LogLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
