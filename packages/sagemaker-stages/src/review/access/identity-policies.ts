import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { isValues, textOf, UNKNOWN, type Value } from "../values";
import { type Grant, grant, type Named, type Place } from "./grant";
import { BOUNDARY, type Policy, placeOf, policyFrom, principalOf, subjectOf, unreadable } from "./policy";
import { attribute, valuesOn } from "./side";
import { labelOfUnknown } from "./text";
import { type Thing, type Things, unnamed } from "./things";

type IdentityKind = "role" | "user" | "group";

/** What runs with the rights of a role, and the attribute that names it. */
const RUNS_AS: ReadonlyMap<string, string> = new Map([
  ["aws_codebuild_project", "service_role"],
  ["aws_ecs_task_definition", "task_role_arn"],
  ["aws_iam_instance_profile", "role"],
  ["aws_lambda_function", "role"],
  ["aws_sagemaker_model", "execution_role_arn"],
  ["aws_sagemaker_notebook_instance", "role_arn"],
  ["aws_sfn_state_machine", "role_arn"],
]);

/** What roles, users and groups may do, by policies of their own, attached ones, and groups. */
export class IdentityPolicies {
  readonly policies: Policy[] = [];
  /** Keys of the managed policies that the plan attaches to somebody. */
  readonly attached = new Set<string>();
  /** ARNs and keys of the policies that limit identities of the plan. */
  private readonly boundaries = new Set<string>();
  private readonly documents = new Map<string, PlannedResource>();
  private readonly readers: ReadonlyMap<string, (resource: PlannedResource) => void> = new Map([
    ["aws_iam_role_policy", (resource) => this.readInline(resource, "role")],
    ["aws_iam_user_policy", (resource) => this.readInline(resource, "user")],
    ["aws_iam_group_policy", (resource) => this.readInline(resource, "group")],
    ["aws_iam_role_policy_attachment", (resource) => this.readAttachment(resource, "role")],
    ["aws_iam_user_policy_attachment", (resource) => this.readAttachment(resource, "user")],
    ["aws_iam_group_policy_attachment", (resource) => this.readAttachment(resource, "group")],
    ["aws_iam_role_policy_attachments_exclusive", (resource) => this.readExclusive(resource, "role")],
    ["aws_iam_user_policy_attachments_exclusive", (resource) => this.readExclusive(resource, "user")],
    ["aws_iam_group_policy_attachments_exclusive", (resource) => this.readExclusive(resource, "group")],
    ["aws_iam_policy_attachment", (resource) => this.readSharedAttachment(resource)],
    ["aws_iam_policy", (resource) => this.readManaged(resource)],
    ["aws_iam_role", (resource) => this.readRole(resource)],
    ["aws_iam_user", (resource) => this.readBoundary(resource)],
    ["aws_iam_user_group_membership", (resource) => this.readGroups(resource)],
    ["aws_iam_group_membership", (resource) => this.readMembers(resource)],
    ...[...RUNS_AS].map(
      ([type, name]) => [type, (resource: PlannedResource) => this.readRunner(resource, name)] as const,
    ),
  ]);

  constructor(
    plan: Plan,
    private readonly things: Things,
  ) {
    for (const resource of plan.resources) {
      if (resource.type !== "aws_iam_policy") continue;
      const thing = things.itself(resource);
      if (thing !== undefined) this.documents.set(thing.key, resource);
    }
    for (const resource of plan.resources) {
      for (const values of [resource.before, resource.after]) {
        const arn = textOf(values?.permissions_boundary);
        if (arn !== undefined) this.boundaries.add(arn);
      }
      for (const thing of things.referred(resource, "permissions_boundary", "managed policy")) {
        this.boundaries.add(thing.key);
      }
    }
    for (const resource of plan.resources) {
      if (valuesOn(resource, things.side) !== undefined) this.readers.get(resource.type)?.(resource);
    }
  }

  private readInline(resource: PlannedResource, kind: IdentityKind): void {
    const value = attribute(resource, this.things.side, "policy");
    if (value !== undefined) this.add(value, this.who(resource, kind, kind), resource);
  }

  private readAttachment(resource: PlannedResource, kind: IdentityKind): void {
    this.attach(resource, this.who(resource, kind, kind), "policy_arn");
  }

  /** All policies that somebody has: those that others attach, too. */
  private readExclusive(resource: PlannedResource, kind: IdentityKind): void {
    this.attach(resource, this.who(resource, `${kind}_name`, kind), "policy_arns");
  }

  private readRunner(resource: PlannedResource, name: string): void {
    const value = attribute(resource, this.things.side, name);
    if (value === undefined) return;
    const who = this.things.itself(resource) ?? unnamed(resource);
    const role = this.things.namedBy(resource, name, "role");
    if (role === undefined) {
      this.policies.push(unreadable(value, subjectOf("identity", who), resource, this.things.side));
      return;
    }
    const text = role.key.slice("role:".length);
    this.addGrant(who, "Allow", { kind: "by", what: "role", text }, [placeOf(resource)]);
  }

  private readManaged(resource: PlannedResource): void {
    const value = attribute(resource, this.things.side, "policy");
    const thing = this.things.itself(resource);
    if (value === undefined || thing === undefined) return;
    this.add(value, this.isBoundary(resource, thing) ? asBoundary(thing) : thing, resource);
  }

