/**
 * A copy in which a property that is `undefined` is not there at all, however deep: conditional settings write it so,
 * e.g. `dataCapture: captures ? settings : undefined`.
 */
export function withoutUndefined<T>(value: T): T;
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => withoutUndefined(item));
  if (!isPlainObject(value)) return value;
  const present = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(present.map(([key, part]) => [key, withoutUndefined(part)]));
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Properties whose value can be `undefined`. */
type PossiblyUndefined<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];

/**
 * The properties that have a value, for the arguments of one resource: CDKTF writes nothing for an absent argument.
 *
 * @example new IamRole(this, "role", omitUndefined({ name, permissionsBoundary: props.permissionsBoundaryArn }));
 */
export function omitUndefined<T extends object>(
  value: T,
): Omit<T, PossiblyUndefined<T>> & { [Key in PossiblyUndefined<T>]?: Exclude<T[Key], undefined> };
export function omitUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}
