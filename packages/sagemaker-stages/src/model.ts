/**
 * The public interface of the engine for `functions/`: contracts and the catalog of models. A contract imports only this
 * module and zod/mini, because the function's package contains every module that the contract imports.
 */

export { type BytesOptions, bytes } from "./contracts/bytes";
export { type HuggingFaceOptions, huggingFace } from "./contracts/hugging-face";
export type { TaskName } from "./contracts/hugging-face-tasks";
export type { AnySchema, JsonSchema } from "./contracts/json-schema";
export {
  type ChatMessage,
  type ChatRequest,
  type OpenAiChatOptions,
  openAiChat,
} from "./contracts/openai-chat";
export { type PassThroughOptions, passThrough } from "./contracts/pass-through";
export type { ReadyMade } from "./contracts/ready-made";
export { rows } from "./contracts/rows";
export type {
  AnswerColumn,
  AnswerNames,
  Cell,
  ChoiceFeature,
  CommonFeature,
  DateFeature,
  Feature,
  LabelScore,
  NumberFeature,
  Prediction,
  RowsAnswer,
  RowsOptions,
  RowsRequest,
  TextFeature,
} from "./contracts/rows/options";
export type { StreamOption } from "./contracts/stream-option";
export { type TextOptions, type TextRequest, text } from "./contracts/text";
export type { ContractModel, Model, ModelDefinition, Models } from "./models";
export { defineModels, type PythonModel, type PythonRoute, python } from "./models";
export { bytesOf, isBase64, toBytes } from "./runtime/base64";
export type {
  About,
  Bytes,
  BytesDialect,
  CallerResponse,
  CallerValues,
  ContainerProblem,
  ContainerRefusal,
  Contract,
  EndpointHeaders,
  EndpointReply,
  EndpointRequest,
  KeyHeader,
  PassThrough,
  RequestLimits,
  Route,
  StreamConverter,
  StreamDialect,
  TextDialect,
} from "./runtime/contract";
export {
  ASYNC_PAYLOAD_IN_BYTES,
  CallerAnswer,
  ENCODED_ASYNC_PAYLOAD_IN_BYTES,
  INSTANCES_PAYLOAD_IN_BYTES,
  requireOnePredictionPerRow,
  respond,
  SERVERLESS_PAYLOAD_IN_BYTES,
  splitPredictions,
  UnreadablePredictions,
} from "./runtime/contract";
export type { LambdaContext } from "./runtime/event";
export { fault, quote } from "./runtime/faults";
export { createHandler, type Handler } from "./runtime/handler";
export { isRecord, parseJson } from "./runtime/json";
export { mediaTypeOf } from "./runtime/media-type";
export { readDecimal } from "./runtime/numbers";
export { createAbortableHandler } from "./runtime/stream/own-handler";
