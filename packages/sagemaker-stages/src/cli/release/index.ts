import { defineCommand } from "../../lib/command";
import { PROMOTE, RELEASE } from "./forms";
import type * as promoteCommand from "./promote-command";
import type * as releaseCommand from "./release-command";

/** The command that pins a version of a model. */
export const release = defineCommand(RELEASE, async (line) => {
  const { runRelease }: typeof releaseCommand = require("./release-command");
  process.stdout.write(await runRelease(line));
  return 0;
});

/** The command that lets an environment serve a release of another environment. */
export const promote = defineCommand(PROMOTE, (line) => {
  const { runPromote }: typeof promoteCommand = require("./promote-command");
  process.stdout.write(runPromote(line));
  return 0;
});
