import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { bundleProgram, FUNCTION_PROGRAM } from "../../src/local/bundle-program";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bundle-program-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it("leaves the previous bundle complete for a process that has opened it", () => {
  // Prepare
  const bundle = join(folder, "function.cjs");
  writeFileSync(bundle, "the previous program");
  const opened = openSync(bundle, "r");

  // Act
  bundleProgram(FUNCTION_PROGRAM, bundle);
  const previous = readFileSync(opened, "utf8");
  closeSync(opened);

  // Assess
  expect(previous).toBe("the previous program");
  expect(readFileSync(bundle, "utf8")).toContain("LAMBDA_TASK_ROOT");
  expect(readdirSync(folder)).toEqual(["function.cjs"]);
});
