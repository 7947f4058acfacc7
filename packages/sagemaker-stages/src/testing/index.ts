/** The public module `sagemaker-stages/testing`: what an app's own tests use. */
export { findChromium } from "./chromium";
export {
  type ComputedAnswer,
  EndpointServer,
  type RecordedRequest,
  type ScriptedAnswer,
} from "./endpoint-server";
export { type ServedApp, type ServeSettings, serveApp } from "./serve-app";
