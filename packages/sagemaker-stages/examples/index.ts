import type { Environment } from "sagemaker-stages";
import { callers } from "./callers";
import { existingEndpoint } from "./existing-endpoint";
import { existingFunction } from "./existing-function";
import { existingVpc } from "./existing-vpc";
import { instances } from "./instances";
import { newVpc } from "./new-vpc";
import { ownImage } from "./own-image";
import { provisionedConcurrency } from "./provisioned-concurrency";

/** One environment for each way to serve a model. */
export const examples: readonly Environment[] = [
  callers,
  existingEndpoint,
  existingFunction,
  existingVpc,
  instances,
  newVpc,
  ownImage,
  provisionedConcurrency,
];
