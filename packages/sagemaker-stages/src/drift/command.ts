import { type Command, defineCommand } from "../lib/command";
import { DRIFT, readDriftArguments } from "./arguments";
import type * as main from "./main";

/**
 * The command that compares captured requests of an environment with the models' baselines.
 *
 * @param load - loads the app; called after the command line is parsed
 */
export function driftCommand(load: () => main.ComparedApp): Command {
  return defineCommand(DRIFT, (line) => {
    const args = readDriftArguments(line);
    const app = load();
    const { compareEnvironment }: typeof main = require("./main");
    return compareEnvironment(app, args);
  });
}
