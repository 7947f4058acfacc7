import { TerraformLocal, Token } from "cdktf";
import type { Construct } from "constructs";
import { inWords, type Report } from "../../environment/report";

/** Whether a value, or one in a list, is a reference to another resource: Terraform knows it later. */
export function isReference(value: unknown): boolean {
  return (
    Token.isUnresolved(value) || (Array.isArray(value) && value.some((item) => Token.isUnresolved(item)))
  );
}

/**
 * A text as it stands in an expression: in quotes, or the name of a local value that holds what it refers to. CDKTF
 * takes references out of quotes in an expression, and cannot pass a text with one in it to a function.
 */
export function inExpression(scope: Construct, id: string, text: string): string {
  return isReference(text) ? new TerraformLocal(scope, id, text).asString : JSON.stringify(text);
}

/** What props cannot be references, by their field; a field stands for everything below it. */
export type Written = Readonly<Record<string, string>>;

/**
 * Refuses references where a text is needed while Terraform's code is made. Elsewhere a text or a number may be one;
 * lists and objects are written out, and their values may be.
 *
 * @param written - fields that cannot be references, and why
 */
export function checkReferences(props: object, written: Written, report: Report): void {
  for (const [field, value] of Object.entries(props)) checkValue(value, field, written, report);
}

function checkValue(value: unknown, field: string, written: Written, report: Report): void {
  if (Array.isArray(value)) {
    const isWritten = !Token.isUnresolved(value);
    refuse(!isWritten, field, "a list", "a list that is written out; its items may be references", report);
    if (isWritten) for (const item of value) checkValue(item, field, written, report);
    return;
  }
  if (isPlainObject(value)) {
    const isWritten =
      !Token.isUnresolved(value) && !Object.keys(value).some((key) => Token.isUnresolved(key));
    refuse(!isWritten, field, "names", "names that are written out; their values may be references", report);
    if (!isWritten) return;
    for (const [key, part] of Object.entries(value)) checkValue(part, `${field}.${key}`, written, report);
    return;
  }
  const because = Object.entries(written).find(([known]) => field === known || field.startsWith(`${known}.`));
  if (because === undefined || !Token.isUnresolved(value)) return;
  report.require(
    false,
    field,
    inWords("a reference"),
    `a ${typeof value === "number" ? "number" : "text"} that is written out`,
    because[1],
  );
}

function refuse(refuses: boolean, field: string, what: string, allowed: string, report: Report): void {
  report.require(
    !refuses,
    field,
    inWords(`a reference to ${what}`),
    allowed,
    "Terraform knows how many there are later",
  );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
