import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { isValues, textOf, UNKNOWN, type Value } from "../reading/values";
import { labelOfUnknown } from "../rendering/phrases/text";
import { type Grant, grant, type Place, type StatementValue } from "./grant";
import {
  BOUNDARY,
  type Policy,
  placeOf,
  policyFrom,
  principalOf,
  subjectOf,
  undeterminedPolicy,
} from "./policy";
import { type ResourceIndex, type ResourceRef, unnamed } from "./resource-index";
import { attribute, valuesOn } from "./side";

type IdentityKind = "role" | "user" | "group";

/** Resources that run with the permissions of a role, and the attribute that names the role. */
const ROLE_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ["aws_codebuild_project", "service_role"],
  ["aws_ecs_task_definition", "task_role_arn"],
  ["aws_iam_instance_profile", "role"],
  ["aws_lambda_function", "role"],
  ["aws_sagemaker_model", "execution_role_arn"],
  ["aws_sagemaker_notebook_instance", "role_arn"],
  ["aws_sfn_state_machine", "role_arn"],
]);

/** The policies of roles, users and groups: inline policies, attached policies and policies of groups. */
export class IdentityPolicies {
  readonly policies: Policy[] = [];
  /** Keys of the managed policies that the plan attaches to a principal. */
  readonly attached = new Set<string>();
  /** ARNs and keys of the policies that are permissions boundaries. */
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
    ...[...ROLE_ATTRIBUTES].map(
      ([type, name]) => [type, (resource: PlannedResource) => this.readRoleUser(resource, name)] as const,
    ),
  ]);

  constructor(
    plan: Plan,
    private readonly index: ResourceIndex,
  ) {
    for (const resource of plan.resources) {
      if (resource.type !== "aws_iam_policy") continue;
      const ref = index.itself(resource);
      if (ref !== undefined) this.documents.set(ref.key, resource);
    }
    for (const resource of plan.resources) {
      for (const values of [resource.before, resource.after]) {
        const arn = textOf(values?.permissions_boundary);
        if (arn !== undefined) this.boundaries.add(arn);
      }
      for (const ref of index.referred(resource, "permissions_boundary", "managed policy")) {
        this.boundaries.add(ref.key);
      }
    }
    for (const resource of plan.resources) {
      if (valuesOn(resource, index.side) !== undefined) this.readers.get(resource.type)?.(resource);
    }
  }

  private readInline(resource: PlannedResource, kind: IdentityKind): void {
    const value = attribute(resource, this.index.side, "policy");
    if (value !== undefined) this.add(value, this.identityNamedBy(resource, kind, kind), resource);
  }

  private readAttachment(resource: PlannedResource, kind: IdentityKind): void {
    this.attach(resource, this.identityNamedBy(resource, kind, kind), "policy_arn");
  }

  /** All attached policies of a principal: the resource detaches every other policy. */
  private readExclusive(resource: PlannedResource, kind: IdentityKind): void {
    this.attach(resource, this.identityNamedBy(resource, `${kind}_name`, kind), "policy_arns");
  }

  private readRoleUser(resource: PlannedResource, name: string): void {
    const value = attribute(resource, this.index.side, name);
    if (value === undefined) return;
    const who = this.index.itself(resource) ?? unnamed(resource);
    const role = this.index.namedBy(resource, name, "role");
    if (role === undefined) {
      this.policies.push(undeterminedPolicy(value, subjectOf("identity", who), resource, this.index.side));
      return;
    }
    const text = role.key.slice("role:".length);
    this.addGrant(who, "Allow", { kind: "reference", what: "role", text }, [placeOf(resource)]);
  }

  private readManaged(resource: PlannedResource): void {
    const value = attribute(resource, this.index.side, "policy");
    const ref = this.index.itself(resource);
    if (value === undefined || ref === undefined) return;
    this.add(value, this.isBoundary(resource, ref) ? asBoundary(ref) : ref, resource);
  }

  /** Whether a managed policy is a permissions boundary before or after the plan, by use or by name. */
  private isBoundary({ before, after }: PlannedResource, { key, label }: ResourceRef): boolean {
    const arns = [before, after].flatMap((values) => textOf(values?.arn) ?? []);
    return (
      /boundary/i.test(label) || this.boundaries.has(key) || arns.some((arn) => this.boundaries.has(arn))
    );
  }

  private readRole(resource: PlannedResource): void {
    const role = this.index.itself(resource);
    if (role === undefined) return;
    this.readBoundary(resource);
    this.attach(resource, role, "managed_policy_arns");
    const inline = attribute(resource, this.index.side, "inline_policy");
    if (inline === undefined) return;
    for (const one of Array.isArray(inline) ? inline : [inline]) {
      const value = isValues(one) ? one.policy : one;
      if (value !== null && value !== undefined && value !== "") this.add(value, role, resource);
    }
  }

  private readBoundary(resource: PlannedResource): void {
    const value = attribute(resource, this.index.side, "permissions_boundary");
    const ref = this.index.itself(resource);
    if (value === undefined || ref === undefined) return;
    const boundary = this.index.namedBy(resource, "permissions_boundary", "managed policy");
    if (boundary === undefined) {
      this.policies.push(undeterminedPolicy(value, subjectOf("identity", ref), resource, this.index.side));
      return;
    }
    const text = textOf(value) ?? boundary.label;
    this.addGrant(ref, "Deny", { kind: "reference", what: "permissions boundary", text }, [
      placeOf(resource),
    ]);
  }

  /** `aws_iam_policy_attachment`: one policy and all its principals. */
  private readSharedAttachment(resource: PlannedResource): void {
    for (const kind of ["role", "user", "group"] as const) {
      for (const who of this.listed(resource, `${kind}s`, kind)) this.attach(resource, who, "policy_arn");
    }
  }

  private readGroups(resource: PlannedResource): void {
    const user = this.identityNamedBy(resource, "user", "user");
    for (const group of this.listed(resource, "groups", "group")) this.join(user, group, resource);
  }

  private readMembers(resource: PlannedResource): void {
    const group = this.identityNamedBy(resource, "group", "group");
    for (const user of this.listed(resource, "users", "user")) this.join(user, group, resource);
  }

  private join(user: ResourceRef, group: ResourceRef, resource: PlannedResource): void {
    this.addGrant(user, "Allow", { kind: "reference", what: "group", text: group.label }, [
      placeOf(resource),
    ]);
  }

  /** Adds the policies that an attribute names to a principal: their documents, if the plan contains the documents. */
  private attach(resource: PlannedResource, who: ResourceRef, name: string): void {
    const value = attribute(resource, this.index.side, name);
    if (value === undefined) return;
    const values = Array.isArray(value) ? value : [value];
    const texts = values.flatMap((one) => textOf(one) ?? []);
    const index = [
      ...texts.map((text) => this.index.of("managed policy", text)),
      ...this.index.referred(resource, name, "managed policy"),
    ];
    for (const policy of new Map(index.map((one) => [one.key, one])).values()) {
      this.attached.add(policy.key);
      this.attachOne(resource, who, policy);
    }
    if (new Set(index.map(({ key }) => key)).size < values.length) {
      this.policies.push(undeterminedPolicy(UNKNOWN, subjectOf("identity", who), resource, this.index.side));
    }
  }

  private attachOne(resource: PlannedResource, who: ResourceRef, policy: ResourceRef): void {
    const document = this.documents.get(policy.key);
    const value = document === undefined ? undefined : attribute(document, this.index.side, "policy");
    const places = [placeOf(resource)];
    if (document !== undefined && value !== undefined) {
      const all = [...places, placeOf(document)];
      this.policies.push(policyFrom(value, subjectOf("identity", who), document, this.index.side, all));
      return;
    }
    const text = policy.key.slice("managed policy:".length);
    this.addGrant(who, "Allow", { kind: "reference", what: "managed policy", text }, places);
  }

  private add(value: Value, who: ResourceRef, resource: PlannedResource): void {
    this.policies.push(policyFrom(value, subjectOf("identity", who), resource, this.index.side));
  }

  private addGrant(
    who: ResourceRef,
    effect: Grant["effect"],
    action: StatementValue,
    places: readonly Place[],
  ): void {
    const subject = subjectOf("identity", who);
    const principal = principalOf(subject);
    const one = grant({
      effect,
      principal,
      action,
      resource: { kind: "pattern", text: "*" },
      conditions: [],
      places,
    });
    this.policies.push({ subject, places, grants: [one] });
  }

  /** The principal that the attribute names; a placeholder if the principal is known after apply. */
  private identityNamedBy(resource: PlannedResource, name: string, kind: IdentityKind): ResourceRef {
    return this.index.namedBy(resource, name, kind) ?? unknownOf(resource, kind);
  }

  private listed(resource: PlannedResource, name: string, kind: IdentityKind): ResourceRef[] {
    const value = attribute(resource, this.index.side, name);
    if (value === undefined) return [];
    const values = Array.isArray(value) ? value : [value];
    const index = [
      ...values.flatMap((one) => textOf(one) ?? []).map((text) => this.index.of(kind, text)),
      ...this.index.referred(resource, name, kind),
    ];
    return index.length < values.length ? [...index, unknownOf(resource, kind)] : index;
  }
}

function asBoundary({ key, label }: ResourceRef): ResourceRef {
  return { key, label: `${BOUNDARY}${label.replace(/^managed policy /, "")}` };
}

function unknownOf({ address, path }: PlannedResource, kind: IdentityKind): ResourceRef {
  return { key: `${kind}:@${address}`, label: labelOfUnknown(kind, path) };
}
