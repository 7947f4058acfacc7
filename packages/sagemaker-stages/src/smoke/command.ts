import type { Command } from "../lib/command";
import { defineCommand } from "../lib/command";
import { readArguments, SMOKE } from "./arguments";
import type * as main from "./main";

/**
 * The command that smoke-tests a deployed environment.
 *
 * @param load - loads the app; called after the command line is parsed
 */
export function smokeCommand(load: () => main.SmokeTestedApp): Command {
  return defineCommand(SMOKE, (line) => {
    const args = readArguments(line);
    const app = load();
    const { smokeTest }: typeof main = require("./main");
    return smokeTest(app, args);
  });
}
