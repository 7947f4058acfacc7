import type { Command } from "../lib/command";
import { defineCommand } from "../lib/command";
import type { SmokeTestedApp } from "../smoke/main";
import { LOAD, readArguments } from "./arguments";
import type * as main from "./main";

/**
 * The command that measures a model at a constant rate of requests.
 *
 * @param load - loads the app; called after the command line is parsed
 */
export function loadCommand(load: () => SmokeTestedApp): Command {
  return defineCommand(LOAD, (line) => {
    const args = readArguments(line);
    const app = load();
    const { loadTest }: typeof main = require("./main");
    return loadTest(app, args);
  });
}
