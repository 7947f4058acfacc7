import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { buildSync } from "esbuild";
import { UnreadablePredictions } from "sagemaker-stages/model";
import { countWords, readVocabulary, tokenize } from "../bag-of-words";
import { contract } from "../contract";
import document from "../vocabulary.json";

describe("the request", () => {
  it.each(["good", " good ", "…", "constructor", "\ud83d"])("can contain the review %j", (review) => {
    // Act
    const parsed = contract.schema.safeParse({ review });

    // Assess
    expect(parsed).toEqual({ success: true, data: { review } });
  });
});

describe("a bag of words", () => {
  const vocabulary = readVocabulary({ great: 2, constructor: 0, __proto: 1 });

  it("counts each word of the vocabulary, in the order of the indices", () => {
    // Act
    const counts = countWords("Great! A great constructor, and GREAT.", vocabulary);

    // Assess
    expect(counts).toEqual([1, 0, 3]);
  });

  it("contains only zeros when the vocabulary has none of the words", () => {
    // Act
    const counts = countWords("toString valueOf hasOwnProperty", vocabulary);

    // Assess
    expect(counts).toEqual([0, 0, 0]);
  });

  it("counts __proto__ only when the vocabulary contains this word", () => {
    // Prepare
    const withProto = readVocabulary(JSON.parse('{"good":0,"__proto__":1}'));

    // Act
    const counts = [countWords("__proto__ good", withProto), countWords("__proto__", vocabulary)];

    // Assess
    expect(counts).toEqual([
      [1, 1],
      [0, 0, 0],
    ]);
  });

  it("can contain counts above 255", () => {
    // Act
    const counts = countWords("great ".repeat(70_000), vocabulary);

    // Assess
    expect(counts).toEqual([0, 0, 70_000]);
  });
});

describe("a vocabulary", () => {
  it.each<{ what: string; text: string; fault: string }>([
    {
      what: "indices from 1",
      text: '{"a":1,"b":2}',
      fault: "got 2 words, none with the index 0; allowed: indices from 0 without gaps",
    },
    {
      what: "a gap",
      text: '{"a":0,"b":2}',
      fault: "got 2 words, none with the index 1; allowed: indices from 0 without gaps",
    },
    {
      what: "a duplicate index",
      text: '{"a":0,"b":0}',
      fault: "got 2 words, none with the index 1; allowed: indices from 0 without gaps",
    },
    {
      what: "an index below zero",
      text: '{"a":-1,"b":0}',
      fault: "got 2 words, none with the index 1; allowed: indices from 0 without gaps",
    },
    {
      what: "an index between two whole numbers",
      text: '{"a":0,"b":0.5}',
      fault: "got 2 words, none with the index 1; allowed: indices from 0 without gaps",
    },
    {
      what: "an index as text",
      text: '{"a":"0"}',
      fault: "got 1 words, none with the index 0; allowed: indices from 0 without gaps",
    },
    { what: "no word", text: "{}", fault: "got no words; allowed: at least one" },
  ])("is refused when it has $what", ({ text, fault }) => {
    // Act
    const read = () => readVocabulary(JSON.parse(text));

    // Assess
    expect(read).toThrow(`vocabulary: ${fault}`);
  });

  it.each(['{"b":1,"a":0}', '{"__proto__":0}', '{"10":1,"9":0}'])("can be %s", (text) => {
    // Act
    const vocabulary = readVocabulary(JSON.parse(text));

    // Assess
    expect([...vocabulary.values()].sort()).toEqual([...vocabulary.keys()].map((_, index) => index));
  });

  it("keeps the word __proto__ in the function's bundle", () => {
    // Prepare
    const contents = '{"constructor":1,"__proto__":0,"10":2}';
    const module = { exports: {} };

    // Act
    const { outputFiles } = buildSync({
      stdin: { contents, loader: "json" },
      write: false,
      format: "cjs",
      minify: true,
    });
    runInNewContext(outputFiles[0]?.text ?? "", { module });

    // Assess
    expect(readVocabulary(module.exports)).toEqual(readVocabulary(JSON.parse(contents)));
    expect(readVocabulary(module.exports).get("__proto__")).toBe(0);
  });

  it("has only words that a review can contain, in the function's bundle", () => {
    // Act
    const unreachable = Object.keys(document).filter((word) => tokenize(word).join(" ") !== word);

    // Assess
    expect(unreachable).toEqual([]);
  });
});

