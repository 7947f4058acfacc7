import { isLiteralArn } from "../../aws/arn-pattern";
import { type Environment, namePrefix } from "../../environment/environment";
import type { Models } from "../../models";
import { evaluateRequest, namesAction } from "./evaluator";
import type { Fault, Finding } from "./finding";
import type { IamData } from "./iam-data";
import type { Condition, Statement } from "./policy";
import {
  isAllowed,
  isAllowedByOwnPolicies,
  isAssumingRole,
  mayDecide,
  ofSubject,
  ownStatements,
  type Policy,
  type PolicySet,
} from "./policy-set";
import { type Requests, requestsOf } from "./principals";
import type { PrincipalRules } from "./principals/principal";
import {
  type EnvironmentAuthorizer,
  readPolicySet,
  requireOneTimeCodes,
  requireSubscriber,
} from "./read-policy-set";
import type { RecordedCall } from "./recorder";
import { Refused } from "./refused";
import { type AccessRequest, type AllowedRequest, describe, only, textOf } from "./request";
import type { ResolvedStack } from "./resolved-stack";
import { edits, KnownLegitimate, namedVariations, type Variation, type VariationContext } from "./variations";

/** The smallest part of a statement: one action on one resource, with the requests that need the part. */
export interface Permission {
  readonly subject: string;
  readonly policy: Policy;
  readonly statement: Statement;
  readonly action: string;
  readonly resource: string;
  /**
   * The requests that need the permission. For an allow: requests that fail without the allow. For a deny: requests
   * that would be allowed without the deny.
   */
  readonly requests: readonly AccessRequest[];
}

/** The requests that a statement of a policy can decide, see {@link Proof.difference}. */
interface DecidedRequests {
  readonly policy: Policy;
  readonly breaks?: readonly AccessRequest[];
  readonly opens?: readonly AccessRequest[];
}

/** The source for Lambda's actions in {@link ACTIONS_ON_EVERY_RESOURCE}. */
const LAMBDA_IN_VPC =
  "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions";

/**
 * Actions that need the resource `*` although the service defines resource types for them, each with its source. Lambda
 * manages network interfaces on `*`. A permission of a network interface has an id and no ARN. A metric outside of datasets
 * has no ARN.
 */
const ACTIONS_ON_EVERY_RESOURCE: Readonly<Record<string, string>> = {
  "cloudwatch:PutMetricData":
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html",
  "ec2:AssignPrivateIpAddresses": LAMBDA_IN_VPC,
  "ec2:CreateNetworkInterface": LAMBDA_IN_VPC,
  "ec2:DeleteNetworkInterface": LAMBDA_IN_VPC,
  "ec2:DeleteNetworkInterfacePermission":
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html",
  "ec2:UnassignPrivateIpAddresses": LAMBDA_IN_VPC,
};

/** Services with actions by which a principal can get more permissions. */
export const PRIVILEGE_ESCALATION_SERVICES = ["iam", "sts", "s3", "lambda", "kms", "secretsmanager"];

/** The repair of a statement that allows too much, by the fault. */
const REMEDIES: Partial<Record<Fault, string>> = {
  "near miss": "Narrow the resource of the statement",
  "other context": "Add a condition to the statement, or narrow the condition's value",
  "other principal":
    "Name a narrower principal in the statement, or detach the policy from the principal of this request",
  "another action":
    "Remove the action, or add the request to allowedRequests of a rule (option rules of proveLeastPrivilege)",
};

/** The input of a proof in addition to the policies. The input is the same for every mutant. */
export interface ProofInput {
  readonly environment: Environment;
  readonly models: Models;
  /** The rules of the principals that the app adds. */
  readonly rules: readonly PrincipalRules[];
  /** Types without permissions that the app adds. */
  readonly typesWithoutPermissions: readonly string[];
  readonly recorded: ReadonlyMap<string, readonly RecordedCall[]>;
  readonly otherEnvironments: readonly string[];
  readonly iamData: IamData;
  /** The code of the environment's authorizer. @default - the environment needs no authorizer */
  readonly authorizer?: EnvironmentAuthorizer | undefined;
}

