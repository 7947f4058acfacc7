import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The measured app. */
export const FIXTURE_APP = join(__dirname, "../tests/fixtures/app");

/** The cost of one process with all its child processes. */
export interface ProcessCost {
  /** Milliseconds from the start to the end. */
  readonly timeInMs: number;
  /** Milliseconds that the processors worked, including child processes. A busy machine does not change this figure much. */
  readonly cpuInMs: number;
  /** The largest resident set of a Node.js process, in MB. */
  readonly peakInMb: number;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The medians of a process's runs. */
export function medianCost(costs: readonly ProcessCost[]): ProcessCost {
  return {
    timeInMs: median(costs.map(({ timeInMs }) => timeInMs)),
    cpuInMs: median(costs.map(({ cpuInMs }) => cpuInMs)),
    peakInMb: median(costs.map(({ peakInMb }) => peakInMb)),
  };
}

/**
 * Measures alternately (A B A B …), so that a change of the machine's load concerns all measurements alike.
 *
 * @returns the values of each measurement, by its name
 */
export async function alternate<Name extends string, Value>(
  rounds: number,
  measurements: Readonly<Record<Name, () => Promise<Value>>>,
): Promise<Record<Name, Value[]>> {
  const entries = Object.entries<() => Promise<Value>>(measurements);
  const values = Object.fromEntries(entries.map(([name]) => [name, [] as Value[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of entries) values[name]?.push(await measure());
  }
  return values as Record<Name, Value[]>;
}

/** Writes the largest resident set of a process at its end. Child processes inherit NODE_OPTIONS, and write their own. */
const PEAK_PROBE = `const { appendFileSync } = require("node:fs");
const file = process.env.BENCH_PEAKS;
process.on("exit", () => appendFileSync(file, process.resourceUsage().maxRSS + "\\n"));
`;

/** `time` of bash counts the child processes, which `process.resourceUsage` does not. */
const TIMED = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>"$BENCH_ERRORS"';

/**
 * Runs a program to its end, in a new process.
 *
 * @param words - the program and its arguments
 * @throws Error with the program's messages if it fails
 */
export async function costOf(
  words: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<ProcessCost> {
  const folder = mkdtempSync(join(tmpdir(), "bench-process-"));
  try {
    const [probe, peaks, errors] = ["probe.cjs", "peaks", "errors"].map((name) => join(folder, name));
    writeFileSync(join(folder, "probe.cjs"), PEAK_PROBE);
    const environment = {
      ...process.env,
      ...env,
      NODE_OPTIONS: `--require ${probe}`,
      BENCH_PEAKS: peaks,
      BENCH_ERRORS: errors,
    };
    const start = performance.now();
    const times = await new Promise<string>((resolve, reject) => {
      execFile(
        "bash",
        ["-c", TIMED, "bash", ...words],
        { cwd, env: environment },
        (failure, _stdout, stderr) => {
          if (failure === null) return resolve(stderr);
          const said = readFileSync(join(folder, "errors"), "utf8");
          reject(
            new Error(`${words.join(" ")} in ${cwd} ended with status ${failure.code}:\n${said || stderr}`),
          );
        },
      );
    });
    const timeInMs = performance.now() - start;
    const [user = Number.NaN, system = Number.NaN] = times.trim().split(" ").map(Number);
    const sizes = readFileSync(join(folder, "peaks"), "utf8").trim().split("\n").map(Number);
    return { timeInMs, cpuInMs: (user + system) * 1_000, peakInMb: Math.max(...sizes) / 1_024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The cost of Node.js with these arguments, in a new process. */
export function nodeCost(
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<ProcessCost> {
  return costOf([process.execPath, ...words], options);
}

/**
 * Makes a copy of an app use other packages, e.g. the compiled engine.
 *
 * @param packages - a folder `node_modules`
 */
export function usePackages(app: string, packages: string): void {
  const link = join(app, "node_modules");
  rmSync(link);
  symlinkSync(packages, link, "dir");
}
