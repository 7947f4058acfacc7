import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { DelayedOutput } from "../../src/local/delayed-output";

describe("delayed output", () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  function record() {
    const written: string[] = [];
    return { written, output: new DelayedOutput((text) => written.push(text)) };
  }

  it("writes all text of a few milliseconds at once, in its order", () => {
    // Prepare
    const { written, output } = record();

    // Act
    output.add("first\n");
    output.add("second\n");
    const before = [...written];
    jest.runAllTimers();

    // Assess
    expect(before).toEqual([]);
    expect(written).toEqual(["first\nsecond\n"]);
  });

  it("writes immediately, and only once, when it is flushed", () => {
    // Prepare
    const { written, output } = record();
    output.add("line\n");

    // Act
    output.flush();
    const flushed = [...written];
    output.flush();
    jest.runAllTimers();

    // Assess
    expect(flushed).toEqual(["line\n"]);
    expect(written).toEqual(["line\n"]);
  });

  it("writes text that follows a flush", () => {
    // Prepare
    const { written, output } = record();
    output.add("first\n");
    output.flush();

    // Act
    output.add("second\n");
    jest.runAllTimers();

    // Assess
    expect(written).toEqual(["first\n", "second\n"]);
  });
});
