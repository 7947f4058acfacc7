import { totalmem } from "node:os";

/** The memory of one process: 8 MB with shared pages divided (`npm run bench -- streams`), and more with large modules. */
const BYTES_OF_PROCESS = 12 * 1024 * 1024;

/** The part of the memory that stays available to other programs is one half. */
function affordableProcesses(): number {
  // In a container, the limit of the container counts. Without a limit, the value is 0 or exceeds the memory.
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(totalmem(), constrained) / 2 / BYTES_OF_PROCESS);
}

/**
 * The processes that functions run beyond their own limits, because a streamed answer can occupy a process for minutes. All
 * functions share one number, which bounds the memory.
 */
export class StreamProcesses {
  private used = 0;

  /** @param limit - the number of processes. Default: as many as need half of the available memory */
  constructor(readonly limit: number = affordableProcesses()) {}

  /** The number of processes that can still start. */
  get free(): number {
    return Math.max(0, this.limit - this.used);
  }

  /** Reports that a function has started a process beyond its own limit. */
  take(): void {
    this.used++;
  }

  /** Reports that a function has one process less beyond its own limit. */
  release(): void {
    this.used--;
  }
}

/** The processes of this machine. */
export const STREAM_PROCESSES = new StreamProcesses();
