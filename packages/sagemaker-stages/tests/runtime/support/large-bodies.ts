/** The maximum event of a synchronous invocation (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_EVENT_IN_BYTES = 6 * 1024 * 1024;

/** Repeats `unit` between `open` and `close` up to a number of bytes, without a separator at the end. */
export function filled(bytes: number, open: string, unit: string, close: string): string {
  const count = Math.floor((bytes - open.length - close.length) / Buffer.byteLength(unit));
  const units = unit.repeat(count);
  return `${open}${units.endsWith(",") ? units.slice(0, -1) : units}${close}`;
}

/** The properties of objects with as many properties as fit in the maximum event, by the value of each property. */
const allProperties = new Map<string, string>();

/** An object with as many properties as fit. */
function properties(bytes: number, value: string): string {
  const all = allProperties.get(value) ?? joinProperties(MAX_EVENT_IN_BYTES, value);
  allProperties.set(value, all);
  const contentInBytes = bytes - "{}".length;
  return `{${all.length <= contentInBytes ? all : all.slice(0, all.lastIndexOf(",", contentInBytes))}}`;
}

function joinProperties(bytes: number, value: string): string {
  const parts: string[] = [];
  for (let index = 0, length = 0; length < bytes; index++) {
    const part = `"k${index.toString(36)}":${value}`;
    parts.push(part);
    length += part.length + 1;
  }
  return parts.join(",");
}

/** Creates a body of at most this number of bytes. */
type MakeBody = (bytes: number) => string;

/** The most expensive bodies by their content, for each of these properties. */
export function largeBodies(...names: readonly string[]): Readonly<Record<string, MakeBody>> {
  const perName = names.map((name): Record<string, MakeBody> => {
    const open = `{"${name}":[`;
    const list = (unit: string) => (bytes: number) => filled(bytes, open, unit, "]}");
    const text = (unit: string) => (bytes: number) => filled(bytes, `{"${name}":"x`, unit, 'x"}');
    return {
      [`${name}: empty objects`]: list("{},"),
      [`${name}: empty lists`]: list("[],"),
      [`${name}: numbers`]: list("1,"),
      [`${name}: nulls`]: list("null,"),
      [`${name}: 300,000 empty objects`]: () => list("{},")(899_000),
      [`${name}: 300,000 empty lists`]: () => list("[],")(899_000),
      [`${name}: long lists`]: list(`${filled(1_000, "[", "1,", "]")},`),
      [`${name}: lists of lists`]: list(`[${"[],".repeat(30)}0],`),
      [`${name}: objects with an index`]: list('{"99":1},'),
      [`${name}: objects with __proto__`]: list('{"__proto__":{}},'),
      [`${name}: a number of many digits`]: (bytes) => filled(bytes, `{"${name}":`, "9", "}"),
      [`${name}: a text of digits`]: text("9"),
      [`${name}: a text of commas`]: text(","),
      [`${name}: a text of blanks`]: text(" "),
      [`${name}: a text of words`]: text("ab "),
      [`${name}: a text of Chinese words`]: text("中 "),
      [`${name}: a text of line breaks in HTML`]: text("<br /><br "),
      [`${name}: a text of unpaired surrogates`]: text("\\ud800"),
    };
  });
  return Object.assign({}, ...perName, {
    "100,000 levels of lists": () => `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
    "100,000 levels of objects": () => `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
    "as many levels as fit": (bytes: number) => filled(bytes, "", "[", "]"),
    "as many properties as fit": (bytes: number) => properties(bytes, "1"),
    "as many empty objects in properties as fit": (bytes: number) => properties(bytes, "{}"),
    "290,000 properties": () => properties(2_900_000, "1"),
    "a property with a long name": (bytes: number) => filled(bytes, '{"', "k", '":1}'),
    "a text without an end": (bytes: number) => filled(bytes, '"', "x", ""),
  });
}

/** The smallest share of the maximum event that an event has whose body can have this size. */
const MIN_SHARE = 0.985;

/** The size of the body that predicts the size of an event with a larger body. */
const SAMPLE_IN_BYTES = 64 * 1024;

/** The maximum event with such a body, as JSON. A body with an own maximum size can lead to a smaller event. */
export function largestEvent(make: MakeBody, toEvent: (body: string) => unknown): string {
  const eventOf = (body: string) => JSON.stringify(toEvent(body));
  const aroundInBytes = Buffer.byteLength(eventOf(""));
  const sampleInBytes = Buffer.byteLength(eventOf(make(SAMPLE_IN_BYTES)));
  const perByte = (sampleInBytes - aroundInBytes) / SAMPLE_IN_BYTES;
  let bytes = Math.floor((0.995 * (MAX_EVENT_IN_BYTES - aroundInBytes)) / perByte);
  let before = 0;
  for (;;) {
    const event = eventOf(make(bytes));
    const length = Buffer.byteLength(event);
    const share = length / MAX_EVENT_IN_BYTES;
    // A body with an own maximum size does not grow.
    if (share <= 1 && (share >= MIN_SHARE || length === before)) return event;
    before = length;
    bytes = Math.floor((0.995 * bytes) / share);
  }
}
