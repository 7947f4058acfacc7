/**
 * Trains the sample model of toxicity; see its card, functions/toxicity/README.md.
 *
 *   npx tsx functions/toxicity/training/train.ts labeled_data.csv
 */
import { createHash } from "node:crypto";
import { readCsv, rowsBelow } from "../../../training/csv";
import { type Outcome, percent, runTraining, UnexpectedData } from "../../../training/script";
import { split } from "../../../training/split";
import { type Classifier, classifierFor } from "../sample/classifier";
import { hashedNGrams, wordsOf } from "../sample/n-grams";
import { compare } from "./confusion";
import { fitSoftmaxRegression } from "./softmax-regression";

const COLUMNS = ",count,hate_speech,offensive_language,neither,class,tweet";

/** The data's classes 0, 1 and 2; the others are weighed against the last. */
const LABELS = ["__label__hate", "__label__offensive", "__label__none"];

/** Copies of the data exist with rows of unknown origin and licence behind this one, the last published. */
const LAST_PUBLISHED_ID = 25_296;

const SETTINGS = {
  labels: LABELS.length,
  // 175 kB of base64. With half as many, n-grams that share a number begin to mislead.
  buckets: 2 ** 16,
  epochs: 8,
  learningRate: 0.5,
  balance: 0.7,
};

interface Post {
  readonly id: number;
  readonly label: number;
  readonly text: string;
}

function read(text: string): Post[] {
  return rowsBelow(COLUMNS.split(","), readCsv(text)).map((row, index) => {
    const [id = "", label = "", post = ""] = [row[0], row[5], row[6]];
    if (!/^\d+$/.test(id))
      throw new UnexpectedData(`row ${index + 1}: got the id ${id}; expected a whole number`);
    if (!/^[012]$/.test(label)) {
      throw new UnexpectedData(`row ${index + 1}: class: got ${label}; expected 0, 1 or 2`);
    }
    return { id: Number(id), label: Number(label), text: asWritten(post) };
  });
}

/** Posts stand in the data as HTML, and some with the mark of a repetition, which no caller sends. */
function asWritten(post: string): string {
  return post
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replace(/\bRT\b/g, " ");
}

/** What two posts share that differ in punctuation, or in whom they mention. */
function keyOf({ text }: Post): string {
  return wordsOf(text).join(" ");
}

/** In an order that has nothing to do with the labels, and is always the same. */
function shuffled(posts: readonly Post[]): Post[] {
  const ranked = posts.map((post) => ({
    post,
    rank: createHash("sha256").update(`${post.id} ${post.text}`).digest("hex"),
  }));
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ post }) => post);
}

/** Weights as bytes, to the nearest of 255 values. */
function quantized({ bias, weights }: { bias: Float64Array; weights: Float64Array }): Classifier {
  const round = (value: number) => Number(value.toPrecision(6));
  const most = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
  const step = round(most / 127);
  const bytes = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / step))));
  return {
    labels: LABELS,
    buckets: SETTINGS.buckets,
    bias: [...bias].map(round),
    step,
    weights: Buffer.from(bytes.buffer).toString("base64"),
  };
}

function train(posts: readonly Post[]): Outcome {
  const published = posts.filter(({ id }) => id <= LAST_PUBLISHED_ID);
  const { trained, heldOut } = split(published, keyOf);
  const learned = fitSoftmaxRegression(
    shuffled(trained).map(({ label, text }) => ({ label, features: hashedNGrams(text, SETTINGS.buckets) })),
    SETTINGS,
  );
  const model = quantized(learned);
  const classify = classifierFor(model);
  const answers = heldOut.map(({ text }) => LABELS.indexOf(classify(text)[0]?.label ?? ""));
  const truth = heldOut.map(({ label }) => label);
  const commonest = mostFrequent(trained.map(({ label }) => label));
  const measured = compare(truth, answers, LABELS.length);
  const baseline = compare(
    truth,
    truth.map(() => commonest),
    LABELS.length,
  );
  return {
    files: { "functions/toxicity/sample/weights.json": `${JSON.stringify(model, null, 2)}\n` },
    report: [
      `left out ${posts.length - published.length} rows behind the published data`,
      `trained on ${trained.length} posts`,
      `held out ${heldOut.length} posts: macro-F1 ${measured.macroF1.toFixed(3)}, ${percent(measured.accuracy)} right; ` +
        `with the commonest answer for every post macro-F1 ${baseline.macroF1.toFixed(3)}, ${percent(baseline.accuracy)}`,
      `F1 by label: ${LABELS.map((label, n) => `${label} ${measured.f1[n]?.toFixed(3)}`).join(", ")}`,
    ],
  };
}

function mostFrequent(labels: readonly number[]): number {
  const counts = LABELS.map((_, label) => labels.filter((candidate) => candidate === label).length);
  return counts.indexOf(Math.max(...counts));
}

runTraining({ model: "toxicity", files: ["labeled_data.csv"], read, train });
