import { TextCursor } from "./text-cursor";

/**
 * The subset of CloudWatch's metric math that the local stage evaluates: `+ - * /`, comparisons, `IF(condition, a, b)`,
 * `FILL(series, number)`, parentheses, ids of metrics or expressions, and numbers
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html). Every operation of the subset uses
 * only the values of one period, so an expression is evaluated period by period.
 */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "id"; readonly id: string }
  | {
      readonly kind: "operation";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "negation"; readonly of: Expression }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: "fill"; readonly of: Expression; readonly value: number };

type Operator = keyof typeof OPERATIONS;

const OPERATIONS = {
  "+": (left: number, right: number) => left + right,
  "-": (left: number, right: number) => left - right,
  "*": (left: number, right: number) => left * right,
  "/": (left: number, right: number) => left / right,
  "<": (left: number, right: number) => Number(left < right),
  "<=": (left: number, right: number) => Number(left <= right),
  ">": (left: number, right: number) => Number(left > right),
  ">=": (left: number, right: number) => Number(left >= right),
  "==": (left: number, right: number) => Number(left === right),
  "!=": (left: number, right: number) => Number(left !== right),
} as const;

const COMPARISONS = ["<=", ">=", "==", "!=", "<", ">"] as const satisfies readonly Operator[];
const SUMS = ["+", "-"] as const satisfies readonly Operator[];
const PRODUCTS = ["*", "/"] as const satisfies readonly Operator[];

const SUPPORTED =
  "+ - * /, one comparison, IF(condition, a, b), FILL(series, number), parentheses, ids and numbers";

/** The expression is not in the subset of metric math that the local stage evaluates. */
export class UnsupportedExpression extends Error {
  override readonly name = "UnsupportedExpression";
}

/**
 * Parses an expression.
 *
 * @throws UnsupportedExpression if the expression is not in the subset
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.readComparison();
  parser.requireEnd();
  return expression;
}

/** The ids of metrics and expressions that an expression uses, each once. */
export function idsOf(expression: Expression): ReadonlySet<string> {
  switch (expression.kind) {
    case "number":
      return new Set();
    case "id":
      return new Set([expression.id]);
    case "operation":
      return new Set([...idsOf(expression.left), ...idsOf(expression.right)]);
    case "negation":
    case "fill":
      return idsOf(expression.of);
    case "if":
      return new Set([
        ...idsOf(expression.condition),
        ...idsOf(expression.then),
        ...idsOf(expression.otherwise),
      ]);
  }
}

/**
 * The value of an expression in one period.
 *
 * @param valueOfId - the value of a metric or expression in this period; `undefined` without data
 * @returns `undefined` if a needed value is missing, or if the result is not a finite number: CloudWatch has no data point
 * for a division by zero
 */
export function evaluate(
  expression: Expression,
  valueOfId: (id: string) => number | undefined,
): number | undefined {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "id":
      return valueOfId(expression.id);
    case "operation": {
      const left = evaluate(expression.left, valueOfId);
      const right = evaluate(expression.right, valueOfId);
      if (left === undefined || right === undefined) return undefined;
      const result = OPERATIONS[expression.operator](left, right);
      return Number.isFinite(result) ? result : undefined;
    }
    case "negation": {
      const value = evaluate(expression.of, valueOfId);
      return value === undefined ? undefined : -value;
    }
    case "if": {
      const condition = evaluate(expression.condition, valueOfId);
      if (condition === undefined) return undefined;
      return evaluate(condition === 0 ? expression.otherwise : expression.then, valueOfId);
    }
    case "fill":
      return evaluate(expression.of, valueOfId) ?? expression.value;
  }
}

const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** An id starts with a lower-case letter. */
const ID = /[a-z]\w*/y;
const FUNCTION = /([A-Z]\w*)\s*\(/y;

class Parser {
  private readonly cursor: TextCursor;

  constructor(text: string) {
    this.cursor = new TextCursor(text);
  }

  /** One comparison: AWS does not document the order of several comparisons. */
  readComparison(): Expression {
    const left = this.readOperations(SUMS, () => this.readOperations(PRODUCTS, () => this.readUnary()));
    const operator = this.takeOneOf(COMPARISONS);
    if (operator === undefined) return left;
    const right = this.readOperations(SUMS, () => this.readOperations(PRODUCTS, () => this.readUnary()));
    return { kind: "operation", operator, left, right };
  }

  requireEnd(): void {
    if (!this.cursor.isAtEnd()) throw this.unsupported();
  }

  private readOperations(operators: readonly Operator[], readOperand: () => Expression): Expression {
    let left = readOperand();
    for (;;) {
      const operator = this.takeOneOf(operators);
      if (operator === undefined) return left;
      left = { kind: "operation", operator, left, right: readOperand() };
    }
  }

  private readUnary(): Expression {
    if (this.cursor.takeText("-")) return { kind: "negation", of: this.readUnary() };
    return this.readPrimary();
  }

  private readPrimary(): Expression {
    if (this.cursor.takeText("(")) {
      const inner = this.readComparison();
      this.require(")");
      return inner;
    }
    const number = this.cursor.take(NUMBER);
    if (number !== undefined) return { kind: "number", value: Number(number[0]) };
    const start = this.cursor.position;
    const call = this.cursor.take(FUNCTION);
    if (call !== undefined) return this.readCall(call[1] ?? "", start);
    const id = this.cursor.take(ID);
    if (id === undefined) throw this.unsupported();
    return { kind: "id", id: id[0] };
  }

  private readCall(name: string, start: number): Expression {
    if (name === "IF") {
      const condition = this.readComparison();
      this.require(",");
      const then = this.readComparison();
      this.require(",");
      const otherwise = this.readComparison();
      this.require(")");
      return { kind: "if", condition, then, otherwise };
    }
    if (name === "FILL") {
      const of = this.readComparison();
      if (idsOf(of).size === 0) throw this.unsupported(start);
      this.require(",");
      const sign = this.cursor.takeText("-") ? -1 : 1;
      const number = this.cursor.take(NUMBER);
      if (number === undefined) throw this.unsupported(start);
      this.require(")");
      return { kind: "fill", of, value: sign * Number(number[0]) };
    }
    throw this.unsupported(start);
  }

  private takeOneOf<Candidate extends string>(candidates: readonly Candidate[]): Candidate | undefined {
    return candidates.find((candidate) => this.cursor.takeText(candidate));
  }

  private require(text: string): void {
    if (!this.cursor.takeText(text)) throw this.unsupported();
  }

  private unsupported(position?: number): UnsupportedExpression {
    return new UnsupportedExpression(
      `expression: ${this.cursor.describeRest(position)}; supported: ${SUPPORTED}`,
    );
  }
}
