import type { BytesPlan } from "../plan/bytes-plan";

/** What a plan needs to know of a file. */
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
    const [got, most] = [file.size, maxBytes].map((count) => count.toLocaleString("en"));
    return { fault: `${file.name}: got ${got} bytes; allowed: at most ${most} bytes.` };
  }
  return { mediaType };
}

const ANY_BYTES = "application/octet-stream";

/** Browsers know the media types of few extensions; otherwise the extension states the type, e.g. `.npy` for `application/x-npy`. */
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

/** `audio/wav` and `audio/x-wav` are the same type under two names. */
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

/** The value of `accept`: types and extensions, because browsers hide files of types that they do not know. */
export function acceptOf(mediaTypes: readonly string[]): string | undefined {
  if (mediaTypes.includes(ANY_BYTES)) return undefined;
  return mediaTypes.flatMap((mediaType) => [mediaType, `.${extensionOf(mediaType)}`]).join();
}
