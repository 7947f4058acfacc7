const UNITS = ["bytes", "KB", "MB", "GB"];

/** A number of bytes, e.g. `1 byte`, `12.3 KB` or `4 MB`. One KB is 1,024 bytes. */
export function size(bytes: number): string {
  if (bytes === 1) return "1 byte";
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1_024 ** power).toFixed(1))} ${UNITS[power]}`;
}
