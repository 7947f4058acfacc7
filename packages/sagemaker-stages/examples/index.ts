import type { Environment } from "sagemaker-stages";
import { asyncRequests } from "./async-requests";
import { callers } from "./callers";
import { capture } from "./capture";
import { chat } from "./chat";
import { customers } from "./customers";
import { domain } from "./domain";
import { endpointTargets } from "./endpoint-targets";
import { existingEndpoint } from "./existing-endpoint";
import { existingFunction } from "./existing-function";
import { existingVpc } from "./existing-vpc";
import { firewall } from "./firewall";
import { fiveModels } from "./five-models";
import { frameworkImages } from "./framework-images";
import { gateway } from "./gateway";
import { hubModels } from "./hub-models";
import { instances } from "./instances";
import { longWaits } from "./long-waits";
import { multiModel } from "./multi-model";
import { newVpc } from "./new-vpc";
import { objectives } from "./objectives";
import { operations } from "./operations";
import { ownCertificate } from "./own-certificate";
import { ownImage } from "./own-image";
import { prefix } from "./prefix";
import { provisionedConcurrency } from "./provisioned-concurrency";
import { registry } from "./registry";
import { releases } from "./releases";
import { series } from "./series";
import { signIn } from "./sign-in";
import { together } from "./together";
import { tokens } from "./tokens";

/** One environment for each way to serve a model. */
export const examples: readonly Environment[] = [
  asyncRequests,
  callers,
  capture,
  chat,
  customers,
  domain,
  endpointTargets,
  existingEndpoint,
  existingFunction,
  existingVpc,
  firewall,
  fiveModels,
  gateway,
  instances,
  longWaits,
  multiModel,
  newVpc,
  objectives,
  operations,
  ownCertificate,
  ownImage,
  provisionedConcurrency,
  frameworkImages,
  hubModels,
  prefix,
  registry,
  releases,
  series,
  signIn,
  together,
  tokens,
];
