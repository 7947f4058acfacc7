import { dev } from "./dev";
import type { Environment } from "../packages/sagemaker-stages/src/environment/environment";
import { prod } from "./prod";
import { staging } from "./staging";

/** The environments that exist, in the order in which a change passes through them. */
export const environments: readonly Environment[] = [dev, staging, prod];
