import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { digestOfFolder, requireDigest } from "../../src/pipeline/folder-digest";
import { inTempFolder } from "../../src/testing/temp-folder";

const FILES = { "dev/cdk.tf.json": "{}", "dev/assets/a.zip": "zip" };

/** Runs `use` with a folder that has these files. */
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
  it("is the same for the same files in another folder, in whatever order they were written", () => {
    // Prepare
    const reversed = Object.fromEntries(Object.entries(FILES).reverse());

    // Act
    const digests = [digestOf(FILES), digestOf(reversed)];

    // Assess
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
  });

  it.each<[change: string, files: Readonly<Record<string, string>>]>([
    ["a byte", { ...FILES, "dev/assets/a.zip": "zap" }],
    ["a file's name", { "dev/cdk.tf.json": "{}", "dev/assets/b.zip": "zip" }],
    ["a file's folder", { "prod/cdk.tf.json": "{}", "dev/assets/a.zip": "zip" }],
    ["one more file", { ...FILES, "dev/more.tf": "" }],
    ["one file less", { "dev/cdk.tf.json": "{}" }],
    ["which file has which content", { "dev/cdk.tf.json": "zip", "dev/assets/a.zip": "{}" }],
  ])("differs by %s", (_, files) => {
    // Act
    const digest = digestOf(files);

    // Assess
    expect(digest).not.toBe(digestOf(FILES));
  });

  it("does not count hidden files, which uploads leave out", () => {
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

describe("a folder that another job handed over", () => {
  it("passes with the digest that the other job said", () => {
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
      "a lock file of its own",
      { ...FILES, "dev/.terraform.lock.hcl": "" },
      /got the hidden file dev\/\.terraform\.lock\.hcl; allowed: none/,
    ],
    [
      "a folder of Terraform",
      { ...FILES, "dev/.terraform/x": "" },
      /got the hidden file dev\/\.terraform; allowed/,
    ],
  ])("is refused with %s", (_, files, error) => {
    // Act
    const check = () => withFiles(files, (folder) => requireDigest(folder, digestOf(FILES)));

    // Assess
    expect(check).toThrow(error);
  });

  it.each(["dev/link", "link"])("is refused with a link (%s), whatever the link leads to", (link) => {
    // Act
    const check = () =>
      withFiles(FILES, (folder) => {
        symlinkSync("/etc", join(folder, link));
        requireDigest(folder, digestOf(FILES));
      });

    // Assess
    expect(check).toThrow(`got ${link}, which is no file; allowed: files and folders`);
  });
});
