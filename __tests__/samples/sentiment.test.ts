import { describe, expect, it } from "@jest/globals";
import { contract } from "../../functions/sentiment/contract";
import { ask } from "./support/asking";

describe("the sample model of sentiment", () => {
  it.each([
    ["This is a wonderful film, and the actors are great.", "positive", 0.982],
    ["Great phone! I love it; the battery is excellent.", "positive", undefined],
    ["The food was delicious and the service friendly.", "positive", undefined],
    ["The worst phone I ever had. Terrible!", "negative", 0.0743],
    ["A waste of time and money; do not buy it.", "negative", 0.0287],
    ["The food was bland and the service slow.", "negative", undefined],
    // Nothing that it knows: what it holds of reviews in general.
    ["zzzz", "negative", 0.4446],
  ])("finds %j %s", async (review, sentiment, score) => {
    // Prepare
    const request = { review };

    // Act
    const answer = await ask("sentiment", contract.encode(request));

    // Assess
    const found = contract.decode(answer.body, request);
    expect(found.sentiment).toBe(sentiment);
    if (score !== undefined) expect(found.score).toBeCloseTo(score, 3);
  });

  it("answers as XGBoost: one probability", async () => {
    // Act
    const answer = await ask("sentiment", contract.encode({ review: "Good." }));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "text/csv; charset=utf-8" });
    expect(answer.body).toMatch(/^0\.\d+$/);
  });

  it("refuses the counts of another vocabulary, and says so", async () => {
    // Act
    const answer = await ask("sentiment", { contentType: "text/csv", body: "1,0" });

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(/^row 1: expected \d+ numbers, got 2 value\(s\)$/);
  });
});