/** A stack's policies, compared with every request that they must allow and every request that they must deny. */
export class Proof {
  readonly policySet: PolicySet;
  readonly allowedRequests: readonly AllowedRequest[];
  readonly deniedRequests: readonly AccessRequest[];
  private readonly legitimate: KnownLegitimate;
  private readonly variationContext: VariationContext;
  /** The actions of the services that policies and requests name. */
  readonly iamData: IamData;
  private readonly requestsToDenyBySubject: Map<string, readonly AccessRequest[]>;
  private readonly namedVariations: Map<AllowedRequest, readonly Variation[]>;
  private readonly decided = new WeakMap<Statement, DecidedRequests>();

  /**
   * @param original - a proof whose requests this proof uses. Default: this proof derives the requests from the stack
   * @throws Refused if the stack contains a part that no rule reads
   */
  constructor(
    readonly stack: ResolvedStack,
    private readonly given: ProofInput,
    original?: Proof,
  ) {
    this.policySet = readPolicySet(stack, typesAddedByApp(given), given.authorizer);
    requireOneTimeCodes(stack, given.environment);
    requireSubscriber(stack, given.environment);
    const { allowedRequests, deniedRequests }: Requests =
      original ?? requestsOf({ stack, ...given }, given.rules);
    [this.allowedRequests, this.deniedRequests] = [allowedRequests, deniedRequests];
    this.legitimate = original?.legitimate ?? new KnownLegitimate(allowedRequests);
    this.iamData = given.iamData;
    const holders = this.policySet.policies.filter(({ kind }) => kind === "identity").flatMap(({ of }) => of);
    const { environment, otherEnvironments } = given;
    this.variationContext = {
      stack,
      prefix: namePrefix(environment),
      otherPrefixes: otherEnvironments.map((name) => namePrefix({ ...environment, name })),
      holders: [...new Set(holders)],
    };
    const hasSameHolders = original?.variationContext.holders.join() === this.variationContext.holders.join();
    const shared = hasSameHolders ? original : undefined;
    this.requestsToDenyBySubject = shared?.requestsToDenyBySubject ?? new Map();
    this.namedVariations = shared?.namedVariations ?? new Map();
    this.requireKnownConditionKeys();
  }

  /** The proof of a stack with other policies and the same requests. */
  withPolicies(changed: ResolvedStack): Proof {
    return new Proof(changed, this.given, this);
  }

  /** The subjects of every policy and request. */
  get subjects(): string[] {
    const all = [...this.policySet.policies, ...this.allowedRequests, ...this.deniedRequests].map(
      ({ subject }) => subject,
    );
    return [...new Set(all)].sort();
  }

  /**
   * The faults of subjects. The generator computes a fault only when the caller reads the fault, because one fault
   * kills a mutant.
   */
  *findings(subjects: readonly string[] = this.subjects): Generator<Finding> {
    const [single, ...others] = subjects;
    const wanted = new Set(subjects);
    // The proof of a mutant is about one subject.
    const about = <One extends { readonly subject: string }>(all: readonly One[]): readonly One[] =>
      single !== undefined && others.length === 0
        ? ofSubject(all, single)
        : all.filter(({ subject }) => wanted.has(subject));
    const allowedRequests = about(this.allowedRequests);
    for (const allowed of allowedRequests) yield* this.mustBeAllowed(allowed);
    for (const denied of about(this.deniedRequests)) yield* this.mustBeDenied(denied);
    for (const policy of about(this.policySet.policies)) {
      yield* this.holdersMustNeed(policy);
      for (const unit of this.permissionsOf(policy)) yield* this.mustHavePurpose(unit);
      for (const statement of policy.statements) {
        yield* this.conditionsMustHavePurpose(policy, statement);
        yield* this.wildcardsMustBeNeeded(policy, statement);
      }
    }
    for (const subject of subjects) yield* this.otherActionsMustBeDenied(subject);
    for (const allowed of allowedRequests) yield* this.variationsMustBeDenied(allowed);
  }

  private mustBeAllowed(allowed: AllowedRequest): Finding[] {
    if (isAllowed(this.policySet, allowed)) return [];
    return [
      {
        fault: "used, not granted",
        subject: allowed.subject,
        statements: [],
        text: `${describe(allowed, false)}, but the request is needed: ${allowed.reason} (${allowed.source}). Add the permission, or remove the deny or the condition that excludes the request`,
      },
    ];
  }

