import * as z from "zod/mini";
import {
  type About,
  type Contract,
  INSTANCES_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "../runtime/contract";
import { isRecord, parseJson } from "../runtime/json";
import { checkMaxBytes } from "./bytes";
import { chatEvents, DONE } from "./chat-events";
import { chatProblem } from "./chat-refusals";
import { COMMON_OPTIONS, type OptionReport } from "./option-report";
import { type ContractTexts, ReadyMade } from "./ready-made";
import { aboutOf } from "./texts";

/** Options of {@link openAiChat}. */
export interface OpenAiChatOptions extends Omit<ContractTexts, "path"> {
  /**
   * Path of the route. It ends with `/chat/completions`, because the clients of OpenAI's API add this ending to the address
   * that they get. Several models of a stage have several paths, e.g. `/llama/v1/chat/completions`.
   *
   * @default "/v1/chat/completions"
   */
  readonly path?: `/${string}`;
  /**
   * The value of `model` in each request to the container, e.g. `lmi` or `tgi`. A container with one model ignores the value, or
   * refuses every other name, so that a caller does not have to know it.
   *
   * @default - the caller's value
   */
  readonly containerModel?: string;
  /**
   * The maximum number of tokens that a caller can request, in `max_tokens` and `max_completion_tokens`. The contract does not
   * limit a request without both: the container has its own default.
   *
   * @default - the container's limit
   */
  readonly maxTokens?: number;
  /**
   * The maximum size of a request in bytes. An endpoint on instances accepts 6 MiB
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
   *
   * @default 6291456
   */
  readonly maxBytes?: number;
  /**
   * A request and its answer, without `stream`.
   *
   * @default - a question, with an answer that shows the form
   */
  readonly example?: { readonly request: unknown; readonly answer: unknown };
}

/**
 * Creates a ready-made contract for the chat completions of OpenAI's API. The clients of this API call the route: their
 * base URL is the stage with the path before `/chat/completions`, and their API key is the key of a customer. With
 * `stream: true`, the caller receives the container's server-sent events as they arrive.
 *
 * The container receives the caller's body on `/invocations`. These containers accept it:
 * - LMI, with `containerModel: "lmi"`. LMI streams lines of JSON, which the contract converts to server-sent events
 *   (https://docs.djl.ai/docs/serving/serving/docs/lmi/user_guides/chat_input_output_schema.html)
 * - TGI; older versions need `MESSAGES_API_ENABLED: "true"` (https://huggingface.co/blog/tgi-messages-api)
 * - vLLM, whose server has the route `/invocations`
 *   (https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/sagemaker/api_router.py)
 *
 * The endpoint must run on instances, or must already exist.
 *
 * @example
 * export const models = defineModels({
 *   llama: openAiChat({ maxTokens: 1024 }),
 * });
 */
export function openAiChat(options: OpenAiChatOptions = {}): ReadyMade<ChatRequest, unknown> {
  return new ReadyMade<ChatRequest, unknown>({
    file: "openai-chat",
    options,
    check: (report) => checkOptions(options, report),
    createContract: (model) => createContract(model, options),
    describe: (model) => describe(model, options),
    answerExample: ({ answer }, sent) =>
      wantsStream(parseJson(sent))
        ? { contentType: "text/event-stream", body: toChunks(answer) }
        : { contentType: "application/json", body: JSON.stringify(answer) },
  });
}

/** A whole answer as the server-sent events of a streamed answer: one chunk for the text of each choice. */
function toChunks(answer: unknown): string {
  const { choices = [], usage: _, ...completion } = isRecord(answer) ? answer : {};
  const chunks = Array.isArray(choices) ? choices.filter(isRecord) : [];
  const chunk = {
    ...completion,
    object: "chat.completion.chunk",
    choices: chunks.map(({ message, ...choice }) => ({ ...choice, delta: message })),
  };
  return `data: ${JSON.stringify(chunk)}\n\n${DONE}`;
}

/** The default of the option `path`. */
export const DEFAULT_PATH = "/v1/chat/completions";

/** The clients add this ending (https://github.com/openai/openai-node/blob/master/src/resources/chat/completions/completions.ts). */
const PATH_ENDING = "/chat/completions";

/** A request in the form of OpenAI's API. The contract passes the fields that it does not know. */
export interface ChatRequest {
  readonly model?: string | undefined;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean | null | undefined;
  readonly max_tokens?: number | null | undefined;
  readonly max_completion_tokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly [field: string]: unknown;
}

/** A message. `content` is a text, or a list of parts, or missing in a message that only calls tools. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly unknown[] | null | undefined;
  readonly [field: string]: unknown;
}

/** Creates the contract of {@link openAiChat}. A generated handler contains only this part of the module. */
export function createContract(model: string, options: OpenAiChatOptions): Contract<ChatRequest, unknown> {
  const { path = DEFAULT_PATH, containerModel, maxBytes = INSTANCES_PAYLOAD_IN_BYTES } = options;
  return {
    model,
    route: { method: "POST", path },
    schema: requestSchema(options),
    limits: { rows: 1, payloadInBytes: maxBytes },
    keyHeader: "authorization",
    stream: {
      answerType: "text/event-stream",
      wants: ({ stream }) => stream === true,
      convert: chatEvents,
    },

    encode(request) {
      const sent = containerModel === undefined ? request : { ...request, model: containerModel };
      return {
        contentType: "application/json",
        accept: request.stream === true ? "text/event-stream" : "application/json",
        body: JSON.stringify(sent),
        rows: 1,
      };
    },

    decode(body) {
      const answer = parseJson(body);
      if (isRecord(answer) && Array.isArray(answer.choices)) return answer;
      throw new UnreadablePredictions("the answer is not a chat completion");
    },

    problemMembers: ({ status, detail, code }) => ({ error: toError(status, detail, code) }),
    containerProblem: (refusal) => chatProblem(refusal, containerModel !== undefined),
  };
}

/** The types of errors by status, as OpenAI's API names them. Clients derive the class of an error from the status. */
const ERROR_TYPES: Readonly<Partial<Record<number, string>>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

/**
 * An error in the form of OpenAI's API. The clients show `message`
 * (https://github.com/openai/openai-node/blob/master/src/core/error.ts).
 */
function toError(status: number, message: string, code?: string) {
  const type = ERROR_TYPES[status] ?? (status < 500 ? "invalid_request_error" : "server_error");
  return { message, type, param: null, code: code ?? null };
}

/**
 * The documented fields that the contract reads (https://platform.openai.com/docs/api-reference/chat/create). The container
 * checks every other field.
 */
function requestSchema({ maxTokens }: OpenAiChatOptions): z.ZodMiniType<ChatRequest, ChatRequest> {
  const tokens = z.int().check(z.gte(1), ...(maxTokens === undefined ? [] : [z.lte(maxTokens)]));
  return z.looseObject({
    model: z.optional(z.string()),
    messages: z.array(message()).check(z.minLength(1)),
    // Some clients send null for the fields that they do not set.
    stream: z.optional(z.union([z.boolean(), z.null()])),
    max_tokens: z.optional(z.union([tokens, z.null()])),
    max_completion_tokens: z.optional(z.union([tokens, z.null()])),
    // The upper limit depends on the container.
    temperature: z.optional(z.union([z.number().check(z.gte(0)), z.null()])),
  });
}

function message(): z.ZodMiniType<ChatMessage, ChatMessage> {
  const part = z.custom<unknown>((value) => value !== undefined, "any JSON value");
  return z.looseObject({
    role: z.string().check(z.minLength(1)),
    content: z.optional(z.union([z.string(), z.array(part), z.null()])),
  });
}

/** The options that only this contract has. */
const OPTIONS = ["containerModel", "maxTokens", "maxBytes"];

function checkOptions(options: OpenAiChatOptions, report: OptionReport): void {
  const { path, containerModel, maxTokens, maxBytes, example } = options;
  report.requireKnown(options, [...OPTIONS, ...COMMON_OPTIONS]);
  report.require(
    path === undefined || (typeof path === "string" && path.endsWith(PATH_ENDING)),
    "path",
    path,
    `a path that ends with ${PATH_ENDING}`,
    "the clients of OpenAI's API add this ending to their base URL",
  );
  report.require(
    containerModel === undefined || (typeof containerModel === "string" && containerModel !== ""),
    "containerModel",
    containerModel,
    "a name that is not empty",
    "the container receives the name as model",
  );
  report.requireCount(maxTokens, "maxTokens", MAX_TOKENS, "no container generates more tokens in one answer");
  checkMaxBytes(maxBytes, report);
  const isExample =
    example === undefined ||
    (isRecord(example) && isRecord(example.request) && "answer" in example && !wantsStream(example.request));
  report.require(
    isExample,
    "example",
    example,
    "an object with request and answer, and no stream: true in the request",
    "the example's answer is one document",
  );
}

const MAX_TOKENS = 1_000_000;

function wantsStream(request: unknown): boolean {
  return isRecord(request) && request.stream === true;
}

/** Creates the description of {@link openAiChat}. A generated handler does not contain this part of the module. */
export function describe(model: string, options: OpenAiChatOptions): About<ChatRequest, unknown> {
  const { example } = options;
  return aboutOf<ChatRequest, unknown>(model, options, {
    description:
      "Answers a conversation: the chat completions of OpenAI's API. With stream: true, the answer arrives as server-sent events.",
    allowed: '{"messages": [{"role": "user", "content": "<text>"}], "stream": true or false, …}',
    example:
      example === undefined
        ? exampleOf(model)
        : { request: example.request as ChatRequest, answer: example.answer },
  });
}

function exampleOf(model: string): About<ChatRequest, unknown>["example"] {
  return {
    request: { model, messages: [{ role: "user", content: "How are you?" }], max_tokens: 16 },
    answer: {
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1_790_000_000,
      model,
      choices: [{ index: 0, message: { role: "assistant", content: "I am fine." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 4, completion_tokens: 4, total_tokens: 8 },
    },
  };
}
