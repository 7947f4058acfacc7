import { parseArn } from "../../aws/arn";
import { splitArnPattern } from "../../aws/arn-pattern";
import type { Condition } from "./condition";
import type { Principal } from "./grant";
import { baseOf, isAnyOf, isNoneOf } from "./operator";
import { isOfTheWorld } from "./security-groups";

const isLiteral = (value: string): boolean => value !== "" && !/[*?$]/.test(value);

/**
 * Condition keys that say who asks, or for whom a service asks, in lower case, and which of their values name somebody:
 * what anyone can fulfil, in an account or an organization of their own, keeps nobody out.
 */
const NAMES_SOMEBODY: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ["aws:principalaccount", isLiteral],
  ["aws:principalarn", isArnOfSomebody],
  ["aws:principalorgid", isLiteral],
  ["aws:principalorgpaths", isPathOfSomebody],
  ["aws:sourceaccount", isLiteral],
  ["aws:sourcearn", isArnOfSomebody],
  ["aws:sourceip", (value) => isLiteral(value) && !isOfTheWorld(value)],
  ["aws:sourceorgid", isLiteral],
  ["aws:sourceorgpaths", isPathOfSomebody],
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

/** Of a bucket alone the name says whose it is: its ARN has no account. */
function isArnOfSomebody(value: string): boolean {
  const [, , service, , account = "", rest = ""] = splitArnPattern(value);
  if (account !== "") return /^\d{12}$/.test(account);
  return service === "s3" && isLiteral(firstPart(rest, "/"));
}

/** `o-<id>/r-<id>/…` */
function isPathOfSomebody(value: string): boolean {
  return /^o-[a-z0-9]+\//.test(value);
}

/** Whether everybody has the right: nothing says who, or only what anyone fulfils. */
export function isOfAnyone(principal: Principal, conditions: readonly Condition[]): boolean {
  if (principal.kind === "anyone" || principal.kind === "everyone but") return !conditions.some(confines);
  return principal.kind === "federated" && !isOwnProvider(principal.name) && !conditions.some(namesSubject);
}

/** A condition that a stranger fails: a key that may be absent, or may be anything, keeps nobody out. */
function confines(one: Condition): boolean {
  if (!isAnyOf(one.operator) || one.operator.endsWith("IfExists") || baseOf(one.operator) === "Null")
    return false;
  return namesSomebody(one);
}

/** A condition of a Deny that a stranger fulfils: all but those whom it names, as far as it names anybody. */
export function isOfStrangers(one: Condition): boolean {
  const key = one.key.toLowerCase();
  if (isNoneOf(one.operator)) return !one.operator.startsWith("ForAnyValue:") && namesSomebody(one);
  // What AWS's services do by themselves is spared beside those who are named.
  const isOfService = key === "aws:principalisawsservice" || key === "aws:viaawsservice";
  return isOfService && baseOf(one.operator) === "Bool" && one.values.join() === "false";
}

function namesSomebody({ key, values, hidden }: Condition): boolean {
  const isSomebody = NAMES_SOMEBODY.get(key.toLowerCase());
  if (isSomebody === undefined) return false;
  if (hidden !== undefined) return hidden === "masked";
  return values.length > 0 && values.every(isSomebody);
}

/** A SAML provider is the account's own, and knows its own people alone. */
function isOwnProvider(name: string): boolean {
  const arn = parseArn(name);
  return arn?.service === "iam" && arn.region === "" && arn.resource.startsWith("saml-provider/");
}

const GITHUB = "token.actions.githubusercontent.com";

/** Claims that say who signs in; an audience, a branch or an environment is the same for everybody in the world. */
const SUBJECT = /:(?:sub|id|user_id)$/;
const SUBJECT_OF_GITHUB =
  /:(?:sub|repository|repository_id|repository_owner|repository_owner_id|enterprise_id)$/;

function namesSubject(one: Condition): boolean {
  const { operator, values, hidden } = one;
  const key = one.key.toLowerCase();
  const isOfGitHub = key.startsWith(GITHUB);
  if (!(isOfGitHub ? SUBJECT_OF_GITHUB : SUBJECT).test(key)) return false;
  if (hidden !== undefined) return hidden === "masked";
  if (!isAnyOf(operator) || operator.endsWith("IfExists") || baseOf(operator) === "Null") return false;
  const isNamed = isOfGitHub && key.endsWith(":sub") ? isSubjectOfGitHub : isSubject;
  return values.length > 0 && values.every(isNamed);
}

/** A text, or the beginning of one that has an owner in it, e.g. `project_path:group/*`, `organization:acme:*`. */
function isSubject(value: string): boolean {
  return isLiteral(value) || /^[\w-]+:[^*?$/:]+[/:]/.test(value);
}

/** https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims */
function isSubjectOfGitHub(value: string): boolean {
  return /^(?:repo:[^*?$/:]+\/|(?:repository_id|repository_owner|repository_owner_id|enterprise_id):[^*?$/:]+(?::|$))/.test(
    value,
  );
}
