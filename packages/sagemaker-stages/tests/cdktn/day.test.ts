import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { REPOSITORY } from "../documentation/support/documents";
import { stacksOf, synthesize } from "./support/synthesis";

const TIMEOUT_IN_MS = 120_000;

/** A module that sets the clock of a process to a day on which Lambda refuses all runtimes of this version. */
const CLOCK = `globalThis.Date = class extends Date {
  constructor(...values) { super(...(values.length === 0 ? ["2040-01-01T00:00:00Z"] : values)); }
};`;

describe("a synthesis of these tests", () => {
  const folder = makeTempFolder();

  afterAll(() => removeFolder(folder));

  it(
    "succeeds on a day on which Lambda refuses the default runtime",
    async () => {
      // Prepare
      const clock = join(folder, "clock.cjs");
      writeFileSync(clock, CLOCK);

      // Act
      const synthesis = await synthesize(REPOSITORY, join(folder, "stacks"), "main.ts", ["--require", clock]);

      // Assess
      expect(stacksOf(synthesis)).toContain("dev");
    },
    TIMEOUT_IN_MS,
  );
});
