/**
 * Evaluates requests by IAM's documented logic, independent of the review's comparison: patterns are regular expressions,
 * and each request is compared with each statement
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
export interface PolicyStatement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A caller: anonymous, a principal of an account, a service, or a federated user. */
export interface Caller {
  readonly kind: "anonymous" | "AWS" | "Service" | "Federated";
  /** The ARN, the service's name or the provider; empty for an anonymous caller. */
  readonly name: string;
  readonly context: Readonly<Record<string, string>>;
}

export interface PolicyRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

/** Whether the statements allow the request: at least one allows it, and none denies it. */
export function letsThrough(statements: readonly PolicyStatement[], request: PolicyRequest): boolean {
  let isAllowed = false;
  for (const statement of statements) {
    if (!applies(statement, request)) continue;
    if (statement.Effect === "Deny") return false;
    isAllowed = true;
  }
  return isAllowed;
}

function applies(statement: PolicyStatement, request: PolicyRequest): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  if (!isOf(statement, request.caller)) return false;
  const { action, resource } = request;
  if (Action !== undefined && !Action.some((one) => matches(one, action, "i"))) return false;
  if (NotAction?.some((one) => matches(one, action, "i")) === true) return false;
  if (Resource !== undefined && !Resource.some((one) => matches(one, resource))) return false;
  if (NotResource?.some((one) => matches(one, resource)) === true) return false;
  if (Condition === undefined) return true;
  const context = contextOf(request);
  return Object.entries(Condition).every(([operator, byKey]) =>
    Object.entries(byKey).every(([key, values]) => holds(operator, context[key], values)),
  );
}

const contexts = new WeakMap<PolicyRequest, Readonly<Record<string, string>>>();

/** The condition keys of a request, merged once: each request is compared with thousands of statements. */
function contextOf(request: PolicyRequest): Readonly<Record<string, string>> {
  const known = contexts.get(request) ?? { ...request.context, ...request.caller.context };
  contexts.set(request, known);
  return known;
}

function isOf({ Principal, NotPrincipal }: PolicyStatement, caller: Caller): boolean {
  if (NotPrincipal !== undefined) return !names(NotPrincipal, caller);
  return Principal === undefined || Principal === "*" || names(Principal, caller);
}

function names(principal: Readonly<Record<string, string | readonly string[]>>, caller: Caller): boolean {
  return Object.entries(principal).some(([kind, value]) => {
    const all = typeof value === "string" ? [value] : value;
    if (kind === "AWS" && all.includes("*")) return true;
    if (kind !== caller.kind) return false;
    const account = /^arn:aws:iam::(\d{12}):/.exec(caller.name)?.[1];
    return all.some(
      (one) =>
        one === caller.name ||
        (kind === "AWS" && (one === account || one === `arn:aws:iam::${account}:root`)),
    );
  });
}

const regularExpressions = new Map<string, RegExp>();

function matches(pattern: string, text: string, flags = ""): boolean {
  const key = `${flags} ${pattern}`;
  const known =
    regularExpressions.get(key) ??
    new RegExp(
      `^${pattern
        .replaceAll(/[.+^${}()|[\]\\/]/g, "\\$&")
        .replaceAll("*", "[^]*")
        .replaceAll("?", "[^]")}$`,
      flags,
    );
  regularExpressions.set(key, known);
  return known.test(text);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function holds(name: string, got: string | undefined, values: readonly string[]): boolean {
  const isOptional = name.endsWith("IfExists");
  const operator = isOptional ? name.slice(0, -"IfExists".length) : name;
  if (operator === "Null") return values.some((value) => (value === "true") === (got === undefined));
  const isNegated = /Not/.test(operator);
  if (got === undefined) return isOptional || isNegated;
  const fits = values.some((value) => {
    switch (operator.replace("Not", "")) {
      case "StringEquals":
        return value === got;
      case "StringLike":
      case "ArnLike":
      case "ArnEquals":
        return matches(value, got);
      case "Bool":
        return value.toLowerCase() === got.toLowerCase();
      case "IpAddress":
        return isWithin(got, value);
      default:
        throw new Error(`no such operator: ${name}`);
    }
  });
  return fits !== isNegated;
}

function isWithin(address: string, network: string): boolean {
  const [start = "", length = "32"] = network.split("/");
  const numberOf = (text: string): number =>
    text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length));
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(start) / size);
}
