import { matchesArn } from "../../aws/arn-pattern";
import { matchesPattern } from "../../aws/wildcards";
import type { Condition } from "./condition";
import { baseOf, isNoneOf } from "./operator";
import { isOfTheWorld } from "./security-groups";

/** Somebody outside who brings nothing along: without credentials, or with those of an account that nobody names. */
export type Outsider = "anonymous" | "of another account";

export const OUTSIDERS: readonly Outsider[] = ["anonymous", "of another account"];

/** What AWS says of such a principal, by condition keys in lower case; of a request without credentials, nothing. */
const OF_PRINCIPAL: ReadonlyMap<string, string> = new Map([
  ["aws:principalaccount", "000000000000"],
  ["aws:principalarn", "arn:aws:iam::000000000000:user/outsider"],
  ["aws:principalorgid", "o-0000000000"],
  ["aws:principalorgpaths", "o-0000000000/r-0000/ou-0000-00000000/"],
  ["aws:principaltype", "User"],
  ["aws:userid", "AIDA0000000000000000"],
  ["aws:username", "outsider"],
  ["kms:calleraccount", "000000000000"],
]);

/** Keys that a request has only where somebody gives it to the caller, or a service calls. */
const ABSENT =
  /^aws:(?:principaltag\/.*|referer|useragent|multifactorauth(?:present|age)|source(?:arn|account|owner|orgid|orgpaths|vpc|vpce|vpcarn|identity)|vpcsourceip|federatedprovider|calledvia(?:first|last)?|principalservicename(?:slist)?)$|^lambda:eventsourcetoken$/;

/** Whether a request of the outsider meets the condition. What the caller can choose is chosen against it. */
export function meets(one: Condition, outsider: Outsider): boolean {
  const key = one.key.toLowerCase();
  const base = baseOf(one.operator);
  if (one.hidden !== undefined) return one.hidden === "masked" && isNoneOf(one.operator);
  if (key === "aws:principalisawsservice" || key === "aws:viaawsservice") {
    return base === "Bool" && one.values.join().toLowerCase() === "false";
  }
  if (key === "aws:sourceip") {
    const isIn = one.values.some(isOfTheWorld);
    return isNoneOf(one.operator) ? !isIn : isIn;
  }
  const value = outsider === "anonymous" ? undefined : OF_PRINCIPAL.get(key);
  if (value === undefined && !ABSENT.test(key) && !OF_PRINCIPAL.has(key)) return false;
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

/** As the operator compares, whether it is negated or not. */
function matches(operator: string, pattern: string, value: string): boolean {
  if (operator.startsWith("Arn")) return pattern === "*" || matchesArn(pattern, value);
  return operator.endsWith("Like") ? matchesPattern(pattern, value) : pattern === value;
}
