import { closeSync, openSync, readSync, statSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";

/** The beginning of a file, which contains the header of a tar archive's first file. An artifact can exceed the memory. */
const BYTES_READ = 8 * 1024;

const TAR_BLOCK_IN_BYTES = 512;
const TAR_CHECKSUM = { start: 148, end: 156 } as const;

const GZIP = [0x1f, 0x8b];

/** File formats that users mistake for artifacts, by their first bytes. */
const KINDS: readonly (readonly [what: string, firstBytes: readonly number[]])[] = [
  ["a zip archive", [0x50, 0x4b, 0x03, 0x04]],
  ["an empty zip archive", [0x50, 0x4b, 0x05, 0x06]],
  ["a gzip-compressed file", GZIP],
  ["an xz-compressed file", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["a bzip2-compressed file", [0x42, 0x5a, 0x68]],
  ["a zstd-compressed file", [0x28, 0xb5, 0x2f, 0xfd]],
  ["a 7z archive", [0x37, 0x7a, 0xbc, 0xaf]],
  ["an HDF5 file", [0x89, 0x48, 0x44, 0x46]],
  ["a pickle of Python", [0x80]],
  [
    "a pointer of Git LFS, for which `git lfs pull` fetches the file",
    [...Buffer.from("version https://git-lfs")],
  ],
];

/**
 * Finds out why an existing file cannot be a model's artifact: SageMaker requires a gzip-compressed tar archive. The
 * function reads only the beginning, and therefore does not detect a truncated archive.
 *
 * @returns the format of the file, e.g. `a zip archive`; `undefined` for a valid artifact
 */
export function describeWrongArtifact(file: string): string | undefined {
  const status = statSync(file);
  if (status.isDirectory()) return "a folder";
  if (!status.isFile()) return "no regular file";
  if (status.size === 0) return "empty";
  const bytes = readBeginning(file);
  if (bytes === undefined) return "not readable for this user";
  if (!startsWith(bytes, GZIP))
    return describeBytes(bytes) ?? `a file that starts with the bytes ${hex(bytes)}`;
  const content = decompress(bytes);
  if (content === undefined) return "a damaged gzip file";
  if (isTar(content)) return undefined;
  if (isEmptyTar(content)) return "a gzip-compressed tar archive without files";
  return `a gzip file that holds ${describeBytes(content) ?? "no tar archive"}`;
}

/** @returns `undefined` if the file cannot be read */
function readBeginning(file: string): Buffer | undefined {
  const bytes = Buffer.alloc(BYTES_READ);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    return bytes.subarray(0, readSync(descriptor, bytes));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Decompresses the beginning of a file. @returns `undefined` if the file is not gzip */
function decompress(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

function describeBytes(bytes: Buffer): string | undefined {
  if (isTar(bytes)) return "a tar archive that is not compressed";
  return KINDS.find(([, firstBytes]) => startsWith(bytes, firstBytes))?.[0];
}

function hex(bytes: Buffer): string {
  return bytes.subarray(0, 4).toString("hex");
}

/** Whether bytes are a tar archive without files: such an archive consists of blocks of zeros. */
function isEmptyTar(bytes: Buffer): boolean {
  return (
    bytes.length >= TAR_BLOCK_IN_BYTES && bytes.subarray(0, TAR_BLOCK_IN_BYTES).every((byte) => byte === 0)
  );
}

function startsWith(bytes: Buffer, firstBytes: readonly number[]): boolean {
  return firstBytes.every((byte, index) => bytes[index] === byte);
}

/** Whether bytes begin with the header of a tar archive. All tar formats have the same checksum of the header. */
function isTar(bytes: Buffer): boolean {
  if (bytes.length < TAR_BLOCK_IN_BYTES) return false;
  const header = bytes.subarray(0, TAR_BLOCK_IN_BYTES);
  const { start, end } = TAR_CHECKSUM;
  const written = /^ *([0-7]+)[ \0]/.exec(header.toString("latin1", start, end))?.[1];
  const sum = header.reduce(
    (total, byte, index) => total + (index >= start && index < end ? " ".charCodeAt(0) : byte),
    0,
  );
  return written !== undefined && Number.parseInt(written, 8) === sum;
}
