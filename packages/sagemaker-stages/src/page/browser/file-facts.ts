import type { BytesPlan } from "../plan/bytes-plan";

/** The properties of a file that a plan checks. */
export type FileFacts = Pick<File, "name" | "type" | "size">;

/** The media type that a file is sent with, or the reason why the file is refused. */
export function readFileFacts(
  { mediaTypes, maxBytes }: BytesPlan,
  file: FileFacts,
): { readonly mediaType: string } | { readonly fault: string } {
  const mediaType = mediaTypeOf(file, mediaTypes);
  if (mediaType === undefined) {
    const type = file.type === "" ? "an unknown type" : file.type;
    return { fault: `${file.name}: got ${type}; allowed: ${mediaTypes.join(", ")}.` };
  }
  if (file.size === 0) return { fault: `${file.name}: got an empty file; allowed: at least 1 byte.` };
  if (maxBytes !== undefined && file.size > maxBytes) {
    const [got, max] = [file.size, maxBytes].map((count) => count.toLocaleString("en"));
    return { fault: `${file.name}: got ${got} bytes; allowed: at most ${max} bytes.` };
  }
  return { mediaType };
}

const ANY_BYTES = "application/octet-stream";

/**
 * The media type of a file: the type that the browser reports, or else the type of the file's extension, e.g.
 * `application/x-npy` for `.npy`. Browsers support few extensions.
 */
function mediaTypeOf({ name, type }: FileFacts, mediaTypes: readonly string[]): string | undefined {
  const isUnknown = type === "" || type === ANY_BYTES;
  const known = mediaTypes.find((mediaType) => plain(mediaType) === plain(type));
  if (known !== undefined && !isUnknown) return known;
  const extension = name.toLowerCase().split(".").at(-1);
  const [only, ...others] = mediaTypes;
  return (
    mediaTypes.find((mediaType) => extensionOf(mediaType) === extension) ??
    mediaTypes.find((mediaType) => mediaType === ANY_BYTES) ??
    (isUnknown && others.length === 0 ? only : undefined)
  );
}

/** A media type without `x-`: `audio/wav` and `audio/x-wav` are the same type. */
function plain(mediaType: string): string {
  return mediaType.toLowerCase().replace("/x-", "/");
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  jpeg: "jpg",
  mpeg: "mp3",
  "octet-stream": "bin",
  plain: "txt",
  "svg+xml": "svg",
};

/** The usual extension of files of a media type, e.g. `png`. */
export function extensionOf(mediaType: string): string {
  const subtype = plain(mediaType).split("/").at(-1) ?? "";
  return EXTENSIONS[subtype] ?? subtype;
}

/** The value of `accept`: types and extensions, because browsers hide files of unknown types. */
export function acceptOf(mediaTypes: readonly string[]): string | undefined {
  if (mediaTypes.includes(ANY_BYTES)) return undefined;
  return mediaTypes.flatMap((mediaType) => [mediaType, `.${extensionOf(mediaType)}`]).join();
}

const UNITS = ["bytes", "KB", "MB", "GB"];

/** A number of bytes, e.g. `1 byte`, `12.3 KB` or `4 MB`. One KB is 1,024 bytes. */
export function size(bytes: number): string {
  if (bytes === 1) return "1 byte";
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1_024 ** power).toFixed(1))} ${UNITS[power]}`;
}
