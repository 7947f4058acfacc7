import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { isRecord, parseJson } from "sagemaker-stages/model";
import { type ContainerRequest, sampleContainer, UnreadableRequest } from "sagemaker-stages/sample";
import { isPunctuation, textOf, tokensOf } from "../tokens";
import { LanguageModel, type Sampling, type Weights } from "./language-model";
import weights from "./weights.json";

/** The pace of a stream: about as fast as a small language model on one GPU. */
const TOKEN_INTERVAL_IN_MS = 30;
const DEFAULT_MAX_TOKENS = 64;
/** An answer has so many sentences, if it may have enough tokens. */
const SENTENCES = 3;

const MODEL = new LanguageModel(weights satisfies Weights);

/** A request in the form of OpenAI's API. The container ignores every other field, as small servers do. */
interface ChatRequest extends Sampling {
  readonly model: string;
  /** The texts of all messages, in order. */
  readonly texts: readonly string[];
  readonly maxTokens: number;
  readonly isStreamed: boolean;
  /** Whether the last event of a stream contains the number of tokens. */
  readonly includesUsage: boolean;
}

/** A small language model of Moby-Dick with the API of OpenAI, as TGI, LMI and vLLM serve larger models. */
export const sample = sampleContainer(
  "sample model: continues a text with the words of Moby-Dick, and understands no question",
  (request) => {
    const chat = readRequest(request);
    const { prompt, tokens, reason } = answer(chat);
    const id = `chatcmpl-${createHash("sha256").update(request.body).digest("hex").slice(0, 24)}`;
    // The same request gives the same bytes, so that the answer contains no time.
    const shared = { id, created: 0, model: chat.model };
    const usage = {
      prompt_tokens: prompt.length,
      completion_tokens: tokens.length,
      total_tokens: prompt.length + tokens.length,
    };
    if (!chat.isStreamed) {
      const message = { role: "assistant", content: tokens.join("") };
      const choices = [{ index: 0, message, finish_reason: reason }];
      return {
        contentType: "application/json",
        body: JSON.stringify({ ...shared, object: "chat.completion", choices, usage }),
      };
    }
    const chunk = (delta: object, finishReason: string | null) =>
      event({
        ...shared,
        object: "chat.completion.chunk",
        choices: [{ index: 0, delta, finish_reason: finishReason }],
      });
    const last = { ...shared, object: "chat.completion.chunk", choices: [], usage };
    return { contentType: "text/event-stream", body: events(request.signal) };

    async function* events(signal: AbortSignal | undefined): AsyncGenerator<string> {
      yield chunk({ role: "assistant", content: "" }, null);
      for (const content of tokens) {
        await wait(TOKEN_INTERVAL_IN_MS);
        if (signal?.aborted === true) return;
        yield chunk({ content }, null);
      }
      yield chunk({}, reason);
      if (chat.includesUsage) yield event(last);
      yield "data: [DONE]\n\n";
    }
  },
);

/** A server-sent event. */
function event(document: object): string {
  return `data: ${JSON.stringify(document)}\n\n`;
}

interface Answer {
  /** The words of the messages that the model knows. */
  readonly prompt: readonly number[];
  /** The texts of the answer's tokens. */
  readonly tokens: readonly string[];
  /** `stop`: the answer has all of its sentences. `length`: the answer has all of its tokens. */
  readonly reason: "stop" | "length";
}

function answer({ texts, maxTokens, ...sampling }: ChatRequest): Answer {
  const prompt = texts.flatMap(tokensOf).flatMap((word) => MODEL.indexOf(word) ?? []);
  const tokens: string[] = [];
  let previous: string | undefined;
  let sentences = 0;
  for (const token of MODEL.continue(prompt, sampling)) {
    const word = MODEL.wordOf(token);
    // The prompt can end before a comma, but an answer starts with a word.
    if (tokens.length === 0 && isPunctuation(word)) continue;
    tokens.push(textOf(word, previous));
    previous = word;
    if (MODEL.endsSentence(token)) sentences++;
    if (sentences === SENTENCES) return { prompt, tokens, reason: "stop" };
    if (tokens.length === maxTokens) break;
  }
  return { prompt, tokens, reason: "length" };
}

const EXPECTED = 'expected {"messages": [{"role": "user", "content": "<text>"}]}';

function readRequest({ contentType, body }: ContainerRequest): ChatRequest {
  if (contentType !== "application/json") {
    throw new UnreadableRequest(`Content-type ${contentType} not supported; allowed: application/json`);
  }
  const document = parseJson(body.toString("utf8"));
  if (!isRecord(document) || !Array.isArray(document.messages)) throw new UnreadableRequest(EXPECTED);
  const { model, messages, stream, stream_options: options, temperature, seed } = document;
  return {
    model: typeof model === "string" ? model : "storyteller",
    texts: messages.map(contentOf),
    maxTokens: numberIn(document.max_completion_tokens ?? document.max_tokens, DEFAULT_MAX_TOKENS, 1, 4096),
    temperature: numberIn(temperature, 1, 0, 2),
    // Without a seed, the conversation is the seed.
    seed: numberIn(seed, createHash("sha256").update(JSON.stringify(messages)).digest().readUInt32BE(), 0),
    isStreamed: stream === true,
    includesUsage: isRecord(options) && options.include_usage === true,
  };
}

/** The text of a message, or of the text parts of a message. */
function contentOf(message: unknown): string {
  const content = isRecord(message) ? message.content : undefined;
  if (typeof content === "string") return content;
  if (content === null || content === undefined) return "";
  if (!Array.isArray(content)) throw new UnreadableRequest(EXPECTED);
  return content
    .map((part: unknown) => {
      if (isRecord(part) && part.type === "text" && typeof part.text === "string") return part.text;
      throw new UnreadableRequest("expected only parts of the type text: the model reads no images");
    })
    .join(" ");
}

/** A number within limits; the default for a missing value. */
function numberIn(value: unknown, missing: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (value === undefined || value === null) return missing;
  if (typeof value !== "number" || !(value >= min && value <= max)) {
    throw new UnreadableRequest(`got ${JSON.stringify(value)}; expected a number from ${min} to ${max}`);
  }
  return value;
}
