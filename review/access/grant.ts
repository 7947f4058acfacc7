import { alternatives, type Condition, coversConditions } from "./condition";
import { coversArn, coversPattern } from "./pattern";

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
      readonly what: "managed policy" | "permissions boundary" | "group";
      readonly text: string;
    };

/** Who a statement speaks of: the members of `Principal`, and what has no such member. */
export type PrincipalKind =
  | "anyone"
  | "account"
  | "AWS"
  | "service"
  | "federated"
  | "canonical user"
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
}

/** A grant, with its keys. */
export function grant(parts: Omit<Grant, "key" | "id">): Grant {
  const { effect, principal, action, resource, conditions } = parts;
  const key = [
    effect,
    principal.kind,
    principal.name,
    // Actions are compared without regard to case.
    keyOf(action).toLowerCase(),
    keyOf(resource),
  ].join("\n");
  return { ...parts, key, id: [key, ...conditions.map(({ id }) => id)].join("\n") };
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

/** Whether `outer` is of every principal, action and resource that `inner` is of, whatever the conditions. */
export function coversNamed(outer: Grant, inner: Grant): boolean {
  return (
    outer.effect === inner.effect &&
    coversPrincipal(outer.principal, inner.principal) &&
    coversOne(outer.action, inner.action, coversAction) &&
    coversOne(outer.resource, inner.resource, coversArn)
  );
}

/** Whether the grants together cover `inner`: some of them one value of a condition, others another. */
export function coverTogether(outer: readonly Grant[], inner: Grant): boolean {
  if (outer.some((one) => covers(one, inner))) return true;
  const near = outer.filter((one) => coversNamed(one, inner));
  if (near.length < 2) return false;
  return inner.conditions.some((one, index) =>
    alternatives(one)?.every((alternative) => {
      const part = { ...inner, conditions: inner.conditions.with(index, alternative) };
      return near.some((candidate) => covers(candidate, part));
    }),
  );
}

function coversAction(outer: string, inner: string): boolean {
  return coversPattern(outer.toLowerCase(), inner.toLowerCase());
}

function coversOne(outer: Named, inner: Named, fits: (outer: string, inner: string) => boolean): boolean {
  if (outer.kind === "one" && outer.text === "*")
    return inner.kind !== "by" || inner.what !== "permissions boundary";
  if (outer.kind === "one" && inner.kind === "one") return fits(outer.text, inner.text);
  if (outer.kind === "not" && inner.kind === "not") {
    return outer.texts.every((one) => inner.texts.some((other) => fits(other, one)));
  }
  return keyOf(outer) === keyOf(inner);
}

/** An account does not cover its roles: naming a role lets it in by itself, naming the account leaves that to IAM. */
function coversPrincipal(outer: Principal, inner: Principal): boolean {
  if (outer.kind === "anyone") return true;
  return outer.kind === inner.kind && outer.name === inner.name;
}
