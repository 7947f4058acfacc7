import type { AlarmState } from "./alarm-state";

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

const SPACE = /\s*/y;
const STATE = /(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|([^\s()",]+))\s*\)/y;
const WORD = /(AND|OR|NOT|TRUE|FALSE)\b/y;

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  readRule(): CompositeRule {
    const first = this.readOperand();
    const operator = this.peekWord();
    if (operator !== "AND" && operator !== "OR") return first;
    const of = [first];
    while (this.peekWord() === operator) {
      this.take(WORD);
      of.push(this.readOperand());
    }
    // AWS does not document which operator comes first.
    const other = this.peekWord();
    if (other === "AND" || other === "OR") throw this.unsupported();
    return { kind: operator === "AND" ? "and" : "or", of };
  }

  requireEnd(): void {
    this.take(SPACE);
    if (this.at < this.text.length) throw this.unsupported();
  }

  private readOperand(): CompositeRule {
    if (this.takeText("(")) {
      const inner = this.readRule();
      if (!this.takeText(")")) throw this.unsupported();
      return inner;
    }
    const condition = this.take(STATE);
    if (condition !== undefined) {
      const [, state, quoted, bare] = condition;
      return { kind: "state", state: state as AlarmState, alarm: nameOf(quoted ?? bare ?? "") };
    }
    const word = this.peekWord();
    if (word === "NOT" || word === "TRUE" || word === "FALSE") {
      this.take(WORD);
      return word === "NOT"
        ? { kind: "not", of: this.readOperand() }
        : { kind: "constant", value: word === "TRUE" };
    }
    throw this.unsupported();
  }

  private peekWord(): string | undefined {
    const { at } = this;
    const word = this.take(WORD)?.[1];
    this.at = at;
    return word;
  }

  private takeText(text: string): boolean {
    this.take(SPACE);
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    if (pattern !== SPACE) this.take(SPACE);
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  private unsupported(): UnsupportedRule {
    const rest = this.text.slice(this.at).trim();
    return new UnsupportedRule(
      `alarm_rule: got ${JSON.stringify(rest || "the end")} in ${JSON.stringify(this.text)}; supported: ${SUPPORTED}`,
    );
  }
}

/** The name in an alarm's ARN, or the name itself. */
function nameOf(nameOrArn: string): string {
  return /^arn:[\w-]+:cloudwatch:[\w-]*:\d*:alarm:(.+)$/s.exec(nameOrArn)?.[1] ?? nameOrArn;
}
