import { requireAppFolder } from "../lib/app-folder";
import { defineCommand } from "../lib/command";
import { readTypeScript } from "../lib/typescript";
import { readArguments, START } from "../local/arguments";
import type * as main from "../local/main";

/** The command that serves environments of the app in the current folder on this machine. */
export const start = defineCommand(START, async (line) => {
  const args = readArguments(line);
  requireAppFolder();
  const { serve }: typeof main = require("../local/main");
  // A sample runs in this process, and may import() its model when it answers.
  await readTypeScript("import()");
  await serve(args);
  return 0;
});
