import { createApp, runApp } from "sagemaker-stages";

// The program of cdktf.json: writes one Terraform stack per environment and per account to cdktf.out. The function
// imports the app's files, so that a fault in a file results in a short message without a stack trace.
runApp(async () => {
  const { models } = await import("./functions");
  const { environments } = await import("./environments");
  const { accounts } = await import("./environments/accounts");
  const { InferenceStack } = await import("./stacks/inference-stack");
  const { AccountStack } = await import("./stacks/account-stack");
  createApp({ models, environments, accounts, InferenceStack, AccountStack }).synth();
});
