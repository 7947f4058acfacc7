/**
 * About what AWS takes to refuse a request, network included. Without a wait, a client that floods a route repeats
 * refused requests thousands of times a second, and takes the cores with which this machine serves other routes.
 */
const REFUSAL_LATENCY_IN_MS = 100;

/** Waits as long as a client waits for AWS to refuse a request. */
export async function refusalLatency(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, REFUSAL_LATENCY_IN_MS));
}
