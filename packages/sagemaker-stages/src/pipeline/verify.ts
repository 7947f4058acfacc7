import { join } from "node:path";
import { PipelineError, PLAN_AGAIN } from "./errors";
import { digestOfFolder } from "./folder-digest";
import { checkedOutCommit, PLAN_FILE, readPlanRecord, sha256Of, stackFolder } from "./plan-record";

/**
 * Checks that a recorded plan is the reviewed plan, and that it was made from the sources and the stack in this folder.
 *
 * @param folder - the folder of the recorded plan
 * @param digest - the digest of the reviewed plan
 * @throws PipelineError with every difference
 */
export function verify(environment: string, folder: string, digest: string): void {
  const planned = readPlanRecord(folder);
  const faults = [
    [planned.environment === environment, `the plan is for ${planned.environment}, not for ${environment}`],
    [planned.tree === checkedOutCommit(".").tree, "the checked-out sources differ from the planned sources"],
    [planned.digest === digest, "the plan is not the selected plan"],
    [sha256Of(join(folder, PLAN_FILE)) === planned.sha256.plan, "the plan was modified"],
    [
      digestOfFolder(stackFolder(environment)) === planned.sha256.stack,
      "the synthesized stack differs from the planned stack",
    ],
  ] as const;
  const messages = faults.flatMap(([holds, fault]) => (holds ? [] : [`${environment}: ${fault}.`]));
  if (messages.length > 0) throw new PipelineError([...messages, PLAN_AGAIN].join("\n"));
}
