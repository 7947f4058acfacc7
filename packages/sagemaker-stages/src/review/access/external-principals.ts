import { matchesArn } from "../../aws/arn-pattern";
import { matchesPattern } from "../../aws/wildcards";
import type { Condition } from "./condition";
import { baseOf, isNoneOf } from "./operator";
import { isPublicRange } from "./security-groups";

/** A caller without credentials, or with credentials of an account that no policy names. */
export type ExternalPrincipal = "anonymous" | "of another account";

export const EXTERNAL_PRINCIPALS: readonly ExternalPrincipal[] = ["anonymous", "of another account"];

/**
 * Values of condition keys (in lower case) for a principal of another account. A request without credentials has none.
 */
const PRINCIPAL_KEYS: ReadonlyMap<string, string> = new Map([
  ["aws:principalaccount", "000000000000"],
  ["aws:principalarn", "arn:aws:iam::000000000000:user/external"],
  ["aws:principalorgid", "o-0000000000"],
  ["aws:principalorgpaths", "o-0000000000/r-0000/ou-0000-00000000/"],
  ["aws:principaltype", "User"],
  ["aws:userid", "AIDA0000000000000000"],
  ["aws:username", "external"],
  ["kms:calleraccount", "000000000000"],
]);

/** Keys that a request contains only if the account sets them for the caller, or if a service calls. */
const ABSENT =
  /^aws:(?:principaltag\/.*|referer|useragent|multifactorauth(?:present|age)|source(?:arn|account|owner|orgid|orgpaths|vpc|vpce|vpcarn|identity)|vpcsourceip|federatedprovider|calledvia(?:first|last)?|principalservicename(?:slist)?)$|^lambda:eventsourcetoken$/;

/**
 * Whether a request of the caller meets the condition. A value that the caller can choose does not meet the condition.
 */
export function meets(one: Condition, external: ExternalPrincipal): boolean {
  const key = one.key.toLowerCase();
  const base = baseOf(one.operator);
  if (one.hidden !== undefined) return one.hidden === "masked" && isNoneOf(one.operator);
  if (key === "aws:principalisawsservice" || key === "aws:viaawsservice") {
    return base === "Bool" && one.values.join().toLowerCase() === "false";
  }
  if (key === "aws:sourceip") {
    const isIn = one.values.some(isPublicRange);
    return isNoneOf(one.operator) ? !isIn : isIn;
  }
  const value = external === "anonymous" ? undefined : PRINCIPAL_KEYS.get(key);
  if (value === undefined && !ABSENT.test(key) && !PRINCIPAL_KEYS.has(key)) return false;
  if (base === "Null")
    return one.values.some((text) => (text.toLowerCase() === "true") === (value === undefined));
  if (value === undefined) {
    if (one.operator.startsWith("ForAnyValue:")) return false;
    return (
      isNoneOf(one.operator) || one.operator.endsWith("IfExists") || one.operator.startsWith("ForAllValues:")
    );
  }
  const fits = one.values.some((pattern) => matches(base, pattern, value));
  return isNoneOf(one.operator) ? !fits : fits;
}

/** Whether the value matches the pattern, without the negation of the operator. */
function matches(operator: string, pattern: string, value: string): boolean {
  if (operator.startsWith("Arn")) return pattern === "*" || matchesArn(pattern, value);
  return operator.endsWith("Like") ? matchesPattern(pattern, value) : pattern === value;
}
