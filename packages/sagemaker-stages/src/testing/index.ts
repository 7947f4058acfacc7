/**
 * The testing API for the tests of an app, `__tests__/`. The tests need neither network nor credentials, and run in the app's
 * folder.
 */

export { bareAnswer, NO_CALLER, replyOf } from "../runtime/outside-handler";
export { assessProblem, assessResponse, type ExpectedResponse } from "./assess-response";
export { type CapturedLog, captureLog } from "./captured-log";
export { findChromium } from "./chromium";
export { findContractFaults } from "./contracts/find-contract-faults";
export {
  type ComputedAnswer,
  EndpointServer,
  modelError,
  type RecordedRequest,
  type ScriptedAnswer,
} from "./endpoint-server";
export {
  functionUrlEvent,
  type HttpRequest,
  LAMBDA_REQUEST_ID,
  lambdaContext,
  REQUEST_ID,
  type RestEvent,
  restEvent,
  restHttpEvent,
} from "./events";
export { type HandlerAnswer, handlerEnvironment, invokeHandler, readAnswer } from "./handler";
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
export type { Answers } from "./least-privilege/recorder";
export {
  type AccessRequest,
  type AllowedRequest,
  type Exactly,
  only,
  type Principal,
} from "./least-privilege/request";
export type { ResolvedStack, Resource } from "./least-privilege/resolved-stack";
export { type JestExpect, matchRecord } from "./match-record";
export { invokePackage } from "./package-process";
export {
  invokePython,
  type PythonInvocation,
  type PythonInvocations,
  PythonMissing,
  type PythonResult,
} from "./python/invoke-python";
export type { RecordEntry } from "./record";
export { RECORDED_LAMBDA, type RecordedAnswer, RecordedResponseStream } from "./response-stream";
export { answersOf, invokeSample, type SampleAnswer, samplesOfApp } from "./sample-endpoint";
export { type ServedApp, type ServeSettings, serveApp } from "./serve-app";
export { recordTerraform } from "./stack-text";
export { findSynthesisDifferences, synthesize, type TestedApp } from "./synthesize";
export {
  type Json,
  type JsonObject,
  StackJson,
  SynthesizedStacks,
  type TerraformResource,
} from "./terraform";
export { createTestHandler, LOG_ERROR_MESSAGES, UNREADABLE_ANSWER } from "./test-handler";
