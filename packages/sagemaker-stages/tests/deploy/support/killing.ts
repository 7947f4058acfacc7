import { setTimeout as wait } from "node:timers/promises";
import type { Deployment } from "./deployment";
import { killWithChildren } from "./processes";
import { killRunning } from "./programs";

/**
 * The time without a new request after which Terraform only waits for the held requests. Terraform's provider waits 5 seconds
 * before it reads a new function.
 */
const QUIET_IN_MS = 7_000;
const POLL_IN_MS = 500;
const MAX_WAIT_IN_MS = 120_000;
const MAX_END_IN_MS = 10_000;

/**
 * Applies a stack, and kills Terraform with SIGKILL when a request of each operation is held and no other request arrives.
 *
 * @param executed - whether the held requests are executed, so that Terraform only misses their answers
 */
export async function killApply(
  { emulator, project, name }: Deployment,
  operations: readonly string[],
  executed: "executed" | "not executed",
): Promise<void> {
  await (executed === "executed" ? emulator.holdAnswers(...operations) : emulator.hold(...operations));
  let ended = false;
  const apply = project.deploy(name).finally(() => {
    ended = true;
  });
  const until = Date.now() + MAX_WAIT_IN_MS;
  let count = 0;
  let since = Date.now();
  while (true) {
    const held = await emulator.held();
    const { length } = await emulator.operations();
    if (length !== count) since = Date.now();
    count = length;
    if (Date.now() - since > QUIET_IN_MS && operations.every((operation) => held.includes(operation))) break;
    if (ended) throw new Error(`the apply ended before it could be killed:\n${(await apply).output}`);
    if (Date.now() > until)
      throw new Error(`held operations: got ${held.join(", ") || "none"}; allowed: ${operations.join(", ")}`);
    await wait(POLL_IN_MS);
  }
  // The status of cdktf is not checked: cdktf can end with status 0 after a signal ended Terraform. The test does not wait
  // for a cdktf that does not end.
  killWithChildren(project.lastTerraform());
  await Promise.race([apply, wait(MAX_END_IN_MS, undefined, { ref: false })]);
  killRunning();
  await apply;
  await emulator.refuseHeld();
}
