/**
 * The maximum size of the event of a synchronous invocation, as JSON
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB).
 */
export const MAX_EVENT_IN_BYTES = 6 * 1024 * 1024;

/** The maximum size of the answer of a function, as JSON: Lambda accepts 100 bytes more than for an event. */
export const MAX_ANSWER_IN_BYTES = MAX_EVENT_IN_BYTES + 100;

/** The message of Lambda's error for an event that is too large. */
export const EVENT_TOO_LARGE = `Request must be smaller than ${MAX_EVENT_IN_BYTES} bytes for the InvokeFunction operation`;
