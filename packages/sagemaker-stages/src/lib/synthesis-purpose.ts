/**
 * The variable with the purpose of a synthesis. Without the variable, the Terraform code is for a deployment.
 * `environments`: for the local stage, which deploys nothing. `providers`: for `sagemaker-stages providers-lock`, which
 * reads only the versions of the providers.
 */
export const PURPOSE_VARIABLE = "SYNTHESIZE";

/** Whether this process synthesizes the Terraform code of a deployment. */
export function isForDeployment(): boolean {
  return !isForLocalStage() && !isForProviders();
}

/** Whether this process synthesizes environments for the local stage, without the stacks of accounts. */
export function isForLocalStage(): boolean {
  return process.env[PURPOSE_VARIABLE] === "environments";
}

function isForProviders(): boolean {
  return process.env[PURPOSE_VARIABLE] === "providers";
}
