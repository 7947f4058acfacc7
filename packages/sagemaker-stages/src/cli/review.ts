import { defineCommand } from "../lib/command";
import { REVIEW, readArguments } from "../review/arguments";
import type * as main from "../review/main";

/** The command that reviews plans. */
export const review = defineCommand(REVIEW, (line) => {
  const args = readArguments(line);
  const { reviewPlans }: typeof main = require("../review/main");
  return reviewPlans(args);
});
