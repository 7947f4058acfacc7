import { type Environment, namePrefix } from "../../environment/environment";
import type { Models } from "../../models";
import { judge, namesAction } from "./evaluator";
import type { Fault, Finding } from "./finding";
import type { IamData } from "./iam-data";
import type { Condition, Statement } from "./policy";
import {
  isAllowed,
  isAllowedByItsOwn,
  mayDecide,
  ownStatements,
  type Policy,
  type PolicySet,
} from "./policy-set";
import { type Requests, requestsOf } from "./principals";
import type { PrincipalRules } from "./principals/principal";
import { readPolicySet } from "./read-policy-set";
import type { RecordedCall } from "./recorder";
import { Refused } from "./refused";
import { type AccessRequest, type AllowedRequest, describe, only } from "./request";
import type { ResolvedStack } from "./resolved-stack";
import { edits, KnownLegitimate, namedVariations, type Variation, type VariationContext } from "./variations";

/** One right, as small as a statement can say it: an action on a resource; and what it is for. */
export interface Unit {
  readonly subject: string;
  readonly policy: Policy;
  readonly statement: Statement;
  readonly action: string;
  readonly resource: string;
  /** What breaks without it; of a denial: what gets through without it. */
  readonly requests: readonly AccessRequest[];
}

/** Where it says that these actions work on `*` alone. */
const LAMBDA_IN_VPC =
  "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions";

/**
 * Actions that take `*` although the service defines resource types for them, each with its source. Lambda asks for its
 * network interfaces on `*`; a permission to attach one is deleted by its own id; a metric that is in no dataset has no
 * ARN.
 */
const ON_EVERYTHING: Readonly<Record<string, string>> = {
  "cloudwatch:PutMetricData":
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html",
  "ec2:AssignPrivateIpAddresses": LAMBDA_IN_VPC,
  "ec2:CreateNetworkInterface": LAMBDA_IN_VPC,
  "ec2:DeleteNetworkInterface": LAMBDA_IN_VPC,
  "ec2:DeleteNetworkInterfacePermission":
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html",
  "ec2:UnassignPrivateIpAddresses": LAMBDA_IN_VPC,
};

/** The services with permissions by which a principal can get more permissions. */
export const SERVICES_OF_RIGHTS = ["iam", "sts", "s3", "lambda", "kms", "secretsmanager"];

/** What a proof needs to know of a stack before it looks at policies; the same for every change of these. */
export interface Given {
  readonly environment: Environment;
  readonly models: Models;
  /** Of the principals that the app adds. */
  readonly rules: readonly PrincipalRules[];
  /** Types that the app adds, and that grant no permission. */
  readonly typesWithoutPermissions: readonly string[];
  readonly recorded: ReadonlyMap<string, readonly RecordedCall[]>;
  readonly otherEnvironments: readonly string[];
  readonly iamData: IamData;
}

/** A stack's policies, held against everything that must get through and everything that must not. */
export class Proof {
  readonly policySet: PolicySet;
  readonly allowedRequests: readonly AllowedRequest[];
  readonly deniedRequests: readonly AccessRequest[];
  private readonly legitimate: KnownLegitimate;
  private readonly variationContext: VariationContext;
  /** The actions of the services that policies and requests name. */
  readonly iamData: IamData;
  private readonly trialsBySubject: Map<string, readonly AccessRequest[]>;

  /**
   * @param original - a proof whose requests are taken over; else they are derived from the stack
   * @throws Refused where something cannot be read
   */
  constructor(
    readonly stack: ResolvedStack,
    private readonly given: Given,
    original?: Proof,
  ) {
    this.policySet = readPolicySet(stack, typesOfApp(given));
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
    this.trialsBySubject = hasSameHolders && original !== undefined ? original.trialsBySubject : new Map();
    this.requireKnownKeys();
  }

  /** The same requests held against other policies. */
  against(changed: ResolvedStack): Proof {
    return new Proof(changed, this.given, this);
  }

  /** Everything that policies or requests are about. */
  get subjects(): string[] {
    const all = [...this.policySet.policies, ...this.allowedRequests, ...this.deniedRequests].map(
      ({ subject }) => subject,
    );
    return [...new Set(all)].sort();
  }

