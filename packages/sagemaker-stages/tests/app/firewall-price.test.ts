import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { createApp } from "../../src";
import { PURPOSE_VARIABLE } from "../../src/lib/synthesis-purpose";
import { BEFORE_EVERY_END } from "../../src/testing/clock";
import { inTempFolder } from "../../src/testing/temp-folder";
import { models } from "../fixtures/app/functions";
import { example } from "../stacks/support/environments";

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  jest.spyOn(console, "error").mockImplementation((line: string) => {
    printed.push(line);
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  delete process.env[PURPOSE_VARIABLE];
});

const guarded = { ...example, stage: { ...example.stage, firewall: {} } };

it("prints the price of a firewall before a deployment", () => {
  // Act
  inTempFolder((outdir) => createApp({ models, environments: [guarded], outdir, now: BEFORE_EVERY_END }));

  // Assess
  expect(printed).toEqual([
    "price: test: stage.firewall: $8 a month (web ACL $5, 3 rules $3) and $0.60 per million requests (https://aws.amazon.com/waf/pricing/)",
  ]);
});

it("prints no price for the local stage, or without a firewall", () => {
  // Act
  inTempFolder((outdir) => createApp({ models, environments: [example], outdir, now: BEFORE_EVERY_END }));
  process.env[PURPOSE_VARIABLE] = "environments";
  inTempFolder((outdir) => createApp({ models, environments: [guarded], outdir, now: BEFORE_EVERY_END }));

  // Assess
  expect(printed).toEqual([]);
});
