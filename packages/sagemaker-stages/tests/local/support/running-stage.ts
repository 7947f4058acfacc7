import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { COMMAND } from "./project";

/** The folder of an app, and a folder for the temporary files of the local stage. */
export interface ServedFolder {
  readonly folder: string;
  readonly tempFolder: string;
}

/** The end of a process. */
export interface End {
  /** Exit status; `null` if a signal ended the process. */
  readonly status: number | null;
  readonly signal: string | null;
}

/** The time-out of a start, which is longer than a start takes on a busy machine. */
const PATIENCE_IN_MS = 60_000;
/** The last line of the banner. */
const SERVED = "Ctrl-C stops.";

/** Starts Node.js with the given arguments, and does not handle signals. */
const PARENT =
  'require("node:child_process").spawn(process.execPath, process.argv.slice(1), { stdio: "inherit" })';

/** `sagemaker-stages start`, running in a copy of the fixture app. */
export class RunningStage {
  /** The output so far, of both streams. */
  output = "";
  /** The output to standard error so far. */
  errors = "";
  /** Settles after the process has ended and all output is read. */
  readonly ended: Promise<End>;
  private readonly process: ChildProcess;
  private closed = false;
  private readonly listeners = new Set<() => void>();

  /**
   * @param words - the command line, e.g. `["dev", "--port", "0"]`
   * @param startedBy - `parent` starts the stage from another process, as npm does. Signals are then sent to that
   * process
   */
  constructor(
    private readonly project: ServedFolder,
    words: readonly string[],
    startedBy: "this process" | "parent" = "this process",
  ) {
    const { folder, tempFolder } = project;
    const own = [COMMAND, "start", ...words];
    this.process = spawn(process.execPath, startedBy === "parent" ? ["-e", PARENT, "--", ...own] : own, {
      cwd: folder,
      env: { ...process.env, TMPDIR: tempFolder },
      stdio: ["ignore", "pipe", "pipe"],
      // A separate process group, which contains all child processes.
      detached: true,
    });
    this.process.stdout?.setEncoding("utf8").on("data", (text: string) => this.take(text));
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text;
      this.take(text);
    });
    this.ended = new Promise((resolve, reject) => {
      this.process.on("error", reject);
      this.process.on("close", (status, signal) => {
        this.closed = true;
        resolve({ status, signal });
        for (const listener of this.listeners) listener();
      });
    });
  }

  /** Starts a stage on a free port, and waits for the banner. */
  static async serve(project: ServedFolder, words: readonly string[]): Promise<RunningStage> {
    const stage = new RunningStage(project, [...words, "--port", "0"]);
    try {
      await stage.printed(SERVED);
    } catch (error) {
      await stage.kill();
      throw error;
    }
    return stage;
  }

  /** The address in the banner. */
  get url(): string {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(this.output) ?? [];
    if (url === undefined) throw new Error(`there is no address in:\n${this.output}`);
    return url;
  }

  /**
   * Waits until `text` is printed.
   *
   * @param from - the position in the output at which the search starts
   * @returns the output from that position on
   * @throws Error with all output if the process ends, or after the time-out
   */
  async printed(text: string, from = 0): Promise<string> {
    await this.until(() => this.output.includes(text, from), `"${text}" was not printed`);
    return this.output.slice(from);
  }

  /** Sends a signal only to the process, as `kill` does. */
  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Sends SIGINT to the process group, as Ctrl-C in a terminal does. */
  pressCtrlC(): void {
    process.kill(-this.group, "SIGINT");
  }

  /** The processes and temporary folders that remain after this process has ended. */
  async leftovers(): Promise<{ processes: readonly number[]; folders: readonly string[] }> {
    await this.ended;
    const folders = readdirSync(this.project.tempFolder).filter((name) => name.startsWith("local-stage-"));
    return { processes: await this.survivors(), folders };
  }

  /** Ends the process group immediately, for the end of a failed test. */
  async kill(): Promise<void> {
    if (isThere(-this.group)) process.kill(-this.group, "SIGKILL");
    await this.ended;
  }

  private get group(): number {
    const { pid } = this.process;
    if (pid === undefined) throw new Error("the process did not start");
    return pid;
  }

  private take(text: string): void {
    this.output += text;
    for (const listener of this.listeners) listener();
  }

  private async until(holds: () => boolean, otherwise: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.listeners.delete(look);
        settle();
      };
      const fail = () => finish(() => reject(new Error(`${otherwise}; there was:\n${this.output}`)));
      const look = () => {
        if (holds()) finish(resolve);
        else if (this.closed) fail();
      };
      const timer = setTimeout(fail, PATIENCE_IN_MS);
      this.listeners.add(look);
      look();
    });
  }

  /** The remaining processes of the group, after a short time for processes that are ending. */
  private async survivors(): Promise<number[]> {
    const deadline = Date.now() + 2_000;
    for (;;) {
      const alive = processesOf(this.group);
      if (alive.length === 0 || Date.now() > deadline) return alive;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Whether a process exists, or for a negative number a process group. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The living processes of a group. */
function processesOf(group: number): number[] {
  if (!isThere(-group)) return [];
  // If /proc exists, zombie processes are not counted.
  if (!existsSync("/proc/self/stat")) return [group];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [state, , ofGroup] = statOf(pid);
      return ofGroup === String(group) && state !== "Z";
    });
}

/** State, parent, group, …: the fields after the command's name, which can contain any character. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