  /** Whether a managed policy limits identities of the plan, or is named for that; on either side. */
  private isBoundary({ before, after }: PlannedResource, { key, label }: Thing): boolean {
    const arns = [before, after].flatMap((values) => textOf(values?.arn) ?? []);
    return (
      /boundary/i.test(label) || this.boundaries.has(key) || arns.some((arn) => this.boundaries.has(arn))
    );
  }

  private readRole(resource: PlannedResource): void {
    const role = this.things.itself(resource);
    if (role === undefined) return;
    this.readBoundary(resource);
    this.attach(resource, role, "managed_policy_arns");
    const inline = attribute(resource, this.things.side, "inline_policy");
    if (inline === undefined) return;
    for (const one of Array.isArray(inline) ? inline : [inline]) {
      const value = isValues(one) ? one.policy : one;
      if (value !== null && value !== undefined && value !== "") this.add(value, role, resource);
    }
  }

  private readBoundary(resource: PlannedResource): void {
    const value = attribute(resource, this.things.side, "permissions_boundary");
    const thing = this.things.itself(resource);
    if (value === undefined || thing === undefined) return;
    const boundary = this.things.namedBy(resource, "permissions_boundary", "managed policy");
    if (boundary === undefined) {
      this.policies.push(unreadable(value, subjectOf("identity", thing), resource, this.things.side));
      return;
    }
    const text = textOf(value) ?? boundary.label;
    this.addGrant(thing, "Deny", { kind: "by", what: "permissions boundary", text }, [placeOf(resource)]);
  }

  /** `aws_iam_policy_attachment`: one policy, and all to whom it is attached. */
  private readSharedAttachment(resource: PlannedResource): void {
    for (const kind of ["role", "user", "group"] as const) {
      for (const who of this.listed(resource, `${kind}s`, kind)) this.attach(resource, who, "policy_arn");
    }
  }

  private readGroups(resource: PlannedResource): void {
    const user = this.who(resource, "user", "user");
    for (const group of this.listed(resource, "groups", "group")) this.join(user, group, resource);
  }

  private readMembers(resource: PlannedResource): void {
    const group = this.who(resource, "group", "group");
    for (const user of this.listed(resource, "users", "user")) this.join(user, group, resource);
  }

  private join(user: Thing, group: Thing, resource: PlannedResource): void {
    this.addGrant(user, "Allow", { kind: "by", what: "group", text: group.label }, [placeOf(resource)]);
  }

  /** The policies that an attribute names are those of `who`: their content, where the plan has it. */
  private attach(resource: PlannedResource, who: Thing, name: string): void {
    const value = attribute(resource, this.things.side, name);
    if (value === undefined) return;
    const values = Array.isArray(value) ? value : [value];
    const texts = values.flatMap((one) => textOf(one) ?? []);
    const things = [
      ...texts.map((text) => this.things.of("managed policy", text)),
      ...this.things.referred(resource, name, "managed policy"),
    ];
    for (const policy of new Map(things.map((one) => [one.key, one])).values()) {
      this.attached.add(policy.key);
      this.attachOne(resource, who, policy);
    }
    if (new Set(things.map(({ key }) => key)).size < values.length) {
      this.policies.push(unreadable(UNKNOWN, subjectOf("identity", who), resource, this.things.side));
    }
  }

  private attachOne(resource: PlannedResource, who: Thing, policy: Thing): void {
    const document = this.documents.get(policy.key);
    const value = document === undefined ? undefined : attribute(document, this.things.side, "policy");
    const places = [placeOf(resource)];
    if (document !== undefined && value !== undefined) {
      const all = [...places, placeOf(document)];
      this.policies.push(policyFrom(value, subjectOf("identity", who), document, this.things.side, all));
      return;
    }
    const text = policy.key.slice("managed policy:".length);
    this.addGrant(who, "Allow", { kind: "by", what: "managed policy", text }, places);
  }

  private add(value: Value, who: Thing, resource: PlannedResource): void {
    this.policies.push(policyFrom(value, subjectOf("identity", who), resource, this.things.side));
  }

  private addGrant(who: Thing, effect: Grant["effect"], action: Named, places: readonly Place[]): void {
    const subject = subjectOf("identity", who);
    const principal = principalOf(subject);
    const one = grant({
      effect,
      principal,
      action,
      resource: { kind: "one", text: "*" },
      conditions: [],
      places,
    });
    this.policies.push({ subject, places, grants: [one] });
  }

  /** Whom the attribute names; somebody of the resource's own where nobody knows yet who that is. */
  private who(resource: PlannedResource, name: string, kind: IdentityKind): Thing {
    return this.things.namedBy(resource, name, kind) ?? unknownOf(resource, kind);
  }

  private listed(resource: PlannedResource, name: string, kind: IdentityKind): Thing[] {
    const value = attribute(resource, this.things.side, name);
    if (value === undefined) return [];
    const values = Array.isArray(value) ? value : [value];
    const things = [
      ...values.flatMap((one) => textOf(one) ?? []).map((text) => this.things.of(kind, text)),
      ...this.things.referred(resource, name, kind),
    ];
    return things.length < values.length ? [...things, unknownOf(resource, kind)] : things;
  }
}

function asBoundary({ key, label }: Thing): Thing {
  return { key, label: `${BOUNDARY}${label.replace(/^managed policy /, "")}` };
}

function unknownOf({ address, path }: PlannedResource, kind: IdentityKind): Thing {
  return { key: `${kind}:@${address}`, label: labelOfUnknown(kind, path) };
}
