import { SENTENCE_ENDS } from "../tokens";

/** The weights of the model, as the training writes them. */
export interface Weights {
  /** The words and the punctuation with spaces between them, the most frequent first. A token is an index in this list. */
  readonly words: string;
  /** The number of times that each word occurs in the training text, with spaces between the numbers. */
  readonly counts: string;
  /**
   * The tokens after one token, by the index of the token: `<sum> <token> <count> <token> <count> …`. The sum also counts
   * the rare tokens that the text omits.
   */
  readonly afterOne: readonly string[];
  /** The tokens after two tokens, in the same form, by `<token> <token>`. */
  readonly afterTwo: Readonly<Record<string, string>>;
}

/**
 * The probability of a token after a context that occurs `n` times is its count divided by `n + weight`. The rest of the
 * probability is from the shorter context.
 */
const WEIGHT_OF_ONE = 20;
const WEIGHT_OF_TWO = 20;

/** The words that can start a text whose context the model does not know. */
const FREQUENT_WORDS = 200;

/** Words of the book that no answer contains, because they are slurs today. */
const OMITTED_WORDS: ReadonlySet<string> = new Set(["negro"]);

/** The settings of one answer. */
export interface Sampling {
  /** 0 chooses the most probable token; 1 chooses by the model's probabilities. */
  readonly temperature: number;
  /** The same seed gives the same answer. */
  readonly seed: number;
}

/** A trigram model: the probability of a token depends on the two tokens before it. */
export class LanguageModel {
  private readonly words: readonly string[];
  private readonly counts: readonly number[];
  private readonly indices: ReadonlyMap<string, number>;
  private readonly total: number;

  constructor(private readonly weights: Weights) {
    this.words = weights.words.split(" ");
    this.counts = weights.counts.split(" ").map(Number);
    this.indices = new Map(this.words.map((word, index) => [word.toLowerCase(), index]));
    this.total = this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** The token of a word, in lower or upper case; `undefined` for a word that the model does not know. */
  indexOf(word: string): number | undefined {
    return this.indices.get(word.toLowerCase());
  }

  /** The word of a token. */
  wordOf(token: number): string {
    return this.words[token] ?? "";
  }

  /** The probability of a token after the tokens of a context, of which only the last two count. */
  probabilityOf(token: number, context: readonly number[]): number {
    const [one, two] = this.continuations(context);
    const ofWord = (this.counts[token] ?? 0) / this.total;
    const afterOne = mix(WEIGHT_OF_ONE, one, token, ofWord);
    return mix(WEIGHT_OF_TWO, two, token, afterOne);
  }

  /**
   * Continues a context, token by token, without an end. The same context and the same settings give the same tokens.
   */
  *continue(context: readonly number[], { temperature, seed }: Sampling): Generator<number, never> {
    const random = randomNumbers(seed);
    let last = context.slice(-2);
    while (true) {
      const token = this.choose(last, temperature, random());
      yield token;
      last = [...last, token].slice(-2);
    }
  }

  /** Whether a token ends a sentence. */
  endsSentence(token: number): boolean {
    return SENTENCE_ENDS.has(this.wordOf(token));
  }

  private continuations(context: readonly number[]): [one: Continuations, two: Continuations] {
    const [last] = context.slice(-1);
    const pair = context.slice(-2);
    return [
      readContinuations(last === undefined ? undefined : this.weights.afterOne[last]),
      readContinuations(pair.length < 2 ? undefined : this.weights.afterTwo[pair.join(" ")]),
    ];
  }

  private choose(context: readonly number[], temperature: number, random: number): number {
    const [one, two] = this.continuations(context);
    // Without a known context, a sentence starts with a frequent word.
    const known = [...new Set([...two.counts.keys(), ...one.counts.keys()])];
    const possible = known.filter((token) => !OMITTED_WORDS.has(this.wordOf(token)));
    const candidates = possible.length > 0 ? possible : range(FREQUENT_WORDS);
    const weighted = candidates
      .map((token) => ({ token, probability: this.probabilityOf(token, context) }))
      .sort((left, right) => right.probability - left.probability || left.token - right.token);
    if (temperature === 0) return weighted[0]?.token ?? 0;
    const powers = weighted.map(({ probability }) => probability ** (1 / temperature));
    let left = random * powers.reduce((sum, power) => sum + power, 0);
    const index = powers.findIndex((power) => {
      left -= power;
      return left < 0;
    });
    return (weighted[index] ?? weighted[0])?.token ?? 0;
  }
}

/** The tokens after a context. */
interface Continuations {
  /** The number of times that the context occurs before a token. */
  readonly sum: number;
  readonly counts: ReadonlyMap<number, number>;
}

function readContinuations(text = ""): Continuations {
  const [sum = 0, ...numbers] = text === "" ? [] : text.split(" ").map(Number);
  const counts = new Map<number, number>();
  for (let index = 0; index < numbers.length; index += 2) {
    counts.set(numbers[index] ?? 0, numbers[index + 1] ?? 0);
  }
  return { sum, counts };
}

/** The probability of a token in a context and, with the rest of the probability, in the shorter context. */
function mix(weight: number, { sum, counts }: Continuations, token: number, shorter: number): number {
  if (sum === 0) return shorter;
  const all = sum + weight;
  const kept = [...counts.values()].reduce((total, count) => total + count, 0);
  return (counts.get(token) ?? 0) / all + (1 - kept / all) * shorter;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Numbers from 0 to 1, by the generator mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