describe("the endpoint's request", () => {
  const vocabulary = readVocabulary(document);

  it("is one count per word of the bundled vocabulary, on one line", () => {
    // Act
    const encoded = contract.encode({ review: "" });

    // Assess
    const body = new Array(vocabulary.size).fill("0").join(",");
    expect(encoded).toEqual({ contentType: "text/csv", accept: "text/csv", body, rows: 1 });
  });

  it("has each word's count at the word's index", () => {
    // Prepare: the word of index 0 once, of index 1 twice, of index 2 three times …
    const some = [...vocabulary].filter(([, index]) => index < 40);
    const review = some.map(([word, index]) => `${word}, `.repeat(index + 1)).join("");

    // Act
    const cells = contract.encode({ review }).body.split(",").map(Number);

    // Assess
    expect(cells.slice(0, some.length)).toEqual(some.map((_, index) => index + 1));
    expect(cells.slice(some.length).every((count) => count === 0)).toBe(true);
  });
});

describe("the answer", () => {
  it.each([
    { body: "0.8731", sentiment: "positive", score: 0.8731 },
    { body: "0.8731\n", sentiment: "positive", score: 0.8731 },
    { body: "0.1269", sentiment: "negative", score: 0.1269 },
    { body: "0.5", sentiment: "negative", score: 0.5 },
    { body: "0.50000000", sentiment: "negative", score: 0.5 },
    { body: "5e-1", sentiment: "negative", score: 0.5 },
    { body: "0.5000000000000001", sentiment: "positive", score: 0.5000000000000001 },
    { body: "0.49999999999999994", sentiment: "negative", score: 0.49999999999999994 },
    { body: "3.6296085e-05", sentiment: "negative", score: 3.6296085e-5 },
    { body: "9.9E-1", sentiment: "positive", score: 0.99 },
    { body: ".75", sentiment: "positive", score: 0.75 },
    { body: "0", sentiment: "negative", score: 0 },
    { body: "1", sentiment: "positive", score: 1 },
    { body: "1.0", sentiment: "positive", score: 1 },
  ])("is $sentiment when the endpoint answers $body", ({ body, sentiment, score }) => {
    // Act
    const decoded = contract.decode(body);

    // Assess
    expect(decoded).toEqual({ sentiment, score });
  });

  it.each([
    "",
    " ",
    "\n",
    "nan",
    "NaN",
    "inf",
    "Infinity",
    "-0.1",
    "1.1",
    "1e1",
    "2",
    "0x1",
    "0.5.5",
    "1e",
    ".",
  ])("cannot be read from %j", (body) => {
    // Act
    const decode = () => contract.decode(body);

    // Assess
    expect(decode).toThrow(new UnreadablePredictions("the answer is not a probability"));
  });

  it.each(["[0.5]", '{"predictions":[{"score":0.5}]}', '"0.5"', "<html>", "null", "true"])(
    "cannot be read from the document %s",
    (body) => {
      // Act
      const decode = () => contract.decode(body);

      // Assess
      expect(decode).toThrow(UnreadablePredictions);
    },
  );

  it.each(["0.5,0.5", "0.5\n0.5\n", "0.5 0.5", "0.5,"])(
    "is refused when %j has more than one value",
    (body) => {
      // Act
      const decode = () => contract.decode(body);

      // Assess
      expect(decode).toThrow(new UnreadablePredictions("sent 1 row(s), received 2 prediction(s)"));
    },
  );
});
