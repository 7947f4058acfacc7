import type { Condition } from "./condition";

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
        | "public access block"
        | "access list";
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
  /** E.g. `lambda.amazonaws.com`, an ARN, the 12 digits of an account, `role dev-ticket-urgency-function`. */
  readonly name: string;
}

/** The name of everyone who has an account of AWS, as the kind `anyone`. */
export const AUTHENTICATED = "every AWS account";

/** A resource of the plan in which a right stands. */
export interface Place {
  readonly address: string;
  readonly path: string;
}

/**
 * What one statement allows or denies: each of the actions, on each of the resources, to each of the principals. A
 * statement is never expanded into its single rights: a policy of legal size can have millions of them.
 */
export interface Grant {
  readonly effect: "Allow" | "Deny";
  readonly principals: readonly Principal[];
  readonly actions: readonly Named[];
  readonly resources: readonly Named[];
  readonly conditions: readonly Condition[];
  readonly places: readonly Place[];
}

/** A grant to one principal, of one action, on one resource. */
export function grant({
  principal,
  action,
  resource,
  ...rest
}: Omit<Grant, "principals" | "actions" | "resources"> & {
  readonly principal: Principal;
  readonly action: Named;
  readonly resource: Named;
}): Grant {
  return { ...rest, principals: [principal], actions: [action], resources: [resource] };
}
