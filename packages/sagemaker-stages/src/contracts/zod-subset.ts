/**
 * A small replacement of zod/mini with the part that the ready-made contracts use, in a tenth of the size. A generated
 * handler of a ready-made contract contains this module, because zod/mini would be a third of the handler. Names, values
 * and faults equal zod's; a test compares both modules with generated requests. All other code, including an app's own
 * contracts, uses zod/mini.
 *
 * The validation of a list stops after the first faulty members, see `stopAtFirstFaults`.
 */

interface Payload {
  value: unknown;
  readonly issues: RawIssue[];
}

interface RawIssue extends Readonly<Record<string, unknown>> {
  readonly code: string;
  readonly path?: readonly PropertyKey[];
  readonly message?: string;
  readonly continue?: boolean;
}

/** A fault in the form of zod's issues. */
interface Issue extends RawIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Check = ((payload: Payload) => void) & {
  /** Set for a rule of a length. zod checks such a rule for every value with a length, even for a value of a wrong type. */
  readonly isOfLength?: true;
};

/** zod's message for a rule without its own message. */
const MESSAGE = "Invalid input";
/** The same limit as in `stopAtFirstFaults`. */
const MAX_FAULTY_MEMBERS = 10;

class Schema {
  constructor(
    readonly read: Check,
    readonly isOptional = false,
    private readonly checks: readonly Check[] = [],
  ) {}

  check(...checks: readonly Check[]): Schema {
    return new Schema(this.read, this.isOptional, [...this.checks, ...checks]);
  }

  /** Has no effect: a handler needs no descriptions. */
  register(): this {
    return this;
  }

  /** The faults of a value. A check runs only for a value of the right type, unless the check is a rule of a length. */
  faultsOf(value: unknown): RawIssue[] {
    const payload: Payload = { value, issues: [] };
    this.read(payload);
    if (this.checks.length === 0) return payload.issues;
    const isOfType = payload.issues.every((issue) => issue.continue === true);
    const hasLength = value != null && (value as { readonly length?: unknown }).length !== undefined;
    for (const check of this.checks) if (check.isOfLength ? hasLength : isOfType) check(payload);
    return payload.issues;
  }

  safeParse(value: unknown) {
    const issues = this.faultsOf(value).map(complete);
    return issues.length === 0 ? { success: true, data: value } : { success: false, error: { issues } };
  }
}

function complete(issue: RawIssue): Issue {
  return { ...issue, path: issue.path ?? [], message: issue.message ?? MESSAGE };
}

function ofType(expected: string, holds: (value: unknown) => boolean, message?: string): Schema {
  return new Schema(({ value, issues }) => {
    if (!holds(value)) issues.push({ code: "invalid_type", expected, ...worded(message) });
  });
}

function worded(message: string | undefined): { readonly message?: string } {
  return message === undefined ? {} : { message };
}

/** The faults of a member, with the member's path. */
function within(key: PropertyKey, faults: readonly RawIssue[]): RawIssue[] {
  return faults.map((issue) => ({ ...issue, path: [key, ...(issue.path ?? [])] }));
}

export const string = () => ofType("string", (value) => typeof value === "string");
export const number = () => ofType("number", Number.isFinite);
export const boolean = () => ofType("boolean", (value) => typeof value === "boolean");
const nothing = (message?: string) => ofType("null", (value) => value === null, message);

export { nothing as null };

export const int = () =>
  new Schema(({ value, issues }) => {
    if (!Number.isFinite(value)) issues.push({ code: "invalid_type", expected: "number" });
    else if (!Number.isInteger(value)) issues.push({ code: "invalid_type", expected: "int" });
    else if (!Number.isSafeInteger(value)) {
      const [code, bound] = Number(value) > 0 ? ["too_big", "maximum"] : ["too_small", "minimum"];
      const limit = Number(value) > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
      issues.push({ code, [bound]: limit, inclusive: true, continue: true });
    }
  });

export function literal(values: unknown): Schema {
  const list: unknown[] = Array.isArray(values) ? values : [values];
  return new Schema(({ value, issues }) => {
    if (!list.includes(value)) issues.push({ code: "invalid_value", values: list });
  });
}
export { literal as enum };

export const custom = (holds: (value: unknown) => boolean, message?: string) =>
  new Schema(({ value, issues }) => {
    if (!holds(value)) issues.push({ code: "custom", ...worded(message) });
  });

export const optional = (inner: Schema) =>
  new Schema((payload) => {
    if (payload.value !== undefined) payload.issues.push(...inner.faultsOf(payload.value));
  }, true);

export function array(member: Schema): Schema {
  return new Schema(({ value, issues }) => {
    if (!Array.isArray(value)) {
      issues.push({ code: "invalid_type", expected: "array" });
      return;
    }
    let faulty = 0;
    for (let index = 0; index < value.length && faulty < MAX_FAULTY_MEMBERS; index++) {
      const faults = member.faultsOf(value[index]);
      if (faults.length === 0) continue;
      faulty++;
      issues.push(...within(index, faults));
    }
  });
}

