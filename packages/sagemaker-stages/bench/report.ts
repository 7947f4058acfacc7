/** The value that a ratio must reach. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** Two measurements of one run. */
export interface Comparison {
  /** What `value` measures, e.g. `synthesis of 3 environments, time`. */
  readonly measured: string;
  readonly value: number;
  /** What `baseValue` measures, e.g. `AWS CDK`. */
  readonly base: string;
  readonly baseValue: number;
  /** The unit of both values. */
  readonly unit: string;
  /**
   * The goal of the ratio `value / baseValue`.
   *
   * @default - none: the ratio is printed without a verdict
   */
  readonly goal?: Goal;
}

/** The ratio with the two decimals that the report prints. The verdict and the printed ratio never differ. */
export function ratioOf({ value, baseValue }: Pick<Comparison, "value" | "baseValue">): number {
  return Math.round((value / baseValue) * 100) / 100;
}

/**
 * Whether a ratio reaches its goal; `undefined` without a goal.
 *
 * @throws Error if the ratio is not a number, because such a measurement measured nothing
 */
export function isReached(comparison: Comparison): boolean | undefined {
  const ratio = ratioOf(comparison);
  if (!Number.isFinite(ratio)) {
    const { measured, value, baseValue } = comparison;
    throw new Error(
      `${measured}: got the values ${value} and ${baseValue}; allowed: numbers, and a base above 0`,
    );
  }
  const { goal } = comparison;
  if (goal === undefined) return undefined;
  return "atMost" in goal ? ratio <= goal.atMost : ratio >= goal.atLeast;
}

/** One line: the ratio, the raw values, the goal and the verdict. */
export function toLine(comparison: Comparison): string {
  const { measured, base, value, baseValue, unit } = comparison;
  const raw = `${toFigure(value)} : ${toFigure(baseValue)} ${unit}`;
  const verdict = verdictOf(comparison);
  const goal = verdict === "" ? "" : `; goal ${goalOf(comparison)}: ${verdict}`;
  return `${measured}: ${ratioOf(comparison).toFixed(2)} × ${base} (${raw})${goal}`;
}

/** A table in Markdown of all comparisons: those with a goal first, in the order of their measurement. */
export function toTable(comparisons: readonly Comparison[]): string {
  const ordered = [
    ...comparisons.filter(({ goal }) => goal !== undefined),
    ...comparisons.filter(({ goal }) => goal === undefined),
  ];
  const rows = ordered.map((comparison) => [
    comparison.measured,
    comparison.base,
    ratioOf(comparison).toFixed(2),
    goalOf(comparison),
    verdictOf(comparison),
    `${toFigure(comparison.value)} : ${toFigure(comparison.baseValue)} ${comparison.unit}`,
  ]);
  const header = ["measured", "base", "ratio", "goal", "verdict", "raw values"];
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function goalOf({ goal }: Comparison): string {
  if (goal === undefined) return "";
  return "atMost" in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
}

function verdictOf(comparison: Comparison): string {
  const reached = isReached(comparison);
  if (reached === undefined) return "";
  return reached ? "reached" : "missed";
}

/** A value with three significant digits, and with all digits of its whole part. */
function toFigure(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(digits, 6));
}

/** The comparisons of one run. */
export class Report {
  readonly comparisons: Comparison[] = [];

  /** @param write - receives each line as soon as it is measured */
  constructor(private readonly write: (text: string) => void) {}

  /**
   * Adds a comparison, and prints its line.
   *
   * @example report.add({ measured: "synthesis", value: 2_500, base: "AWS CDK", baseValue: 6_300, unit: "ms", goal: { atMost: 0.25 } });
   */
  add(comparison: Comparison): void {
    this.comparisons.push(comparison);
    this.write(`${toLine(comparison)}\n`);
  }

  /** Prints a line that is not a ratio, e.g. the number of resources. */
  note(text: string): void {
    this.write(`${text}\n`);
  }

  /** Prints the table of all comparisons. */
  finish(): void {
    this.write(`\n${toTable(this.comparisons)}\n`);
  }
}
