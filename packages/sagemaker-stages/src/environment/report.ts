/** One rule that is broken. */
export interface Fault {
  /** Name of the environment or account, or the file of a model. */
  readonly environment: string;
  /** The field, e.g. `models.breast-cancer.serverless.memorySizeInMb`. */
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
    const range = most === UNLIMITED ? `from ${least}` : `from ${least} to ${most}`;
    this.require(holds, field, value, `a whole number ${range}`, because);
    return holds;
  }
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
