import { parseArn } from "../../aws/arn";
import { evaluateRequest, namesAction } from "./evaluator";
import type { Verdict } from "./iam-evaluator";
import type { PolicyKind, Statement } from "./policy";
import { Refused } from "./refused";
import { type AccessRequest, type RequestToken, textOf } from "./request";

/** A policy in the stack. */
export interface Policy {
  /** The role, policy, function, bucket or VPC endpoint, e.g. `role dev-iris-function`. Policies can share a subject. */
  readonly subject: string;
  readonly kind: PolicyKind;
  /** The ARNs to which the policy applies: principals (identity), the role (trust), or the resource (resource). */
  readonly of: readonly string[];
  /** The service of the VPC endpoint. Set only for the policy of a VPC endpoint. */
  readonly vpcEndpoint?: string;
  readonly statements: readonly Statement[];
}

/** A route of the stage. The API's document, not a policy, defines the authorization of a route. */
export interface Route {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` */
  readonly arn: string;
  readonly access: "AWS_IAM" | "API_KEY" | "CUSTOMER" | "PUBLIC" | "TOKEN";
  /** The token that a route with the access `TOKEN` requires. */
  readonly token?: RequiredToken;
}

/** A key of the stack. */
export interface ApiKey {
  /** The key's name in API Gateway. */
  readonly name: string;
  /** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>` of each stage of the key's usage plans. */
  readonly stageArns: readonly string[];
  /** The ARNs of the routes that the authorizer's policy for the key allows; empty for a key that it does not know. */
  readonly allowedRouteArns: readonly string[];
}

/** The token that a route requires. */
export interface RequiredToken {
  /** The issuer, or the ARN of the user pool. */
  readonly issuer: string;
  /** The audiences, of which a token must contain one; absent for a user pool. */
  readonly audience?: readonly string[];
  readonly scopes: readonly string[];
  /**
   * The scopes that a token must contain: an authorizer function requires all scopes, API Gateway requires one scope of a user
   * pool's access token.
   */
  readonly required: "all scopes" | "one scope";
}

/** Every part of a stack that grants permissions. */
export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly routes: readonly Route[];
  readonly keys: readonly ApiKey[];
  /** The authorization of each function URL, by the ARN of the function: `AWS_IAM`, or `NONE` for public access. */
  readonly functionUrls: ReadonlyMap<string, string>;
  /** The ARNs of user pools in which every visitor can create a user. */
  readonly openUserPools: ReadonlySet<string>;
  /** 12 digits. */
  readonly accountId: string;
}

/**
 * Whether the policies of the request's subject allow the request. Other policies are ignored, so that a deny in one
 * policy cannot hide a fault in another policy.
 */
export function isAllowedByOwnPolicies(policySet: PolicySet, request: AccessRequest): boolean {
  return evaluateRequest(ownStatements(policySet, request), request) === "allowed";
}

/** The statements of the subject's policies that have the request's principal and action. */
export function ownStatements(
  { policies }: PolicySet,
  { subject, principal, action }: AccessRequest,
): Statement[] {
  return ofSubject(policies, subject)
    .filter(({ kind, of }) =>
      kind === "identity"
        ? "arn" in principal && of.includes(principal.arn)
        : (kind === "trust") === isAssumingRole(action),
    )
    .flatMap(({ statements }) => statements)
    .filter((statement) => namesAction(statement, action));
}

interface WithSubject {
  readonly subject: string;
}

const bySubject = new WeakMap<readonly WithSubject[], ReadonlyMap<string, readonly WithSubject[]>>();

/** The policies or requests of a subject, in their order. A list must not change, because its subjects are read once. */
export function ofSubject<One extends WithSubject>(all: readonly One[], subject: string): readonly One[] {
  const known = bySubject.get(all) ?? groupBySubject(all);
  bySubject.set(all, known);
  return (known.get(subject) ?? []) as readonly One[];
}

function groupBySubject(all: readonly WithSubject[]): ReadonlyMap<string, readonly WithSubject[]> {
  const found = new Map<string, WithSubject[]>();
  for (const one of all) {
    const known = found.get(one.subject);
    if (known === undefined) found.set(one.subject, [one]);
    else known.push(one);
  }
  return found;
}

