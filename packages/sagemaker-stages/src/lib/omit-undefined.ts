/**
 * A copy without the properties that are `undefined`, at every depth. Conditional settings create such properties, e.g.
 * `dataCapture: isCaptured ? settings : undefined`.
 */
export function omitUndefinedDeep<T>(value: T): T;
export function omitUndefinedDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => omitUndefinedDeep(item));
  if (!isPlainObject(value)) return value;
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([key, part]) => [key, omitUndefinedDeep(part)]));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Properties whose value can be `undefined`. */
type PossiblyUndefined<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

/**
 * A copy without the properties that are `undefined`, for the arguments of one resource. Nested objects stay the same.
 *
 * @example new IamRole(this, "role", omitUndefined({ name, permissionsBoundary: props.permissionsBoundaryArn }));
 */
export function omitUndefined<T extends object>(
  value: T,
): Omit<T, PossiblyUndefined<T>> & { [Key in PossiblyUndefined<T>]?: Exclude<T[Key], undefined> };
export function omitUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}
