/**
 * Trains the sample model of toxicity. The model card is functions/toxicity/README.md.
 *
 *   npx tsx functions/toxicity/training/train.ts labeled_data.csv
 */
import { createHash } from "node:crypto";
import { readCsv, rowsBelow } from "../../../training/csv";
import { type Outcome, percent, runTraining, UnexpectedData } from "../../../training/script";
import { split } from "../../../training/split";
import { type Classifier, classifierFor } from "../sample/classifier";
import { hashedNGrams, tokenize } from "../sample/n-grams";
import { compare } from "./confusion";
import { fitSoftmaxRegression } from "./softmax-regression";

const COLUMNS = ",count,hate_speech,offensive_language,neither,class,tweet";

/** The labels of the data's classes 0, 1 and 2. */
const LABELS = ["__label__hate", "__label__offensive", "__label__none"];

/** The last published row. Some copies of the data contain further rows of unknown origin and licence. */
const LAST_PUBLISHED_ID = 25_296;

const SETTINGS = {
  labels: LABELS.length,
  // The weights of 65,536 buckets are 175 kB of base64. With half as many buckets, hash collisions reduce the quality.
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

/** Decodes the HTML of a post, and removes "RT" (retweet), because callers send neither. */
function asWritten(post: string): string {
  return post
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replace(/\bRT\b/g, " ");
}

/** The key for the split. Posts that differ only in punctuation or mentioned users have the same key. */
function keyOf({ text }: Post): string {
  return tokenize(text).join(" ");
}

/** The posts in a fixed order that is independent of the labels. */
function shuffled(posts: readonly Post[]): Post[] {
  const ranked = posts.map((post) => ({
    post,
    rank: createHash("sha256").update(`${post.id} ${post.text}`).digest("hex"),
  }));
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ post }) => post);
}

/** Quantizes each weight to a signed byte, the nearest of 255 values. */
function quantized({ bias, weights }: { bias: Float64Array; weights: Float64Array }): Classifier {
  const round = (value: number) => Number(value.toPrecision(6));
  const max = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
  const step = round(max / 127);
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
  const mostCommon = mostFrequent(trained.map(({ label }) => label));
  const measured = compare(truth, answers, LABELS.length);
  const baseline = compare(
    truth,
    truth.map(() => mostCommon),
    LABELS.length,
  );
  return {
    files: { "functions/toxicity/sample/weights.json": `${JSON.stringify(model, null, 2)}\n` },
    report: [
      `left out ${posts.length - published.length} rows after the published data`,
      `trained on ${trained.length} posts`,
      `held out ${heldOut.length} posts: macro-F1 ${measured.macroF1.toFixed(3)}, ${percent(measured.accuracy)} right; ` +
        `with the most frequent answer for every post macro-F1 ${baseline.macroF1.toFixed(3)}, ${percent(baseline.accuracy)}`,
      `F1 by label: ${LABELS.map((label, n) => `${label} ${measured.f1[n]?.toFixed(3)}`).join(", ")}`,
    ],
  };
}

function mostFrequent(labels: readonly number[]): number {
  const counts = LABELS.map((_, label) => labels.filter((candidate) => candidate === label).length);
  return counts.indexOf(Math.max(...counts));
}

runTraining({ model: "toxicity", files: ["labeled_data.csv"], read, train });
