import type { AccountSettings } from "sagemaker-stages";

/** The accounts in which this app creates shared resources, e.g. a bucket for Terraform's states. */
export const accounts: readonly AccountSettings[] = [];
