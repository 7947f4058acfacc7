import { createApp, runApp } from "sagemaker-stages";

runApp(async () => {
  const { models } = await import("./functions");
  const { environments } = await import("./environments");
  const { accounts } = await import("./environments/accounts");
  const { InferenceStack } = await import("./stacks/inference-stack");
  const { AccountStack } = await import("./stacks/account-stack");
  createApp({ models, environments, accounts, InferenceStack, AccountStack }).synth();
});
