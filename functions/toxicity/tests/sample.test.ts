import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { invokeSample } from "sagemaker-stages/testing";
import { contract } from "../contract";
import { blazingText, sample } from "../sample";

const LABELS = ["__label__none", "__label__offensive", "__label__hate"];

const asJson = (document: unknown) => ({ contentType: "application/json", body: JSON.stringify(document) });

describe("the sample model of toxicity", () => {
  it("has a description of one line, small weights and a model card", () => {
    // Act
    const weights = statSync(join(__dirname, "../sample/weights.json"));
    const card = statSync(join(__dirname, "../README.md"));

    // Assess
    expect(sample.description).toMatch(/^sample model: .+$/);
    expect(weights.size).toBeLessThanOrEqual(300 * 1024);
    expect(card.isFile()).toBe(true);
  });

  it.each([
    "who am i",
    "Hello",
    "How do I cook rice?",
    "The train leaves at five o'clock.",
    "!!!",
    "这是什么",
  ])("classifies %j as none", async (q) => {
    // Act
    const answer = await invokeSample(sample, contract.encode({ q }));

    // Assess
    const [labels] = contract.decode(answer.body);
    expect(labels[0]).toBe("__label__none");
  });

  it("does not classify an insult as none", async () => {
    // Prepare
    const request = { q: "you are stupid" };

    // Act
    const answer = await invokeSample(sample, contract.encode(request));

    // Assess
    const [labels] = contract.decode(answer.body);
    expect(labels[0]).not.toBe("__label__none");
  });

  it("answers in the format of fastText in a scikit-learn container: labels, then probabilities as text", async () => {
    // Prepare
    const request = { q: "who am i", k: "3" };

    // Act
    const answer = await invokeSample(sample, contract.encode(request));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
    const [labels, probabilities] = JSON.parse(answer.body);
    expect(labels).toEqual([LABELS]);
    expect(probabilities).toEqual([LABELS.map(() => expect.stringMatching(/^0\.\d+$/))]);
    expect(probabilities[0].map(Number)[0]).toBeCloseTo(0.605, 3);
    expect(probabilities[0].map(Number).reduce((sum: number, p: number) => sum + p)).toBeCloseTo(1, 5);
  });

  it("answers with equal values in the format of BlazingText", async () => {
    // Prepare
    const request = { q: "who am i", k: "3" };

    // Act
    const answer = await invokeSample(blazingText, contract.encode(request));

    // Assess
    expect(JSON.parse(answer.body)).toEqual([{ label: LABELS, prob: LABELS.map(() => expect.any(Number)) }]);
    const [, probabilities] = contract.decode(answer.body);
    const [, usual] = contract.decode((await invokeSample(sample, contract.encode(request))).body);
    probabilities.forEach((probability, n) => {
      expect(Number(probability)).toBeCloseTo(Number(usual[n]), 6);
    });
  });

  it.each([
    [undefined, 1],
    [1, 1],
    [2, 2],
    [3, 3],
    [999_999, 3],
  ])("answers k = %p with %d label(s)", async (k, count) => {
    // Act
    const answer = await invokeSample(sample, asJson({ instances: ["who am i"], configuration: { k } }));

    // Assess
    expect(JSON.parse(answer.body)[0]).toEqual([LABELS.slice(0, count)]);
  });

  it("answers many texts in their order", async () => {
    // Act
    const answer = await invokeSample(sample, asJson({ instances: ["Hello", "you are stupid", "Hello"] }));

    // Assess
    const [labels, probabilities] = JSON.parse(answer.body);
    expect(labels[2]).toEqual(labels[0]);
    expect(labels[1]).not.toEqual(labels[0]);
    expect(probabilities).toHaveLength(3);
  });

  it("formats small probabilities like Python", async () => {
    // Act
    const answer = await invokeSample(sample, contract.encode({ q: "birds", k: "3" }));

    // Assess
    const [, [probabilities]] = JSON.parse(answer.body);
    expect(probabilities[2]).toMatch(/^5\.99\d*e-05$/);
  });

  it.each([
    ["no JSON", { contentType: "application/json", body: "{" }],
    ["null", asJson(null)],
    ["no instances", asJson({})],
    ["no text", asJson({ instances: [] })],
    ["a number for a text", asJson({ instances: [1] })],
    ["a text for k", asJson({ instances: ["Hello"], configuration: { k: "2" } })],
    ["k of 0", asJson({ instances: ["Hello"], configuration: { k: 0 } })],
    ["k of 1.5", asJson({ instances: ["Hello"], configuration: { k: 1.5 } })],
    ["a configuration of null", asJson({ instances: ["Hello"], configuration: null })],
  ])("refuses %s", async (_what, request) => {
    // Act
    const answer = await invokeSample(sample, request);

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.body).toBe(
      'expected {"instances": ["<text>", …], "configuration": {"k": <how many labels, from 1>}}',
    );
  });

  it("refuses another content type", async () => {
    // Act
    const answer = await invokeSample(sample, { contentType: "text/csv", body: "1" });

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.body).toBe("Content-type text/csv not supported; this model takes application/json");
  });
});
