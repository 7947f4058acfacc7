import { runCommand } from "./packages/sagemaker-stages/src/app/run-command";

/** The local stage needs no stack of an account, and no fault of one stops it (`local/synthesize.ts`). */
const accountStacks = process.env.SYNTHESIZE !== "environments";

runCommand(async () => {
  const { environments } = await import("./environments");
  const { accounts } = await import("./environments/accounts");
  const { createApp } = await import("./packages/sagemaker-stages/src/app/create-app");
  createApp(environments, { accounts, accountStacks }).synth();
});
