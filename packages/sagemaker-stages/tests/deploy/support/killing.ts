import { setTimeout as wait } from "node:timers/promises";
import type { Deployment } from "./deployment";
import { killWithChildren } from "./processes";
import { killRunning } from "./programs";

/**
 * Nothing was asked for during this time: whatever could go on without what is held has ended. Terraform's provider
 * waits 5 seconds before it looks whether a new function is there.
 */
const QUIET_IN_MS = 7_000;
const POLL_IN_MS = 500;
const LONGEST_WAIT_IN_MS = 120_000;
const LONGEST_END_IN_MS = 10_000;

/**
 * Applies, and kills terraform, with SIGKILL, when requests of each of `operations` wait and nothing else goes on.
 *
 * @param executed - whether what is held was executed, so that only the answer did not reach terraform
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
  const until = Date.now() + LONGEST_WAIT_IN_MS;
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
      throw new Error(`of ${operations.join(", ")} only ${held.join(", ") || "none"} came`);
    await wait(POLL_IN_MS);
  }
  // cdktf can end as if nothing had happened where a signal ended terraform: its status says nothing. Should it not
  // end, the test does not wait for it.
  killWithChildren(project.lastTerraform());
  await Promise.race([apply, wait(LONGEST_END_IN_MS, undefined, { ref: false })]);
  killRunning();
  await apply;
  await emulator.refuseHeld();
}
