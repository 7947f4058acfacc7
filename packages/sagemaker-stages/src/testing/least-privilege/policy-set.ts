import { parseArn } from "../../aws/arn";
import { judge, namesAction } from "./evaluator";
import type { Verdict } from "./iam-evaluator";
import type { PolicyKind, Statement } from "./policy";
import { Refused } from "./refused";
import { type AccessRequest, textOf } from "./request";

/** A policy in the stack. */
export interface Policy {
  /** What it is about, in words: `role dev-iris-function`. Policies that speak of the same have the same. */
  readonly subject: string;
  readonly kind: PolicyKind;
  /** ARNs of who has it (identity), of the role (trust), or of what it guards (resource). */
  readonly of: readonly string[];
  /** Of the policy of a VPC endpoint: the service of the VPC endpoint. */
  readonly vpcEndpoint?: string;
  readonly statements: readonly Statement[];
}

/** A route of the stage: no policy says who may call it, the API's document does. */
export interface Route {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` */
  readonly arn: string;
  readonly access: "AWS_IAM" | "API_KEY" | "PUBLIC";
}

/** Everything in a stack that lets somebody do something. */
export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly routes: readonly Route[];
  /** By the function's ARN: `AWS_IAM`, or `NONE` for everybody. */
  readonly functionUrls: ReadonlyMap<string, string>;
  /** 12 digits. */
  readonly accountId: string;
}

/**
 * Whether the policies that the request is about let it through by themselves, whatever else would stop it: so that
 * one wall cannot hide a hole in another.
 */
export function isAllowedByItsOwn(policySet: PolicySet, request: AccessRequest): boolean {
  return judge(ownStatements(policySet, request), request) === "allowed";
}

/** The statements that speak of the request's subject, and of who asks and the action as far as they can. */
export function ownStatements(
  { policies }: PolicySet,
  { subject, principal, action }: AccessRequest,
): Statement[] {
  return policies
    .filter((policy) => policy.subject === subject)
    .filter(({ kind, of }) =>
      kind === "identity"
        ? "arn" in principal && of.includes(principal.arn)
        : (kind === "trust") === isAssumingRole(action),
    )
    .flatMap(({ statements }) => statements)
    .filter((statement) => namesAction(statement, action));
}

/** Whether a role is taken by it. */
function isAssumingRole(action: string): boolean {
  return action.toLowerCase().startsWith("sts:assumerole");
}

/** Whether AWS would let `request` through. */
export function isAllowed(policySet: PolicySet, request: AccessRequest): boolean {
  if (request.action === "execute-api:Invoke") return isRouteOpen(policySet, request);
  if (request.action === "lambda:InvokeFunctionUrl") {
    const authorization = policySet.functionUrls.get(textOf(request.resource));
    if (authorization !== "AWS_IAM") return authorization === "NONE";
  }
  return isAllowedByPolicies(policySet, request);
}

/** API Gateway evaluates IAM policies only for routes with IAM authorization; an API without a policy denies other accounts. */
function isRouteOpen(policySet: PolicySet, request: AccessRequest): boolean {
  const route = policySet.routes.find(({ arn }) => arn === textOf(request.resource));
  switch (route?.access) {
    case "PUBLIC":
      return true;
    case "API_KEY":
      return request.withApiKey === true;
    case "AWS_IAM":
      return isAllowedByPolicies(policySet, request);
    default:
      return false;
  }
}

/**
 * IAM's logic within one account and between two: a denial anywhere wins; a principal of the account needs one
 * allowance, its own or the resource's; one of another account needs both; a service needs the resource's; and a role's
 * trust must always allow (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
function isAllowedByPolicies(policySet: PolicySet, request: AccessRequest): boolean {
  const { principal } = request;
  const index = indexOf(policySet);
  const own = ownVerdict(index, request);
  const guard = guardOf(index, request);
  const guarded = guard === undefined ? "not mentioned" : judge(guard.statements, request);
  const way = wayVerdict(index, request);
  if (own === "denied" || guarded === "denied" || way !== "allowed") return false;

  if (!("arn" in principal) || guard?.kind === "trust") return guarded === "allowed";
  const isOfAccount = parseArn(principal.arn)?.accountId === policySet.accountId;
  return isOfAccount
    ? own === "allowed" || guarded === "allowed"
    : own === "allowed" && guarded === "allowed";
}

function ownVerdict({ own }: Index, request: AccessRequest): Verdict {
  const { principal } = request;
  if (principal.kind === "principal with every permission") return "allowed";
  return principal.kind === "principal" ? judge(own.get(principal.arn) ?? [], request) : "not mentioned";
}

/** Without a policy a VPC endpoint lets everything pass; and what passes none is not held up. */
function wayVerdict({ ways }: Index, request: AccessRequest): Verdict {
  const statements =
    request.vpcEndpoint === undefined ? undefined : ways.get(request.vpcEndpoint)?.statements;
  return statements === undefined || statements.length === 0 ? "allowed" : judge(statements, request);
}

/** A role's trust guards who takes it; a bucket's policy guards its objects, too. */
function guardOf({ trusts, guards }: Index, { action, resource }: AccessRequest): Policy | undefined {
  const asked = textOf(resource);
  if (isAssumingRole(action)) return trusts.get(asked);
  return guards.get(asked) ?? (asked.includes(":s3:::") ? guards.get(bucketOf(asked)) : undefined);
}

/** Whether a policy can decide about a request: `false` for another principal, role or resource than the policy's. */
export function mayDecide(
  { kind, of, vpcEndpoint: ofPolicy }: Policy,
  { principal, action, resource, vpcEndpoint }: AccessRequest,
): boolean {
  if (ofPolicy !== undefined) return ofPolicy === vpcEndpoint;
  if (kind === "identity") return "arn" in principal && of.includes(principal.arn);
  const asked = textOf(resource);
  return kind === "trust"
    ? isAssumingRole(action) && of.includes(asked)
    : of.includes(asked) || of.includes(bucketOf(asked));
}

/** ARN of the bucket in the ARN of an object; another ARN up to its first slash. */
function bucketOf(arn: string): string {
  return arn.split("/", 1).join();
}

/** Policies by the principal, resource or VPC endpoint of a request. */
interface Index {
  readonly own: ReadonlyMap<string, readonly Statement[]>;
  readonly trusts: ReadonlyMap<string, Policy>;
  readonly guards: ReadonlyMap<string, Policy>;
  readonly ways: ReadonlyMap<string, Policy>;
}

const indexes = new WeakMap<PolicySet, Index>();

function indexOf(policySet: PolicySet): Index {
  const known = indexes.get(policySet);
  if (known !== undefined) return known;
  const own = new Map<string, Statement[]>();
  const trusts = new Map<string, Policy>();
  const guards = new Map<string, Policy>();
  const ways = new Map<string, Policy>();
  for (const policy of policySet.policies) {
    if (policy.vpcEndpoint !== undefined) put(ways, policy.vpcEndpoint, policy);
    for (const arn of policy.of) {
      if (policy.kind === "identity") own.set(arn, [...(own.get(arn) ?? []), ...policy.statements]);
      else put(policy.kind === "trust" ? trusts : guards, arn, policy);
    }
  }
  const index = { own, trusts, guards, ways };
  indexes.set(policySet, index);
  return index;
}

/** AWS keeps one policy a resource: of two, one would overwrite the other. */
function put(policies: Map<string, Policy>, name: string, policy: Policy): void {
  if (policies.has(name)) throw new Refused(`${policy.subject} has two policies`);
  policies.set(name, policy);
}
