import type { Environment } from "sagemaker-stages";
import type { ModelName } from "../functions";
import { dev } from "./dev";
import { prod } from "./prod";

/** The environments of this app. */
export const environments: readonly Environment<ModelName>[] = [dev, prod];
