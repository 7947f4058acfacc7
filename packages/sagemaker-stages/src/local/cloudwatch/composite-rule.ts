import type { AlarmState } from "./alarm-state";
import { TextCursor } from "./text-cursor";

/**
 * The rule of a composite alarm
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html).
 */
export type CompositeRule =
  | { readonly kind: "constant"; readonly value: boolean }
  | { readonly kind: "state"; readonly alarm: string; readonly state: AlarmState }
  | { readonly kind: "not"; readonly of: CompositeRule }
  | { readonly kind: "and" | "or"; readonly of: readonly CompositeRule[] };

/** The rule has a form that the local stage does not evaluate. */
export class UnsupportedRule extends Error {
  override readonly name = "UnsupportedRule";
}

const SUPPORTED =
  'ALARM("name"), OK("name"), INSUFFICIENT_DATA("name"), TRUE, FALSE, NOT, AND, OR and parentheses; parentheses are required between AND and OR';

/**
 * Parses a rule.
 *
 * @throws UnsupportedRule
 */
export function parseRule(text: string): CompositeRule {
  const parser = new Parser(text);
  const rule = parser.readRule();
  parser.requireEnd();
  return rule;
}

/** The names of the alarms that a rule uses, each once. */
export function alarmsOf(rule: CompositeRule): ReadonlySet<string> {
  switch (rule.kind) {
    case "constant":
      return new Set();
    case "state":
      return new Set([rule.alarm]);
    case "not":
      return alarmsOf(rule.of);
    default:
      return new Set(rule.of.flatMap((inner) => [...alarmsOf(inner)]));
  }
}

/** Whether a rule holds. @param stateOf - the state of an alarm that the rule uses */
export function holds(rule: CompositeRule, stateOf: (alarm: string) => AlarmState): boolean {
  switch (rule.kind) {
    case "constant":
      return rule.value;
    case "state":
      return stateOf(rule.alarm) === rule.state;
    case "not":
      return !holds(rule.of, stateOf);
    case "and":
      return rule.of.every((inner) => holds(inner, stateOf));
    case "or":
      return rule.of.some((inner) => holds(inner, stateOf));
  }
}

const STATE = /(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|([^\s()",]+))\s*\)/y;
const WORD = /(AND|OR|NOT|TRUE|FALSE)\b/y;

class Parser {
  private readonly cursor: TextCursor;

  constructor(text: string) {
    this.cursor = new TextCursor(text);
  }

  readRule(): CompositeRule {
    const first = this.readOperand();
    const operator = this.peekWord();
    if (operator !== "AND" && operator !== "OR") return first;
    const of = [first];
    while (this.peekWord() === operator) {
      this.cursor.take(WORD);
      of.push(this.readOperand());
    }
    // AWS does not document which operator comes first.
    const other = this.peekWord();
    if (other === "AND" || other === "OR") throw this.unsupported();
    return { kind: operator === "AND" ? "and" : "or", of };
  }

  requireEnd(): void {
    if (!this.cursor.isAtEnd()) throw this.unsupported();
  }

  private readOperand(): CompositeRule {
    if (this.cursor.takeText("(")) {
      const inner = this.readRule();
      if (!this.cursor.takeText(")")) throw this.unsupported();
      return inner;
    }
    const condition = this.cursor.take(STATE);
    if (condition !== undefined) {
      const [, state, quoted, bare] = condition;
      return { kind: "state", state: state as AlarmState, alarm: nameOf(quoted ?? bare ?? "") };
    }
    const word = this.peekWord();
    if (word === "NOT" || word === "TRUE" || word === "FALSE") {
      this.cursor.take(WORD);
      return word === "NOT"
        ? { kind: "not", of: this.readOperand() }
        : { kind: "constant", value: word === "TRUE" };
    }
    throw this.unsupported();
  }

  private peekWord(): string | undefined {
    const { position } = this.cursor;
    const word = this.cursor.take(WORD)?.[1];
    this.cursor.goTo(position);
    return word;
  }

  private unsupported(): UnsupportedRule {
    return new UnsupportedRule(`alarm_rule: ${this.cursor.describeRest()}; supported: ${SUPPORTED}`);
  }
}

/** The name in an alarm's ARN, or the name itself. */
function nameOf(nameOrArn: string): string {
  return /^arn:[\w-]+:cloudwatch:[\w-]*:\d*:alarm:(.+)$/s.exec(nameOrArn)?.[1] ?? nameOrArn;
}
