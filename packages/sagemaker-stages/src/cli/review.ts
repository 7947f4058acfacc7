import { defineCommand } from "../lib/command";
import { REVIEW, readArguments } from "../review/arguments";

/** The command that reviews plans. */
export const review = defineCommand(REVIEW, async (line) => {
  const args = readArguments(line);
  const { reviewPlans } = await import("../review/main");
  return reviewPlans(args);
});
