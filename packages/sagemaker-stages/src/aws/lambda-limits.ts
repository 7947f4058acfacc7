/**
 * The most bytes of the event of a synchronous invocation, which is JSON
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB).
 */
export const MAX_EVENT_IN_BYTES = 6 * 1024 * 1024;

/** The most bytes of the answer of a function, which is JSON: Lambda leaves 100 bytes more than for an event. */
export const MAX_ANSWER_IN_BYTES = MAX_EVENT_IN_BYTES + 100;

/** Message of the error of Lambda for a larger event. */
export const EVENT_TOO_LARGE = `Request must be smaller than ${MAX_EVENT_IN_BYTES} bytes for the InvokeFunction operation`;