  /** The faults of `subjects`, each when the caller reads it. */
  *findings(subjects: readonly string[] = this.subjects): Generator<Finding> {
    const about = ({ subject }: { readonly subject: string }) => subjects.includes(subject);
    const allowedRequests = this.allowedRequests.filter(about);
    for (const use of allowedRequests) yield* this.mustGetThrough(use);
    for (const denied of this.deniedRequests.filter(about)) yield* this.mustNotGetThrough(denied);
    for (const policy of this.policySet.policies.filter(about)) {
      yield* this.holdersMustNeed(policy);
      for (const unit of this.unitsOf(policy)) yield* this.mustHavePurpose(unit);
      for (const statement of policy.statements) {
        yield* this.conditionsMustHavePurpose(policy, statement);
        yield* this.wildcardsMustBeNeeded(policy, statement);
      }
    }
    for (const subject of subjects) yield* this.otherActionsMustNot(subject);
    for (const use of allowedRequests) yield* this.nearMissesMustNot(use);
  }

  private mustGetThrough(use: AllowedRequest): Finding[] {
    if (isAllowed(this.policySet, use)) return [];
    return [
      {
        fault: "used, not granted",
        subject: use.subject,
        statements: [],
        text: `${describe(use)} must be allowed, but is denied: ${use.reason}`,
      },
    ];
  }

  private mustNotGetThrough(denied: AccessRequest): Finding[] {
    if (!isAllowed(this.policySet, denied)) return [];
    return [this.mustBeDenied("allowed, must be denied", denied, denied.reason)];
  }

  /** One finding of each kind is enough. */
  private nearMissesMustNot(use: AllowedRequest): Finding[] {
    const named = namedVariations(use, this.variationContext);
    const found: Finding[] = [];
    for (const variation of named) {
      const { request } = variation;
      const isHole = !isOfRoleTaken(variation) && isAllowedByItsOwn(this.policySet, request);
      if (isHole || isAllowed(this.policySet, request)) found.push(...this.unlessLegitimate(variation));
    }
    const own = ownStatements(this.policySet, use);
    for (const variation of edits(use)) {
      if (found.some(({ fault }) => fault === variation.kind) || isOfRoleTaken(variation)) continue;
      if (judge(own, variation.request) === "allowed") found.push(...this.unlessLegitimate(variation));
    }
    return found;
  }

  private unlessLegitimate(variation: Variation): Finding[] {
    if (this.legitimate.has(variation)) return [];
    const { kind, request, difference } = variation;
    return [this.mustBeDenied(kind, request, difference)];
  }

  private mustBeDenied(fault: Fault, request: AccessRequest, reason: string): Finding {
    return {
      fault,
      subject: request.subject,
      statements: this.statementsThatAllow(request),
      text: `${describe(request)} must be denied, but is allowed: ${reason}`,
    };
  }

  /** The statements of every policy that alone allow a request. */
  private statementsThatAllow(request: AccessRequest): string[] {
    return this.policySet.policies
      .filter(
        ({ kind, of }) =>
          kind !== "identity" || ("arn" in request.principal && of.includes(request.principal.arn)),
      )
      .flatMap(({ statements }) => statements)
      .filter((statement) => judge([statement], request) === "allowed")
      .map(nameOf);
  }

  /** Every other action of the services that are used or granted, on every resource that is used or granted. */
  private otherActionsMustNot(subject: string): Finding[] {
    const allowedRequests = this.allowedRequests.filter(
      (use) => use.subject === subject && use.otherRequests === "denied",
    );
    const used = new Set(allowedRequests.map(({ action }) => action.toLowerCase()));
    const templates = new Map(
      allowedRequests.map((use) => [
        JSON.stringify([use.principal, use.vpcEndpoint, use.resource, use.context]),
        use,
      ]),
    );
    // An action that no statement names is denied on every resource: only named actions are evaluated.
    const allowing = this.policySet.policies
      .filter((policy) => policy.subject === subject)
      .flatMap(({ statements }) => statements)
      .filter(({ effect }) => effect === "Allow");
    const others = this.servicesOf(subject)
      .flatMap((service) => this.iamData.actionsOf(service))
      .filter(({ name }) => !used.has(name.toLowerCase()))
      .filter(({ name }) => allowing.some((statement) => namesAction(statement, name)));
    return [...templates.values()].flatMap((use) => {
      const other = others.find(({ name: action }) =>
        [use.resource, only("*")].some((resource) =>
          isAllowedByItsOwn(this.policySet, { ...use, action, resource }),
        ),
      );
      if (other === undefined) return [];
      const resource = isAllowedByItsOwn(this.policySet, { ...use, action: other.name })
        ? use.resource
        : only("*");
      const request = { ...use, action: other.name, resource };
      return [this.mustBeDenied("another action", request, "no request has this action")];
    });
  }