  private mustBeDenied(denied: AccessRequest): Finding[] {
    if (!isAllowed(this.policySet, denied)) return [];
    return [this.wronglyAllowed("allowed, must be denied", denied, denied.reason)];
  }

  /** For edits of one character, one finding of each kind is enough. */
  private variationsMustBeDenied(allowed: AllowedRequest): Finding[] {
    const named = this.variationsOf(allowed);
    const found: Finding[] = [];
    for (const variation of named) {
      const { request } = variation;
      const isAllowedDirectly = !isAnotherRole(variation) && isAllowedByOwnPolicies(this.policySet, request);
      if (isAllowedDirectly || isAllowed(this.policySet, request))
        found.push(...this.unlessLegitimate(variation));
    }
    const own = ownStatements(this.policySet, allowed);
    for (const variation of edits(allowed, mayAllowAnEdit(own, textOf(allowed.resource)))) {
      if (found.some(({ fault }) => fault === variation.kind) || isAnotherRole(variation)) continue;
      if (evaluateRequest(own, variation.request) === "allowed")
        found.push(...this.unlessLegitimate(variation));
    }
    return found;
  }

  private variationsOf(allowed: AllowedRequest): readonly Variation[] {
    const known = this.namedVariations.get(allowed) ?? namedVariations(allowed, this.variationContext);
    this.namedVariations.set(allowed, known);
    return known;
  }

  private unlessLegitimate(variation: Variation): Finding[] {
    if (this.legitimate.has(variation)) return [];
    const { kind, request, difference } = variation;
    return [this.wronglyAllowed(kind, request, difference)];
  }

  private wronglyAllowed(fault: Fault, request: AccessRequest, reason: string): Finding {
    return {
      fault,
      subject: request.subject,
      statements: this.statementsThatAllow(request),
      text: `${describe(request, true)}, but the request must be denied: ${reason}. ${REMEDIES[fault] ?? "Narrow the statement, or deny the request"}`,
    };
  }

  /** The statements that each allow a request. */
  private statementsThatAllow(request: AccessRequest): string[] {
    return this.policySet.policies
      .filter(
        ({ kind, of }) =>
          kind !== "identity" || ("arn" in request.principal && of.includes(request.principal.arn)),
      )
      .flatMap(({ statements }) => statements)
      .filter((statement) => evaluateRequest([statement], request) === "allowed")
      .map(nameOf);
  }

  /** Findings about actions that no request has, on every resource of the requests. */
  private otherActionsMustBeDenied(subject: string): Finding[] {
    const allowedRequests = ofSubject(this.allowedRequests, subject).filter(
      ({ otherRequests }) => otherRequests === "denied",
    );
    const used = new Set(allowedRequests.map(({ action }) => action.toLowerCase()));
    const templates = new Map(
      allowedRequests.map((allowed) => [
        JSON.stringify([allowed.principal, allowed.vpcEndpoint, allowed.resource, allowed.context]),
        allowed,
      ]),
    );
    // An action that no statement has is denied on every resource. So only actions of statements are evaluated.
    const allowing = ofSubject(this.policySet.policies, subject)
      .flatMap(({ statements }) => statements)
      .filter(({ effect }) => effect === "Allow");
    const patterns = [...new Set(allowing.flatMap(({ actions }) => actions))];
    const others = this.servicesOf(subject)
      .flatMap((service) => {
        const granted = new Set(
          patterns.flatMap((pattern) => this.iamData.actionsMatching(service, pattern)),
        );
        return this.iamData.actionsOf(service).filter((action) => granted.has(action));
      })
      .filter(({ name }) => !used.has(name.toLowerCase()));
    return [...templates.values()].flatMap((allowed) => {
      const other = others.find(({ name: action }) =>
        [allowed.resource, only("*")].some((resource) =>
          isAllowedByOwnPolicies(this.policySet, { ...allowed, action, resource }),
        ),
      );
      if (other === undefined) return [];
      const resource = isAllowedByOwnPolicies(this.policySet, { ...allowed, action: other.name })
        ? allowed.resource
        : only("*");
      const request = { ...allowed, action: other.name, resource };
      return [this.wronglyAllowed("another action", request, "no request has this action")];
    });
  }

