/**
 * The part of IAM's policy language that this project emits: no NotAction, no NotResource, no NotPrincipal.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** One statement. */
export interface Statement {
  /** Says what the statement is for; letters and digits. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Only in trust and resource policies; `*` only in a Deny, or where a condition says who it is. */
  readonly Principal?: { readonly Service: string } | { readonly Federated: string } | "*";
  readonly Action: readonly string[];
  /**
   * Absent in trust policies. `*` only where the service defines no resource type for the action, where AWS itself
   * asks for it, and in a Deny.
   */
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A document of `statements`. */
export function policyDocument(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** `LoanDefault` of `loan-default`: a statement id has letters and digits only. */
export function camelCase(model: string): string {
  return model.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
}

/** A statement that allows; each resource once. */
export function allow(
  Sid: string,
  Action: readonly string[],
  resources: readonly string[],
  Condition?: Statement["Condition"],
): Statement {
  const Resource = [...new Set(resources)];
  return { Sid, Effect: "Allow", Action, Resource, ...(Condition === undefined ? {} : { Condition }) };
}
