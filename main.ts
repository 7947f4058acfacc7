import { createApp, runApp } from "sagemaker-stages";

runApp(async () => {
  const { models } = await import("./functions");
  const { environments } = await import("./environments");
  const { accounts } = await import("./environments/accounts");
  createApp({ models, environments, accounts }).synth();
});
