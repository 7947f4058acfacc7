import { defineCommand } from "../../lib/command";
import type * as command from "./command";
import { NEW_MODEL } from "./form";

/** The command that adds a model to the app in the current folder. */
export const newModel = defineCommand(NEW_MODEL, (line) => {
  const { runNewModel }: typeof command = require("./command");
  process.stdout.write(runNewModel(line));
  return 0;
});