/** Whether an action assumes a role. */
export function isAssumingRole(action: string): boolean {
  return action.toLowerCase().startsWith("sts:assumerole");
}

/** The action with which a visitor creates a user. Cognito evaluates no policy for this action. */
export const SIGN_UP = "cognito-idp:SignUp";

/** Whether AWS allows a request. */
export function isAllowed(policySet: PolicySet, request: AccessRequest): boolean {
  if (request.action === SIGN_UP) return policySet.openUserPools.has(textOf(request.resource));
  if (request.action === "execute-api:Invoke") return isRouteOpen(policySet, request);
  if (request.action === "lambda:InvokeFunctionUrl") {
    const authorization = policySet.functionUrls.get(textOf(request.resource));
    if (authorization !== "AWS_IAM") return authorization === "NONE";
  }
  return isAllowedByPolicies(policySet, request);
}

/**
 * API Gateway evaluates IAM policies only for routes with IAM authorization. An API without a policy denies requests of
 * other accounts.
 */
function isRouteOpen(policySet: PolicySet, request: AccessRequest): boolean {
  const key = policySet.keys.find(({ name }) => name === request.apiKey);
  const isKeyOfStage = key?.stageArns.includes(stageArnOf(textOf(request.resource))) ?? false;
  const route = policySet.routes.find(({ arn }) => isRequestOf(arn, textOf(request.resource)));
  switch (route?.access) {
    case "PUBLIC":
      return true;
    case "API_KEY":
      return request.withApiKey === true || isKeyOfStage;
    case "CUSTOMER":
      return isKeyOfStage && (key?.allowedRouteArns.includes(route.arn) ?? false);
    case "AWS_IAM":
      return isAllowedByPolicies(policySet, request);
    case "TOKEN":
      return route.token !== undefined && isAccepted(route.token, request.token);
    default:
      // A key opens the routes of every stage of its usage plans, also of other stacks.
      return (
        isKeyOfStage &&
        !policySet.routes.some(({ arn }) => stageArnOf(arn) === stageArnOf(textOf(request.resource)))
      );
  }
}

/** Whether a request goes to a route. A parameter of the route's path, e.g. `{id}`, has a value in the ARN of a request. */
function isRequestOf(routeArn: string, requested: string): boolean {
  const [start = "", end] = routeArn.split(/\{[^}]+\}/);
  if (end === undefined) return routeArn === requested;
  return (
    requested.startsWith(start) && requested.endsWith(end) && requested.length > start.length + end.length
  );
}

/** The ARN of a route's stage. */
function stageArnOf(routeArn: string): string {
  return routeArn.split("/", 2).join("/");
}

function isAccepted(
  { issuer, audience, scopes, required }: RequiredToken,
  token: RequestToken | undefined,
): boolean {
  if (token?.issuer !== issuer) return false;
  if (audience !== undefined && !(token.audience !== undefined && audience.includes(token.audience)))
    return false;
  const isGranted = (scope: string) => token.scopes.includes(scope);
  // Without scopes, a user pool's route requires an ID token, which has no scopes.
  if (required === "one scope")
    return scopes.length === 0 ? token.scopes.length === 0 : scopes.some(isGranted);
  return scopes.every(isGranted);
}

