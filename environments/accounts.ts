import type { AccountSettings } from "sagemaker-stages";

/** The account of staging: a bucket for Terraform's states, access logs of API Gateway, and the roles for GitHub. */
export const account: AccountSettings = {
  region: "us-east-1",
  accountId: "111122223333",
  tags: { Project: "sagemaker-stages" },
  state: { local: { path: "terraform.account.tfstate" } },
  stateBucket: "amzn-s3-demo-state-bucket",
  apiGatewayLogs: true,
  github: { repository: "octo-org@123456/sagemaker-stages@456789" },
};

/** The account of prod, with the same resources. */
export const accountProd: AccountSettings = {
  name: "account-prod",
  region: "us-east-1",
  accountId: "444455556666",
  tags: { Project: "sagemaker-stages" },
  state: { local: { path: "terraform.account-prod.tfstate" } },
  stateBucket: "amzn-s3-demo-state-bucket-prod",
  apiGatewayLogs: true,
  github: { repository: "octo-org@123456/sagemaker-stages@456789" },
};

/**
 * The accounts that exist. An administrator deploys the stack of an account before its environments. An app without
 * entries here has stacks of environments only.
 */
export const accounts: readonly AccountSettings[] = [account, accountProd];
