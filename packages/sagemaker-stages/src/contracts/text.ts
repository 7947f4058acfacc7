import * as z from "zod/mini";
import {
  type About,
  type Contract,
  type EndpointRequest,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "../runtime/contract";
import { fault } from "../runtime/faults";
import { isRecord, parseJson } from "../runtime/json";
import { EXAMPLE_USES } from "./bytes";
import { type AnySchema, checkJsonSchema, jsonReader } from "./json-schema";
import { COMMON_OPTIONS, type OptionReport } from "./option-report";
import { type ContractTexts, ReadyMade, type StandInAnswer } from "./ready-made";
import type { LabelScore } from "./rows/options";
import { checkStreamOption, type StreamOption, streamAnswer, withStream } from "./stream-option";
import { aboutOf, routeOf } from "./texts";

/** Options of {@link text}: a model that accepts one text. */
export interface TextOptions extends ContractTexts {
  /**
   * The format of the container's request:
   * - `text/plain`: the text itself
   * - `inputs`: `{"inputs": "<text>"}`, e.g. for Hugging Face's containers
   * - `instances`: `{"instances": ["<text>"]}`, e.g. for BlazingText
   *   (https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext.html#blazingtext-data-formats-inference)
   *
   * @default "text/plain"
   */
  readonly sends?: "text/plain" | "inputs" | "instances";
  /**
   * The format of the container's answer:
   * - `text`: a text. The caller receives JSON, `{"text": "…"}`, or `text/plain`.
   * - `json`: any JSON
   * - `labels`: `[{"label": ["__label__a"], "prob": [0.9]}]`, e.g. of BlazingText. The caller receives
   *   `[{"label": "a", "score": 0.9}]`.
   */
  readonly answer: "text" | "json" | "labels";
  /**
   * The schema of an answer in JSON: a JSON Schema, or a schema of zod/mini in `contract.ts`. The caller receives a 502
   * if the container's answer does not match the schema.
   *
   * @default - any JSON
   */
  readonly answerSchema?: AnySchema;
  /**
   * The maximum number of characters in the text.
   *
   * @default 10000
   */
  readonly maxCharacters?: number;
  /**
   * Set if the container answers every text in a stream. The caller receives the container's bytes as they arrive, and the
   * example's answer is the text of a whole stream. `answer` has no effect then, and must be `text`.
   *
   * @default - the container answers in one piece
   */
  readonly stream?: Omit<StreamOption, "when">;
  /** A text and its answer, e.g. `{ text: "It works.", answer: { text: "Funktioniert." } }`. */
  readonly example: { readonly text: string; readonly answer: unknown };
}

/** A text as JSON. A caller can also send the text itself as `text/plain`. */
export interface TextRequest {
  readonly text: string;
}

/**
 * Creates a ready-made contract for a text.
 *
 * @example
 * export const models = defineModels({
 *   topics: text({
 *     sends: "instances",
 *     answer: "labels",
 *     example: { text: "a good match", answer: [{ label: "sport", score: 0.9 }] },
 *   }),
 * });
 * // request  {"text": "a good match"}, or the text itself as text/plain
 * // answer   [{"label": "sport", "score": 0.9}]
 */
export function text(options: TextOptions): ReadyMade<TextRequest, unknown> {
  return new ReadyMade({
    file: options.stream === undefined ? "text" : "text-stream",
    options,
    check: (report) => checkOptions(options, report),
    createContract: (model) => {
      const contract = createContract(model, options);
      return options.stream === undefined ? contract : withStream(contract, options.stream);
    },
    describe: (model) => describe(model, options),
    answerExample: ({ answer }, sent) =>
      streamAnswer(answer, options.stream, sent) ?? answerWith(answer, options),
  });
}

const DEFAULT_MAX_CHARACTERS = 10_000;
const MAX_BYTES_OF_CHARACTER = 4;

/** Creates the contract of {@link text}. A generated handler contains only this part of the module. */
export function createContract(
  model: string,
  options: Omit<TextOptions, "example">,
): Contract<TextRequest, unknown> {
  const { sends = "text/plain", answer, answerSchema, maxCharacters = DEFAULT_MAX_CHARACTERS } = options;
  const readJson = jsonReader(answerSchema);
  const sentence = z.string().check(z.maxLength(maxCharacters), (payload) => {
    if (payload.value.trim() !== "") return;
    payload.issues.push(fault(payload.value, { got: "an empty text", allowed: "a text" }));
  });
  return {
    model,
    route: routeOf(model, options),
    schema: z.strictObject({ text: sentence }),
    limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },
    text: {
      read: (written) => ({ text: written }),
      write: (answered) => (answer === "text" && isText(answered) ? answered.text : JSON.stringify(answered)),
    },

    encode: (request) => ({
      ...encodeText(request.text, sends),
      accept: answer === "text" ? "text/plain" : "application/json",
      rows: 1,
    }),

    decode(body) {
      if (answer === "json") return readJson(body);
      return answer === "labels" ? readLabels(body) : { text: body };
    },
  };
}

