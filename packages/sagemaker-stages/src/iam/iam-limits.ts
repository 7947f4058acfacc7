import type { Fault } from "../environment/fault-collector";
import { findRefusedCharacter, POLICY_TEXT_ALLOWED } from "../environment/policy-text";
import { type PolicyDocument, policyDocument, type Statement } from "./policy-document";

/** AWS's page with the quotas of IAM. */
export const IAM_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** Maximum size of a managed policy in characters, without whitespace (IAM_SOURCE). */
export const MAX_CHARACTERS = 6_144;

/** Managed policies of one role, user or group, by default (IAM_SOURCE). */
export const MAX_POLICIES_OF_PRINCIPAL = 10;

/** A managed policy with its name. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: PolicyDocument;
}

/** A text of the length of the longest value that replaces a reference in a policy: the ARN of an API's routes. */
const REFERENCE = "arn:aws-us-gov:execute-api:ap-southeast-1:123456789012:abcdefghij";

/** Size of a document in characters as IAM counts: without whitespace. References count as their longest value. */
export function sizeOf(policy: PolicyDocument): number {
  return JSON.stringify(policy)
    .replaceAll(/\$\{TfToken\[[^\]]*\]\}/g, REFERENCE)
    .replaceAll(/\s/g, "").length;
}

/**
 * Splits a policy into policies that fit IAM's quota. The order of the statements does not change. A statement with too
 * many resources becomes several statements. The first policy keeps the name; the name of each other policy ends with its
 * number. A statement that is too long for another reason is not split: {@link findPolicyFaults} then refuses its policy.
 */
export function splitPolicy({ name, policy }: NamedPolicy): NamedPolicy[] {
  if (sizeOf(policy) <= MAX_CHARACTERS) return [{ name, policy }];
  const parts: Statement[][] = [];
  for (const statement of policy.Statement.flatMap(splitStatement)) {
    const last = parts.at(-1);
    const extended = [...(last ?? []), statement];
    if (last === undefined || sizeOf(policyDocument(...extended)) > MAX_CHARACTERS) parts.push([statement]);
    else last.push(statement);
  }
  return parts.map((statements, index) => ({
    name: index === 0 ? name : `${name}-${index + 1}`,
    policy: policyDocument(...statements),
  }));
}

/**
 * Splits a statement by its resources, so that each part fits a policy without other statements. A statement whose other
 * members leave no room for a resource is returned unchanged.
 */
function splitStatement(statement: Statement): Statement[] {
  const { Resource = [] } = statement;
  const withResources = (resources: readonly string[]): Statement => ({ ...statement, Resource: resources });
  const fixed = sizeOf(policyDocument(withResources([])));
  const room = MAX_CHARACTERS - fixed - "99".length;
  // The size of a resource includes its quotes and comma, and JSON's escapes.
  const sizes = Resource.map((resource) => sizeOf(policyDocument(withResources([resource]))) - fixed + 1);
  if (sizes.some((size) => size > room)) return [statement];
  const chunks: string[][] = [];
  let left = 0;
  Resource.forEach((resource, index) => {
    const size = sizes[index] ?? 0;
    const last = chunks.at(-1);
    if (last === undefined || size > left) {
      chunks.push([resource]);
      left = room - size;
    } else {
      last.push(resource);
      left -= size;
    }
  });
  if (chunks.length <= 1) return [statement];
  return chunks.map((resources, index) => ({
    ...withResources(resources),
    Sid: index === 0 ? statement.Sid : `${statement.Sid}${index + 1}`,
  }));
}

/** The environment or account of a policy, for faults. */
export interface PolicyOwner {
  /** The environment's or account's name. */
  readonly name: string;
  /** The change of the environment or account that removes the fault. */
  readonly remedy: string;
}

/** Finds the reasons for which IAM would refuse the policies of one role during an apply, including too many policies. */
export function findPolicyFaults(
  role: string,
  policies: readonly NamedPolicy[],
  { name: environment, remedy }: PolicyOwner,
): Fault[] {
  const faults = policies.flatMap((policy) => findDocumentFaults(policy, { name: environment, remedy }));
  if (policies.length <= MAX_POLICIES_OF_PRINCIPAL) return faults;
  return [
    ...faults,
    {
      environment,
      field: role,
      got: `${policies.length} policies: ${policies.map(({ name }) => name).join(", ")}`,
      allowed: `at most ${MAX_POLICIES_OF_PRINCIPAL} managed policies of one role. ${remedy}`,
      because: IAM_SOURCE,
    },
  ];
}

/** Finds the reasons for which IAM would refuse a managed policy. */
export function findDocumentFaults(
  { name: field, policy }: NamedPolicy,
  { name: environment, remedy }: PolicyOwner,
): Fault[] {
  const faults: Fault[] = [];
  const refuse = (got: string, allowed: string, because = IAM_SOURCE): void => {
    faults.push({ environment, field, got, allowed, because });
  };
  const size = sizeOf(policy);
  if (size > MAX_CHARACTERS) {
    refuse(`a policy of ${size} characters`, `${MAX_CHARACTERS} characters, without whitespace. ${remedy}`);
  }
  const stray = findRefusedCharacter(JSON.stringify(policy));
  if (stray !== undefined) refuse(`the character ${stray}`, POLICY_TEXT_ALLOWED);
  const sids = policy.Statement.map(({ Sid }) => Sid);
  const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
  const grammar = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html";
  if (twice !== undefined) refuse(`two statements ${twice}`, "each statement id once", grammar);
  const empty = policy.Statement.find(
    ({ Action, Resource }) => Action.length === 0 || Resource?.length === 0,
  );
  if (empty !== undefined || sids.length === 0) {
    refuse(
      empty === undefined ? "no statement" : `the statement ${empty.Sid} without an action or a resource`,
      "statements with actions and resources",
      grammar,
    );
  }
  return faults;
}
