import type { Environment } from "sagemaker-stages";
import { dev } from "./dev";
import { prod } from "./prod";
import { staging } from "./staging";

/**
 * The environments that exist, in the order in which a change is deployed to them. Removing an environment from the list
 * does not destroy its resources: run `npx cdktf destroy <environment>` before.
 */
export const environments: readonly Environment[] = [dev, staging, prod];
