import { isObject } from "../plan/schema";

/** The presentation of an answer in JSON. */
export type AnswerPlan =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bars"; readonly groups: readonly BarGroup[] }
  | { readonly kind: "table"; readonly table: Table }
  /** The members of one object. */
  | { readonly kind: "members"; readonly members: readonly (readonly [string, string])[] }
  /** An answer that is best shown as JSON. */
  | { readonly kind: "json" };

/** Labels with their scores, the highest score first. */
export interface BarGroup {
  /** The input to which the model gave the scores. @default - the answer has only one group */
  readonly heading?: string;
  readonly bars: readonly Bar[];
}

/** A label, and its score from 0 to 1. */
export interface Bar {
  readonly label: string;
  readonly score: number;
}

/** Texts by row and column. */
export interface Table {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The inputs of a request with several inputs. The answer can have one entry for each input. */
interface Inputs {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Chooses the presentation of an answer.
 *
 * @param sent - the body of the request. An answer with one entry per input is shown next to the inputs.
 */
export function planAnswer(answer: unknown, sent?: unknown): AnswerPlan {
  if (typeof answer !== "object") return { kind: "text", text: String(answer) };
  const entries = entriesOf(answer);
  const inputs = entries === undefined ? undefined : inputsOf(sent, entries.length);
  return (
    planBars(answer, inputs) ??
    planGeneratedText(answer, inputs) ??
    planTable(entries, inputs) ??
    planMembers(answer) ?? { kind: "json" }
  );
}

/** The entries of a list, or of an object that has a list and no other member, e.g. `{"predictions": […]}`. */
function entriesOf(answer: unknown): readonly unknown[] | undefined {
  if (Array.isArray(answer)) return answer;
  if (!isObject(answer)) return undefined;
  const [only, ...others] = Object.values(answer);
  return others.length === 0 && Array.isArray(only) ? only : undefined;
}

/** The inputs, if the body or one of its properties is a list of `count` inputs. */
function inputsOf(sent: unknown, count: number): Inputs | undefined {
  const candidates: [string, unknown][] = isObject(sent) ? Object.entries(sent) : [["input", sent]];
  for (const [name, list] of candidates) {
    if (!Array.isArray(list) || list.length !== count) continue;
    const inputs = list.every(isObject)
      ? tableOf(list)
      : { headings: [name], rows: list.map((one) => [textOf(one)]) };
    return inputs;
  }
  return undefined;
}

function planBars(answer: unknown, inputs: Inputs | undefined): AnswerPlan | undefined {
  const entries = entriesOf(answer);
  const lists = entries?.map(readBars);
  if (lists?.every((bars) => bars !== undefined) && lists.length > 0) {
    const isOne = lists.length === 1;
    const heading = (index: number) => inputs?.rows[index]?.join(", ") ?? `${index + 1}`;
    return {
      kind: "bars",
      groups: lists.map((bars, index) => (isOne ? { bars } : { heading: heading(index), bars })),
    };
  }
  // A list with one label per input is shown as a table, next to the inputs.
  const isPerInput = Array.isArray(answer) && answer.length > 1 && inputs !== undefined;
  const bars = isPerInput ? undefined : readBars(answer);
  return bars === undefined ? undefined : { kind: "bars", groups: [{ bars }] };
}

/** @returns `undefined` if the value is not a list of labels with scores */
function readBars(value: unknown): Bar[] | undefined {
  const pairs = pairsOf(value);
  if (pairs === undefined || pairs.length === 0) return undefined;
  const bars = pairs.flatMap(([label, score]): Bar[] =>
    typeof label === "string" && typeof score === "number" && score >= 0 && score <= 1
      ? [{ label, score }]
      : [],
  );
  const labels = new Set(bars.map(({ label }) => label));
  if (bars.length !== pairs.length || labels.size !== pairs.length) return undefined;
  return bars.sort((left, right) => right.score - left.score);
}

/**
 * Labels and scores in the forms of the containers of Hugging Face
 * (https://huggingface.co/docs/inference-providers/tasks/text-classification,
 * https://huggingface.co/docs/transformers/main_classes/pipelines#transformers.ZeroShotClassificationPipeline), also with
 * `probabilities` in place of `scores`, or an object with a score for each label.
 */
function pairsOf(value: unknown): readonly (readonly [unknown, unknown])[] | undefined {
  if (Array.isArray(value)) {
    const isPair = (entry: unknown) => isObject(entry) && Object.keys(entry).sort().join() === "label,score";
    return value.every(isPair) ? value.map(({ label, score }) => [label, score]) : undefined;
  }
  if (!isObject(value)) return undefined;
  const { labels, probabilities, scores = probabilities } = value;
  if (Array.isArray(labels) && Array.isArray(scores) && labels.length === scores.length) {
    return labels.map((label, index) => [label, scores[index]]);
  }
  const members = Object.entries(value);
  return members.length > 1 ? members : undefined;
}

/** One text, e.g. `[{"generated_text": "…"}]`. */
function planGeneratedText(answer: unknown, inputs: Inputs | undefined): AnswerPlan | undefined {
  const [entry, ...more] = inputs === undefined ? (entriesOf(answer) ?? [answer]) : [];
  if (!isObject(entry) || more.length > 0) return undefined;
  const [text, ...others] = Object.values(entry);
  return typeof text === "string" && others.length === 0 ? { kind: "text", text } : undefined;
}

function planTable(
  entries: readonly unknown[] | undefined,
  inputs: Inputs | undefined,
): AnswerPlan | undefined {
  if (entries === undefined || entries.length === 0) return undefined;
  const areObjects = entries.every(isObject);
  if (!areObjects && inputs === undefined) return undefined;
  const { headings, rows } = areObjects
    ? tableOf(entries)
    : { headings: ["answer"], rows: entries.map((entry) => [textOf(entry)]) };
  return {
    kind: "table",
    table: {
      headings: [...(inputs?.headings ?? []), ...headings],
      rows: rows.map((row, index) => [...(inputs?.rows[index] ?? []), ...row]),
    },
  };
}

function planMembers(answer: unknown): AnswerPlan | undefined {
  if (!isObject(answer)) return undefined;
  const members = Object.entries(answer);
  const isShort =
    members.length > 0 && members.every(([, value]) => typeof value !== "object" || value === null);
  return isShort
    ? { kind: "members", members: members.map(([name, value]) => [name, textOf(value)]) }
    : undefined;
}

/** A column for each property of one of the objects. */
function tableOf(objects: readonly Readonly<Record<string, unknown>>[]): Table {
  const headings = [...new Set(objects.flatMap((one) => Object.keys(one)))];
  return {
    headings,
    rows: objects.map((one) => headings.map((name) => (name in one ? textOf(one[name]) : ""))),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