function isText(answer: unknown): answer is TextRequest {
  return isRecord(answer) && typeof answer.text === "string";
}

function encodeText(
  written: string,
  sends: TextOptions["sends"],
): Pick<EndpointRequest, "contentType" | "body"> {
  if (sends === "text/plain") return { contentType: "text/plain", body: written };
  const document = sends === "inputs" ? { inputs: written } : { instances: [written] };
  return { contentType: "application/json", body: JSON.stringify(document) };
}

/** The prefix of labels in BlazingText's training file and answers. */
const LABEL_PREFIX = "__label__";

/** Reads the labels of one text: `[{"label": ["__label__a", "__label__b"], "prob": [0.9, 0.1]}]`. */
function readLabels(body: string): LabelScore[] {
  const document = parseJson(body);
  const [first] = Array.isArray(document) && document.length === 1 ? document : [];
  const { label: labels, prob: scores } = isRecord(first) ? first : {};
  if (!Array.isArray(labels) || !Array.isArray(scores) || labels.length !== scores.length) {
    throw new UnreadablePredictions("the answer has no labels and probabilities for one text");
  }
  return labels.map((label: unknown, index) => {
    const score: unknown = scores[index];
    if (typeof label !== "string" || typeof score !== "number") {
      throw new UnreadablePredictions("a label is not a text, or its probability is not a number");
    }
    return { label: label.startsWith(LABEL_PREFIX) ? label.slice(LABEL_PREFIX.length) : label, score };
  });
}

/** The options that only this contract has. */
const OPTIONS = ["sends", "answer", "answerSchema", "maxCharacters", "stream"];

function checkOptions(options: TextOptions, report: OptionReport): void {
  const { sends, answer, answerSchema, maxCharacters, stream, example } = options;
  report.requireKnown(options, [...OPTIONS, ...COMMON_OPTIONS]);
  report.requireOneOfIfSet(
    sends,
    "sends",
    ["text/plain", "inputs", "instances"],
    "the formats of a container's request",
  );
  report.requireOneOf(answer, "answer", ["text", "json", "labels"], "the formats of a container's answer");
  const isOfJson = answerSchema === undefined || answer === "json";
  report.require(
    isOfJson,
    "answerSchema",
    answerSchema,
    "answer: json",
    "only an answer in JSON has a schema",
  );
  checkJsonSchema(answerSchema, "answerSchema", report);
  const max = SERVERLESS_PAYLOAD_IN_BYTES / MAX_BYTES_OF_CHARACTER;
  report.requireCount(
    maxCharacters,
    "maxCharacters",
    max,
    `a character has up to ${MAX_BYTES_OF_CHARACTER} bytes`,
  );
  checkStreamOption(stream, false, example, report);
  report.require(
    stream === undefined || answer === "text",
    "answer",
    answer,
    "text, or no stream",
    "the caller receives the container's stream unchanged",
  );
  const isExample = isRecord(example) && typeof example.text === "string" && "answer" in example;
  report.require(isExample, "example", example, "an object with text and answer", EXAMPLE_USES);
}

/** Creates the description of {@link text}. A generated handler does not contain this part of the module. */
export function describe(model: string, options: TextOptions): About<TextRequest, unknown> {
  const { answer, maxCharacters = DEFAULT_MAX_CHARACTERS, example } = options;
  const whole = { text: "a text", json: "JSON", labels: "labels with their scores" }[answer];
  const answered = options.stream === undefined ? whole : `a text as it arrives (${options.stream.type})`;
  const limit = maxCharacters.toLocaleString("en-US");
  return aboutOf(model, options, {
    description: `Accepts a text of at most ${limit} characters, and returns ${answered}.`,
    allowed: '{"text": "<text>"} as application/json, or the text itself as text/plain',
    example: { request: { text: example.text }, answer: example.answer },
  });
}

function answerWith(example: unknown, { answer }: TextOptions): StandInAnswer {
  if (answer === "text" && isText(example)) return { contentType: "text/plain", body: example.text };
  const document = answer === "labels" && Array.isArray(example) ? [pairOf(example)] : example;
  return { contentType: "application/json", body: JSON.stringify(document) };
}

function pairOf(scores: readonly LabelScore[]): object {
  return {
    label: scores.map(({ label }) => `${LABEL_PREFIX}${label}`),
    prob: scores.map(({ score }) => score),
  };
}
