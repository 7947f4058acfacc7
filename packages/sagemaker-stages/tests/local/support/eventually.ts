/** Longer than anything here takes on a slow machine. */
const PATIENCE_IN_MS = 10_000;
const PAUSE_IN_MS = 5;

/**
 * Waits until `holds` does.
 *
 * @throws Error that names `what` it waited for
 */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_IN_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`this never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_IN_MS));
  }
}
