import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { invokeSample } from "sagemaker-stages/testing";
import { contract } from "../contract";
import { sample } from "../sample";

describe("the sample model of sentiment", () => {
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
    ["This is a wonderful film, and the actors are great.", "positive", 0.982],
    ["Great phone! I love it; the battery is excellent.", "positive", undefined],
    ["The food was delicious and the service friendly.", "positive", undefined],
    ["The worst phone I ever had. Terrible!", "negative", 0.0743],
    ["A waste of time and money; do not buy it.", "negative", 0.0287],
    ["The food was bland and the service slow.", "negative", undefined],
    // Without a known word, the score is the bias.
    ["zzzz", "negative", 0.4446],
  ])("classifies %j as %s", async (review, sentiment, score) => {
    // Prepare
    const request = { review };

    // Act
    const answer = await invokeSample(sample, contract.encode(request));

    // Assess
    const found = contract.decode(answer.body);
    expect(found.sentiment).toBe(sentiment);
    if (score !== undefined) expect(found.score).toBeCloseTo(score, 3);
  });

  it("answers in the format of XGBoost: one probability", async () => {
    // Act
    const answer = await invokeSample(sample, contract.encode({ review: "Good." }));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "text/csv; charset=utf-8" });
    expect(answer.body).toMatch(/^0\.\d+$/);
  });

  it("refuses the counts of another vocabulary, and reports the numbers of words", async () => {
    // Act
    const answer = await invokeSample(sample, { contentType: "text/csv", body: "1,0" });

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(/^row 1: expected \d+ numbers, got 2 value\(s\)$/);
  });
});
