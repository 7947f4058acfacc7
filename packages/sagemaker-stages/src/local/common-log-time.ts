let lastSecond = Number.NaN;
let lastText = "";

/** A time as AWS writes it in events and access logs, e.g. `20/Nov/2026:19:00:00 +0000`. */
export function toCommonLogTime(time: Date): string {
  // The event and the access log of one request, and often of the next request, have the same second.
  const second = Math.floor(time.getTime() / 1000);
  if (second !== lastSecond) {
    const [, day, month, year, clock] = time.toUTCString().split(/,? /);
    lastSecond = second;
    lastText = `${day}/${month}/${year}:${clock} +0000`;
  }
  return lastText;
}
