import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { UnreadablePredictions } from "sagemaker-stages/model";
import { about, contract } from "../contract";
import { probabilities, texts } from "./parity/arbitraries";
import table from "./parity/table.json";

const REQUEST = { q: "who am i", k: "3" };
const LABELS = ["__label__none", "__label__toxic", "__label__obscene"];
const PROBABILITIES = ["0.9797907", "0.02019908", "3.6296085e-05"];

/** The text of a probability that the endpoint sends as a number, in either format. */
function textOf(probability: number): string | undefined {
  const [, [text]] = contract.decode(JSON.stringify([{ label: ["a"], prob: [probability] }]));
  return text;
}

describe("the request", () => {
  it.each([
    { request: { q: "who am i" } },
    { request: { q: "who am i", k: "1" } },
    { request: { q: " ", k: "007" } },
    { request: { q: "constructor", k: "999999" } },
  ])("can be $request", ({ request }) => {
    // Act
    const parsed = contract.schema.safeParse(request);

    // Assess
    expect(parsed).toEqual({ success: true, data: request });
  });

  it("equals the published request in the example, with the published answer", () => {
    // Act
    const { request, answer } = about.example;

    // Assess
    expect(request).toEqual(REQUEST);
    expect(answer).toEqual([LABELS, PROBABILITIES]);
  });
});

describe("the endpoint's request", () => {
  it("is the published document for the published request", () => {
    // Act
    const encoded = contract.encode(REQUEST);

    // Assess
    expect(encoded).toEqual({
      contentType: "application/json",
      accept: "application/json",
      body: '{"instances":["who am i"],"configuration":{"k":3}}',
      rows: 1,
    });
  });

  it.each([
    { k: undefined, sent: 2 },
    { k: "1", sent: 1 },
    { k: "2", sent: 2 },
    { k: "10", sent: 10 },
    { k: "0003", sent: 3 },
  ])("requests $sent labels when k is $k", ({ k, sent }) => {
    // Act
    const { body } = contract.encode(k === undefined ? { q: "a" } : { q: "a", k });

    // Assess
    expect(JSON.parse(body)).toEqual({ instances: ["a"], configuration: { k: sent } });
  });

  it("contains every text unchanged, as valid Unicode", () => {
    fc.assert(
      fc.property(texts, (q) => {
        // Act
        const { body } = contract.encode({ q });

        // Assess
        expect(JSON.parse(Buffer.from(body).toString("utf8"))).toMatchObject({ instances: [q] });
      }),
      { numRuns: 200 },
    );
  });
});

