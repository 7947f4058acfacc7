import type { ChildProcess } from "node:child_process";
import type { EventEmitter } from "node:events";
import type { ToFunction } from "./protocol";

/** A process that runs a function: a child process of Node.js, or of another runtime with the same messages. */
export interface FunctionProcess
  extends EventEmitter,
    Pick<ChildProcess, "connected" | "exitCode" | "signalCode" | "stdout" | "stderr"> {
  /** Sends a message. */
  send(message: ToFunction, sent: () => void): boolean;
  /** Ends the process. */
  disconnect(): void;
  kill(signal: NodeJS.Signals): boolean;
}
