import { isArnPattern, matchesArn } from "../../aws/arn-pattern";
import { matchesPattern, variablesIn } from "../../aws/wildcards";
import { Refused } from "./refused";

/**
 * The outcomes of IAM's evaluation
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
export type Verdict = "allowed" | "denied" | "not mentioned";

/** `<operator>: {<key>: <values>}`. The condition holds if one of the values matches. */
export interface EvaluatedCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** A statement without its principal: the caller of {@link evaluate} selects the statements that name the principal. */
export interface EvaluatedStatement {
  /** The name of the statement in errors. */
  readonly sid: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Every condition must hold. */
  readonly conditions: readonly EvaluatedCondition[];
}

/** A request, as IAM evaluates it. */
export interface EvaluatedRequest {
  /** `<service>:<Action>` */
  readonly action: string;
  /** An ARN, or `*` for an action without a resource type. */
  readonly resource: string;
  /** The value of a condition key. Upper and lower case of the key's name do not matter. */
  contextValue(key: string): string | undefined;
}

/** The verdict of statements: an explicit deny overrides an allow. */
export function evaluate(statements: readonly EvaluatedStatement[], request: EvaluatedRequest): Verdict {
  let verdict: Verdict = "not mentioned";
  for (const statement of statements) {
    if (!appliesTo(statement, request)) continue;
    if (statement.effect === "Deny") return "denied";
    verdict = "allowed";
  }
  return verdict;
}

/**
 * Whether a statement applies to a request.
 *
 * @throws Refused if this evaluator does not support an operator or a pattern of the statement
 */
export function appliesTo(statement: EvaluatedStatement, request: EvaluatedRequest): boolean {
  return (
    statement.actions.some((pattern) => matchesAction(pattern, request.action)) &&
    statement.resources.some((pattern) => namesResource(pattern, request.resource)) &&
    holdAll(statement, request)
  );
}

/** Whether every condition of a statement holds. @throws Refused if this evaluator does not support an operator */
export function holdAll(
  { sid, conditions }: Pick<EvaluatedStatement, "sid" | "conditions">,
  { contextValue }: Pick<EvaluatedRequest, "contextValue">,
): boolean {
  return conditions.every(({ operator, key, values }) => {
    const holds = OPERATORS[operator];
    if (holds === undefined) throw new Refused(`${sid}: the operator ${operator} is not evaluated here`);
    return holds(values, contextValue(key), key);
  });
}

/** Whether an action matches a pattern. Upper and lower case do not matter. */
export function matchesAction(pattern: string, action: string): boolean {
  let byAction = actionMatches.get(pattern);
  if (byAction === undefined) {
    byAction = new Map();
    actionMatches.set(pattern, byAction);
  }
  let matches = byAction.get(action);
  if (matches === undefined) {
    matches = matchesPattern(pattern.toLowerCase(), action.toLowerCase());
    byAction.set(action, matches);
  }
  return matches;
}

/** By pattern, then by action. Cached, because a proof compares the same actions and patterns many times. */
const actionMatches = new Map<string, Map<string, boolean>>();

/**
 * Whether a pattern names a resource. Only `*` names the resource of an action without resource types. @throws Refused
 * as {@link matchesReadable}
 */
function namesResource(pattern: string, resource: string): boolean {
  return pattern === "*" || (resource !== "*" && matchesReadable(pattern, resource));
}

/**
 * Whether an ARN matches a pattern.
 *
 * @throws Refused if the pattern has a policy variable, or fewer parts than an ARN, because IAM would add the missing
 * parts
 */
function matchesReadable(pattern: string, arn: string): boolean {
  if (!readable.has(pattern)) {
    if (!isArnPattern(pattern)) throw new Refused(`${pattern} is not an ARN with 6 parts`);
    const [variable] = variablesIn(pattern);
    if (variable !== undefined)
      throw new Refused(`${pattern}: the variable ${variable} is not evaluated here`);
    readable.add(pattern);
  }
  return matchesArn(pattern, arn);
}

const readable = new Set<string>();

/**
 * Whether a text matches a pattern.
 *
 * @throws Refused if the pattern has a policy variable
 */
function matchesText(pattern: string, text: string): boolean {
  const [variable] = variablesIn(pattern);
  if (variable !== undefined) throw new Refused(`${pattern}: the variable ${variable} is not evaluated here`);
  return matchesPattern(pattern, text);
}

type Operator = (values: readonly string[], got: string | undefined, key: string) => boolean;

const equals: Operator = (values, got) => got !== undefined && values.includes(got);

const like: Operator = (values, got) =>
  got !== undefined && values.some((pattern) => matchesText(pattern, got));

/**
 * According to IAM's documentation, ArnEquals and ArnLike both accept wildcards and behave identically. Here a lone `*`
 * matches every ARN, so that the proof misses no grant.
 */
const arnLike: Operator = (values, got) =>
  got !== undefined && values.some((pattern) => pattern === "*" || matchesReadable(pattern, got));

/**
 * If a request does not have a condition's key, the condition does not hold. Exceptions: negated operators, `IfExists`
 * and `Null`.
 */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: equals,
  StringEqualsIfExists: (values, got, key) => got === undefined || equals(values, got, key),
  StringNotEquals: (values, got, key) => !equals(values, got, key),
  StringLike: like,
  // A request here has one value for each key.
  "ForAnyValue:StringLike": like,
  // A context has at most one value for each key. Without a value, these conditions hold
  // (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
  "ForAllValues:StringEquals": (values, got, key) => got === undefined || equals(values, got, key),
  "ForAllValues:StringNotLike": (values, got, key) => got === undefined || !like(values, got, key),
  "ForAllValues:StringLike": (values, got, key) => got === undefined || like(values, got, key),
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (values, got, key) =>
    got !== undefined && values.some((value) => readBool(value, key) === got.toLowerCase()),
  Null: (values, got, key) => values.some((value) => readBool(value, key) === String(got === undefined)),
};

function readBool(value: string, key: string): string {
  if (!/^(true|false)$/i.test(value)) throw new Refused(`${key}: ${value} is neither true nor false`);
  return value.toLowerCase();
}
