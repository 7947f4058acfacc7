/**
 * Tests of an app on `sagemaker-stages`, for the app's `__tests__/`. Needs neither network nor credentials. The process
 * runs in the app's folder.
 */

export { findChromium } from "./chromium";
export { findContractFaults } from "./contracts/find-contract-faults";
export {
  type ComputedAnswer,
  EndpointServer,
  type RecordedRequest,
  type ScriptedAnswer,
} from "./endpoint-server";
export { type RestEvent, restEvent } from "./events";
export { type HandlerAnswer, invokeHandler } from "./handler";
export type { Account } from "./least-privilege/account";
export type { Fault, Finding } from "./least-privilege/finding";
export type { PrincipalRules, Sources } from "./least-privilege/principals/principal";
export {
  type LeastPrivilegeCounts,
  type LeastPrivilegeFinding,
  type LeastPrivilegeOptions,
  type LeastPrivilegeResult,
  proveLeastPrivilege,
} from "./least-privilege/prove-app";
export { type AccessRequest, type Exactly, only, type Requester, type Use } from "./least-privilege/request";
export type { ResolvedStack, Resource } from "./least-privilege/resolved-stack";
export type { RecordEntry } from "./record";
export { answersOf, samplesOfApp } from "./sample-endpoint";
export { type ServedApp, type ServeSettings, serveApp } from "./serve-app";
export { plainText, recordTerraform } from "./stack-text";
export { findSynthesisDifferences, synthesize, type TestedApp } from "./synthesize";
export {
  type Json,
  type JsonObject,
  StackJson,
  SynthesizedStacks,
  type TerraformResource,
} from "./terraform";
