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

/** How many times larger the large input of {@link growthOf} is than the small input. */
const FACTOR = 16;

/** The limit for {@link growthOf}: the growth is about 1 in linear time, and about 16 in quadratic time. */
export const LINEAR_GROWTH = 6;

/**
 * The processor time for one input of `16 × size`, divided by the time for 16 inputs of `size`. The result is a ratio of
 * times in the same process, so that the speed of the machine has no influence. Each time is the shortest of three.
 *
 * @param prepare makes the input of a size. The time for the input is not measured
 */
export async function growthOf<T>(
  size: number,
  prepare: (size: number) => T,
  run: (input: T) => unknown,
): Promise<number> {
  const [small, large] = [prepare(size), prepare(size * FACTOR)];
  const times = { small: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 3; round++) {
    const many = await measureCpu(async () => {
      for (let n = 0; n < FACTOR; n++) await run(small);
    });
    const one = await measureCpu(() => run(large));
    times.small = Math.min(times.small, many.cpuMs);
    times.large = Math.min(times.large, one.cpuMs);
  }
  return times.large / times.small;
}
