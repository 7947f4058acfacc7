import type { AccountSettings } from "../../../src/environment/account";
import type { Environment } from "../../../src/environment/environment";
import { DEV, PROD } from "../../local/support/environments";
import { REPOSITORY } from "./github";

/** An environment whose state is a file. */
export const LOCAL: Environment = { ...DEV, name: "trial" };

/** An environment that workflows can deploy. */
export const STAGING: Environment = {
  ...PROD,
  name: "staging",
  accountId: "111122223333",
  state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "staging.tfstate" } },
};

/** An environment of another account. */
export const LIVE: Environment = PROD;

/** The accounts of {@link STAGING} and {@link LIVE}. */
export const ACCOUNTS: readonly AccountSettings[] = [
  {
    region: "us-east-1",
    accountId: "111122223333",
    state: { local: { path: "account.tfstate" } },
    github: { repository: "octo-org@1/stages@2" },
  },
  {
    name: "account-prod",
    region: "us-east-1",
    accountId: "444455556666",
    state: { local: { path: "account-prod.tfstate" } },
    github: { repository: REPOSITORY },
  },
];
