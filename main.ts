import { environments } from "./environments";
import { accounts } from "./environments/accounts";
import { InvalidEnvironments } from "./environments/checks";
import { createApp } from "./stacks/app";

/** The local stage serves environments alone, so that no fault of an account stops it (`local/synthesize.ts`). */
const isForLocalStage = process.env.SYNTHESIZE === "environments";

try {
  createApp(environments, { accounts: isForLocalStage ? [] : accounts }).synth();
} catch (error) {
  if (!(error instanceof InvalidEnvironments)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
