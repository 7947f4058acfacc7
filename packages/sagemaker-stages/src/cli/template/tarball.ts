import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/**
 * The size of a block, and of a header, of a tar archive
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html).
 */
const BLOCK_IN_BYTES = 512;

/**
 * The name of the package in a tarball of `npm pack`.
 *
 * @returns `undefined` if the file is not a tarball of `npm pack`
 */
export function nameOfPackageIn(tarball: string): unknown {
  try {
    const manifest = fileIn(gunzipSync(readFileSync(tarball)), "package/package.json");
    return manifest === undefined ? undefined : JSON.parse(manifest.toString("utf8")).name;
  } catch {
    // The file is not in the format gzip, or its package.json is not JSON.
    return undefined;
  }
}

function fileIn(archive: Buffer, path: string): Buffer | undefined {
  for (let offset = 0; offset + BLOCK_IN_BYTES <= archive.length; ) {
    const content = offset + BLOCK_IN_BYTES;
    const size = Number.parseInt(fieldAt(archive, offset + 124, 12), 8) || 0;
    if (fieldAt(archive, offset, 100) === path) return archive.subarray(content, content + size);
    offset = content + Math.ceil(size / BLOCK_IN_BYTES) * BLOCK_IN_BYTES;
  }
  return undefined;
}

/** A text field of a header. A zero byte ends the text. */
function fieldAt(archive: Buffer, offset: number, length: number): string {
  const [text = ""] = archive.toString("latin1", offset, offset + length).split("\0");
  return text.trim();
}
