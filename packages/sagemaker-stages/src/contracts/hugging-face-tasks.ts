import * as z from "zod/mini";
import { isRecord } from "../runtime/json";

/** The request and the answer of a task of Hugging Face's containers. */
export interface Task {
  /** The kind of `inputs`: one text, a question with its context, an image or a recording. */
  readonly inputs: "text" | "question" | "image" | "audio";
  /** The schemas of the parameters that a caller can set, by name. */
  readonly parameters: Readonly<Record<string, z.ZodMiniType<unknown, unknown>>>;
  /** The names of required parameters. */
  readonly required?: readonly string[];
  /** The answer for the caller, or `undefined` if the container's answer has another form. */
  read(answer: unknown): unknown;
}

/** The supported tasks. */
export type TaskName =
  | "text-classification"
  | "token-classification"
  | "question-answering"
  | "summarization"
  | "translation"
  | "text2text-generation"
  | "text-generation"
  | "feature-extraction"
  | "zero-shot-classification"
  | "fill-mask"
  | "image-classification"
  | "object-detection"
  | "audio-classification"
  | "automatic-speech-recognition";

const count = (max: number) => z.int().check(z.gte(1), z.lte(max));
const switchOf = () => z.boolean();

const isNumber = (value: unknown): boolean => typeof value === "number";
const isText = (value: unknown): boolean => typeof value === "string";

/** The checks of an object's properties, by name. */
type Form = Readonly<Record<string, (value: unknown) => boolean>>;

function fits(value: unknown, form: Form): boolean {
  return isRecord(value) && Object.entries(form).every(([name, isFit]) => isFit(value[name]));
}

/** Reads a list of objects, or a list with one such list: some versions answer one list for each text. */
function listOf(form: Form): (answer: unknown) => unknown {
  return (answer) => {
    const list: unknown =
      Array.isArray(answer) && answer.length === 1 && Array.isArray(answer[0]) ? answer[0] : answer;
    return Array.isArray(list) && list.every((member) => fits(member, form)) ? list : undefined;
  };
}

/** Reads a list of one object, or the object without a list: DJL Serving and vLLM answer only the object. */
function oneOf(form: Form): (answer: unknown) => unknown {
  return (answer) => {
    const list: unknown[] = Array.isArray(answer) ? answer : [answer];
    return list.length === 1 && fits(list[0], form) ? list : undefined;
  };
}

function exactly(form: Form): (answer: unknown) => unknown {
  return (answer) => (fits(answer, form) ? answer : undefined);
}

function labels(answer: unknown): unknown {
  return listOf({ label: isText, score: isNumber })(answer);
}

/** Numbers in up to three levels of lists: text, token, dimension. */
function isVectors(value: unknown, depth = 3): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(isNumber) || (depth > 1 && value.every((inner) => isVectors(inner, depth - 1)));
}

/**
 * The request and the answer of a task (https://huggingface.co/docs/inference-providers/tasks/index). The Hugging Face
 * inference toolkit for SageMaker calls `pipeline(inputs, **parameters)` and answers the result as JSON
 * (https://github.com/aws/sagemaker-huggingface-inference-toolkit/blob/main/src/sagemaker_huggingface_inference_toolkit/handler_service.py).
 * The source of the forms is https://huggingface.co/docs/transformers/main_classes/pipelines.
 */
export function taskOf(name: TaskName, maxNewTokens: number): Task {
  const length = () => count(maxNewTokens);
  const generation = {
    max_new_tokens: length(),
    do_sample: switchOf(),
    temperature: z.number().check(z.gt(0), z.lte(100)),
    top_k: count(1000),
    top_p: z.number().check(z.gt(0), z.lte(1)),
    repetition_penalty: z.number().check(z.gt(0), z.lte(100)),
  };
  const tasks: Readonly<Record<TaskName, () => Task>> = {
    "text-classification": () => ({
      inputs: "text",
      parameters: { top_k: count(1000), function_to_apply: z.enum(["sigmoid", "softmax", "none"]) },
      read: labels,
    }),
    "token-classification": () => ({
      inputs: "text",
      parameters: { aggregation_strategy: z.enum(["none", "simple", "first", "average", "max"]) },
      read: (answer) => {
        const read = listOf({ score: isNumber, word: isText })(answer);
        const isEntity = (member: unknown) =>
          isRecord(member) && (isText(member.entity) || isText(member.entity_group));
        return Array.isArray(read) && read.every(isEntity) ? read : undefined;
      },
    }),
    "question-answering": () => ({
      inputs: "question",
      parameters: { max_answer_len: count(1000), handle_impossible_answer: switchOf() },
      read: exactly({ score: isNumber, start: isNumber, end: isNumber, answer: isText }),
    }),
    summarization: () => ({
      inputs: "text",
      parameters: { max_length: length(), min_length: length(), do_sample: switchOf() },
      read: oneOf({ summary_text: isText }),
    }),
    translation: () => ({
      inputs: "text",
      parameters: {
        max_length: length(),
        src_lang: z.string().check(z.maxLength(20)),
        tgt_lang: z.string().check(z.maxLength(20)),
      },
      read: oneOf({ translation_text: isText }),
    }),
    "text2text-generation": () => ({
      inputs: "text",
      parameters: generation,
      read: oneOf({ generated_text: isText }),
    }),
    "text-generation": () => ({
      inputs: "text",
      parameters: {
        ...generation,
        return_full_text: switchOf(),
        stop: z.array(z.string().check(z.minLength(1), z.maxLength(100))).check(z.maxLength(10)),
      },
      read: oneOf({ generated_text: isText }),
    }),
    "feature-extraction": () => ({
      inputs: "text",
      parameters: {},
      read: (answer) => (isVectors(answer) ? answer : undefined),
    }),
    "zero-shot-classification": () => ({
      inputs: "text",
      parameters: {
        candidate_labels: z
          .array(z.string().check(z.minLength(1), z.maxLength(200)))
          .check(z.minLength(1, "at least one label"), z.maxLength(100)),
        multi_label: switchOf(),
      },
      required: ["candidate_labels"],
      read: exactly({
        labels: (value) => Array.isArray(value) && value.every(isText),
        scores: (value) => Array.isArray(value) && value.every(isNumber),
      }),
    }),
    "fill-mask": () => ({
      inputs: "text",
      parameters: { top_k: count(1000) },
      read: listOf({ score: isNumber, token: isNumber, token_str: isText, sequence: isText }),
    }),
    "image-classification": () => ({ inputs: "image", parameters: {}, read: labels }),
    "object-detection": () => ({
      inputs: "image",
      parameters: {},
      read: listOf({ label: isText, score: isNumber, box: isRecord }),
    }),
    "audio-classification": () => ({ inputs: "audio", parameters: {}, read: labels }),
    "automatic-speech-recognition": () => ({
      inputs: "audio",
      parameters: {},
      read: exactly({ text: isText }),
    }),
  };
  return tasks[name]();
}
