import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { findChromium } from "../../src/testing/chromium";

const folder = mkdtempSync(join(tmpdir(), "chromium-"));
const program = join(folder, "chromium");
writeFileSync(program, "#!/bin/sh\n");
chmodSync(program, 0o755);

afterAll(() => rmSync(folder, { recursive: true }));

describe("findChromium", () => {
  it("returns the first executable file on PATH", () => {
    // Act
    const found = findChromium({ PATH: ["/nowhere", folder].join(delimiter) });

    // Assess
    expect(found).toBe(program);
  });

  it("returns the file that CHROMIUM names", () => {
    // Act
    const found = findChromium({ CHROMIUM: program, PATH: "/nowhere" });

    // Assess
    expect(found).toBe(program);
  });

  it("fails and names the programs to install when PATH has no Chromium", () => {
    // Act
    const act = () => findChromium({ PATH: "/nowhere" });

    // Assess
    expect(act).toThrow(
      "PATH: got no Chromium; allowed: a folder with chromium, chromium-browser, google-chrome",
    );
  });

  it("fails when CHROMIUM names no executable file", () => {
    // Act
    const act = () => findChromium({ CHROMIUM: "/nowhere/chromium", PATH: folder });

    // Assess
    expect(act).toThrow("CHROMIUM: got /nowhere/chromium; allowed:");
  });
});
