import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import type { Fault } from "../../src/environment/fault-collector";
import { appFolder } from "../../src/lib/app-folder";
import { checkEnvironments } from "../support/app";
import { environmentOf, SERVERLESS } from "./support/environments";

const CONTAINER = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html";
const ALLOWED = "a gzip-compressed tar archive, as made by: tar -czf model.tar.gz -C <folder of the model> .";

/** A folder of the project that version control ignores. */
let folder: string;
/** A tar archive of a model's folder, from the program `tar`. */
let tar: Buffer;

beforeAll(() => {
  mkdirSync(join(appFolder(), "cdktf.out"), { recursive: true });
  folder = mkdtempSync(join(appFolder(), "cdktf.out", "artifacts-"));
  writeFileSync(join(folder, "weights.bin"), randomBytes(100_000));
  tar = execFileSync("tar", ["-cf", "-", "-C", folder, "weights.bin"], { maxBuffer: 1e6 });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The faults of an environment whose artifact is this file. */
function faultsOf(bytes: Uint8Array): { readonly artifact: string; readonly faults: Fault[] } {
  const file = join(mkdtempSync(join(folder, "one-")), "model.tar.gz");
  writeFileSync(file, bytes);
  const artifact = relative(appFolder(), file);
  return { artifact, faults: checkEnvironments([environmentOf({ ...SERVERLESS, artifact })]) };
}

describe("an artifact that is a file of the project", () => {
  it.each<[string, () => Uint8Array]>([
    ["a gzip-compressed tar archive", () => gzipSync(tar)],
    ["an archive that compresses well", () => gzipSync(Buffer.concat([tar, Buffer.alloc(50_000_000)]))],
    ["an archive with compression level 0", () => gzipSync(tar, { level: 0 })],
    [
      "an archive of GNU tar",
      () =>
        execFileSync("tar", ["--format=gnu", "-czf", "-", "-C", folder, "weights.bin"], { maxBuffer: 1e6 }),
    ],
    [
      "an archive of the oldest tar format",
      () =>
        execFileSync("tar", ["--format=v7", "-czf", "-", "-C", folder, "weights.bin"], { maxBuffer: 1e6 }),
    ],
    [
      "an archive with extended headers",
      () =>
        execFileSync("tar", ["--format=pax", "-czf", "-", "-C", folder, "weights.bin"], { maxBuffer: 1e6 }),
    ],
  ])("is accepted when the file is %s", (_what, bytes) => {
    // Act
    const { faults } = faultsOf(bytes());

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, () => Uint8Array]>([
    ["a tar archive that is not compressed", () => tar],
    ["a zip archive", () => zipSync({ "weights.bin": strToU8("1") })],
    ["empty", () => Buffer.alloc(0)],
    ["a file that starts with the bytes 7b226122", () => strToU8('{"a":1}')],
    ["a file that starts with the bytes 7b", () => strToU8("{")],
    ["a pickle of Python", () => Buffer.from([0x80, 0x04, 0x95, 0x00])],
    ["an HDF5 file", () => Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d])],
    ["an xz-compressed file", () => Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
    ["a bzip2-compressed file", () => strToU8("BZh91AY&SY")],
    [
      "a pointer of Git LFS, for which `git lfs pull` fetches the file",
      () => strToU8("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
    ],
    ["a gzip file that holds no tar archive", () => gzipSync(strToU8("weights".repeat(1000)))],
    ["a gzip file that holds no tar archive", () => gzipSync(Buffer.alloc(0))],
    ["a gzip file that holds a gzip-compressed file", () => gzipSync(gzipSync(tar))],
    ["a gzip file that holds a zip archive", () => gzipSync(zipSync({ "weights.bin": strToU8("1") }))],
    ["a gzip-compressed tar archive without files", () => gzipSync(Buffer.alloc(10_240))],
    ["a damaged gzip file", () => gzipSync(tar).fill(0xff, 2, 300)],
  ])("is refused with a remedy when the file is %s", (what, bytes) => {
    // Act
    const { artifact, faults } = faultsOf(bytes());

    // Assess
    expect(faults).toEqual([
      {
        environment: "test",
        field: "models.loan-default.artifact",
        got: `${artifact}, which is ${what}`,
        allowed: ALLOWED,
        because: CONTAINER,
      },
    ]);
  });

  it("is refused when the path is a folder", () => {
    // Prepare
    const path = join(folder, "model.tar.gz");
    mkdirSync(path);
    const artifact = relative(appFolder(), path);

    // Act
    const faults = checkEnvironments([environmentOf({ ...SERVERLESS, artifact })]);

    // Assess
    expect(faults).toMatchObject([{ got: `${artifact}, which is a folder`, allowed: ALLOWED }]);
  });
});
