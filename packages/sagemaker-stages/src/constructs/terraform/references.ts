import { TerraformLocal, Token } from "cdktf";
import type { Construct } from "constructs";
import { type FaultCollector, raw } from "../../environment/fault-collector";

/** Whether a value, or an item of a list, is a reference to another resource. Only Terraform resolves references. */
export function isReference(value: unknown): boolean {
  return (
    Token.isUnresolved(value) || (Array.isArray(value) && value.some((item) => Token.isUnresolved(item)))
  );
}

/**
 * A text for use in an expression. A literal text is in quotes; a text with a reference becomes a local value, and the result
 * is the name of the local value. CDKTF removes the quotes around references in an expression, and cannot use a text that
 * contains a reference as an argument of a function.
 */
export function inExpression(scope: Construct, id: string, text: string): string {
  return isReference(text) ? new TerraformLocal(scope, id, text).asString : JSON.stringify(text);
}

/** Fields that cannot be references, with the reason. A field includes the fields below it. */
export type LiteralFields = Readonly<Record<string, string>>;

/**
 * Refuses references if the synthesis needs a literal value. Other texts and numbers can be references. Lists and objects
 * are literals whose values can be references.
 *
 * @param literals - fields that cannot be references, with the reason
 */
export function checkReferences(props: object, literals: LiteralFields, collector: FaultCollector): void {
  for (const [field, value] of Object.entries(props)) checkValue(value, field, literals, collector);
}

function checkValue(value: unknown, field: string, literals: LiteralFields, collector: FaultCollector): void {
  if (Array.isArray(value)) {
    const isLiteral = !Token.isUnresolved(value);
    refuse(!isLiteral, field, "a list", "a literal list; its items can be references", collector);
    if (isLiteral) for (const item of value) checkValue(item, field, literals, collector);
    return;
  }
  if (isPlainObject(value)) {
    const isLiteral =
      !Token.isUnresolved(value) && !Object.keys(value).some((key) => Token.isUnresolved(key));
    refuse(
      !isLiteral,
      field,
      "an object or a key",
      "an object with literal keys; its values can be references",
      collector,
    );
    if (!isLiteral) return;
    for (const [key, part] of Object.entries(value)) checkValue(part, `${field}.${key}`, literals, collector);
    return;
  }
  const because = Object.entries(literals).find(
    ([known]) => field === known || field.startsWith(`${known}.`),
  );
  if (because === undefined || !Token.isUnresolved(value)) return;
  collector.require(
    false,
    field,
    raw("a reference"),
    `a literal ${typeof value === "number" ? "number" : "text"}`,
    because[1],
  );
}

function refuse(
  refuses: boolean,
  field: string,
  what: string,
  allowed: string,
  collector: FaultCollector,
): void {
  collector.require(
    !refuses,
    field,
    raw(`a reference in place of ${what}`),
    allowed,
    "the synthesis needs the number of items or keys",
  );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
