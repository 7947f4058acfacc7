import { parseArn } from "../../aws/arn";
import { coversPattern } from "../../aws/wildcards";
import type { Difference } from "./difference";
import type { Principal, StatementValue } from "./grant";
import permissionsManagement from "./permissions-management.json";
import { isPublic } from "./public-access";

/**
 * The properties that make a permission dangerous:
 * - `anyone`: the public gets the permission; of a Deny: the public was denied an existing permission;
 * - `other account`: the principal is in another account, or the plan does not show its own account;
 * - `new service`: an AWS service gets its first permission for an existing resource;
 * - `every action`, `every resource`: all actions or resources, or all of a service;
 * - `permissions management`: the principal can grant permissions.
 */
export type RiskFlag =
  | "anyone"
  | "other account"
  | "new service"
  | "every action"
  | "every resource"
  | "permissions management";

/** Actions that AWS does not classify as permissions management, but that give access to permissions of others. */
const EQUIVALENT_TO_PERMISSIONS_MANAGEMENT = [
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

const PERMISSION_ACTIONS: readonly string[] = [
  // AWS's service authorization reference: level "Permissions management".
  ...Object.entries(permissionsManagement).flatMap(([service, names]) =>
    names.map((name) => `${service}:${name}`),
  ),
  ...EQUIVALENT_TO_PERMISSIONS_MANAGEMENT,
].map((action) => action.toLowerCase());

/** The risk flags of a difference. `accounts` are the accounts of the plan. */
export function riskFlagsOf(difference: Difference, accounts: ReadonlySet<string>): readonly RiskFlag[] {
  const { before, after, subject, isNewPrincipal, lifecycle, opensToPublic } = difference;
  const { effect, principal, actions, resources } = difference;
  const permissions = after.length > 0 ? after : before;
  const found: RiskFlag[] = [];
  const isVpcEndpointPolicy =
    subject.kind === "endpoint-policy" && subject.resource.key.startsWith("VPC endpoint:");
  const isForAnyone =
    opensToPublic &&
    (effect === "Deny" || permissions.some(({ conditions }) => isPublic(principal, conditions)));
  if (!isVpcEndpointPolicy && isForAnyone) found.push("anyone");
  if (effect === "Allow") {
    const account = accountOf(principal);
    if (account !== undefined && !accounts.has(account)) found.push("other account");
    if (principal.kind === "service" && isNewPrincipal && lifecycle === "kept") found.push("new service");
  }
  if (actions.some(isEveryAction)) found.push("every action");
  if (actions.every(({ kind }) => kind !== "reference") && resources.some(isEveryResource))
    found.push("every resource");
  if (subject.kind !== "trust" && actions.some(managesPermissions)) found.push("permissions management");
  return found;
}

/** A text that is equal for actions with the same risk flags: a reader must see flagged actions separately. */
export function actionAspect(action: StatementValue): string {
  // Each reference is reported separately.
  if (action.kind === "reference") return `${action.what} ${action.text}`;
  return [isEveryAction(action), managesPermissions(action)].join();
}

/** A text that is equal for resources with the same risk flags. */
export function resourceAspect(resource: StatementValue): string {
  return String(isEveryResource(resource));
}

function accountOf(principal: Principal): string | undefined {
  if (principal.kind === "account") return principal.name;
  if (principal.kind !== "AWS") return undefined;
  const arn = parseArn(principal.name);
  const isPrincipal = arn !== undefined && ["iam", "sts"].includes(arn.service) && arn.region === "";
  return isPrincipal ? arn.accountId : undefined;
}

function isEveryAction(action: StatementValue): boolean {
  if (action.kind === "not") return true;
  if (action.kind === "reference")
    return action.what === "managed policy" && /\/AdministratorAccess$/.test(action.text);
  return /^(?:[\w-]+:)?\*+$/.test(action.text);
}

function isEveryResource(resource: StatementValue): boolean {
  if (resource.kind !== "pattern") return true;
  return /^\*+$/.test(parseArn(resource.text)?.resource ?? resource.text);
}

function managesPermissions(action: StatementValue): boolean {
  if (action.kind === "not") return true;
  if (action.kind === "reference")
    return action.what === "managed policy" && /\/(?:AdministratorAccess|IAMFullAccess)$/.test(action.text);
  const pattern = action.text.toLowerCase();
  if (!/[*?]/.test(pattern)) return PERMISSION_ACTION_NAMES.has(pattern);
  const known = knownPatterns.get(pattern);
  if (known !== undefined) return known;
  const gives = PERMISSION_ACTIONS.some((name) => coversPattern(pattern, name));
  knownPatterns.set(pattern, gives);
  return gives;
}

const knownPatterns = new Map<string, boolean>();
const PERMISSION_ACTION_NAMES: ReadonlySet<string> = new Set(PERMISSION_ACTIONS);

/** The accounts of a plan's resources. */
export function accountsIn(arns: Iterable<string>, pinned: string | undefined): ReadonlySet<string> {
  if (pinned !== undefined) return new Set([pinned]);
  const found = new Set<string>();
  for (const arn of arns) {
    const account = parseArn(arn)?.accountId ?? "";
    if (/^\d{12}$/.test(account)) found.add(account);
  }
  return found;
}
