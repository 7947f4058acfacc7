import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { devNull } from "node:os";
import { createInterface } from "node:readline";
import { engineSource } from "../../../paths";
import type { FunctionProcess } from "../function-process";
import type { ToFunction } from "../protocol";
import type { Python } from "./machine";

/** The folder and the environment variables of a process. */
export interface PythonStart {
  /** The folder with the function's code. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** The index of the channel among the child's files; bootstrap.py has the same number. */
const CHANNEL = 3;

/** The waiting time for the last messages of a process that has ended. */
const LAST_MESSAGE_IN_MS = 200;

/**
 * A process that runs a handler in Python. It has the events `message` and `exit` of a child process of Node.js; the
 * messages are lines of JSON on a separate channel, because a handler can write to standard output.
 */
export class PythonProcess extends EventEmitter implements FunctionProcess {
  private readonly child: ChildProcess;
  private readonly channel: Socket;
  private isRead = false;
  private isEnding = false;

  constructor({ executable }: Python, { folder, environment }: PythonStart) {
    super();
    this.child = spawn(executable, ["-B", "-u", engineSource("local/lambda/python/bootstrap.py")], {
      cwd: folder,
      // Otherwise the SDK would read the developer's settings, which Lambda does not have.
      env: { ...environment, AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.channel = this.child.stdio[CHANNEL] as Socket;
    const lines = createInterface({ input: this.channel });
    // If the process has just died, the exit event reports the error.
    this.channel.on("error", () => undefined);
    lines.on("error", () => undefined);
    lines.on("line", (line) => this.emit("message", JSON.parse(line)));
    this.child.once("error", () => this.emit("exit", 1, null));
    this.child.once("exit", (code, signal) => {
      // The event `exit` follows the last message, e.g. the message that the handler cannot be loaded. A forked child
      // process of the handler can keep the channel open.
      const timer = setTimeout(() => lines.close(), LAST_MESSAGE_IN_MS);
      const emitExit = () => {
        clearTimeout(timer);
        this.emit("exit", code, signal);
      };
      if (this.isRead) emitExit();
      else lines.once("close", emitExit);
    });
    lines.once("close", () => {
      this.isRead = true;
    });
  }

  get stdout() {
    return this.child.stdout;
  }

  get stderr() {
    return this.child.stderr;
  }

  get exitCode() {
    return this.child.exitCode;
  }

  get signalCode() {
    return this.child.signalCode;
  }

  get connected(): boolean {
    return !this.isEnding && this.exitCode === null && this.signalCode === null;
  }

  send(message: ToFunction, sent: () => void): boolean {
    return this.channel.write(`${JSON.stringify(message)}\n`, sent);
  }

  /** Ends the process. A handler that computes would not notice that its channel is closed. */
  disconnect(): void {
    this.isEnding = true;
    this.child.kill("SIGKILL");
  }

  kill(signal: NodeJS.Signals): boolean {
    return this.child.kill(signal);
  }
}
