import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { unifiedDiff } from "../../src/cli/template/unified-diff";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

const line = fc.constantFrom("a", "b", "c", "", "--- a/x", "@@ -1,1 +1,1 @@");
const text = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.boolean())
  .map(([lines, ends]) => lines.join("\n") + (ends ? "\n" : ""));

describe("unifiedDiff", () => {
  let folder = "";

  beforeAll(() => {
    folder = makeTempFolder();
    spawnSync("git", ["init", "--quiet"], { cwd: folder });
  });

  afterAll(() => removeFolder(folder));

  it("makes a patch with which git turns the old text into the new text", () => {
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), text, (from, to) => {
        // Prepare: git has no patch for a new file without content.
        fc.pre(from !== to && !(from === undefined && to === ""));
        const file = join(folder, "file.txt");
        if (from === undefined) rmSync(file, { force: true });
        else writeFileSync(file, from);

        // Act
        const patch = unifiedDiff({ path: "file.txt", from, to });
        const { stderr } = spawnSync("git", ["apply", "--whitespace=nowarn", "-"], {
          cwd: folder,
          input: patch,
          encoding: "utf8",
        });

        // Assess
        expect(stderr).toBe("");
        expect(existsSync(file) ? readFileSync(file, "utf8") : "").toBe(to);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("the patch is empty for equal texts", () => {
    // Act
    const patch = unifiedDiff({ path: "file.txt", from: "a\n", to: "a\n" });

    // Assess
    expect(patch).toBe("");
  });
});
