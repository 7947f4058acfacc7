import { utimesSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { isKeyOfFile, ObjectFiles } from "../../src/local/s3/object-files";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

describe("the objects of a bucket on this machine", () => {
  const folder = makeTempFolder();
  let now = Date.parse("2026-11-29T12:00:00Z");
  const files = new ObjectFiles(
    folder,
    (key) => (key.startsWith("dev/") ? 1 : undefined),
    () => now,
  );

  afterAll(() => removeFolder(folder));

  it("are written only once, and only over the known version, when the write has a condition", () => {
    // Act
    const first = files.put("dev/a", "1", undefined, "new");
    const second = files.put("dev/a", "2", undefined, "new");
    const known = files.put("dev/a", "3", undefined, { etag: first ?? "" });
    const old = files.put("dev/a", "4", undefined, { etag: first ?? "" });
    const missing = files.put("dev/b", "5", undefined, { etag: first ?? "" });

    // Assess
    expect([first, second, known, old, missing].map((etag) => etag !== undefined)).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect(String(files.get("dev/a")?.bytes)).toBe("3");
  });

  it("expire at the midnight after their days, and only under the prefix of the rule", () => {
    // Prepare
    for (const key of ["dev/c", "other"]) {
      files.put(key, "1", "text/plain");
      utimesSync(join(folder, key), new Date("2026-11-29T12:00:00Z"), new Date("2026-11-29T12:00:00Z"));
    }

    // Act
    const at = (time: string) => {
      now = Date.parse(time);
      return ["dev/c", "other"].map((key) => files.get(key)?.contentType);
    };

    // Assess
    expect(at("2026-11-30T23:59:59Z")).toEqual(["text/plain", "text/plain"]);
    expect(at("2026-12-01T00:00:00Z")).toEqual([undefined, "text/plain"]);
  });

  it.each(["../a", "a/../b", ".queue/a", "a//b", "/a", "a/", "", "a/.content-types"])(
    "have no key %j, which is no path of a file in the folder",
    (key) => {
      expect(isKeyOfFile(key)).toBe(false);
    },
  );
});