  private servicesOf(subject: string): string[] {
    const granted = ofSubject(this.policySet.policies, subject).flatMap(({ statements }) =>
      statements.flatMap(({ actions }) => actions),
    );
    const used = ofSubject(this.allowedRequests, subject).map(({ action }) => action);
    const services = [...granted, ...used].map((action) => action.split(":")[0]?.toLowerCase() ?? "");
    return [
      ...new Set([
        ...services.filter((service) => /^[a-z0-9-]+$/.test(service)),
        ...PRIVILEGE_ESCALATION_SERVICES,
      ]),
    ];
  }

  /** Every permission of a policy, with the requests that need the permission. */
  permissionsOf(policy: Policy): Permission[] {
    return policy.statements.flatMap((statement) =>
      statement.actions.flatMap((action, actionIndex) =>
        statement.resources.map((resource, resourceIndex): Permission => {
          const requests = this.difference(
            policy,
            statement,
            splitWithout(statement, actionIndex, resourceIndex),
            statement.effect === "Allow" ? "breaks" : "opens",
          );
          return { subject: policy.subject, policy, statement, action, resource, requests };
        }),
      ),
    );
  }

  private mustHavePurpose({ subject, statement, action, resource, requests }: Permission): Finding[] {
    if (requests.length > 0) return [];
    const permission = `${statement.effect} ${action} on ${resource}`;
    const statements = [nameOf(statement)];
    const candidates = statement.effect === "Allow" ? this.allowedRequests : this.requestsToDeny(subject);
    const isNamed = candidates
      .filter((request) => request.subject === subject)
      .some(
        (request) =>
          evaluateRequest([{ ...statement, actions: [action], resources: [resource] }], request) !==
          "not mentioned",
      );
    return isNamed
      ? [
          {
            fault: "granted twice",
            subject,
            statements,
            text: `${permission}: another statement has the same effect. Remove the action or the resource from one of the statements`,
          },
        ]
      : [
          {
            fault: "granted, not used",
            subject,
            statements,
            text: `${permission}: no request needs this permission. Remove it, or add the request to allowedRequests of a rule (option rules of proveLeastPrivilege)`,
          },
        ];
  }

  /** A principal does not need a policy if another policy gives the principal the same permissions. */
  private holdersMustNeed(policy: Policy): Finding[] {
    const { subject, kind, of, statements } = policy;
    if (kind !== "identity" || of.length < 2) return [];
    return of.flatMap((holder): Finding[] => {
      const changed = { ...policy, of: of.filter((other) => other !== holder) };
      const policies = this.policySet.policies.map((other) => (other === policy ? changed : other));
      const isNeeded = this.allowedRequests.some(
        (allowed) =>
          isAllowed(this.policySet, allowed) && !isAllowed({ ...this.policySet, policies }, allowed),
      );
      if (isNeeded) return [];
      const text = `${holder} gets the same permissions from another policy. Detach one of the policies`;
      return [{ fault: "granted twice", subject, statements: statements.map(nameOf), text }];
    });
  }

  /** Requests that must be denied: the denied requests of the rules, and the named variations of the allowed requests. */
  requestsToDeny(subject: string): readonly AccessRequest[] {
    const known = this.requestsToDenyBySubject.get(subject);
    if (known !== undefined) return known;
    const variations = ofSubject(this.allowedRequests, subject)
      .flatMap((allowed) => this.variationsOf(allowed))
      .filter((variation) => !this.legitimate.has(variation))
      .map(({ request, difference }): AccessRequest => ({ ...request, reason: difference }));
    const requestsToDeny = [...ofSubject(this.deniedRequests, subject), ...variations];
    this.requestsToDenyBySubject.set(subject, requestsToDeny);
    return requestsToDeny;
  }

  /** Requests that an allow without the condition allows, or that a deny without the condition denies. */
  purposeOf(policy: Policy, statement: Statement, condition: Condition): AccessRequest[] {
    const conditions = statement.conditions.filter((other) => other !== condition);
    const kind = statement.effect === "Allow" ? "opens" : "breaks";
    return this.difference(policy, statement, [{ ...statement, conditions }], kind);
  }