/**
 * Evaluates a request as IAM does, within one account and across accounts. A deny in any policy overrides every allow. A
 * principal of the account needs an allow in its identity policy or in the resource's policy; a principal of another
 * account needs both. A service needs an allow in the resource's policy. A request to assume a role always needs an allow
 * in the role's trust policy (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
function isAllowedByPolicies(policySet: PolicySet, request: AccessRequest): boolean {
  const { principal } = request;
  const index = indexOf(policySet);
  const byIdentity = identityVerdict(index, request);
  const policy = resourcePolicyOf(index, request);
  const byResource = policy === undefined ? "not mentioned" : evaluateRequest(policy.statements, request);
  const byVpcEndpoint = vpcEndpointVerdict(index, request);
  if (byIdentity === "denied" || byResource === "denied" || byVpcEndpoint !== "allowed") return false;

  if (!("arn" in principal) || policy?.kind === "trust") return byResource === "allowed";
  const isOfAccount = parseArn(principal.arn)?.accountId === policySet.accountId;
  return isOfAccount
    ? byIdentity === "allowed" || byResource === "allowed"
    : byIdentity === "allowed" && byResource === "allowed";
}

function identityVerdict({ identities }: Index, request: AccessRequest): Verdict {
  const { principal } = request;
  if (principal.kind === "principal with every permission") return "allowed";
  return principal.kind === "principal"
    ? evaluateRequest(identities.get(principal.arn) ?? [], request)
    : "not mentioned";
}

/** A VPC endpoint without a policy allows every request. A request outside of VPC endpoints is allowed, too. */
function vpcEndpointVerdict({ vpcEndpoints }: Index, request: AccessRequest): Verdict {
  const statements =
    request.vpcEndpoint === undefined ? undefined : vpcEndpoints.get(request.vpcEndpoint)?.statements;
  return statements === undefined || statements.length === 0
    ? "allowed"
    : evaluateRequest(statements, request);
}

/**
 * The policy of the request's resource: a role's trust policy, or a resource policy. For an object, the policy of its
 * bucket.
 */
function resourcePolicyOf(
  { trusts, resources }: Index,
  { action, resource }: AccessRequest,
): Policy | undefined {
  const arn = textOf(resource);
  if (isAssumingRole(action)) return trusts.get(arn);
  return resources.get(arn) ?? (arn.includes(":s3:::") ? resources.get(bucketOf(arn)) : undefined);
}

/** Whether a policy applies to a request: `false` if the policy is for another principal, role or resource. */
export function mayDecide(
  { kind, of, vpcEndpoint: ofPolicy }: Policy,
  { principal, action, resource, vpcEndpoint }: AccessRequest,
): boolean {
  if (ofPolicy !== undefined) return ofPolicy === vpcEndpoint;
  if (kind === "identity") return "arn" in principal && of.includes(principal.arn);
  const arn = textOf(resource);
  return kind === "trust"
    ? isAssumingRole(action) && of.includes(arn)
    : of.includes(arn) || of.includes(bucketOf(arn));
}

/** The ARN of an object's bucket. For another ARN: the part before the first slash. */
function bucketOf(arn: string): string {
  return arn.split("/", 1).join();
}

/** Policies by the principal, resource or VPC endpoint of a request. */
interface Index {
  readonly identities: ReadonlyMap<string, readonly Statement[]>;
  readonly trusts: ReadonlyMap<string, Policy>;
  readonly resources: ReadonlyMap<string, Policy>;
  readonly vpcEndpoints: ReadonlyMap<string, Policy>;
}

const indexes = new WeakMap<PolicySet, Index>();

function indexOf(policySet: PolicySet): Index {
  const known = indexes.get(policySet);
  if (known !== undefined) return known;
  const identities = new Map<string, Statement[]>();
  const trusts = new Map<string, Policy>();
  const resources = new Map<string, Policy>();
  const vpcEndpoints = new Map<string, Policy>();
  for (const policy of policySet.policies) {
    if (policy.vpcEndpoint !== undefined) put(vpcEndpoints, policy.vpcEndpoint, policy);
    for (const arn of policy.of) {
      if (policy.kind === "identity") {
        identities.set(arn, [...(identities.get(arn) ?? []), ...policy.statements]);
      } else put(policy.kind === "trust" ? trusts : resources, arn, policy);
    }
  }
  const index = { identities, trusts, resources, vpcEndpoints };
  indexes.set(policySet, index);
  return index;
}

/** AWS keeps one policy per resource: a second policy would overwrite the first. */
function put(policies: Map<string, Policy>, name: string, policy: Policy): void {
  if (policies.has(name))
    throw new Refused(
      `${policy.subject}: got two policies; allowed: one, because AWS keeps one policy per resource`,
    );
  policies.set(name, policy);
}
