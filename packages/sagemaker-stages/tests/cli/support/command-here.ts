import { format } from "node:util";
import { jest } from "@jest/globals";
import { runCommand } from "../../../src/cli/main";
import { setTypeScript } from "../../../src/lib/typescript";
import type { Finished } from "../../package/support/small-repository";

/**
 * Runs `sagemaker-stages` in this process: the code that `bin/sagemaker-stages.js` calls, without the half second in which a
 * process starts and registers tsx. Calls must not overlap, because the current folder and the output belong to the process.
 *
 * @param folder - the current folder of the command
 * @param words - the command line after `sagemaker-stages`
 * @throws Error if the command loads TypeScript of an app, because Jest then loads it instead of tsx
 */
export async function runHere(folder: string, words: readonly string[]): Promise<Finished> {
  const output = { stdout: "", stderr: "" };
  const writeTo = (stream: keyof typeof output) => (text: unknown) => {
    output[stream] += String(text);
    return true;
  };
  const printTo =
    (stream: keyof typeof output) =>
    (...values: unknown[]) => {
      output[stream] += `${format(...values)}\n`;
    };
  const spies = [
    jest.spyOn(process.stdout, "write").mockImplementation(writeTo("stdout")),
    jest.spyOn(process.stderr, "write").mockImplementation(writeTo("stderr")),
    jest.spyOn(console, "log").mockImplementation(printTo("stdout")),
    jest.spyOn(console, "error").mockImplementation(printTo("stderr")),
  ];
  const before = { folder: process.cwd(), status: process.exitCode };
  process.chdir(folder);
  process.exitCode = undefined;
  let loadsTypeScript = false;
  try {
    // Commands do not wait for this function when they load TypeScript with `require`: a rejection would have no effect.
    await runCommand(words, async () => {
      loadsTypeScript = true;
    });
    if (loadsTypeScript) {
      throw new Error(
        `${words.join(" ")}: got a command that loads TypeScript of an app; allowed: a process for it`,
      );
    }
    // A process without an exit status ends with 0.
    return { status: Number(process.exitCode ?? 0), ...output };
  } finally {
    // Other code of the test file may load TypeScript, which Jest reads.
    setTypeScript(async () => {});
    process.exitCode = before.status;
    process.chdir(before.folder);
    for (const spy of spies) spy.mockRestore();
  }
}
