import { UserError } from "./environments/user-error";
import { toLoadFailure } from "./stacks/load-failure";

/** The local stage needs no stack of an account, and no fault of one stops it (`local/synthesize.ts`). */
const accountStacks = process.env.SYNTHESIZE !== "environments";

async function synthesize(): Promise<void> {
  // Imported here and not above: a file of the team can fail to load, and the message must be short even so.
  const { environments } = await import("./environments");
  const { accounts } = await import("./environments/accounts");
  const { createApp } = await import("./stacks/app");
  createApp(environments, { accounts, accountStacks }).synth();
}

synthesize().catch((error: unknown) => {
  const failure = error instanceof UserError ? error : toLoadFailure(error);
  if (failure === undefined) throw error;
  console.error(failure.message);
  process.exitCode = 1;
});
