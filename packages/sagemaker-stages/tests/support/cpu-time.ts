/** A result, and the processor time that this process needed for the result. */
export interface Measured<T> {
  readonly result: T;
  /** Milliseconds. A busy machine does not increase the time, because processor time does not include waiting. */
  readonly cpuMs: number;
}

/** Runs a function, and measures the processor time that the function takes. */
export async function measureCpu<T>(run: () => T | Promise<T>): Promise<Measured<T>> {
  const start = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(start);
  return { result, cpuMs: (user + system) / 1_000 };
}
