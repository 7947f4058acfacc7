import { omitUndefined } from "../lib/omit-undefined";

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
  /** The statement's id, which the IAM console shows: letters and digits. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Only in trust and resource policies. `*` only in a Deny, or with a condition that names the principal. */
  readonly Principal?:
    | { readonly Service: string }
    | { readonly Federated: string }
    | { readonly AWS: readonly string[] }
    | "*";
  readonly Action: readonly string[];
  /**
   * Absent in trust policies. `*` only in a Deny, for actions without a resource type, and for actions that AWS documents
   * to evaluate on every resource.
   */
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy document with these statements. */
export function policyDocument(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** `LoanDefault` of `loan-default`: a statement id contains only letters and digits. */
export function camelCase(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
}

/** An Allow statement. Duplicate resources are removed. */
export function allow(
  Sid: string,
  Action: readonly string[],
  resources: readonly string[],
  Condition?: Statement["Condition"],
): Statement {
  return omitUndefined({
    Sid,
    Effect: "Allow" as const,
    Action,
    Resource: [...new Set(resources)],
    Condition,
  });
}
