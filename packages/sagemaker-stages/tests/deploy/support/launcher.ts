import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

const LAUNCHER = join(__dirname, "emulator", "launcher.py");

/** The environment variable with which the tests' processes find the launcher. */
const PORT = "EMULATOR_LAUNCHER_PORT";

/**
 * Starts the launcher of emulators, and sets the launcher's port for this process and the processes that it starts. The
 * launcher ends with this process, because its standard input ends then.
 *
 * @throws Error if the launcher ends before it accepts connections
 */
export async function startLauncher(): Promise<void> {
  const launcher = spawn("python3", [LAUNCHER], {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(launcher.stdout).once("line", resolve);
    launcher.once("error", reject);
    launcher.once("exit", (status) => reject(new Error(`the launcher of emulators ended with ${status}`)));
  });
  const { port } = JSON.parse(line) as { port: number };
  process.env[PORT] = String(port);
  // Jest ends although the launcher still runs.
  launcher.unref();
  launcher.stdout.destroy();
  // The pipe to a child process is a socket (https://nodejs.org/api/child_process.html#optionsstdio).
  (launcher.stdin as Socket).unref();
}

/** The launcher's port. @throws Error if `setup.ts` has not started the launcher */
export function launcherPort(): number {
  const port = Number(process.env[PORT]);
  if (!Number.isInteger(port)) {
    throw new Error(
      `${PORT}: got ${process.env[PORT]}; allowed: a port. Run the tests with jest.deploy.json`,
    );
  }
  return port;
}
