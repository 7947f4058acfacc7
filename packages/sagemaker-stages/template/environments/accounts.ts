import type { AccountSettings } from "sagemaker-stages";

/** The accounts whose resources this app makes once for all environments, e.g. a bucket for Terraform's state. */
export const accounts: readonly AccountSettings[] = [];
