import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sumOfTrees } from "../../functions/bike-rental/sample/trees";
import { classifierFor } from "../../functions/toxicity/sample/classifier";
import { logisticScore } from "../../packages/sagemaker-stages/src/sample/logistic-regression";
import { bikeHours, posts, reviews, wdbc } from "./support/data-sets";
import { type Run, TrainingFolder } from "./support/training-run";

const MODELS = ["breast-cancer", "bike-rental", "sentiment", "toxicity"] as const;
type Model = (typeof MODELS)[number];

/** Processes of their own start slowly where the machine has other things to do. */
const TIMEOUT_IN_MS = 30_000;

const folder = new TrainingFolder();
let runs: ReadonlyMap<Model, readonly [Run, Run]>;

beforeAll(async () => {
  const data: Record<Model, readonly string[]> = {
    "breast-cancer": [folder.write("wdbc.data", wdbc())],
    "bike-rental": [folder.write("train.csv", bikeHours())],
    sentiment: ["film", "phone", "meal"].map((topic) => folder.write(`${topic}.txt`, reviews(topic))),
    toxicity: [folder.write("labeled_data.csv", posts())],
  };
  const both = async (model: Model) =>
    [model, await Promise.all([folder.run(model, data[model]), folder.run(model, data[model])])] as const;
  runs = new Map(await Promise.all(MODELS.map(both)));
}, TIMEOUT_IN_MS);

afterAll(() => folder.remove());

function runsOf(model: Model): readonly [Run, Run] {
  const both = runs.get(model);
  if (both === undefined) throw new Error(`${model} was not trained`);
  return both;
}

function weightsOf(model: Model) {
  return JSON.parse(runsOf(model)[0].files[`local/samples/${model}/weights.json`] ?? "");
}

describe.each(MODELS)("the training of %s", (model) => {
  it("succeeds and tells what it measured on rows held out", () => {
    // Act
    const [{ status, output, errors }] = runsOf(model);

    // Assess
    expect(errors).toBe("");
    expect(status).toBe(0);
    expect(output).toMatch(/^held out [1-9]\d* /m);
    expect(output).toContain(`local/samples/${model}/weights.json`);
  });

  it("makes the same of the same data, byte for byte", () => {
    // Act
    const [first, second] = runsOf(model);

    // Assess
    expect(Object.keys(first.files)).not.toEqual([]);
    expect(second.files).toEqual(first.files);
  });
});

describe("what is learned", () => {
  it("of breast-cancer is the feature that decides", () => {
    // Prepare
    const row = (first: number) => [first, ...Array<number>(29).fill(0.8)];

    // Act
    const scores = [12, 27].map((first) => logisticScore(weightsOf("breast-cancer"), row(first)));

    // Assess
    expect(scores[0]).toBeLessThan(0.1);
    expect(scores[1]).toBeGreaterThan(0.9);
  });

  it("of bike-rental is day and night", () => {
    // Prepare
    const at = (hour: number) => [1, 0, 1, 1, 9.84, 14.395, 81, 0, 2011, 1, 25, 1, hour];

    // Act
    const counts = [3, 12, 22].map((hour) => Math.expm1(sumOfTrees(weightsOf("bike-rental"), at(hour))));

    // Assess
    expect(counts[0]).toBeCloseTo(10, 0);
    expect(Math.abs((counts[1] ?? 0) - 200)).toBeLessThan(2);
    expect(counts[2]).toBeCloseTo(10, 0);
  });

  it("of sentiment is good and bad, in the order of the vocabulary", () => {
    // Prepare
    const [{ files }] = runsOf("sentiment");
    const vocabulary: Record<string, number> = JSON.parse(files["functions/sentiment/vocabulary.json"] ?? "");
    const { weights }: { weights: number[] } = weightsOf("sentiment");

    // Act
    const weightOf = (word: string) => weights[vocabulary[word] ?? -1];

    // Assess
    expect(Object.values(vocabulary).sort((a, b) => a - b)).toEqual([...weights.keys()]);
    expect(Object.keys(vocabulary)).toEqual(expect.arrayContaining(["a", "film", "phone", "meal", "number"]));
    expect(weightOf("good")).toBeGreaterThan(1);
    expect(weightOf("bad")).toBeLessThan(-1);
  });

  it("of toxicity is the word of each class, and nothing of rows behind the published data", () => {
    // Prepare
    const classify = classifierFor(weightsOf("toxicity"));

    // Act
    const likeliest = ["thunder", "drizzle", "sunshine"].map((text) => classify(text)[0]?.label);

    // Assess
    expect(likeliest).toEqual(["__label__hate", "__label__offensive", "__label__none"]);
    expect(runsOf("toxicity")[0].output).toContain("left out 60 rows");
  });
});

describe("data that are not as expected", () => {
  const twoDays = bikeHours().split("\n").slice(0, 49).join("\n");
  const CASES: readonly (readonly [Model, string, readonly string[], string])[] = [
    [
      "breast-cancer",
      "a diagnosis that is none",
      [wdbc().replace(",B,", ",benign,")],
      "benign; expected M or B",
    ],
    ["bike-rental", "other columns", ["dteday,hr,cnt\n2011-01-01,0,16\n"], "expected the columns datetime,"],
    [
      "bike-rental",
      "a day that is none",
      [twoDays.replace("2011-01-02", "2011-02-30")],
      "row 25: instances[0]",
    ],
    [
      "sentiment",
      "a line without a label",
      ["Good.\t1\nBad.\n", "", ""],
      "line 2: expected a text, a tab, and",
    ],
    ["toxicity", "a quote that is not closed", [`${posts()}9,3,0,0,3,1,"open`], "record 152: a quote is not"],
  ];

  it.each(CASES)(
    "end the training of %s: %s",
    async (model, _what, texts, message) => {
      // Prepare
      const files = texts.map((text, n) => folder.write(`${model}-${message.length}-${n}`, text));

      // Act
      const run = await folder.run(model, files);

      // Assess
      expect(run.status).toBe(1);
      expect(run.errors).toContain(message);
      expect(run.errors.trimEnd().split("\n")).toHaveLength(1);
      expect(run.files).toEqual({});
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["no file", [], /^got 0 file\(s\); expected 1\nusage: npx tsx training\/toxicity\.ts .*\n$/],
    ["a file that does not exist", ["no-such-file.csv"], /^ENOENT: no such file.*'no-such-file\.csv'\n$/],
  ])(
    "may be %s",
    async (_what, files, message) => {
      // Act
      const run = await folder.run("toxicity", files);

      // Assess
      expect(run.status).toBe(1);
      expect(run.errors).toMatch(message);
      expect(run.files).toEqual({});
    },
    TIMEOUT_IN_MS,
  );
});
