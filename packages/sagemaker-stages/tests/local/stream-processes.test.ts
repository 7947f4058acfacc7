import { totalmem } from "node:os";
import { describe, expect, it } from "@jest/globals";
import { StreamProcesses } from "../../src/local/lambda/stream-processes";

const MEGABYTE = 1024 * 1024;

describe("the processes of streamed answers", () => {
  it("fit into half of the memory of this machine or its container", () => {
    // Act
    const { limit, free } = new StreamProcesses();

    // Assess
    const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
    expect(limit).toBe(Math.floor(memory / 2 / (12 * MEGABYTE)));
    expect(limit).toBeGreaterThan(0);
    expect(free).toBe(limit);
  });

  it("are shared by all functions: a process that ends lets another one start", () => {
    // Prepare
    const processes = new StreamProcesses(2);

    // Act
    const free = [processes.free];
    for (const step of ["take", "take", "release", "take"] as const) {
      processes[step]();
      free.push(processes.free);
    }

    // Assess
    expect(free).toEqual([2, 1, 0, 1, 0]);
  });

  it("are not fewer than none when functions had to start a process beyond the limit", () => {
    // Prepare
    const processes = new StreamProcesses(1);

    // Act
    processes.take();
    processes.take();
    const over = processes.free;
    processes.release();

    // Assess
    expect({ over, after: processes.free }).toEqual({ over: 0, after: 0 });
  });
});