type Shape = Readonly<Record<string, Schema>>;

/** @param rest - the schema of further properties; `undefined`: no further properties are allowed */
function objectOf(shape: Shape, rest: Schema | undefined): Schema {
  const properties = Object.entries(shape);
  return new Schema(({ value, issues }) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      issues.push({ code: "invalid_type", expected: "object" });
      return;
    }
    const members = value as Readonly<Record<string, unknown>>;
    let known = 0;
    for (const [name, property] of properties) {
      const isThere = Object.hasOwn(members, name);
      if (isThere) known++;
      if (!isThere && property.isOptional) continue;
      const faults = property.faultsOf(isThere ? members[name] : undefined);
      if (faults.length > 0) issues.push(...within(name, faults));
    }
    const names = Object.keys(members);
    if (names.length === known) return;
    const others = names.filter((name) => !Object.hasOwn(shape, name));
    if (rest === undefined) issues.push({ code: "unrecognized_keys", keys: others });
    else issues.push(...faultsOfMembers(members, others, rest));
  });
}

function faultsOfMembers(
  members: Readonly<Record<string, unknown>>,
  names: readonly string[],
  member: Schema,
): RawIssue[] {
  const issues: RawIssue[] = [];
  let faulty = 0;
  for (const name of names) {
    const faults = member.faultsOf(members[name]);
    if (faults.length === 0) continue;
    issues.push(...within(name, faults));
    if (++faulty === MAX_FAULTY_MEMBERS) break;
  }
  return issues;
}

const anything = new Schema(() => undefined);

export const strictObject = (shape: Shape) => objectOf(shape, undefined);
export const looseObject = (shape: Shape) => objectOf(shape, anything);
export const catchall = (shape: Shape, rest: Schema) => objectOf(shape, rest);
/** Used only in `catchall(object(…), …)`. */
export const object = (shape: Shape) => shape;

export function union(options: readonly Schema[]): Schema {
  return new Schema(({ value, issues }) => {
    const found = options.map((option) => option.faultsOf(value));
    if (found.some((faults) => faults.length === 0)) return;
    // The faults of the only alternative with the right type are the most specific.
    const [nearest, ...others] = found.filter((faults) => faults.every((issue) => issue.continue === true));
    if (nearest !== undefined && others.length === 0) issues.push(...nearest);
    else issues.push({ code: "invalid_union", errors: found.map((faults) => faults.map(complete)) });
  });
}

function rule(holds: (value: unknown) => boolean, issue: RawIssue): Check {
  return ({ value, issues }) => {
    if (!holds(value)) issues.push({ ...issue, continue: true });
  };
}

function ruleOfLength(
  holds: (length: number) => boolean,
  issue: RawIssue,
  message: string | undefined,
): Check {
  const lengthOf = (value: unknown) => (value as { readonly length: number }).length;
  const check = (payload: Payload) => {
    const origin = typeof payload.value === "string" ? "string" : "array";
    rule((value) => holds(lengthOf(value)), { ...issue, origin, inclusive: true, ...worded(message) })(
      payload,
    );
  };
  return Object.assign(check, { isOfLength: true as const });
}

export const minLength = (minimum: number, message?: string) =>
  ruleOfLength((length) => length >= minimum, { code: "too_small", minimum }, message);
export const maxLength = (maximum: number, message?: string) =>
  ruleOfLength((length) => length <= maximum, { code: "too_big", maximum }, message);

const small = (minimum: number, inclusive: boolean) =>
  rule((value) => Number(value) > minimum || (inclusive && value === minimum), {
    code: "too_small",
    minimum,
    inclusive,
  });
const big = (maximum: number, inclusive: boolean) =>
  rule((value) => Number(value) < maximum || (inclusive && value === maximum), {
    code: "too_big",
    maximum,
    inclusive,
  });

export const gte = (minimum: number) => small(minimum, true);
export const gt = (minimum: number) => small(minimum, false);
export const lte = (maximum: number) => big(maximum, true);
export const lt = (maximum: number) => big(maximum, false);

export const regex = (pattern: RegExp) =>
  rule((value) => pattern.test(String(value)), {
    code: "invalid_format",
    format: "regex",
    pattern: String(pattern),
  });

/** A day of the calendar. JavaScript reads 30 February as a day of March. */
const isDate = (text: string) => {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};

export const iso = {
  date: (message?: string) =>
    ofType("string", (value) => typeof value === "string", message).check(
      rule((value) => isDate(String(value)), { code: "invalid_format", format: "date", ...worded(message) }),
    ),
};

/** Divides like zod: a decimal number can be a multiple of 0.1 although its binary value is not. */
export const multipleOf = (divisor: number) =>
  rule(
    (value) => {
      const ratio = Number(value) / divisor;
      return Math.abs(ratio - Math.round(ratio)) < Number.EPSILON * Math.max(Math.abs(ratio), 1);
    },
    { code: "not_multiple_of", divisor },
  );

/** The registry of descriptions. A handler needs no descriptions. */
export const globalRegistry = undefined;
