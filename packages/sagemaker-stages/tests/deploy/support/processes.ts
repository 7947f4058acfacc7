import { spawnSync } from "node:child_process";

/** Kills a process and all its descendants with SIGKILL. */
export function killWithChildren(process_: number): void {
  for (const pid of [...descendantsOf(process_), process_]) kill(pid);
}

function kill(process_: number): void {
  try {
    process.kill(process_, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function descendantsOf(process_: number): readonly number[] {
  const { stdout, error } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  if (error !== undefined) throw error;
  const pairs = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const childrenOf = (parent: number): number[] =>
    pairs
      .flatMap(([pid, ppid]) => (ppid === parent && pid !== undefined ? [pid] : []))
      .flatMap((child) => [...childrenOf(child), child]);
  return childrenOf(process_);
}
