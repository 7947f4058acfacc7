import { requireAppFolder } from "../lib/app-folder";
import { defineCommand } from "../lib/command";
import { readArguments, START } from "../local/arguments";

/** The command that serves environments of the app in the current folder on this machine. */
export const start = defineCommand(START, async (line) => {
  const args = readArguments(line);
  requireAppFolder();
  const { serve } = await import("../local/main");
  await serve(args);
  return 0;
});