describe("the answer", () => {
  it.each([
    { what: "fastText's answer", document: [[LABELS], [PROBABILITIES]] },
    {
      what: "fastText's answer with numbers",
      document: [[LABELS], [[0.9797907, 0.02019908, 3.6296085e-5]]],
    },
    {
      what: "BlazingText's answer",
      document: [{ label: LABELS, prob: [0.9797907, 0.02019908, 3.6296085e-5] }],
    },
    { what: "BlazingText's answer with texts", document: [{ prob: PROBABILITIES, label: LABELS }] },
  ])("is the published answer when the endpoint sends $what", ({ document }) => {
    // Act
    const decoded = contract.decode(JSON.stringify(document));

    // Assess
    expect(decoded).toEqual([LABELS, PROBABILITIES]);
  });

  it.each([
    { what: "fewer labels than requested", labels: ["__label__none"], texts: ["1.0"] },
    { what: "a text slightly above one, because of fastText's rounding", labels: ["a"], texts: ["1.00001"] },
    { what: "a text of another form", labels: ["a", "b"], texts: ["1", "9.9E-01"] },
  ])("keeps $what", ({ labels, texts }) => {
    // Act
    const decoded = contract.decode(JSON.stringify([[labels], [texts]]));

    // Assess
    expect(decoded).toEqual([labels, texts]);
  });

  it.each([
    { number: 1.00001, text: "1.00001" },
    { number: 1.0000100135803223, text: "1.0000100135803223" },
    { number: 1, text: "1.0" },
    { number: 0, text: "0.0" },
  ])("has the text $text for the number $number", ({ number, text }) => {
    // Act
    const read = textOf(number);

    // Assess
    expect(read).toBe(text);
  });

  it.each<{ what: string; document: unknown }>([
    { what: "null", document: null },
    { what: "a number", document: 0.5 },
    { what: "text", document: "__label__none" },
    { what: "an object", document: { labels: LABELS, probabilities: PROBABILITIES } },
    { what: "BlazingText's object without a list", document: { label: LABELS, prob: PROBABILITIES } },
    { what: "an empty list", document: [] },
    { what: "only labels", document: [[LABELS]] },
    { what: "a third list", document: [[LABELS], [PROBABILITIES], [[]]] },
    { what: "lists with one level too few", document: [LABELS, PROBABILITIES] },
    { what: "an extra label", document: [[[...LABELS, "a"]], [PROBABILITIES]] },
    { what: "a probability too many", document: [[LABELS], [[...PROBABILITIES, "0"]]] },
    { what: "a label that is a number", document: [[[1]], [["1"]]] },
    { what: "a label that is null", document: [{ label: [null], prob: [1] }] },
    { what: "no probabilities", document: [{ label: LABELS }] },
    { what: "no labels", document: [{ prob: PROBABILITIES }] },
    { what: "a label that is not a list", document: [{ label: "a", prob: 1 }] },
    { what: "probabilities that are an object", document: [{ label: ["a"], prob: { 0: 1 } }] },
  ])("cannot be read from $what", ({ document }) => {
    // Act
    const decode = () => contract.decode(JSON.stringify(document));

    // Assess
    expect(decode).toThrow(UnreadablePredictions);
  });

  it.each(["", "<html>", "__label__none 0.9", "[[["])("cannot be read from %j", (body) => {
    // Act
    const decode = () => contract.decode(body);

    // Assess
    expect(decode).toThrow(new UnreadablePredictions("the answer is not a list"));
  });

  it.each([
    -0.1,
    1.1,
    2,
    null,
    true,
    "",
    " ",
    "nan",
    "inf",
    "high",
    "-0.1",
    "1.1",
    "0x1",
    " 0.5 ",
    "0b1",
    [0.5],
  ])("cannot be read from the probability %j", (probability) => {
    // Act
    const fastText = () => contract.decode(JSON.stringify([[["a"]], [[probability]]]));
    const blazingText = () => contract.decode(JSON.stringify([{ label: ["a"], prob: [probability] }]));

    // Assess
    const unreadable = new UnreadablePredictions("a probability is not a number from 0 to 1");
    expect(fastText).toThrow(unreadable);
    expect(blazingText).toThrow(unreadable);
  });

  it.each<{ what: string; document: unknown; came: number }>([
    {
      what: "BlazingText's answers to two texts",
      document: [
        { label: ["a"], prob: [1] },
        { label: ["b"], prob: [1] },
      ],
      came: 2,
    },
    {
      what: "fastText's answers to two texts",
      document: [
        [["a"], ["b"]],
        [["1"], ["1"]],
      ],
      came: 2,
    },
    { what: "fastText's answer with a second probability", document: [[["a"]], [["1"], ["1"]]], came: 2 },
    { what: "fastText's answer to no text", document: [[], []], came: 0 },
  ])("is refused when the endpoint returns $what", ({ document, came }) => {
    // Act
    const decode = () => contract.decode(JSON.stringify(document));

    // Assess
    expect(decode).toThrow(new UnreadablePredictions(`sent 1 row(s), received ${came} prediction(s)`));
  });
});

describe("a probability that is a number", () => {
  it.each(table.probabilities)("is formatted like Python: $number is $text", ({ number, text }) => {
    // Act
    const read = textOf(number);

    // Assess
    expect(read).toBe(text);
  });

  it("has the same value, with a point or an exponent of at least two digits", () => {
    fc.assert(
      fc.property(probabilities, (probability) => {
        // Act
        const text = textOf(probability);

        // Assess
        expect(Number(text)).toBe(probability + 0);
        expect(text).toMatch(
          probability === 0 || probability >= 1e-4 ? /^[01]\.\d+$/ : /^[1-9](\.\d+)?e-(0[5-9]|[1-9]\d+)$/,
        );
      }),
      { numRuns: 500 },
    );
  });
});
