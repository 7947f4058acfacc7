/** The maximum event of a synchronous invocation (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_EVENT_IN_BYTES = 6 * 1024 * 1024;

/** Repeats `unit` between `open` and `close` up to a number of bytes, without a separator at the end. */
export function filled(bytes: number, open: string, unit: string, close: string): string {
  const count = Math.floor((bytes - open.length - close.length) / Buffer.byteLength(unit));
  return `${open}${unit.repeat(count).replace(/,$/, "")}${close}`;
}

/** An object with as many properties as fit. */
function properties(bytes: number, value: string): string {
  const parts: string[] = [];
  let length = 2;
  for (let index = 0; length < bytes - 20; index++) {
    const part = `"k${index.toString(36)}":${value}`;
    parts.push(part);
    length += part.length + 1;
  }
  return `{${parts.join(",")}}`;
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

/** The maximum event with such a body, as JSON. */
export function largestEvent(make: MakeBody, toEvent: (body: string) => unknown): string {
  let bytes = MAX_EVENT_IN_BYTES;
  for (;;) {
    const event = JSON.stringify(toEvent(make(bytes)));
    const length = Buffer.byteLength(event);
    if (length <= MAX_EVENT_IN_BYTES) return event;
    bytes = Math.floor(0.99 * bytes * (MAX_EVENT_IN_BYTES / length));
  }
}
