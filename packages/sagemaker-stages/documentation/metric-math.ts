/**
 * The part of CloudWatch's metric math that the engine's dashboards use
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html): numbers, ids, `+ - * /`,
 * parentheses, `SUM([…])`, `MAX([…])`, `RUNNING_SUM(x)`, `TIME_SERIES(x)` and `PERIOD(x)`.
 */

/** A time series: one value for each period, `undefined` without data. */
export type Series = readonly (number | undefined)[];

/** What an expression reads. */
export interface Context {
  /** The series of an id. @throws Error if the id does not exist */
  readonly seriesOf: (id: string) => Series;
  readonly periodInSeconds: number;
  /** The number of periods. */
  readonly length: number;
}

type Value = number | Series;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Z_]+)(?=\()|([a-z]\w*)|([-+*/(),[\]]))/y;

/** The value of an expression. @throws Error if the expression is not of the supported part */
export function evaluate(expression: string, context: Context): Series {
  const value = new Parser(expression, context).parse();
  return typeof value === "number" ? constant(value, context) : value;
}

/** The ids that an expression reads. */
export function idsIn(expression: string): string[] {
  return [...expression.matchAll(/\b[a-z]\w*\b/g)].map(([id]) => id);
}

function constant(value: number, { length }: Context): Series {
  return Array.from({ length }, () => value);
}

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(
    private readonly expression: string,
    private readonly context: Context,
  ) {
    this.tokens = tokensOf(expression);
  }

  parse(): Value {
    const value = this.sum();
    if (this.at < this.tokens.length) throw this.fault(this.tokens[this.at]);
    return value;
  }

  private sum(): Value {
    let value = this.product();
    for (let sign = this.accept("+", "-"); sign !== undefined; sign = this.accept("+", "-")) {
      const other = this.product();
      value = combine(value, other, sign === "+" ? (a, b) => a + b : (a, b) => a - b);
    }
    return value;
  }

  private product(): Value {
    let value = this.factor();
    for (let sign = this.accept("*", "/"); sign !== undefined; sign = this.accept("*", "/")) {
      const other = this.factor();
      value = combine(value, other, sign === "*" ? (a, b) => a * b : divide);
    }
    return value;
  }

  private factor(): Value {
    const token = this.next();
    if (/^\d/.test(token)) return Number(token);
    if (token === "(") {
      const value = this.sum();
      this.expect(")");
      return value;
    }
    if (/^[a-z]/.test(token)) return this.context.seriesOf(token);
    if (/^[A-Z]/.test(token)) return this.call(token);
    throw this.fault(token);
  }

  private call(name: string): Value {
    this.expect("(");
    if (name === "SUM" || name === "MAX") {
      const all = this.list();
      this.expect(")");
      return over(
        all,
        name === "SUM" ? (values) => values.reduce((a, b) => a + b, 0) : (v) => Math.max(...v),
      );
    }
    if (name === "PERIOD") {
      this.context.seriesOf(this.next());
      this.expect(")");
      return this.context.periodInSeconds;
    }
    const value = this.sum();
    this.expect(")");
    if (name === "TIME_SERIES" && typeof value === "number") return constant(value, this.context);
    if (name === "RUNNING_SUM" && typeof value !== "number") return runningSum(value);
    throw this.fault(name);
  }

  private list(): Series[] {
    this.expect("[");
    const items: Series[] = [];
    do {
      const item = this.sum();
      items.push(typeof item === "number" ? constant(item, this.context) : item);
    } while (this.accept(",") !== undefined);
    this.expect("]");
    return items;
  }

  private accept(...allowed: readonly string[]): string | undefined {
    const token = this.tokens[this.at];
    if (token === undefined || !allowed.includes(token)) return undefined;
    this.at += 1;
    return token;
  }

  private expect(token: string): void {
    if (this.accept(token) === undefined) throw this.fault(this.tokens[this.at]);
  }

  private next(): string {
    const token = this.tokens[this.at];
    if (token === undefined) throw this.fault(token);
    this.at += 1;
    return token;
  }

  private fault(token: string | undefined): Error {
    return new Error(
      `metric math: got ${token ?? "the end"} in ${this.expression}; allowed: see metric-math.ts`,
    );
  }
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (match === null) {
      throw new Error(
        `metric math: got ${expression.slice(at)} in ${expression}; allowed: see metric-math.ts`,
      );
    }
    tokens.push(match[0].trim());
  }
  return tokens;
}

function divide(one: number, other: number): number | undefined {
  return other === 0 ? undefined : one / other;
}

function combine(one: Value, other: Value, apply: (a: number, b: number) => number | undefined): Value {
  if (typeof one === "number" && typeof other === "number") return apply(one, other) ?? Number.NaN;
  const length = typeof one === "number" ? (other as Series).length : one.length;
  return Array.from({ length }, (_, index) => {
    const [a, b] = [one, other].map((value) => (typeof value === "number" ? value : value[index]));
    return a === undefined || b === undefined ? undefined : apply(a, b);
  });
}

/** A period without data in every series has no value. */
function over(all: readonly Series[], reduce: (values: readonly number[]) => number): Series {
  const [first = []] = all;
  return first.map((_, index) => {
    const values = all.flatMap((series) => series[index] ?? []);
    return values.length === 0 ? undefined : reduce(values);
  });
}

function runningSum(series: Series): Series {
  let sum = 0;
  return series.map((value) => {
    sum += value ?? 0;
    return sum;
  });
}
