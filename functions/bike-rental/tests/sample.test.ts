import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { invokeSample } from "sagemaker-stages/testing";
import { type about, contract } from "../contract";
import { sample } from "../sample";

type Features = (typeof about.example.request.instances)[number]["features"];

/** Published observations with the real counts. The training does not use these observations. */
const PUBLISHED: readonly (readonly [Features, number])[] = [
  [["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027], 562],
  [["2012-12-19 18:00:00", 4, 0, 1, 1, 15.58, 19.695, 50, 23.9994], 569],
  [["2012-12-10 01:00:00", 4, 0, 1, 2, 14.76, 18.94, 100, 0], 4],
];

describe("the sample model of bike-rental", () => {
  it("has a description of one line, small weights and a model card", () => {
    // Act
    const weights = statSync(join(__dirname, "../sample/weights.json"));
    const card = statSync(join(__dirname, "../README.md"));

    // Assess
    expect(sample.description).toMatch(/^sample model: .+$/);
    expect(weights.size).toBeLessThanOrEqual(300 * 1024);
    expect(card.isFile()).toBe(true);
  });

  it("predicts approximately the real counts of the published hours", async () => {
    // Prepare
    const request = { instances: PUBLISHED.map(([features]) => ({ features })) };

    // Act
    const answer = await invokeSample(sample, contract.encode(request));

    // Assess
    const counts = contract.decode(answer.body, request);
    expect(counts[0]).toBeCloseTo(601.4, 1);
    expect(counts[1]).toBeCloseTo(569.0, 1);
    expect(counts[2]).toBeCloseTo(9.1, 1);
    const squares = PUBLISHED.map(([, count], n) => Math.log((1 + (counts[n] ?? 0)) / (1 + count)) ** 2);
    expect(Math.max(...squares)).toBeLessThan(0.5);
  });

  it("answers in the format of XGBoost: log1p of the counts, one per line", async () => {
    // Prepare
    const request = { instances: PUBLISHED.map(([features]) => ({ features })) };

    // Act
    const answer = await invokeSample(sample, contract.encode(request));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "text/csv; charset=utf-8" });
    expect(answer.body).toMatch(/^6\.\d+\n6\.\d+\n2\.\d+$/);
  });

  it.each([
    ["the 9 features of the caller", "text/csv", "4,0,1,1,16.4,20.455,50,26.0027,17", "got 9 value(s)"],
    ["a second row too short", "text/csv", "4,0,1,1,16,20,50,26,2012,12,19,2,17\n4,0", "row 2: expected 13"],
    ["JSON", "application/json", "[]", "Content-type application/json not supported"],
  ])("refuses %s", async (_what, contentType, body, message) => {
    // Act
    const answer = await invokeSample(sample, { contentType, body });

    // Assess
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(message);
  });
});
