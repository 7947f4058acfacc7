import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { digestOfFolder, requireDigest } from "../../src/pipeline/folder-digest";
import { inTempFolder } from "../../src/testing/temp-folder";

const FILES = { "dev/cdk.tf.json": "{}", "dev/assets/a.zip": "zip" };

/** Calls `use` with a folder that contains these files. */
function withFiles<Result>(files: Readonly<Record<string, string>>, use: (folder: string) => Result): Result {
  return inTempFolder((folder) => {
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return use(folder);
  });
}

const digestOf = (files: Readonly<Record<string, string>>) => withFiles(files, digestOfFolder);

describe("the digest of a folder", () => {
  it("the digest is the same for the same files in another folder, written in another order", () => {
    // Prepare
    const reversed = Object.fromEntries(Object.entries(FILES).reverse());

    // Act
    const digests = [digestOf(FILES), digestOf(reversed)];

    // Assess
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
  });

  it.each<[change: string, files: Readonly<Record<string, string>>]>([
    ["one byte", { ...FILES, "dev/assets/a.zip": "zap" }],
    ["a file's name", { "dev/cdk.tf.json": "{}", "dev/assets/b.zip": "zip" }],
    ["a file's folder", { "prod/cdk.tf.json": "{}", "dev/assets/a.zip": "zip" }],
    ["one more file", { ...FILES, "dev/more.tf": "" }],
    ["one file less", { "dev/cdk.tf.json": "{}" }],
    ["swapped contents", { "dev/cdk.tf.json": "zip", "dev/assets/a.zip": "{}" }],
  ])("changes with %s", (_, files) => {
    // Act
    const digest = digestOf(files);

    // Assess
    expect(digest).not.toBe(digestOf(FILES));
  });

  it("excludes hidden files, as uploads do", () => {
    // Act
    const digest = digestOf({
      ...FILES,
      "dev/.terraform.lock.hcl": "lock",
      "dev/.terraform/modules.json": "{}",
    });

    // Assess
    expect(digest).toBe(digestOf(FILES));
  });
});

describe("a folder from another job", () => {
  it("passes with the digest of the other job", () => {
    // Act
    const check = () => withFiles(FILES, (folder) => requireDigest(folder, digestOf(FILES)));

    // Assess
    expect(check).not.toThrow();
  });

  it.each<[what: string, files: Readonly<Record<string, string>>, error: RegExp]>([
    [
      "another file",
      { ...FILES, "dev/more.tf": "" },
      /: got files with the digest [0-9a-f]{64}; allowed: [0-9a-f]{64}/,
    ],
    [
      "a hidden lock file",
      { ...FILES, "dev/.terraform.lock.hcl": "" },
      /got the hidden file dev\/\.terraform\.lock\.hcl; allowed: none/,
    ],
    [
      "Terraform's hidden folder",
      { ...FILES, "dev/.terraform/x": "" },
      /got the hidden file dev\/\.terraform; allowed/,
    ],
  ])("the folder is refused with %s", (_, files, error) => {
    // Act
    const check = () => withFiles(files, (folder) => requireDigest(folder, digestOf(FILES)));

    // Assess
    expect(check).toThrow(error);
  });

  it.each(["dev/link", "link"])("the folder is refused when %s is a link", (link) => {
    // Act
    const check = () =>
      withFiles(FILES, (folder) => {
        symlinkSync("/etc", join(folder, link));
        requireDigest(folder, digestOf(FILES));
      });

    // Assess
    expect(check).toThrow(`got ${link}, which is not a file; allowed: files and folders`);
  });
});
