import * as z from "zod/mini";
import { bytesOf } from "../runtime/base64";
import {
  type About,
  type Bytes,
  type Contract,
  requireOnePredictionPerRow,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "../runtime/contract";
import { describeFaults, fault } from "../runtime/faults";
import { isRecord, parseJson } from "../runtime/json";
import { checkMaxBytes, exampleFile } from "./bytes";
import { hasExampleFile } from "./example-files";
import { type Task, type TaskName, taskOf } from "./hugging-face-tasks";
import { EXAMPLE_TEXT, TASK_TEXTS } from "./hugging-face-texts";
import { bytesSchema, checkMediaTypes } from "./media-types";
import { COMMON_OPTIONS, type OptionReport } from "./option-report";
import { type ContractTexts, ReadyMade, type StandInAnswer } from "./ready-made";
import { aboutOf, listOf, routeOf } from "./texts";

/** Options of {@link huggingFace}. */
export interface HuggingFaceOptions extends ContractTexts {
  /**
   * The maximum number of characters in a text.
   *
   * @default 10000
   */
  readonly maxCharacters?: number;
  /**
   * The maximum number of texts in one request of the task `feature-extraction`. With more than one, `inputs` is a text or a list
   * of texts, and the answer to a list has the vectors of each text. Other tasks take one text: their containers read a list in
   * different ways, e.g. as a pair of texts. A container can have its own limit, e.g. `MAX_CLIENT_BATCH_SIZE` of Text Embeddings
   * Inference, 32 by default (https://huggingface.co/docs/text-embeddings-inference/cli_arguments).
   *
   * @default 1
   */
  readonly maxInputs?: number;
  /**
   * The maximum number of tokens that a caller can request.
   *
   * @default 512
   */
  readonly maxNewTokens?: number;
  /**
   * Default values of the task's parameters, e.g. `{ top_k: 5 }`. A caller can override each value.
   *
   * @default - none
   */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /**
   * The accepted media types of images or recordings. The toolkit must be able to decode each type
   * (https://github.com/aws/sagemaker-huggingface-inference-toolkit/blob/main/src/sagemaker_huggingface_inference_toolkit/content_types.py).
   *
   * @default - `image/jpeg` and `image/png`, or `audio/wave`, `audio/x-flac` and `audio/mpeg`
   */
  readonly takes?: readonly string[];
  /**
   * The maximum size of an image or a recording in bytes.
   *
   * @default 4194304
   */
  readonly maxBytes?: number;
  /**
   * A request and its answer.
   *
   * @default - a request of the task, with an answer that shows the form
   */
  readonly example?: { readonly request: unknown; readonly answer: unknown };
}

/** The options together with the task, for a generated handler. */
interface TaskOptions extends HuggingFaceOptions {
  readonly task: TaskName;
}

/**
 * Creates a ready-made contract for a task of Hugging Face's containers. A caller sends the container's own `inputs` and
 * `parameters`, or an image or a recording. The contract checks the form of the container's answer. If
 * versions of the containers answer in two forms, callers receive one form.
 *
 * Streams, chat completions and other tasks need a contract in `functions/<model>/contract.ts`.
 *
 * @example
 * export const models = defineModels({
 *   topics: huggingFace("text-classification", { parameters: { top_k: 3 } }),
 * });
 * // request  {"inputs": "I like it."}
 * // answer   [{"label": "POSITIVE", "score": 0.9998}]
 */
export function huggingFace(task: TaskName, options: HuggingFaceOptions = {}): ReadyMade<unknown, unknown> {
  const all = { ...options, task };
  return new ReadyMade({
    file: "hugging-face",
    options: all,
    check: (report) => checkOptions(all, report),
    createContract: (model) => createContract(model, all),
    describe: (model) => describe(model, all),
    answerExample,
  });
}

/** Repeats the answer of the example, one for each text that was sent. */
function answerExample({ request, answer }: About<unknown, unknown>["example"], sent: string): StandInAnswer {
  const count = countInputs(parseJson(sent));
  const answers = countInputs(request) !== undefined && Array.isArray(answer) ? answer : [answer];
  const document =
    count === undefined
      ? answers[0]
      : Array.from({ length: count }, (_, index) => answers[index % answers.length]);
  return { contentType: "application/json", body: JSON.stringify(document) };
}

const DEFAULT_MAX_CHARACTERS = 10_000;
const DEFAULT_MAX_NEW_TOKENS = 512;
const MAX_BYTES_OF_CHARACTER = 4;

const DEFAULT_TYPES = {
  image: ["image/jpeg", "image/png"],
  audio: ["audio/wave", "audio/x-flac", "audio/mpeg"],
};

/** Creates the contract of {@link huggingFace}. A generated handler contains only this part of the module. */
export function createContract(model: string, options: TaskOptions): Contract<unknown, unknown> {
  const { maxInputs = 1 } = options;
  const { read, inputs } = taskIn(options);
  const isFile = inputs === "image" || inputs === "audio";
  const takes = options.takes ?? (isFile ? DEFAULT_TYPES[inputs] : []);
  const schema: z.ZodMiniType<unknown, unknown> = isFile ? bytesSchema(takes) : textSchema(options);
  return {
    model,
    route: routeOf(model, options),
    schema,
    limits: {
      rows: maxInputs,
      ...(maxInputs > 1 ? { rowsIn: "inputs" } : {}),
      payloadInBytes: options.maxBytes ?? SERVERLESS_PAYLOAD_IN_BYTES,
    },
    ...(isFile ? { bytes: { takes, read: (bytes: Bytes) => bytes } } : {}),

    encode(request) {
      const sent = isFile ? encodeFile(request as Bytes) : encodeJson(request as TaskRequest, options);
      return { ...sent, accept: "application/json", rows: countInputs(request) ?? 1 };
    },

    decode(body, request) {
      const document = parseJson(body);
      const count = countInputs(request);
      const answer = count === undefined ? read(document) : readEach(document, count, read);
      if (answer !== undefined) return answer;
      throw new UnreadablePredictions(`the answer is not an answer of the task ${options.task}`);
    },
  };
}

/** The number of texts in a list; `undefined` for one text, a question or a file. */
function countInputs(request: unknown): number | undefined {
  return isRecord(request) && Array.isArray(request.inputs) ? request.inputs.length : undefined;
}

/** Reads the vectors of each text. */
function readEach(document: unknown, count: number, read: Task["read"]): unknown[] | undefined {
  if (!Array.isArray(document)) return undefined;
  requireOnePredictionPerRow(document.length, count);
  return document.every((vectors: unknown) => read(vectors) !== undefined) ? document : undefined;
}

function taskIn({ task, maxNewTokens = DEFAULT_MAX_NEW_TOKENS }: TaskOptions) {
  return taskOf(task, maxNewTokens);
}

interface TaskRequest {
  readonly inputs: unknown;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

function textSchema(options: TaskOptions): z.ZodMiniType<unknown, unknown> {
  const { maxCharacters = DEFAULT_MAX_CHARACTERS, maxInputs = 1 } = options;
  const { inputs, required = [] } = taskIn(options);
  const text = z.string().check(z.maxLength(maxCharacters), (payload) => {
    if (payload.value.trim() !== "") return;
    payload.issues.push(fault(payload.value, { got: "an empty text", allowed: "a text" }));
  });
  const parameters = parametersSchema(options);
  const texts = z.array(text).check(z.minLength(1, "at least one text"));
  const oneOrMore = maxInputs > 1 ? z.union([text, texts]) : text;
  return z.strictObject({
    inputs: inputs === "question" ? z.strictObject({ question: text, context: text }) : oneOrMore,
    parameters: required.length === 0 ? z.optional(parameters) : parameters,
  });
}

function parametersSchema(options: TaskOptions): z.ZodMiniType<unknown, unknown> {
  const { parameters, required = [] } = taskIn(options);
  return z.strictObject(
    Object.fromEntries(
      Object.entries(parameters).map(([name, parameter]) => [
        name,
        required.includes(name) ? parameter : z.optional(parameter),
      ]),
    ),
  );
}

function encodeFile(file: Bytes) {
  return { contentType: file.contentType, body: bytesOf(file) };
}

function encodeJson({ inputs, parameters }: TaskRequest, options: TaskOptions) {
  const all = { ...options.parameters, ...parameters };
  const document = Object.keys(all).length === 0 ? { inputs } : { inputs, parameters: all };
  return { contentType: "application/json", body: JSON.stringify(document) };
}

const MAX_INPUTS = 1_000;

/** The options that only this contract has. */
const OPTIONS = ["task", "maxCharacters", "maxInputs", "maxNewTokens", "parameters", "takes", "maxBytes"];

/** The options that only tasks for texts have, and the options that only tasks for files have. */
const OPTIONS_OF_TEXTS = ["maxCharacters", "maxInputs", "maxNewTokens", "parameters"] as const;
const OPTIONS_OF_FILES = ["takes", "maxBytes"] as const;

const DECODED_TYPES = {
  image: ["image/jpeg", "image/png", "image/tiff", "image/bmp", "image/gif", "image/webp"],
  audio: ["audio/x-flac", "audio/mpeg", "audio/wave", "audio/ogg", "audio/x-audio"],
};

const TOOLKIT =
  "https://github.com/aws/sagemaker-huggingface-inference-toolkit/tree/main/src/sagemaker_huggingface_inference_toolkit";

function checkOptions(options: TaskOptions, report: OptionReport): void {
  const { task, maxCharacters, maxInputs, maxNewTokens, takes, maxBytes, example } = options;
  const known = Object.keys(TASK_TEXTS);
  const isKnown = report.requireOneOf(task, "task", known, "the contract supports these tasks");
  if (!isKnown) return;
  report.requireKnown(options, [...OPTIONS, ...COMMON_OPTIONS]);
  const { inputs } = taskIn({ task });
  const isFile = inputs === "image" || inputs === "audio";
  for (const name of isFile ? OPTIONS_OF_TEXTS : OPTIONS_OF_FILES) {
    const value = options[name];
    report.require(
      value === undefined,
      name,
      value,
      `no ${name}`,
      `the task takes ${isFile ? "a file" : "a text"}`,
    );
  }
  const max = SERVERLESS_PAYLOAD_IN_BYTES / (2 * MAX_BYTES_OF_CHARACTER);
  report.requireCount(maxCharacters, "maxCharacters", max, "two texts must fit into 4 MiB");
  report.requireCount(maxInputs, "maxInputs", MAX_INPUTS, "more texts belong into several requests");
  report.require(
    maxInputs === undefined || maxInputs === 1 || task === "feature-extraction",
    "maxInputs",
    maxInputs,
    "1",
    "only containers for feature-extraction answer a list of texts in one form: a text classifier of Text Embeddings Inference reads two texts as a pair",
  );
  report.requireCount(
    maxNewTokens,
    "maxNewTokens",
    100_000,
    "more tokens than an endpoint generates in 60 seconds",
  );
  checkMaxBytes(maxBytes, report);
  if (isFile && takes !== undefined) {
    checkMediaTypes(takes, "takes", report);
    for (const [index, type] of takes.entries()) {
      report.requireOneOfIfSet(type, `takes[${index}]`, DECODED_TYPES[inputs], TOOLKIT);
    }
    const hasExample = example !== undefined || hasExampleFile(takes[0] ?? "");
    report.require(
      hasExample,
      "example",
      example,
      "a request and its answer",
      `the engine has no example file of the type ${takes[0]}`,
    );
  }
  checkParameters(options, report);
  const isExample =
    example === undefined || (isRecord(example) && "request" in example && "answer" in example);
  report.require(isExample, "example", example, "an object with request and answer", "an example has both");
}

function checkParameters(options: TaskOptions, report: OptionReport): void {
  const { parameters } = options;
  if (parameters === undefined) return;
  const { required = [] } = taskIn(options);
  const parsed = parametersSchema(options).safeParse({
    ...TASK_TEXTS[options.task].parameters,
    ...parameters,
  });
  const got = parsed.success ? "" : describeFaults(parsed.error.issues, parameters);
  report.require(parsed.success, "parameters", got, `the parameters of ${options.task}`, TOOLKIT);
  for (const name of required) {
    const value = parameters[name];
    report.require(
      value === undefined,
      `parameters.${name}`,
      value,
      `no ${name}`,
      "each caller sets this parameter",
    );
  }
}

/** Creates the description of {@link huggingFace}. A generated handler does not contain this part of the module. */
export function describe(model: string, options: TaskOptions): About<unknown, unknown> {
  const texts = TASK_TEXTS[options.task];
  const { inputs, parameters } = taskIn(options);
  const isFile = inputs === "image" || inputs === "audio";
  const takes = options.takes ?? (isFile ? DEFAULT_TYPES[inputs] : []);
  const text = (options.maxInputs ?? 1) > 1 ? '"<text>" or ["<text>", …]' : '"<text>"';
  const written = inputs === "question" ? '{"question": "<text>", "context": "<text>"}' : text;
  const names = Object.keys(parameters);
  const optional =
    names.length === 0 ? "" : `, "parameters": {${names.map((name) => `"${name}": …`).join(", ")}}`;
  return aboutOf(model, options, {
    description: texts.description,
    allowed: isFile
      ? `a file as ${listOf(takes, "or")}, or {"contentType": "${takes[0]}", "base64": "<the file in base64>"}`
      : `{"inputs": ${written}${optional}}`,
    example: options.example ?? {
      request: isFile ? exampleFile(takes) : exampleText(options),
      answer: texts.answer,
    },
    ...(isFile ? { maxBytes: options.maxBytes ?? SERVERLESS_PAYLOAD_IN_BYTES } : {}),
  });
}

function exampleText({ task, maxCharacters = DEFAULT_MAX_CHARACTERS }: TaskOptions): TaskRequest {
  const { inputs = EXAMPLE_TEXT, parameters } = TASK_TEXTS[task];
  const written = typeof inputs === "string" ? inputs.slice(0, maxCharacters) : inputs;
  return parameters === undefined ? { inputs: written } : { inputs: written, parameters };
}
