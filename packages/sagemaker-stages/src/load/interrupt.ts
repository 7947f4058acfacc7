/**
 * Runs work that Ctrl-C interrupts: the first SIGINT aborts the signal of the work, and a second SIGINT ends the process.
 *
 * @param work - settles soon after its signal is aborted
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  // Without the listener, the next SIGINT has its default effect.
  process.once("SIGINT", abort);
  try {
    return await work(controller.signal);
  } finally {
    process.removeListener("SIGINT", abort);
  }
}
