/** One rule that is broken. */
export interface Fault {
  /** Name of the environment or account, or the file of a model. */
  readonly environment: string;
  /** The field, e.g. `models.loan-default.serverless.memorySizeInMb`. */
  readonly field: string;
  /** The value that stands there, as a person would write it. */
  readonly got: string;
  /** What may stand there. */
  readonly allowed: string;
  /** Where the limit comes from, or why the rule exists. */
  readonly because: string;
}

/** A fault in one line. */
export function describeFault({ environment, field, got, allowed, because }: Fault): string {
  return `  ${environment}: ${field}: got ${got}; allowed: ${allowed} (${because})`;
}

/** A title and a line for each fault. @param folder - where the faults are */
export function describeFaults(folder: string, faults: readonly Fault[]): string {
  return [`${faults.length} fault(s) in ${folder}:`, ...faults.map(describeFault)].join("\n");
}

/** Collects faults below one field. */
export class Report {
  /**
   * @param environment - its name, or that of whatever else is checked
   * @param isUnknown - whether a value cannot be judged yet: no rule refuses it. Default: every value is known
   */
  constructor(
    private readonly environment: string,
    private readonly faults: Fault[],
    private readonly prefix = "",
    private readonly isUnknown: (value: unknown) => boolean = () => false,
  ) {}

  in(field: string): Report {
    return new Report(this.environment, this.faults, `${this.prefix}${field}.`, this.isUnknown);
  }

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
   * Refuses settings that exclude each other. A switch that is off stands beside everything, as if it were missing.
   *
   * @param settings - what holds them, without those that are `undefined`
   * @returns whether `field` is missing or stands alone
   */
  requireApart(settings: object, field: string, others: readonly string[], because: string): boolean {
    const given = new Map(Object.entries(settings).filter(([, value]) => value !== false));
    const beside = others.filter((other) => given.has(other));
    if (!given.has(field) || beside.length === 0) return true;
    this.require(
      false,
      field,
      inWords(`${field} beside ${listOf(beside)}`),
      `either ${field} or ${listOf(beside)}`,
      because,
    );
    return false;
  }

  /**
   * @param most - `UNLIMITED` where there is no limit
   * @returns whether it holds
   */
  requireWholeNumber(value: number, field: string, least: number, most: number, because: string): boolean {
    const holds = Number.isInteger(value) && value >= least && value <= most;
    this.require(holds, field, value, wholeNumberAllowed(least, most), because);
    return holds;
  }
}

/** Faults in the order of the fields in the settings, so that a person reads them beside the file. */
export function inOrderOf(settings: object, faults: readonly Fault[]): Fault[] {
  const positions = faults.map((fault) => ({
    fault,
    position: positionOf(fault.field.split("."), settings),
  }));
  return positions.sort((one, other) => compare(one.position, other.position)).map(({ fault }) => fault);
}

/** Positions of a path's keys, from the outside in. A key that is absent comes last. */
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

/** A range of whole numbers, in words. @param max - {@link UNLIMITED} where there is no limit */
export function wholeNumberAllowed(min: number, max: number): string {
  return `a whole number ${max === UNLIMITED ? `from ${min}` : `from ${min} to ${max}`}`;
}

/** No limit is known. */
export const UNLIMITED = Number.POSITIVE_INFINITY;

/** What stands somewhere, in words instead of a value. */
class Words {
  constructor(readonly text: string) {}
}

/** Tells what was got in words: where the value is too long, secret, or no single one. */
export function inWords(text: string): Words {
  return new Words(text);
}

/** E.g. `a, b and c`. */
function listOf(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "").join(" and ");
}

/** A value as a person would write it. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value instanceof Words) return value.text;
  // JSON has no word for these.
  return typeof value === "number" || typeof value === "bigint" ? String(value) : JSON.stringify(value);
}
