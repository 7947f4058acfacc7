import type * as z from "zod/mini";
import { bytesOf, toBytes } from "../runtime/base64";
import {
  type About,
  ASYNC_PAYLOAD_IN_BYTES,
  type Bytes,
  type Contract,
  ENCODED_ASYNC_PAYLOAD_IN_BYTES,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "../runtime/contract";
import { isRecord } from "../runtime/json";
import { JSON_TYPE } from "../runtime/media-type";
import { acceptOf, answerWith, checkMaxBytes, EXAMPLE_USES, exampleFile } from "./bytes";
import { hasExampleFile, type MediaTypeWithExample } from "./example-files";
import { type AnySchema, checkJsonSchema, jsonReader, toZod } from "./json-schema";
import { bytesSchema, checkMediaTypes } from "./media-types";
import { COMMON_OPTIONS, type OptionReport } from "./option-report";
import { type ContractTexts, ReadyMade } from "./ready-made";
import {
  checkStreamOption,
  isWholeStream,
  type StreamOption,
  streamAnswer,
  withStream,
} from "./stream-option";
import { aboutOf, listOf, routeOf } from "./texts";

/** Options of {@link passThrough}: a model whose container receives and answers the caller's own format. */
export type PassThroughOptions = PassThroughSettings &
  (
    | {
        readonly takes: readonly MediaTypeWithExample[];
        /** A request, `{ contentType, base64 }`, and its answer. The default request is a file of the first media type. */
        readonly example: { readonly request?: Bytes; readonly answer: unknown };
      }
    | {
        /** A request and its answer. Bytes have the form `{ contentType, base64 }`. */
        readonly example: { readonly request: unknown; readonly answer: unknown };
      }
  );

/** The options with any example. {@link checkOptions} refuses an example without a required request. */
type CheckedOptions = PassThroughSettings & {
  readonly example: { readonly request?: unknown; readonly answer: unknown };
};

/** The options without the example. */
export interface PassThroughSettings extends ContractTexts {
  /** The accepted format: `application/json`, or media types of bytes, e.g. `["application/x-npy"]`. */
  readonly takes: "application/json" | readonly string[];
  /**
   * The format of the container's answer: `json`, or media types of bytes, e.g. `["application/x-npy"]`.
   *
   * @default "json"
   */
  readonly answers?: "json" | readonly string[];
  /**
   * The schema of a request in JSON: a JSON Schema, or a schema of zod/mini in `contract.ts`. The engine makes API
   * Gateway's request model from the schema.
   *
   * @default - any JSON
   */
  readonly schema?: AnySchema;
  /**
   * The maximum size of a body in bytes. A serverless endpoint accepts 4 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-invoke.html), an endpoint on instances 6 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). A function can receive
   * about 4.5 MB of bytes, because API Gateway encodes bytes in base64 and Lambda counts the size of the base64. With
   * `instances.async`, callers can upload files of up to 1 GiB, and up to 25 MiB of JSON.
   *
   * @default 4194304
   */
  readonly maxBytes?: number;
  /**
   * Set if the container answers in a stream. The caller receives the container's bytes as they arrive. Without `when`, the
   * example's answer is the text of a whole stream.
   *
   * @default - the container answers in one piece
   */
  readonly stream?: StreamOption;
}

/**
 * Creates a ready-made contract that changes neither request nor answer. A stage can serve such a model without a
 * function: `via: "gateway"` in the environment.
 *
 * @example
 * export const models = defineModels({
 *   raw: passThrough({
 *     takes: "application/json",
 *     schema: { type: "object", properties: { x: { type: "number" } }, required: ["x"] },
 *     example: { request: { x: 1 }, answer: { y: 2 } },
 *   }),
 * });
 * @example A container that streams if the request has stream: true
 * export const models = defineModels({
 *   story: passThrough({
 *     takes: "application/json",
 *     stream: { type: "text/event-stream", when: "stream" },
 *     example: { request: { inputs: "Once" }, answer: { generated_text: "Once upon a time" } },
 *   }),
 * });
 */
export function passThrough(options: PassThroughOptions): ReadyMade<unknown, unknown> {
  return new ReadyMade({
    file: options.stream === undefined ? "pass-through" : "pass-through-stream",
    options,
    check: (report) => checkOptions(options, report),
    createContract: (model) => {
      const contract = createContract(model, options);
      return options.stream === undefined ? contract : withStream(contract, options.stream);
    },
    describe: (model) => describe(model, options),
    answerExample: ({ answer }, sent) =>
      streamAnswer(answer, options.stream, sent) ?? answerWith(answer, options.answers),
  });
}

/** Creates the contract of {@link passThrough}. A generated handler contains only this part of the module. */
export function createContract(model: string, options: PassThroughSettings): Contract<unknown, unknown> {
  const { takes, answers = "json", schema = {}, maxBytes = SERVERLESS_PAYLOAD_IN_BYTES } = options;
  const isJson = takes === "application/json";
  const readJson = jsonReader();
  const requestSchema: z.ZodMiniType<unknown, unknown> = isJson ? toZod(schema) : bytesSchema(takes);
  return {
    model,
    route: routeOf(model, options),
    schema: requestSchema,
    limits: { rows: 1, payloadInBytes: maxBytes },
    ...(isJson ? {} : { bytes: { takes, read: (bytes: Bytes) => bytes } }),
    ...(answers === "json" ? {} : { answerTypes: answers }),
    passThrough: {
      ...(isJson ? { contentType: takes } : {}),
      accept: answers === "json" ? "application/json" : (answers[0] ?? "*/*"),
    },

    encode(request, caller) {
      const accept = acceptOf(answers, caller.accept);
      if (isJson) return { contentType: takes, accept, body: JSON.stringify(request), rows: 1 };
      const file = request as Bytes;
      return { contentType: file.contentType, accept, body: bytesOf(file), rows: 1 };
    },

    decode(body, _request, reply) {
      if (answers === "json") return readJson(body);
      if (!answers.includes(reply.contentType)) {
        throw new UnreadablePredictions(`the type of the answer is not ${answers.join(" or ")}`);
      }
      return toBytes(reply);
    },
  };
}

/** The options that only this contract has. */
const OPTIONS = ["takes", "answers", "schema", "maxBytes", "stream"];

function checkOptions(options: CheckedOptions, report: OptionReport): void {
  const { takes, answers, schema, maxBytes, stream, example } = options;
  report.requireKnown(options, [...OPTIONS, ...COMMON_OPTIONS]);
  const listsJson = Array.isArray(takes) && takes.includes(JSON_TYPE);
  report.require(
    !listsJson,
    "takes",
    takes,
    '"application/json" without a list, or a list of media types of bytes',
    "a route that takes JSON and bytes needs a contract.ts that makes one request of both: docs/contracts.md, JSON and CSV on one route",
  );
  if (takes !== JSON_TYPE && !listsJson) checkMediaTypes(takes, "takes", report);
  if (answers !== undefined && answers !== "json") checkMediaTypes(answers, "answers", report);
  const isOfJson = schema === undefined || takes === "application/json";
  report.require(isOfJson, "schema", schema, "takes: application/json", "bytes have no schema");
  checkJsonSchema(schema, "schema", report);
  const limit = takes === "application/json" ? ENCODED_ASYNC_PAYLOAD_IN_BYTES : ASYNC_PAYLOAD_IN_BYTES;
  checkMaxBytes(maxBytes, report, limit);
  checkStreamOption(stream, takes === "application/json", example, report);
  report.require(
    !isWholeStream(options) || answers === undefined,
    "answers",
    answers,
    "no answers, or stream.when",
    "every answer is a stream of the type stream.type",
  );
  const needsRequest = takes === "application/json" || !hasExampleFile(takes?.[0] ?? "");
  const isExample = isRecord(example) && "answer" in example && ("request" in example || !needsRequest);
  const members = needsRequest ? "request and answer" : "answer";
  report.require(isExample, "example", example, `an object with ${members}`, EXAMPLE_USES);
}

/** Creates the description of {@link passThrough}. A generated handler does not contain this part of the module. */
export function describe(model: string, options: CheckedOptions): About<unknown, unknown> {
  const { takes, answers = "json", maxBytes = SERVERLESS_PAYLOAD_IN_BYTES, example } = options;
  const taken = takes === "application/json" ? "JSON" : `a file (${listOf(takes, "or")})`;
  const whole = answers === "json" ? "JSON" : listOf(answers, "or");
  const answered = isWholeStream(options) ? `answer as it arrives (${options.stream.type})` : whole;
  return aboutOf(model, options, {
    description: `Passes ${taken} to the model, and returns the model's ${answered}.`,
    allowed: takes === "application/json" ? "a JSON document" : `a file as ${listOf(takes, "or")}`,
    example: { request: exampleRequest(options), answer: example.answer },
    ...(takes === "application/json" ? {} : { maxBytes }),
  });
}

function exampleRequest({ takes, example }: CheckedOptions): unknown {
  if (takes === "application/json" || "request" in example) return example.request;
  return exampleFile(takes);
}
