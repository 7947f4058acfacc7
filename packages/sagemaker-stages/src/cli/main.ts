import { UsageError } from "../lib/arguments";
import type { Command } from "../lib/command";
import { toLoadFailure } from "../lib/load-failure";
import { UserError } from "../lib/user-error";

/** Every command. A command's module is loaded when the command runs, because most of them load CDKTF or much else. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import("./init")).init,
  "new-model": async () => (await import("./new-model/command")).newModel,
  doctor: async () => (await import("./doctor")).doctor,
  start: async () => (await import("../local/main")).start,
  review: async () => (await import("../review/main")).review,
  smoke: async () => (await import("./smoke")).smoke,
  deployer: async () => (await import("./deployer")).deployer,
  pipeline: async () => (await import("../pipeline/main")).pipeline,
  programs: async () => (await import("./programs")).programs,
  "providers-lock": async () => (await import("./lock-providers")).providersLock,
};

/** @returns the exit status */
async function main([name, ...words]: readonly string[]): Promise<number> {
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return (await load()).run(words);
  const usage = await describeCommands();
  if (name === undefined || name === "--help" || name === "-h") {
    process.stdout.write(usage);
    return 0;
  }
  throw new UsageError(`command: got ${name}; allowed: ${Object.keys(COMMANDS).join(", ")}\n\n${usage}`);
}

async function describeCommands(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `usage: sagemaker-stages <command> [--help]\n\n${lines.join("\n")}\n`;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const failure = error instanceof UserError || error instanceof UsageError ? error : toLoadFailure(error);
    // The stack of a fault of the engine itself; a user's own fault needs only its message.
    console.error(
      failure === undefined && error instanceof Error ? error.stack : (failure?.message ?? error),
    );
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
