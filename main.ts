import { createApp, runApp } from "sagemaker-stages";

// The program of cdktf.json: writes one Terraform stack per environment and per account to cdktf.out. The app's files are
// imported inside, so that a fault in one of them is a short message and no stack trace.
runApp(async () => {
  const { models } = await import("./functions");
  const { environments } = await import("./environments");
  const { accounts } = await import("./environments/accounts");
  const { InferenceStack } = await import("./stacks/inference-stack");
  const { AccountStack } = await import("./stacks/account-stack");
  createApp({ models, environments, accounts, InferenceStack, AccountStack }).synth();
});
