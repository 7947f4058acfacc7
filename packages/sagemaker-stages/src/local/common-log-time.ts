/** A time as AWS writes it in events and access logs, e.g. `20/Nov/2026:19:00:00 +0000`. */
export function toCommonLogTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(/,? /);
  return `${day}/${month}/${year}:${clock} +0000`;
}
