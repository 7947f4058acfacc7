/**
 * The approximate time that AWS needs to refuse a request, including the network. Without this wait, a client that
 * floods a route repeats refused requests thousands of times a second, and uses the cores that serve other routes.
 */
const REFUSAL_LATENCY_IN_MS = 100;

/** Waits as long as AWS needs to refuse a request. */
export async function refusalLatency(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, REFUSAL_LATENCY_IN_MS));
}