  private conditionsMustHavePurpose(policy: Policy, statement: Statement): Finding[] {
    const isAllow = statement.effect === "Allow";
    return statement.conditions.flatMap((condition) => {
      const { operator, key, values } = condition;
      const found: Finding[] = [];
      const report = (text: string) =>
        found.push({
          fault: "condition without purpose",
          subject: policy.subject,
          statements: [nameOf(statement)],
          text,
        });
      if (this.purposeOf(policy, statement, condition).length === 0) {
        report(
          `${operator} ${key}: without the condition, the statement ${isAllow ? "allows no request that must be denied" : "denies no request that is needed"}. Remove the condition`,
        );
      }
      for (const value of values) {
        const changedValues = values.map((other) => (other === value ? alteredValue(other) : other));
        const conditions = statement.conditions.map((other) =>
          other === condition ? { ...condition, values: changedValues } : other,
        );
        const kind = isAllow ? "breaks" : "opens";
        const change = this.difference(policy, statement, [{ ...statement, conditions }], kind);
        if (change.length === 0) {
          report(
            `${operator} ${key}: with another value in place of ${value}, the statement ${isAllow ? "still allows every request that is needed" : "still denies every request that must be denied"}. Remove the value`,
          );
        }
      }
      return found;
    });
  }

  /** Requests whose authorization changes with a statement: needed requests that fail, or denied requests that succeed. */
  private difference(
    policy: Policy,
    from: Statement,
    to: readonly Statement[],
    kind: "breaks" | "opens",
  ): AccessRequest[] {
    const changed = this.changed(policy, from, to);
    return this.decidedBy(policy, from, kind).filter(
      (request) => isAllowed(changed, request) === (kind === "opens"),
    );
  }

  /**
   * The requests whose verdict a change of the statement can break or open. Each action, resource and condition of the
   * statement is changed in turn, and the requests are the same for all these changes.
   */
  private decidedBy(policy: Policy, from: Statement, kind: "breaks" | "opens"): readonly AccessRequest[] {
    const known = this.decided.get(from);
    const found = known?.policy === policy ? known[kind] : undefined;
    if (found !== undefined) return found;
    const candidates = kind === "breaks" ? this.allowedRequests : this.requestsToDeny(policy.subject);
    // The statement cannot change the verdict on a request with another action.
    const requests = withActionsOf(from, candidates).filter(
      (request) => mayDecide(policy, request) && isAllowed(this.policySet, request) === (kind === "breaks"),
    );
    this.decided.set(from, { ...(known?.policy === policy ? known : { policy }), [kind]: requests });
    return requests;
  }

  private changed(policy: Policy, from: Statement, to: readonly Statement[]): PolicySet {
    const left = policy.statements.flatMap((statement) => (statement === from ? to : [statement]));
    // A VPC endpoint without a policy allows every request. So a statement without actions replaces the last allow.
    const nothing = { ...from, actions: [] };
    const statements = left.length === 0 && from.effect === "Allow" ? [nothing] : left;
    const policies = this.policySet.policies.map((other) =>
      other === policy ? { ...policy, statements } : other,
    );
    return { ...this.policySet, policies };
  }

  /**
   * An allow must not have a wildcard in an action, and may have the resource `*` only for actions without narrower
   * resources.
   */
  private wildcardsMustBeNeeded({ subject, kind }: Policy, statement: Statement): Finding[] {
    const { effect, actions, resources } = statement;
    if (effect === "Deny") return [];
    const statements = [nameOf(statement)];
    const finding = (text: string): Finding => ({ fault: "wildcard", subject, statements, text });
    return actions.flatMap((action) => {
      if (/[*?]/.test(action))
        return [finding(`${action}: got a wildcard in an action; allowed: names of actions`)];
      if (kind === "trust" || !resources.includes("*") || ACTIONS_ON_EVERY_RESOURCE[action] !== undefined)
        return [];
      const { resourceTypes } = this.iamData.action(action);
      return resourceTypes.length === 0
        ? []
        : [finding(`${action} on *: got every resource; allowed: ARNs of ${resourceTypes.join(", ")}`)];
    });
  }

