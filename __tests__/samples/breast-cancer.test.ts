import { describe, expect, it } from "@jest/globals";
import { contract } from "../../functions/breast-cancer/contract";
import { BENIGN_ROW, MALIGNANT_ROW } from "../../packages/sagemaker-stages/tests/local/support/rows";
import { ask } from "./support/asking";

describe("the sample model of breast-cancer", () => {
  it("tells benign from malignant", async () => {
    // Prepare
    const request = { data: [BENIGN_ROW, MALIGNANT_ROW] };

    // Act
    const answer = await ask("breast-cancer", contract.encode(request));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
    expect(contract.decode(answer.body, request)).toEqual(["B", "M"]);
  });

  it("answers as Linear Learner", async () => {
    // Act
    const { body } = await ask("breast-cancer", { contentType: "text/csv", body: MALIGNANT_ROW });

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
    const answer = await ask("breast-cancer", { contentType, body });

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(message);
  });
});
