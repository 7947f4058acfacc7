import { parseArn } from "../../aws/arn";
import { splitArnPattern } from "../../aws/arn-pattern";
import type { Condition } from "./condition";
import type { Principal } from "./grant";
import { baseOf, isAnyOf, isNoneOf } from "./operator";
import { isPublicRange } from "./security-groups";

const isLiteral = (value: string): boolean => value !== "" && !/[*?$]/.test(value);

/**
 * Condition keys (in lower case) that identify the caller, or the account for which a service calls, with a test of the
 * value. A value that anyone can meet with an own account or organization does not restrict callers.
 */
const RESTRICTING_KEYS: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ["aws:principalaccount", isLiteral],
  ["aws:principalarn", isArnWithAccount],
  ["aws:principalorgid", isLiteral],
  ["aws:principalorgpaths", isOrganizationPath],
  ["aws:sourceaccount", isLiteral],
  ["aws:sourcearn", isArnWithAccount],
  ["aws:sourceip", (value) => isLiteral(value) && !isPublicRange(value)],
  ["aws:sourceorgid", isLiteral],
  ["aws:sourceorgpaths", isOrganizationPath],
  ["aws:sourceowner", isLiteral],
  ["aws:sourcevpc", isLiteral],
  ["aws:sourcevpce", isLiteral],
  // The first part is the id of a role, a user or an account.
  ["aws:userid", (value) => isLiteral(firstPart(value, ":"))],
  ["kms:calleraccount", isLiteral],
  ["lambda:eventsourcetoken", isLiteral],
]);

function firstPart(text: string, separator: string): string {
  return text.split(separator, 1)[0] ?? "";
}

/** The ARN of a bucket has no account: the name identifies the owner. */
function isArnWithAccount(value: string): boolean {
  const [, , service, , account = "", rest = ""] = splitArnPattern(value);
  if (account !== "") return /^\d{12}$/.test(account);
  return service === "s3" && isLiteral(firstPart(rest, "/"));
}

/** `o-<id>/r-<id>/…` */
function isOrganizationPath(value: string): boolean {
  return /^o-[a-z0-9]+\//.test(value);
}

/** Whether the public has the permission: no condition restricts the callers. */
export function isPublic(principal: Principal, conditions: readonly Condition[]): boolean {
  if (principal.kind === "anyone" || principal.kind === "everyone except")
    return !conditions.some(requiresKnownCaller);
  return principal.kind === "federated" && !isOwnProvider(principal.name) && !conditions.some(namesSubject);
}

/** Whether a caller from the public fails the condition. An optional key does not restrict callers. */
function requiresKnownCaller(one: Condition): boolean {
  if (!isAnyOf(one.operator) || one.operator.endsWith("IfExists") || baseOf(one.operator) === "Null")
    return false;
  return restrictsCallers(one);
}

/** Whether a Deny with this condition excludes the public: the condition exempts only known callers. */
export function excludesPublic(one: Condition): boolean {
  const key = one.key.toLowerCase();
  if (isNoneOf(one.operator)) return !one.operator.startsWith("ForAnyValue:") && restrictsCallers(one);
  // Calls of AWS services are a usual exemption.
  const isServiceCondition = key === "aws:principalisawsservice" || key === "aws:viaawsservice";
  return isServiceCondition && baseOf(one.operator) === "Bool" && one.values.join() === "false";
}

function restrictsCallers({ key, values, hidden }: Condition): boolean {
  const restricts = RESTRICTING_KEYS.get(key.toLowerCase());
  if (restricts === undefined) return false;
  if (hidden !== undefined) return hidden === "masked";
  return values.length > 0 && values.every(restricts);
}

/** A SAML provider belongs to the account, and authenticates only its users. */
function isOwnProvider(name: string): boolean {
  const arn = parseArn(name);
  return arn?.service === "iam" && arn.region === "" && arn.resource.startsWith("saml-provider/");
}

const GITHUB = "token.actions.githubusercontent.com";

/** Claims that identify the user. Any user can have a certain audience, branch or environment. */
const SUBJECT = /:(?:sub|id|user_id)$/;
const SUBJECT_OF_GITHUB =
  /:(?:sub|repository|repository_id|repository_owner|repository_owner_id|enterprise_id)$/;

function namesSubject(one: Condition): boolean {
  const { operator, values, hidden } = one;
  const key = one.key.toLowerCase();
  const isGitHubClaim = key.startsWith(GITHUB);
  if (!(isGitHubClaim ? SUBJECT_OF_GITHUB : SUBJECT).test(key)) return false;
  if (hidden !== undefined) return hidden === "masked";
  if (!isAnyOf(operator) || operator.endsWith("IfExists") || baseOf(operator) === "Null") return false;
  const isNamed = isGitHubClaim && key.endsWith(":sub") ? isSubjectOfGitHub : isSubject;
  return values.length > 0 && values.every(isNamed);
}

/** A literal, or a pattern that names an owner, e.g. `project_path:group/*`, `organization:acme:*`. */
function isSubject(value: string): boolean {
  return isLiteral(value) || /^[\w-]+:[^*?$/:]+[/:]/.test(value);
}

/** https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims */
function isSubjectOfGitHub(value: string): boolean {
  return /^(?:repo:[^*?$/:]+\/|(?:repository_id|repository_owner|repository_owner_id|enterprise_id):[^*?$/:]+(?::|$))/.test(
    value,
  );
}
