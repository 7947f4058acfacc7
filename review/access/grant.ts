import { alternatives, type Condition, coversConditions } from "./condition";
import { coversArn, coversPattern } from "./pattern";
import { coversPorts } from "./ports";

/**
 * What a statement says of actions, or of resources:
 * - `one`: a pattern;
 * - `not`: everything but what fits the patterns;
 * - `by`: whatever something allows whose content is not in the plan.
 */
export type Named =
  | { readonly kind: "one"; readonly text: string }
  | { readonly kind: "not"; readonly texts: readonly string[] }
  | {
      readonly kind: "by";
      readonly what:
        | "managed policy"
        | "permissions boundary"
        | "group"
        | "role"
        | "network"
        | "public access block";
      readonly text: string;
    };

/** Who a statement speaks of: the members of `Principal`, what has no such member, and addresses that are let in. */
export type PrincipalKind =
  | "anyone"
  | "account"
  | "AWS"
  | "service"
  | "federated"
  | "canonical user"
  | "network"
  | "everyone but"
  | "identity"
  | "holder";

/** Who may do something, or may not. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** E.g. `lambda.amazonaws.com`, an ARN, the 12 digits of an account, `role dev-sentiment-function`. */
  readonly name: string;
}

/** A resource of the plan in which a right stands. */
export interface Place {
  readonly address: string;
  readonly path: string;
}

/** The smallest part of a statement that says something: one principal, one action, one resource. */
export interface Grant {
  readonly effect: "Allow" | "Deny";
  readonly principal: Principal;
  readonly action: Named;
  readonly resource: Named;
  readonly conditions: readonly Condition[];
  readonly places: readonly Place[];
  /** The same for grants that differ in their conditions alone. */
  readonly key: string;
  /** The same for grants that say the same. */
  readonly id: string;
  /** With what actions and resources begin that it covers: of most others, that says enough. */
  readonly actionStart: string;
  readonly resourceStart: string;
}

/** A grant, with its keys. */
export function grant(parts: Omit<Grant, "key" | "id" | "actionStart" | "resourceStart">): Grant {
  const { effect, principal, action, resource, conditions } = parts;
  const key = [
    effect,
    principal.kind,
    principal.name,
    // Actions are compared without regard to case.
    keyOf(action).toLowerCase(),
    keyOf(resource),
  ].join("\n");
  return {
    ...parts,
    key,
    id: [key, ...conditions.map(({ id }) => id)].join("\n"),
    actionStart: startOf(action).toLowerCase(),
    resourceStart: startOf(resource),
  };
}

function startOf(named: Named): string {
  return named.kind === "one" ? (/^[^*?$]*/.exec(named.text)?.[0] ?? "") : "";
}

function keyOf(named: Named): string {
  if (named.kind === "one") return named.text;
  if (named.kind === "by") return `${named.what} ${named.text}`;
  return `not ${JSON.stringify([...named.texts].sort())}`;
}

/** Whether nothing is in `inner` that is not in `outer`. The answer is no where it is not certain. */
export function covers(outer: Grant, inner: Grant): boolean {
  return coversNamed(outer, inner) && coversConditions(outer.conditions, inner.conditions);
}

/** Whether it is worth looking: a quick answer, which is no for most. */
export function mayCover(outer: Grant, inner: Grant): boolean {
  return (
    inner.resourceStart.startsWith(outer.resourceStart) && inner.actionStart.startsWith(outer.actionStart)
  );
}

/** Whether `outer` is of every principal, action and resource that `inner` is of, whatever the conditions. */
export function coversNamed(outer: Grant, inner: Grant): boolean {
  return (
    mayCover(outer, inner) &&
    outer.effect === inner.effect &&
    coversPrincipal(outer.principal, inner.principal) &&
    coversOne(outer.action, inner.action, coversAction) &&
    coversOne(outer.resource, inner.resource, coversArn)
  );
}

/** Whether `outer` is of everything that `inner` is of, whoever may do it or may not. */
export function reaches(outer: Grant, inner: Grant): boolean {
  return coversNamed({ ...outer, effect: inner.effect, principal: inner.principal }, inner);
}

/** Whether something may be of both: yes where it is not certain. */
export function mayMeet(one: Grant, other: Grant): boolean {
  return (
    mayMeetNamed(one.action, one.actionStart, other.action, other.actionStart) &&
    mayMeetNamed(one.resource, one.resourceStart, other.resource, other.resourceStart)
  );
}

function mayMeetNamed(one: Named, oneStart: string, other: Named, otherStart: string): boolean {
  const isExact = isText(one) && isText(other);
  if (isExact) return oneStart === otherStart;
  return oneStart.startsWith(otherStart) || otherStart.startsWith(oneStart);
}

function isText(named: Named): boolean {
  return named.kind === "one" && !/[*?$]/.test(named.text);
}

/** Whether the grants together cover `inner`: some of them one value of a condition, others another. */
export function coverTogether(outer: readonly Grant[], inner: Grant): boolean {
  const near = outer.filter((one) => coversNamed(one, inner));
  if (near.some((one) => coversConditions(one.conditions, inner.conditions))) return true;
  if (near.length < 2) return false;
  return inner.conditions.some((one, index) =>
    alternatives(one)?.every((alternative) => {
      const part = { ...inner, conditions: inner.conditions.with(index, alternative) };
      return near.some((candidate) => covers(candidate, part));
    }),
  );
}

/** What is a part of every action: what policies elsewhere allow, and not what is no policy. */
const WITHIN_ALL: ReadonlySet<string> = new Set(["managed policy", "group", "role"]);

function coversAction(outer: string, inner: string): boolean {
  return coversPattern(outer.toLowerCase(), inner.toLowerCase());
}

function coversOne(outer: Named, inner: Named, fits: (outer: string, inner: string) => boolean): boolean {
  if (outer.kind === "one" && outer.text === "*") return inner.kind !== "by" || WITHIN_ALL.has(inner.what);
  if (outer.kind === "one" && inner.kind === "one") return fits(outer.text, inner.text);
  if (outer.kind === "not" && inner.kind === "not") {
    return outer.texts.every((one) => inner.texts.some((other) => fits(other, one)));
  }
  if (outer.kind === "by" && inner.kind === "by" && outer.what === "network" && inner.what === "network") {
    return coversPorts(outer.text, inner.text);
  }
  return keyOf(outer) === keyOf(inner);
}

/** An account does not cover its roles: naming a role lets it in by itself, naming the account leaves that to IAM. */
function coversPrincipal(outer: Principal, inner: Principal): boolean {
  if (outer.kind === "anyone") return true;
  return outer.kind === inner.kind && outer.name === inner.name;
}
