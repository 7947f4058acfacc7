import { describe, expect, it } from "@jest/globals";
import { BASELINE, DRIFT, readBaselineArguments, readDriftArguments } from "../../src/drift/arguments";
import { readCommandLine } from "../../src/lib/arguments";
import { NOW } from "./support/app";

const read = (...words: string[]) => readDriftArguments(readCommandLine(DRIFT, words), NOW);

describe("the command line of drift", () => {
  it("compares the last 7 days of the models' buckets when no option is given", () => {
    // Act
    const args = read("staging");

    // Assess
    expect(args).toMatchObject({
      environment: "staging",
      model: undefined,
      captured: undefined,
      period: { from: new Date("2026-11-23T00:00:00Z"), to: undefined },
      thresholds: { psi: 0.25, ks: 0.2, minRows: 100 },
      html: ".sagemaker-stages/drift/staging.html",
      putsMetric: false,
    });
  });

  it("compares all requests of a folder when no time is given", () => {
    expect(read("dev", "--captured", "folder").period).toEqual({ from: undefined, to: undefined });
  });

  it.each([
    ["36h", "2026-11-28T12:00:00.000Z"],
    ["2026-11-01", "2026-11-01T00:00:00.000Z"],
    ["2026-11-01T06:30", "2026-11-01T06:30:00.000Z"],
    ["2026-11-01T06:30:15Z", "2026-11-01T06:30:15.000Z"],
  ])("reads the time %s in UTC", (text, time) => {
    expect(read("dev", "--from", text).period.from?.toISOString()).toBe(time);
  });

  it.each([
    [["--from", "yesterday"], /^--from: got yesterday; allowed: a date and time in UTC/],
    [["--from", "2026-13-01"], /^--from: got 2026-13-01; allowed/],
    [
      ["--from", "2026-11-30T12:00"],
      /^--from: got 2026-11-30T12:00:00.000Z; allowed: a time before 2026-11-30T00:00:00.000Z$/,
    ],
    [["--psi", "0"], /^--psi: got 0; allowed: a number greater than 0$/],
    [["--ks", "1.5"], /^--ks: got 1\.5; allowed: a number greater than 0, at most 1$/],
    [["--min-rows", "1.5"], /^--min-rows: got 1\.5; allowed: a whole number from 1$/],
    [
      ["--captured", "s3:/bucket"],
      /^--captured: got s3:\/bucket; allowed: a folder, or s3:\/\/<bucket>\/<prefix>$/,
    ],
  ])("refuses %j with the allowed values", (words, message) => {
    expect(() => read("dev", ...words)).toThrow(message);
  });
});

describe("the command line of baseline", () => {
  const readBaseline = (...words: string[]) => readBaselineArguments(readCommandLine(BASELINE, words));

  it("reads lists of names", () => {
    expect(readBaseline("iris", "--data", "a.csv", "--drop", "id, label").drop).toEqual(["id", "label"]);
  });

  it.each([
    [[], /^--data: got nothing; allowed: --data FILE/],
    [["--data", "a.csv", "--drop", "id,,x"], /^--drop: got id,,x; allowed: names with commas between them/],
    [
      ["--data", "a.jsonl", "--columns", "a"],
      /^--columns: got a for JSON lines; allowed: with a CSV file only$/,
    ],
  ])("refuses %j with the allowed values", (words, message) => {
    expect(() => readBaseline("iris", ...words)).toThrow(message);
  });
});
