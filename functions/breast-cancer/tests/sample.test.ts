import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { invokeSample } from "sagemaker-stages/testing";
import { contract } from "../contract";
import { sample } from "../sample";
import { BENIGN_ROW, MALIGNANT_ROW } from "./support/rows";

describe("the sample model of breast-cancer", () => {
  it("has a description of one line, small weights and a model card", () => {
    // Act
    const weights = statSync(join(__dirname, "../sample/weights.json"));
    const card = statSync(join(__dirname, "../README.md"));

    // Assess
    expect(sample.description).toMatch(/^sample model: .+$/);
    expect(weights.size).toBeLessThanOrEqual(300 * 1024);
    expect(card.isFile()).toBe(true);
  });

  it("separates benign from malignant masses", async () => {
    // Prepare
    const request = { data: [BENIGN_ROW, MALIGNANT_ROW] };

    // Act
    const answer = await invokeSample(sample, contract.encode(request));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
    expect(contract.decode(answer.body, request)).toEqual(["B", "M"]);
  });

  it("answers in the format of Linear Learner", async () => {
    // Act
    const { body } = await invokeSample(sample, { contentType: "text/csv", body: MALIGNANT_ROW });

    // Assess
    expect(JSON.parse(body)).toEqual({ predictions: [{ score: expect.any(Number), predicted_label: 1 }] });
  });

  it.each([
    ["too few numbers", "text/csv", "1,2,3", "row 1: expected 30 numbers, got 3 value(s)"],
    ["a word", "text/csv", BENIGN_ROW.replace("22.3", "x"), "row 1: expected 30 numbers, got 30 value(s)"],
    ["no number", "text/csv", "", "row 1: expected 30 numbers, got 1 value(s)"],
    ["JSON", "application/json", "[]", "Content-type application/json not supported"],
  ])("refuses %s", async (_what, contentType, body, message) => {
    // Act
    const answer = await invokeSample(sample, { contentType, body });

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(message);
  });
});
