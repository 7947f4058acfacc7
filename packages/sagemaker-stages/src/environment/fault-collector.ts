/** A broken rule. */
export interface Fault {
  /** The object with the fault: the name of an environment or an account, or the file of a model. */
  readonly environment: string;
  /** The field, e.g. `models.loan-default.serverless.memorySizeInMb`. */
  readonly field: string;
  /** The value of the field, as TypeScript source writes it. */
  readonly got: string;
  /** The allowed values. */
  readonly allowed: string;
  /** The URL of the limit, or the reason for the rule. */
  readonly because: string;
}

/** A fault in one line. */
export function describeFault({ environment, field, got, allowed, because }: Fault): string {
  return `  ${environment}: ${field}: got ${got}; allowed: ${allowed} (${because})`;
}

/** A list of faults: a title and one line per fault. @param folder - the folder with the faults */
export function describeFaults(folder: string, faults: readonly Fault[]): string {
  return [`${faults.length} fault(s) in ${folder}:`, ...faults.map(describeFault)].join("\n");
}

/**
 * Collects the faults of one object. All rules run, so that a user sees every fault at once.
 *
 * @example
 * const faults: Fault[] = [];
 * const collector = new FaultCollector("dev", faults);
 * collector.in("stage").requireWholeNumber(days, "logRetentionInDays", 1, 3653, "https://docs.aws.amazon.com/…");
 */
export class FaultCollector {
  /**
   * @param environment - the object that is checked: the name of an environment or an account, or the file of a model
   * @param faults - the list that receives the faults
   * @param prefix - the start of the names of all fields, e.g. `stage.`
   * @param isUnknown - whether a value is not known yet, so that no rule refuses the value. Default: all values are known
   */
  constructor(
    private readonly environment: string,
    private readonly faults: Fault[],
    private readonly prefix = "",
    private readonly isUnknown: (value: unknown) => boolean = () => false,
  ) {}

  /** A collector for the fields below `field`. */
  in(field: string): FaultCollector {
    return new FaultCollector(this.environment, this.faults, `${this.prefix}${field}.`, this.isUnknown);
  }

  /**
   * Adds a fault unless `holds` is true.
   *
   * @param got - the value, or a description that {@link raw} makes
   * @param allowed - the allowed values
   * @param because - the URL of the limit, or the reason for the rule
   */
  require(holds: boolean, field: string, got: unknown, allowed: string, because: string): void {
    if (holds || this.isUnknown(got)) return;
    this.faults.push({
      environment: this.environment,
      field: this.prefix + field,
      got: show(got),
      allowed,
      because,
    });
  }

  /**
   * Refuses a setting that excludes other settings. A setting with the value `false` counts as absent.
   *
   * @param settings - the object with the settings, without properties that are `undefined`
   * @returns whether `field` is absent, or all of `others` are absent
   */
  requireExclusive(settings: object, field: string, others: readonly string[], because: string): boolean {
    const given = new Map(Object.entries(settings).filter(([, value]) => value !== false));
    const conflicts = others.filter((other) => given.has(other));
    if (!given.has(field) || conflicts.length === 0) return true;
    this.require(
      false,
      field,
      raw(`${field} together with ${listOf(conflicts)}`),
      `either ${field} or ${listOf(conflicts)}`,
      because,
    );
    return false;
  }

  /**
   * Adds a fault unless the value is a whole number in the range.
   * @param max - {@link UNLIMITED} if no limit exists
   * @returns whether the value is valid
   */
  requireWholeNumber(value: number, field: string, min: number, max: number, because: string): boolean {
    const holds = Number.isInteger(value) && value >= min && value <= max;
    this.require(holds, field, value, describeWholeNumber(min, max), because);
    return holds;
  }
}

/** Sorts faults by the order of their fields in the settings: a user reads the list and the file from top to bottom. */
export function sortBySettings(settings: object, faults: readonly Fault[]): Fault[] {
  const positions = faults.map((fault) => ({
    fault,
    position: positionOf(fault.field.split("."), settings),
  }));
  return positions.sort((one, other) => compare(one.position, other.position)).map(({ fault }) => fault);
}

/** The position of each key of a path, the outermost key first. An absent key is last. */
function positionOf([key, ...rest]: readonly string[], value: unknown): number[] {
  if (key === undefined || typeof value !== "object" || value === null) return [];
  const position = Object.keys(value).indexOf(key);
  if (position === -1) return [Number.POSITIVE_INFINITY];
  return [position, ...positionOf(rest, Reflect.get(value, key))];
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((position, at) => position !== other[at]);
  const [first = 0, second = 0] = [one[index], other[index]];
  return first === second ? 0 : first - second;
}

/** Describes a range of whole numbers. @param max - {@link UNLIMITED} if no limit exists */
export function describeWholeNumber(min: number, max: number): string {
  return `a whole number ${max === UNLIMITED ? `from ${min}` : `from ${min} to ${max}`}`;
}

/** The maximum of a range without a known limit. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

/** A text that a message shows as it is, instead of a value. */
class RawText {
  constructor(readonly text: string) {}
}

/** Describes a value that a message must not quote: a long or secret value, or a combination of settings. */
export function raw(text: string): RawText {
  return new RawText(text);
}

/** E.g. `a, b and c`. */
function listOf(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" and ");
}

/** A value as TypeScript source writes it. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value instanceof RawText) return value.text;
  // JSON cannot represent NaN, Infinity and large integers.
  return typeof value === "number" || typeof value === "bigint" ? String(value) : JSON.stringify(value);
}
