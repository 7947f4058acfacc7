/** The name of CDKTF's function that records the trace of a token: the function below which the trace begins. */
const RECORDER = "captureStackTrace";

/**
 * Runs a part of a synthesis without the stack traces that CDKTF records for every token. CDKTF formats a complete stack
 * trace for each token, and keeps the text for the message of an error that the token may cause. A stack of four models
 * has more than 300 tokens, and formatting their traces with source maps is a tenth of a synthesis.
 *
 * Traces of errors and of CDKTF's annotations do not change. With `CDKTF_LOG_LEVEL=debug` (or `trace` or `all`), the traces
 * of tokens are recorded, for a team that searches for a fault in its own stack.
 *
 * @returns the result of `build`
 * @throws the errors of `build`
 */
export function withoutTokenTraces<T>(build: () => T): T {
  if (["all", "trace", "debug"].includes((process.env.CDKTF_LOG_LEVEL ?? "").toLowerCase())) return build();
  const original = Error.captureStackTrace;
  Error.captureStackTrace = (target, below) => {
    // Every error already has its own trace; CDKTF records the trace of a token on a plain object.
    if (target instanceof Error || below?.name !== RECORDER) original(target, below);
  };
  try {
    return build();
  } finally {
    Error.captureStackTrace = original;
  }
}
