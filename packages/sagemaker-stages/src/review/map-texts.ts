/**
 * `value` with every text in it changed. Names of members stay.
 *
 * @param constants - names of members whose value stays
 */
export function mapTexts<T>(value: T, change: (text: string) => string, constants?: ReadonlySet<string>): T;
export function mapTexts(
  value: unknown,
  change: (text: string) => string,
  constants: ReadonlySet<string> = new Set(),
): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change, constants));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      constants.has(name) ? inner : mapTexts(inner, change, constants),
    ]),
  );
}
