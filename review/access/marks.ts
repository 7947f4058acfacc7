import type { Difference } from "./compare";
import type { Condition } from "./condition";
import type { Grant, Named } from "./grant";
import { baseOf, isAnyOf } from "./operator";
import { coversPattern } from "./pattern";
import permissionsManagement from "./permissions-management.json";

/**
 * What makes a right one to look at:
 * - `anyone`: nothing says who;
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
  const { before, after, subject, isNewcomer, life } = difference;
  const rights = after.length > 0 ? after : before;
  const [one] = rights;
  if (one === undefined) return [];
  const found: Mark[] = [];
  if (one.effect === "Allow") {
    const isGateOfVpc = subject.kind === "gate" && subject.thing.key.startsWith("VPC endpoint:");
    if (!isGateOfVpc && rights.some(isOfAnyone)) found.push("anyone");
    const account = accountOf(one);
    if (account !== undefined && !accounts.has(account)) found.push("other account");
    if (one.principal.kind === "service" && isNewcomer && life === "kept") found.push("new service");
  }
  if (isEveryAction(one.action)) found.push("every action");
  if (isEveryResource(one)) found.push("every resource");
  if (subject.kind !== "trust" && givesRights(one.action)) found.push("permissions management");
  return found;
}

/** Condition keys that say who asks, or for whom a service asks, in lower case. */
const WHO: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "kms:calleraccount",
  "lambda:eventsourcetoken",
]);

const GITHUB = "token.actions.githubusercontent.com";

function isOfAnyone({ principal, conditions }: Grant): boolean {
  if (principal.kind === "anyone" || principal.kind === "everyone but") {
    return !conditions.some((one) => WHO.has(one.key.toLowerCase()) && confines(one));
  }
  if (principal.kind === "federated" && principal.name.endsWith(GITHUB)) {
    // The audience is the same for every repository of the world.
    return !conditions.some(
      (one) => one.key.startsWith(`${GITHUB}:`) && !one.key.endsWith(":aud") && confines(one),
    );
  }
  return false;
}

/** A condition that some request fails: a key that may be absent, or may be anything, keeps nobody out. */
function confines({ operator, values, hidden }: Condition): boolean {
  if (hidden !== undefined) return hidden === "masked";
  if (!isAnyOf(operator) || operator.endsWith("IfExists") || baseOf(operator) === "Null") return false;
  return values.length > 0 && !values.some((value) => /^(?:repo:)?[*?:/]*$|^arn:[*?:]*$|\/0$/.test(value));
}

function accountOf({ principal }: Grant): string | undefined {
  if (principal.kind === "account") return principal.name;
  if (principal.kind !== "AWS") return undefined;
  return /^arn:[^:]*:(?:iam|sts)::([^:]*):/.exec(principal.name)?.[1];
}

function isEveryAction(action: Named): boolean {
  if (action.kind === "not") return true;
  if (action.kind === "by")
    return action.what === "managed policy" && /\/AdministratorAccess$/.test(action.text);
  return /^(?:[\w-]+:)?\*+$/.test(action.text);
}

function isEveryResource({ action, resource }: Grant): boolean {
  if (action.kind === "by") return false;
  if (resource.kind !== "one") return true;
  return /^\*+$|^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*+$/.test(resource.text);
}

function givesRights(action: Named): boolean {
  if (action.kind === "not") return true;
  if (action.kind === "by")
    return action.what === "managed policy" && /\/(?:AdministratorAccess|IAMFullAccess)$/.test(action.text);
  const pattern = action.text.toLowerCase();
  if (!/[*?]/.test(pattern)) return GIVING_EXACTLY.has(pattern);
  return GIVING.some((name) => coversPattern(pattern, name));
}

const GIVING_EXACTLY: ReadonlySet<string> = new Set(GIVING);

/** The accounts in which a plan's own resources are. */
export function accountsIn(arns: Iterable<string>, pinned: string | undefined): ReadonlySet<string> {
  if (pinned !== undefined) return new Set([pinned]);
  const found = new Set<string>();
  for (const arn of arns) {
    const account = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1];
    if (account !== undefined) found.add(account);
  }
  return found;
}
