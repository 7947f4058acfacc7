import type * as policiesModule from "../app/deployer-policies";
import type * as loading from "../app/load-app";
import { defineCommand } from "../lib/command";

/** The command that prints the policies of the role that deploys an environment. */
export const deployer = defineCommand(
  {
    name: "deployer",
    summary: "Print the IAM policies that a role needs to deploy an environment",
    words: {
      environment: { summary: "name of the environment" },
      account: {
        occurs: "optional",
        summary: "the environment's AWS account, 12 digits; required if the environment has no accountId",
      },
    },
    notes: "example: npx sagemaker-stages deployer dev 111122223333",
  },
  ({ words: { environment, account } }) => {
    const { loadApp }: typeof loading = require("../app/load-app");
    const app = loadApp();
    const { deployerPoliciesOf }: typeof policiesModule = require("../app/deployer-policies");
    const policies = deployerPoliciesOf(app, environment, account);
    process.stdout.write(`${JSON.stringify(policies, null, 2)}\n`);
    return 0;
  },
);
