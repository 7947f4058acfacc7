import type { AccountSettings } from "sagemaker-stages";

/** The accounts whose resources this app creates once for all environments, e.g. a bucket for Terraform's states. */
export const accounts: readonly AccountSettings[] = [];
