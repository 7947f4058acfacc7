import type { Environment } from "sagemaker-stages";
import { dev } from "./dev";

/**
 * The environments of this app. The workflows deploy a change to the environments in this order. Before you remove an
 * environment from the list, run `npx cdktf destroy <environment>`: the removal does not destroy the resources.
 */
export const environments: readonly Environment[] = [dev];
