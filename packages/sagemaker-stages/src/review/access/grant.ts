import type { Condition } from "./condition";

/**
 * The actions or resources of a statement:
 * - `pattern`: everything that matches the pattern;
 * - `not`: everything except matches of the patterns;
 * - `reference`: the permissions of a policy, group, role or setting that the plan does not contain as a document.
 */
export type StatementValue =
  | { readonly kind: "pattern"; readonly text: string }
  | { readonly kind: "not"; readonly texts: readonly string[] }
  | {
      readonly kind: "reference";
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

/** The kind of a principal: a member of the element `Principal`, a network, or the owner of an identity policy. */
export type PrincipalKind =
  | "anyone"
  | "account"
  | "AWS"
  | "service"
  | "federated"
  | "canonical user"
  | "network"
  | "everyone except"
  | "identity"
  | "holder";

/** A principal of a statement. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** E.g. `lambda.amazonaws.com`, an ARN, the 12 digits of an account, `role dev-ticket-urgency-function`. */
  readonly name: string;
}

/** The name of a principal of kind `anyone` that has any AWS account. */
export const AUTHENTICATED = "every AWS account";

/** A resource of the plan that contains a permission. */
export interface Place {
  readonly address: string;
  readonly path: string;
}

/**
 * The permissions that a statement allows or denies: every action on every resource for every principal. A statement is
 * never expanded: a policy of legal size can contain millions of single permissions.
 */
export interface Grant {
  readonly effect: "Allow" | "Deny";
  readonly principals: readonly Principal[];
  readonly actions: readonly StatementValue[];
  readonly resources: readonly StatementValue[];
  readonly conditions: readonly Condition[];
  readonly places: readonly Place[];
}

/** Creates a grant of one action on one resource to one principal. */
export function grant({
  principal,
  action,
  resource,
  ...rest
}: Omit<Grant, "principals" | "actions" | "resources"> & {
  readonly principal: Principal;
  readonly action: StatementValue;
  readonly resource: StatementValue;
}): Grant {
  return { ...rest, principals: [principal], actions: [action], resources: [resource] };
}
