import { join } from "node:path";
import { PLAN_AGAIN, Refused } from "./errors";
import { digestOfFolder } from "./folder-digest";
import { FILES, headOf, readPlanned, sha256Of, stackFolder } from "./planned";

/**
 * Makes sure that what was kept of a plan is what was reviewed, and that what is checked out and synthesized here is
 * what it was made of.
 *
 * @param folder - where the plan's files are
 * @param digest - of the plan that was reviewed
 * @throws Refused with everything that differs
 */
export function verify(environment: string, folder: string, digest: string): void {
  const planned = readPlanned(folder);
  const faults = [
    [planned.environment === environment, `the plan is of ${planned.environment}, not of ${environment}`],
    [planned.tree === headOf(".").tree, "other sources are checked out than those that were planned"],
    [planned.digest === digest, "it is not the plan that was selected"],
    [sha256Of(join(folder, FILES.plan)) === planned.sha256.plan, "the plan was changed"],
    [
      digestOfFolder(stackFolder(environment)) === planned.sha256.stack,
      "another stack was synthesized than the one that was planned",
    ],
  ] as const;
  const told = faults.flatMap(([holds, fault]) => (holds ? [] : [`${environment}: ${fault}.`]));
  if (told.length > 0) throw new Refused([...told, PLAN_AGAIN].join("\n"));
}
