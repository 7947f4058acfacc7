import { defineCommand } from "../lib/command";

/** Prints the policies of the role that deploys an environment. */
export const deployer = defineCommand(
  {
    name: "deployer",
    summary: "Print the policies that a role needs to deploy an environment",
    words: {
      environment: { summary: "name of the environment" },
      account: {
        occurs: "optional",
        summary: "the environment's account, 12 digits; required where the environment has no accountId",
      },
    },
  },
  async ({ words: { environment, account } }) => {
    const { loadApp } = await import("../app/load-app");
    const app = loadApp();
    const { deployerPoliciesOf } = await import("../app/deployer-policies");
    const policies = deployerPoliciesOf(app, environment, account);
    process.stdout.write(`${JSON.stringify(policies, null, 2)}\n`);
    return 0;
  },
);
