/** The time-out of a wait, which is longer than any wait of the tests takes on a slow machine. */
const PATIENCE_IN_MS = 10_000;
const PAUSE_IN_MS = 5;

/**
 * Waits until `holds` returns true.
 *
 * @param patienceInMs - the time-out, longer for a wait for a process that starts
 *
 * @throws Error that names `what` after the time-out
 */
export async function eventually(
  what: string,
  holds: () => boolean,
  patienceInMs = PATIENCE_IN_MS,
): Promise<void> {
  const deadline = Date.now() + patienceInMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`this never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_IN_MS));
  }
}
