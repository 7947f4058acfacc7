import type * as loading from "../app/load-app";
import type * as policiesModule from "../app/role-policies";
import { defineCommand } from "../lib/command";

/** The command that prints the policies of the role that deploys, or plans, an environment. */
export const deployer = defineCommand(
  {
    name: "deployer",
    summary: "Print the IAM policies that a role needs to deploy or to plan an environment",
    words: {
      environment: { summary: "name of the environment" },
      account: {
        occurs: "optional",
        summary: "the environment's AWS account, 12 digits; required if the environment has no accountId",
      },
    },
    options: {
      planner: {
        summary: `print the policies of a role that only plans the environment, in place of the deployer's:
enough for \`terraform plan -lock=false\` and for \`sagemaker-stages review\``,
      },
    },
    notes: "example: npx sagemaker-stages deployer dev 111122223333",
  },
  ({ words: { environment, account }, options: { planner } }) => {
    const { loadApp }: typeof loading = require("../app/load-app");
    const app = loadApp();
    const { rolePoliciesOf }: typeof policiesModule = require("../app/role-policies");
    const policies = rolePoliciesOf(app, planner ? "planner" : "deployer", environment, account);
    process.stdout.write(`${JSON.stringify(policies, null, 2)}\n`);
    return 0;
  },
);
