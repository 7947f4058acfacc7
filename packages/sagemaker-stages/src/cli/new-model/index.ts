import { defineCommand } from "../../lib/command";
import { NEW_MODEL } from "./form";

/** The command that adds a model to the app in the current folder. */
export const newModel = defineCommand(NEW_MODEL, async (line) => {
  const { runNewModel } = await import("./command");
  process.stdout.write(runNewModel(line));
  return 0;
});
