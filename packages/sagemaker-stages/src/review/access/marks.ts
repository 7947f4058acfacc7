import { parseArn } from "../../aws/arn";
import { coversPattern } from "../../aws/wildcards";
import type { Difference } from "./difference";
import type { Named, Principal } from "./grant";
import permissionsManagement from "./permissions-management.json";
import { isOfAnyone } from "./strangers";

/**
 * What makes a right one to look at:
 * - `anyone`: nothing says who; of a Deny, that it kept strangers from what is now for anyone;
 * - `other account`: of somebody else, or of nobody knows whom, where the plan does not tell its own account;
 * - `new service`: an AWS service that had no right there before, where something was there before;
 * - `every action`, `every resource`: of all, or of all of a service;
 * - `permissions management`: who may do it can give rights.
 */
export type Mark =
  | "anyone"
  | "other account"
  | "new service"
  | "every action"
  | "every resource"
  | "permissions management";

/** Actions that AWS does not count as permissions management, and that give what somebody else may all the same. */
const AS_GOOD_AS_PERMISSIONS = [
  "iam:AddUserToGroup",
  "iam:CreateAccessKey",
  "iam:CreateLoginProfile",
  "iam:CreateOpenIDConnectProvider",
  "iam:CreateSAMLProvider",
  "iam:PassRole",
  "iam:UpdateLoginProfile",
  "iam:UpdateSAMLProvider",
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
  "sts:AssumeRoot",
];

const GIVING: readonly string[] = [
  // AWS's service authorization reference: level "Permissions management".
  ...Object.entries(permissionsManagement).flatMap(([service, names]) =>
    names.map((name) => `${service}:${name}`),
  ),
  ...AS_GOOD_AS_PERMISSIONS,
].map((action) => action.toLowerCase());

/** What there is to look at in a right; `accounts` are the plan's own. */
export function marksOf(difference: Difference, accounts: ReadonlySet<string>): readonly Mark[] {
  const { before, after, subject, isNewcomer, life, opensToAnyone } = difference;
  const { effect, principal, actions, resources } = difference;
  const rights = after.length > 0 ? after : before;
  const found: Mark[] = [];
  const isGateOfVpc = subject.kind === "gate" && subject.thing.key.startsWith("VPC endpoint:");
  const isForAnyone =
    opensToAnyone &&
    (effect === "Deny" || rights.some(({ conditions }) => isOfAnyone(principal, conditions)));
  if (!isGateOfVpc && isForAnyone) found.push("anyone");
  if (effect === "Allow") {
    const account = accountOf(principal);
    if (account !== undefined && !accounts.has(account)) found.push("other account");
    if (principal.kind === "service" && isNewcomer && life === "kept") found.push("new service");
  }
  if (actions.some(isEveryAction)) found.push("every action");
  if (actions.every(({ kind }) => kind !== "by") && resources.some(isEveryResource))
    found.push("every resource");
  if (subject.kind !== "trust" && actions.some(givesRights)) found.push("permissions management");
  return found;
}

/** The same for actions that make the same marks: rights with other marks are other rights for a reader. */
export function actionAspect(action: Named): string {
  // What policies elsewhere allow is told one by one.
  if (action.kind === "by") return `${action.what} ${action.text}`;
  return [isEveryAction(action), givesRights(action)].join();
}

/** The same for resources. */
export function resourceAspect(resource: Named): string {
  return String(isEveryResource(resource));
}

function accountOf(principal: Principal): string | undefined {
  if (principal.kind === "account") return principal.name;
  if (principal.kind !== "AWS") return undefined;
  const arn = parseArn(principal.name);
  const isPrincipal = arn !== undefined && ["iam", "sts"].includes(arn.service) && arn.region === "";
  return isPrincipal ? arn.accountId : undefined;
}

function isEveryAction(action: Named): boolean {
  if (action.kind === "not") return true;
  if (action.kind === "by")
    return action.what === "managed policy" && /\/AdministratorAccess$/.test(action.text);
  return /^(?:[\w-]+:)?\*+$/.test(action.text);
}

function isEveryResource(resource: Named): boolean {
  if (resource.kind !== "one") return true;
  return /^\*+$/.test(parseArn(resource.text)?.resource ?? resource.text);
}

function givesRights(action: Named): boolean {
  if (action.kind === "not") return true;
  if (action.kind === "by")
    return action.what === "managed policy" && /\/(?:AdministratorAccess|IAMFullAccess)$/.test(action.text);
  const pattern = action.text.toLowerCase();
  if (!/[*?]/.test(pattern)) return GIVING_EXACTLY.has(pattern);
  const known = givingPatterns.get(pattern);
  if (known !== undefined) return known;
  const gives = GIVING.some((name) => coversPattern(pattern, name));
  givingPatterns.set(pattern, gives);
  return gives;
}

const givingPatterns = new Map<string, boolean>();
const GIVING_EXACTLY: ReadonlySet<string> = new Set(GIVING);

/** The accounts in which a plan's own resources are. */
export function accountsIn(arns: Iterable<string>, pinned: string | undefined): ReadonlySet<string> {
  if (pinned !== undefined) return new Set([pinned]);
  const found = new Set<string>();
  for (const arn of arns) {
    const account = parseArn(arn)?.accountId ?? "";
    if (/^\d{12}$/.test(account)) found.add(account);
  }
  return found;
}