  /**
   * A condition never holds if requests never have the condition's key. Then a deny with the condition has no effect.
   */
  private requireKnownConditionKeys(): void {
    for (const { subject, statements } of this.policySet.policies) {
      for (const { sid, actions, conditions } of statements) {
        for (const { key } of conditions) {
          for (const pattern of actions) {
            const action = this.iamData.actionWithout(key, pattern);
            if (action !== undefined) {
              throw new Refused(
                `${subject}, statement ${sid}: got a condition on ${key}; allowed: keys that requests of ${action} have`,
              );
            }
          }
        }
      }
    }
  }
}

/** Types that the app adds: types that a rule reads, and types without permissions. */
export function typesAddedByApp({
  rules,
  typesWithoutPermissions,
}: Pick<ProofInput, "rules" | "typesWithoutPermissions">): string[] {
  return [...typesWithoutPermissions, ...rules.flatMap(({ reads }) => Object.keys(reads))];
}

/** The Terraform argument that contains a statement, and the statement's Sid. */
function nameOf({ place, sid }: Statement): string {
  return `${place}, statement ${sid}`;
}

/** A statement without one action on one resource, as one or two statements. */
function splitWithout(statement: Statement, actionIndex: number, resourceIndex: number): Statement[] {
  const otherActions = statement.actions.filter((_, index) => index !== actionIndex);
  const otherResources = statement.resources.filter((_, index) => index !== resourceIndex);
  return [
    ...(otherActions.length > 0 ? [{ ...statement, actions: otherActions }] : []),
    ...(otherResources.length > 0
      ? [
          {
            ...statement,
            actions: statement.actions.slice(actionIndex, actionIndex + 1),
            resources: otherResources,
          },
        ]
      : []),
  ];
}

/** Requests of one action, with their places in the list of all requests. */
type Placed = readonly (readonly [place: number, request: AccessRequest])[];

/** The requests by their action. The proofs of a stack's mutants have the same lists of requests. */
const requestsByAction = new WeakMap<readonly AccessRequest[], ReadonlyMap<string, Placed>>();

/** The requests whose action a statement has, in their order. Each action is compared once. */
function withActionsOf(statement: Statement, requests: readonly AccessRequest[]): AccessRequest[] {
  const byAction = requestsByAction.get(requests) ?? groupByAction(requests);
  requestsByAction.set(requests, byAction);
  return [...byAction]
    .flatMap(([action, placed]) => (namesAction(statement, action) ? placed : []))
    .sort(([one], [other]) => one - other)
    .map(([, request]) => request);
}

function groupByAction(requests: readonly AccessRequest[]): ReadonlyMap<string, Placed> {
  const byAction = new Map<string, [number, AccessRequest][]>();
  for (const [place, request] of requests.entries()) {
    const known = byAction.get(request.action);
    if (known === undefined) byAction.set(request.action, [[place, request]]);
    else known.push([place, request]);
  }
  return byAction;
}

/**
 * Whether statements may allow a request whose resource differs in one character. Most statements name exact ARNs, none of which
 * is such a resource: the hundreds of edits of an ARN then need no evaluation.
 */
function mayAllowAnEdit(statements: readonly Statement[], resource: string): boolean {
  return statements.some(({ resources }) =>
    resources.some((pattern) => !isLiteralArn(pattern) || isEditOf(resource, pattern)),
  );
}

/** Whether a text is another text with one character more, less or in place of another. */
function isEditOf(text: string, other: string): boolean {
  const [shorter, longer] = text.length < other.length ? [text, other] : [other, text];
  if (text === other || longer.length - shorter.length > 1) return false;
  let start = 0;
  while (start < shorter.length && shorter[start] === longer[start]) start += 1;
  const skipped = longer.length === shorter.length ? 1 : 0;
  return shorter.slice(start + skipped) === longer.slice(start + 1);
}

/** Whether a variation assumes another role. A trust policy names no role, so that it cannot deny the variation. */
function isAnotherRole({ kind, request }: Variation): boolean {
  return kind === "near miss" && isAssumingRole(request.action);
}

/** A different value with the same form. */
function alteredValue(value: string): string {
  if (value === "true") return "false";
  if (value === "false") return "true";
  if (value === "*") return "arn:aws:iam::000000000000:role/changedValues";
  return value.startsWith("arn:") ? value.replace(/:([^:]*)$/, ":altered-$1") : `${value}-altered`;
}
