import type { Environment } from "sagemaker-stages";
import { dev } from "./dev";

/** The environments that exist, in the order in which a change passes through them. */
export const environments: readonly Environment[] = [dev];
