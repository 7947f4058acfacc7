import { POLICY_TEXT_ALLOWED, strayCharacter } from "../environment/policy-text";
import type { Fault } from "../environment/report";
import { MOST_CHARACTERS } from "./deployment/deployer";
import { type PolicyDocument, policyDocument, type Statement } from "./policy-document";

/** Where the limits of IAM stand. */
export const IAM_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** Managed policies of one role, user or group, by default (IAM_SOURCE). */
export const MAX_POLICIES_OF_PRINCIPAL = 10;

/** A managed policy of one of the roles that an account's stack makes. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: PolicyDocument;
}

/** As long as the longest value that a reference of a policy stands for: the ARN of an API's routes. */
const REFERENCE = "arn:aws-us-gov:execute-api:ap-southeast-1:123456789012:abcdefghij";

/** Characters of a document as IAM counts them: without whitespace, references replaced by their longest value. */
export function sizeOf(policy: PolicyDocument): number {
  return JSON.stringify(policy)
    .replaceAll(/\$\{TfToken\[[^\]]*\]\}/g, REFERENCE)
    .replaceAll(/\s/g, "").length;
}

/**
 * A policy as policies of a size that IAM takes: statements in their order, and a statement that is too long by its
 * resources in several statements. The first keeps the name, the others end with their number. A statement that is too
 * long for another reason stays: {@link findPolicyFaults} then refuses its policy.
 */
export function splitPolicy({ name, policy }: NamedPolicy): NamedPolicy[] {
  if (sizeOf(policy) <= MOST_CHARACTERS) return [{ name, policy }];
  const parts: Statement[][] = [];
  for (const statement of policy.Statement.flatMap(splitStatement)) {
    const last = parts.at(-1);
    const extended = [...(last ?? []), statement];
    if (last === undefined || sizeOf(policyDocument(...extended)) > MOST_CHARACTERS) parts.push([statement]);
    else last.push(statement);
  }
  return parts.map((statements, index) => ({
    name: index === 0 ? name : `${name}-${index + 1}`,
    policy: policyDocument(...statements),
  }));
}

/**
 * In chunks of resources, of which each fits one policy beside nothing else. A statement whose other parts leave no
 * room for each of its resources stays as it is.
 */
function splitStatement(statement: Statement): Statement[] {
  const { Resource = [] } = statement;
  const withResources = (resources: readonly string[]): Statement => ({ ...statement, Resource: resources });
  const fixed = sizeOf(policyDocument(withResources([])));
  const room = MOST_CHARACTERS - fixed - "99".length;
  // Its quotes, its comma, and its characters as JSON writes them.
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

/** What policies are of: for faults. */
export interface PolicyOwner {
  /** The environment's or account's name. */
  readonly name: string;
  /** What has to change in it. */
  readonly remedy: string;
}

/** What IAM would refuse in the middle of an apply: of each policy of one role, and of their number. */
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

/** What IAM would refuse of one managed policy. */
export function findDocumentFaults(
  { name: field, policy }: NamedPolicy,
  { name: environment, remedy }: PolicyOwner,
): Fault[] {
  const faults: Fault[] = [];
  const refuse = (got: string, allowed: string, because = IAM_SOURCE): void => {
    faults.push({ environment, field, got, allowed, because });
  };
  const size = sizeOf(policy);
  if (size > MOST_CHARACTERS) {
    refuse(`a policy of ${size} characters`, `${MOST_CHARACTERS} characters, without whitespace. ${remedy}`);
  }
  const stray = strayCharacter(JSON.stringify(policy));
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