  private servicesOf(subject: string): string[] {
    const granted = this.policySet.policies
      .filter((policy) => policy.subject === subject)
      .flatMap(({ statements }) => statements.flatMap(({ actions }) => actions));
    const used = this.allowedRequests.filter((use) => use.subject === subject).map(({ action }) => action);
    const services = [...granted, ...used].map((action) => action.split(":")[0]?.toLowerCase() ?? "");
    return [
      ...new Set([...services.filter((service) => /^[a-z0-9-]+$/.test(service)), ...SERVICES_OF_RIGHTS]),
    ];
  }

  /** Every action on every resource of a policy, with what it is for. */
  unitsOf(policy: Policy): Unit[] {
    return policy.statements.flatMap((statement) =>
      statement.actions.flatMap((action, actionIndex) =>
        statement.resources.map((resource, resourceIndex): Unit => {
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

  private mustHavePurpose({ subject, statement, action, resource, requests }: Unit): Finding[] {
    if (requests.length > 0) return [];
    const right = `${statement.effect} ${action} on ${resource}`;
    const statements = [nameOf(statement)];
    const candidates = statement.effect === "Allow" ? this.allowedRequests : this.trials(subject);
    const isNamed = candidates
      .filter((request) => request.subject === subject)
      .some(
        (request) =>
          judge([{ ...statement, actions: [action], resources: [resource] }], request) !== "not mentioned",
      );
    return isNamed
      ? [{ fault: "granted twice", subject, statements, text: `${right}: another statement does the same` }]
      : [{ fault: "granted, not used", subject, statements, text: `${right}: no request needs it` }];
  }

  /** A principal that has the permissions of a policy from another policy does not need the policy. */
  private holdersMustNeed(policy: Policy): Finding[] {
    const { subject, kind, of, statements } = policy;
    if (kind !== "identity" || of.length < 2) return [];
    return of.flatMap((holder): Finding[] => {
      const changed = { ...policy, of: of.filter((other) => other !== holder) };
      const policies = this.policySet.policies.map((other) => (other === policy ? changed : other));
      const isNeeded = this.allowedRequests.some(
        (use) => isAllowed(this.policySet, use) && !isAllowed({ ...this.policySet, policies }, use),
      );
      if (isNeeded) return [];
      const text = `${holder} has the policy, and no request of ${holder} needs it: another policy allows the same`;
      return [{ fault: "granted twice", subject, statements: statements.map(nameOf), text }];
    });
  }

  /** Requests that must not get through: the denied requests, and what has a name among the near misses. */
  trials(subject: string): readonly AccessRequest[] {
    const known = this.trialsBySubject.get(subject);
    if (known !== undefined) return known;
    const about = (request: AccessRequest) => request.subject === subject;
    const variations = this.allowedRequests
      .filter(about)
      .flatMap((use) => namedVariations(use, this.variationContext))
      .filter((variation) => !this.legitimate.has(variation))
      .map(({ request, difference }): AccessRequest => ({ ...request, reason: difference }));
    const trials = [...this.deniedRequests.filter(about), ...variations];
    this.trialsBySubject.set(subject, trials);
    return trials;
  }

  /** What gets through without a condition; of a denial's, what breaks. */
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
      const complain = (text: string) =>
        found.push({
          fault: "condition without purpose",
          subject: policy.subject,
          statements: [nameOf(statement)],
          text,
        });
      if (this.purposeOf(policy, statement, condition).length === 0) {
        complain(`without ${operator} ${key} ${isAllow ? "nothing gets in" : "nothing breaks"}`);
      }
      for (const value of values) {
        const altered = values.map((other) => (other === value ? alter(other) : other));
        const conditions = statement.conditions.map((other) =>
          other === condition ? { ...condition, values: altered } : other,
        );
        const kind = isAllow ? "breaks" : "opens";
        const change = this.difference(policy, statement, [{ ...statement, conditions }], kind);
        if (change.length === 0)
          complain(`with another value than ${value}, ${key} ${isAllow ? "breaks" : "lets in"} nothing`);
      }
      return found;
    });
  }

  /** What a change of one statement breaks of the allowed requests, or opens of what must not get through. */
  private difference(
    policy: Policy,
    from: Statement,
    to: readonly Statement[],
    kind: "breaks" | "opens",
  ): AccessRequest[] {
    const changed = this.changed(policy, from, to);
    const candidates = kind === "breaks" ? this.allowedRequests : this.trials(policy.subject);
    return candidates.filter(
      (request) =>
        // The statement decides about no other request.
        namesAction(from, request.action) &&
        mayDecide(policy, request) &&
        isAllowed(this.policySet, request) === (kind === "breaks") &&
        isAllowed(changed, request) === (kind === "opens"),
    );
  }

  private changed(policy: Policy, from: Statement, to: readonly Statement[]): PolicySet {
    const left = policy.statements.flatMap((statement) => (statement === from ? to : [statement]));
    // A VPC endpoint without a policy is open: taking the last allowance away leaves one that allows nothing.
    const nothing = { ...from, actions: [] };
    const statements = left.length === 0 && from.effect === "Allow" ? [nothing] : left;
    const policies = this.policySet.policies.map((other) =>
      other === policy ? { ...policy, statements } : other,
    );
    return { ...this.policySet, policies };
  }

  /** No wildcard in an allowed action; `*` as a resource only where there is nothing narrower. */
  private wildcardsMustBeNeeded({ subject, kind }: Policy, statement: Statement): Finding[] {
    const { effect, actions, resources } = statement;
    if (effect === "Deny") return [];
    const statements = [nameOf(statement)];
    const finding = (text: string): Finding => ({ fault: "wildcard", subject, statements, text });
    return actions.flatMap((action) => {
      if (/[*?]/.test(action)) return [finding(`in the action ${action}`)];
      if (kind === "trust" || !resources.includes("*") || ON_EVERYTHING[action] !== undefined) return [];
      const { resourceTypes } = this.iamData.action(action);
      return resourceTypes.length === 0
        ? []
        : [finding(`${action} on *: got every resource; allowed: ARNs of ${resourceTypes.join(", ")}`)];
    });
  }

  /** A key that a request never carries makes a condition that never holds, or a denial that never applies. */
  private requireKnownKeys(): void {
    for (const { subject, statements } of this.policySet.policies) {
      for (const { sid, actions, conditions } of statements) {
        for (const { key } of conditions) {
          for (const pattern of actions) {
            const unknowing = this.iamData.actionWithout(key, pattern);
            if (unknowing !== undefined) {
              throw new Refused(`${subject}, statement ${sid}: requests of ${unknowing} do not carry ${key}`);
            }
          }
        }
      }
    }
  }
}

/** Types that the app adds: a rule reads them, or they grant no permission. */
export function typesOfApp({
  rules,
  typesWithoutPermissions,
}: Pick<Given, "rules" | "typesWithoutPermissions">): string[] {
  return [...typesWithoutPermissions, ...rules.flatMap(({ reads }) => Object.keys(reads))];
}

/** Names a statement for people: where it is, and its Sid. */
function nameOf({ place, sid }: Statement): string {
  return `${place}, statement ${sid}`;
}

/** `statement` as statements that allow or deny the same, but for one action on one resource. */
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

/** A trust names no role: it stands at its own, and cannot tell it from another. */
function isOfRoleTaken({ kind, request }: Variation): boolean {
  return kind === "near miss" && request.action === "sts:AssumeRole";
}

/** Another value of the same form. */
function alter(value: string): string {
  if (value === "true") return "false";
  if (value === "false") return "true";
  if (value === "*") return "arn:aws:iam::000000000000:role/altered";
  return value.startsWith("arn:") ? value.replace(/:([^:]*)$/, ":altered-$1") : `${value}-altered`;
}
