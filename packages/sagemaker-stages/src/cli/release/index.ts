import { defineCommand } from "../../lib/command";
import { PROMOTE, RELEASE, type Result } from "./forms";
import type * as promoteCommand from "./promote-command";
import type * as releaseCommand from "./release-command";

/** The command that pins a version of a model. */
export const release = defineCommand(RELEASE, async (line) => {
  const { runRelease }: typeof releaseCommand = require("./release-command");
  return print(await runRelease(line));
});

/** The command that lets an environment serve a release of another environment. */
export const promote = defineCommand(PROMOTE, (line) => {
  const { runPromote }: typeof promoteCommand = require("./promote-command");
  return print(runPromote(line));
});

/** @returns the exit status */
function print({ text, status }: Result): number {
  process.stdout.write(text);
  return status;
}
