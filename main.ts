import { environments } from "./environments";
import { accounts } from "./environments/accounts";
import { InvalidEnvironments } from "./environments/checks";
import { createApp } from "./stacks/app";

/** The local stage needs no stack of an account, and no fault of one stops it (`local/synthesize.ts`). */
const accountStacks = process.env.SYNTHESIZE !== "environments";

try {
  createApp(environments, { accounts, accountStacks }).synth();
} catch (error) {
  if (!(error instanceof InvalidEnvironments)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
