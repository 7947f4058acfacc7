/**
 * What a model's contract is made of. A contract imports this module and zod/mini alone, because both are part of the
 * function's package.
 */

export type { Model, Models } from "./models";
export { defineModels } from "./models";
export type { About, Contract, EndpointRequest, RequestLimits, Route, TextDialect } from "./runtime/contract";
export {
  requireOnePredictionPerRow,
  SERVERLESS_PAYLOAD_IN_BYTES,
  splitPredictions,
  UnreadablePredictions,
} from "./runtime/contract";
export { fault, quote } from "./runtime/faults";
export { createHandler } from "./runtime/handler";
export { isRecord, parseJson } from "./runtime/json";
export { readDecimal } from "./runtime/numbers";
