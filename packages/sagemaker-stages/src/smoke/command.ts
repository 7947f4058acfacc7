import type { Command } from "../lib/command";
import { defineCommand } from "../lib/command";
import { readArguments, SMOKE } from "./arguments";
import type { SmokeTestedApp } from "./main";

/**
 * The command that smoke-tests a deployed environment.
 *
 * @param load - loads the app; called after the command line is parsed
 */
export function smokeCommand(load: () => SmokeTestedApp | Promise<SmokeTestedApp>): Command {
  return defineCommand(SMOKE, async (line) => {
    const args = readArguments(line);
    const app = await load();
    const { smokeTest } = await import("./main");
    return smokeTest(app, args);
  });
}
