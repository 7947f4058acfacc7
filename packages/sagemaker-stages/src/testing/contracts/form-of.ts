/** The names and types of a JSON value, without the values and without repetitions in a list. */
export function formOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const forms = new Map(value.map(formOf).map((form) => [JSON.stringify(form), form]));
    return [...forms.values()];
  }
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, formOf(member)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
