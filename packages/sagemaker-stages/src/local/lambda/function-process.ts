import type { ChildProcess } from "node:child_process";
import type { EventEmitter } from "node:events";
import type { Invoke } from "./protocol";

/** A process that runs a function: a child process of Node.js, or of another runtime with the same messages. */
export interface FunctionProcess
  extends EventEmitter,
    Pick<ChildProcess, "connected" | "exitCode" | "signalCode" | "stdout" | "stderr"> {
  /** Sends an invocation. */
  send(message: Invoke, sent: () => void): boolean;
  /** Ends the process. */
  disconnect(): void;
  kill(signal: NodeJS.Signals): boolean;
}
