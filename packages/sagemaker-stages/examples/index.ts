import type { Environment } from "sagemaker-stages";
import { callers } from "./callers";
import { endpointTargets } from "./endpoint-targets";
import { existingEndpoint } from "./existing-endpoint";
import { existingFunction } from "./existing-function";
import { existingVpc } from "./existing-vpc";
import { fiveModels } from "./five-models";
import { frameworkImages } from "./framework-images";
import { gateway } from "./gateway";
import { hubModels } from "./hub-models";
import { instances } from "./instances";
import { newVpc } from "./new-vpc";
import { ownImage } from "./own-image";
import { prefix } from "./prefix";
import { provisionedConcurrency } from "./provisioned-concurrency";
import { registry } from "./registry";
import { series } from "./series";

/** One environment for each way to serve a model. */
export const examples: readonly Environment[] = [
  callers,
  endpointTargets,
  existingEndpoint,
  existingFunction,
  existingVpc,
  fiveModels,
  gateway,
  instances,
  newVpc,
  ownImage,
  provisionedConcurrency,
  frameworkImages,
  hubModels,
  prefix,
  registry,
  series,
];
