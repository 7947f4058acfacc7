import type { Check } from "../smoke/checks";
import { Progress } from "../smoke/progress";
import { runCheck } from "../smoke/retry";
import { LoadTestError } from "./errors";
import type { LoadReport } from "./report";

/**
 * Sends one request until its answer is as expected, so that a run does not measure a wrong key or a missing endpoint.
 *
 * @throws LoadTestError if there is no such answer in time
 */
export async function firstCall(check: Check, waitInSeconds: number): Promise<LoadReport["firstCall"]> {
  const progress = new Progress(waitInSeconds, process.stderr);
  const start = performance.now();
  try {
    let tries = 1;
    const { passed, got } = await runCheck(check, start, waitInSeconds * 1_000, (waiting, reason) => {
      tries++;
      progress.wait(waiting, reason);
    });
    if (passed) return { tookInMs: performance.now() - start, tries };
    throw new LoadTestError(
      `The first call of ${check.route}, ${check.caller}, failed: got ${got}; expected ${check.expected}. The run was not started. npx sagemaker-stages smoke tests the route.`,
    );
  } finally {
    progress.end();
  }
}
