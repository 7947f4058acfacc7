import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { COMMAND, type ProjectCopy } from "./project";

/** How a process ended. */
export interface End {
  /** Exit status; `null` where a signal ended it. */
  readonly status: number | null;
  readonly signal: string | null;
}

/** Longer than a start takes on a machine whose processors are busy with other tests. */
const PATIENCE_IN_MS = 60_000;
/** The last line of what is printed when a stage is served. */
const SERVED = "Ctrl-C stops.";

/** Starts node with its own arguments, and knows nothing of signals. */
const PARENT =
  'require("node:child_process").spawn(process.execPath, process.argv.slice(1), { stdio: "inherit" })';

/** `sagemaker-stages start` in a copy of the fixture app. */
export class RunningStage {
  /** What it printed so far, on both streams. */
  output = "";
  /** What it printed so far to standard error. */
  errors = "";
  /** Settles when it has ended and everything it printed is here. */
  readonly ended: Promise<End>;
  private readonly process: ChildProcess;
  private closed = false;
  private readonly listeners = new Set<() => void>();

  /**
   * @param words - the command line, e.g. `["dev", "--port", "0"]`
   * @param startedBy - `parent` puts a process between, as npm does; signals then go to that one
   */
  constructor(
    private readonly project: ProjectCopy,
    words: readonly string[],
    startedBy: "this process" | "parent" = "this process",
  ) {
    const { folder, tempFolder } = project;
    const own = [COMMAND, "start", ...words];
    this.process = spawn(process.execPath, startedBy === "parent" ? ["-e", PARENT, "--", ...own] : own, {
      cwd: folder,
      env: { ...process.env, TMPDIR: tempFolder },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: whatever it starts belongs to the group, too.
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

  /** Starts a stage on a free port and waits until it is served. */
  static async serve(project: ProjectCopy, words: readonly string[]): Promise<RunningStage> {
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
   * @param from - where in the output to begin to look
   * @returns the output from there on
   * @throws Error with all output, where the process ends or nothing comes
   */
  async printed(text: string, from = 0): Promise<string> {
    await this.until(() => this.output.includes(text, from), `"${text}" was not printed`);
    return this.output.slice(from);
  }

  /** Sends a signal to the process alone, as `kill` does. */
  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Sends SIGINT to the process and all that it started, as Ctrl-C in a terminal does. */
  pressCtrlC(): void {
    process.kill(-this.group, "SIGINT");
  }

  /** What this process left behind once it has ended: processes and folders of temporary files. */
  async leftovers(): Promise<{ processes: readonly number[]; folders: readonly string[] }> {
    await this.ended;
    const folders = readdirSync(this.project.tempFolder).filter((name) => name.startsWith("local-stage-"));
    return { processes: await this.survivors(), folders };
  }

  /** Ends everything at once, for the end of a test that failed. */
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

  /** Processes of the group; those that were told to end get a moment. */
  private async survivors(): Promise<number[]> {
    const deadline = Date.now() + 2_000;
    for (;;) {
      const alive = processesOf(this.group);
      if (alive.length === 0 || Date.now() > deadline) return alive;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Whether there is a process, or for a negative number a process group. */
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
  // Where the system tells, those that only wait to be collected do not count.
  if (!existsSync("/proc/self/stat")) return [group];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [state, , ofGroup] = statOf(pid);
      return ofGroup === String(group) && state !== "Z";
    });
}

/** State, parent, group, …: the fields after the command's name, which may hold anything. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
