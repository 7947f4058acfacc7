import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compare } from "./compare";
import { requireDigest } from "./folder-digest";
import { requireHead } from "./head";
import { FILES, readPlanned, readState, record } from "./planned";
import type { Commands } from "./run";
import { verify } from "./verify";
import { notice, variable } from "./workflow";

/** One line a command of {@link PRIVILEGED}. */
export const PRIVILEGED_USAGE = `  received <folder>                makes sure that a folder of stacks is STACKS_DIGEST, as another job synthesized it
  record <environment> <folder> <state>
                                   describes the plan in a folder; state: what terraform state pull said before it
  verify <environment> <folder>    makes sure that what a folder keeps is PLAN_DIGEST, and of these sources
  compare <environment> <folder> <plan> <state>
                                   makes sure that a plan, as JSON, does what a folder keeps, from the same state
  head                             makes sure that GITHUB_SHA is still what main is`;

/**
 * What the jobs run that can request an AWS role's credentials. Every package that is imported from here on can, too: a
 * test lists them.
 */
export const PRIVILEGED: Commands = {
  received(folder = "") {
    requireDigest(folder, variable("STACKS_DIGEST"));
  },

  record(environment = "", folder = "", state = "") {
    const { changes, digest, commit } = record(environment, folder, state);
    notice(
      `${environment}: ${changes ? "something" : "nothing"} would change. Plan ${digest} of commit ${commit}.`,
    );
  },

  verify(environment = "", folder = "") {
    verify(environment, folder, variable("PLAN_DIGEST"));
  },

  compare(environment = "", folder = "", plan = "", state = "") {
    const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
    compare(
      environment,
      { plan: read(join(folder, FILES.plan)), state: readPlanned(folder).state },
      { plan: read(plan), state: readState(state) },
    );
  },

  async head() {
    await requireHead(variable("GITHUB_SHA"));
  },
};
