/** A noun in the singular and in the plural. */
export interface Noun {
  readonly one: string;
  readonly many: string;
}

/** `1 endpoint`, `2 endpoints`, `1 policy`, `2 policies`. A plain text gets an `s` in the plural. */
export function counted(count: number, noun: string | Noun): string {
  const { one, many } = typeof noun === "string" ? { one: noun, many: `${noun}s` } : noun;
  return `${inDigits(count)} ${count === 1 ? one : many}`;
}

/** The first texts, and the number of the rest: `a, b and 2 more`. */
export function firstOf(texts: readonly string[], max: number): string {
  // One further text takes no more room than its number.
  const shown = texts.length <= max + 1 ? texts : texts.slice(0, max);
  const left = texts.length - shown.length;
  if (left > 0) return `${shown.join(", ")} ${andMore(left)}`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** `and 2 more`, after the first items of a list. */
export function andMore(count: number): string {
  return `and ${count} more`;
}

/** Created at the first use: every command loads this module, and a format takes 10 ms. */
let digits: Intl.NumberFormat | undefined;

/** A number with separators of thousands, equal on every machine. */
export function inDigits(value: number): string {
  digits ??= new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });
  return digits.format(value);
}

/** `+$1.50`, `−$0.0012`, `±$0` */
export function differenceOf(usd: number): string {
  if (usd === 0) return "±$0";
  return `${usd > 0 ? "+" : "−"}${dollars(Math.abs(usd))}`;
}

/** Cents; for less than one cent, four digits. */
export function dollars(usd: number): string {
  const digits = usd !== 0 && Math.abs(usd) < 0.01 ? 4 : 2;
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}
