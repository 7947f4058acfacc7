import { parseArn } from "../../aws/arn";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf } from "../reading/values";
import { attribute, referencesOf, type Side, valuesOn } from "./side";

/** The kind of a resource that has policies. */
export type ResourceKind =
  | "role"
  | "user"
  | "group"
  | "managed policy"
  | "bucket"
  | "function"
  | "API"
  | "VPC endpoint"
  | "key"
  | "queue"
  | "topic"
  | "repository"
  | "secret"
  | "security group";

/** A reference to a resource that has policies. */
export interface ResourceRef {
  /** Equal before and after the plan. */
  readonly key: string;
  /** The kind and the name, e.g. `role dev-ticket-urgency-function`. */
  readonly label: string;
}

/** By type: the kind, the attribute that other resources use as reference, and the attribute for the label. */
const OWNERS: ReadonlyMap<
  string,
  { readonly kind: ResourceKind; readonly id: string; readonly name: string }
> = new Map([
  ["aws_iam_role", { kind: "role", id: "name", name: "name" }],
  ["aws_iam_user", { kind: "user", id: "name", name: "name" }],
  ["aws_iam_group", { kind: "group", id: "name", name: "name" }],
  ["aws_iam_policy", { kind: "managed policy", id: "arn", name: "name" }],
  ["aws_s3_bucket", { kind: "bucket", id: "bucket", name: "bucket" }],
  ["aws_lambda_function", { kind: "function", id: "function_name", name: "function_name" }],
  ["aws_api_gateway_rest_api", { kind: "API", id: "id", name: "name" }],
  ["aws_vpc_endpoint", { kind: "VPC endpoint", id: "id", name: "service_name" }],
  ["aws_kms_key", { kind: "key", id: "key_id", name: "description" }],
  ["aws_sqs_queue", { kind: "queue", id: "url", name: "name" }],
  ["aws_sns_topic", { kind: "topic", id: "arn", name: "name" }],
  ["aws_ecr_repository", { kind: "repository", id: "name", name: "name" }],
  ["aws_secretsmanager_secret", { kind: "secret", id: "arn", name: "name" }],
  ["aws_security_group", { kind: "security group", id: "id", name: "name" }],
  ["aws_default_security_group", { kind: "security group", id: "id", name: "name" }],
]);

/** The resources with policies, before or after a plan. */
export class ResourceIndex {
  private readonly labels = new Map<string, string>();
  private readonly byAddress = new Map<string, string>();

  constructor(
    plan: Plan,
    readonly side: Side,
  ) {
    for (const resource of plan.resources) {
      const owner = OWNERS.get(resource.type);
      const values = valuesOn(resource, side);
      if (values === undefined) continue;
      if (owner === undefined) {
        // A policy resource does not show whether the resource with the policy exists.
        const { key, label } = unnamed(resource);
        if (!/_policy(?:_attachment)?$/.test(resource.type)) this.labels.set(key, label);
        continue;
      }
      const id = textOf(at(values, owner.id));
      const key = id === undefined ? keyOf(owner.kind, `@${resource.address}`) : keyOf(owner.kind, id);
      const name = textOf(at(values, owner.name));
      this.labels.set(key, `${owner.kind} ${name === undefined || name === "" ? resource.path : name}`);
      // A deposed object shares its address with its successor.
      if (resource.deposed === undefined) this.byAddress.set(resource.address, key);
    }
  }

  /** Whether the resource exists on this side of the plan. */
  has(key: string): boolean {
    return this.labels.has(key);
  }

  /** The reference to a planned resource itself. */
  itself(resource: PlannedResource): ResourceRef | undefined {
    const owner = OWNERS.get(resource.type);
    const values = valuesOn(resource, this.side);
    if (owner === undefined || values === undefined) return undefined;
    return this.of(owner.kind, textOf(at(values, owner.id)) ?? `@${resource.address}`);
  }

  /** The resource that an attribute names; undefined if the reference is ambiguous or known after apply. */
  namedBy(resource: PlannedResource, name: string, kind: ResourceKind): ResourceRef | undefined {
    const text = textOf(attribute(resource, this.side, name));
    if (text !== undefined) return this.of(kind, text);
    const [found, ...others] = this.referred(resource, name, kind);
    return others.length === 0 ? found : undefined;
  }

  /** The resources that an attribute references in the configuration, if its value is known after apply. */
  referred(resource: PlannedResource, name: string, kind: ResourceKind): ResourceRef[] {
    return referencesOf(resource, this.side, name).flatMap((address) => {
      // Terraform's references are relative to the module and omit the keys of `count` and `for_each`.
      const key = this.byAddress.get(address);
      return key?.startsWith(`${kind}:`) === true ? [this.withKey(key)] : [];
    });
  }

  /** The resource with this name, id or ARN. */
  of(kind: ResourceKind, id: string): ResourceRef {
    return this.withKey(keyOf(kind, id));
  }

  private withKey(key: string): ResourceRef {
    const label = this.labels.get(key);
    return { key, label: label ?? key.replace(":", " ") };
  }
}

/** Labels of resources that get a new name with each revision. */
const REVISED: ReadonlyMap<string, string> = new Map([["aws_sagemaker_model", "model"]]);

/** A reference by the address, for resources without a name or id. */
export function unnamed({ address, path, type }: PlannedResource): ResourceRef {
  return { key: `${type}:@${address}`, label: `${REVISED.get(type) ?? type} ${path}` };
}

function keyOf(kind: ResourceKind, id: string): string {
  return `${kind}:${shortId(kind, id)}`;
}

/** The name or id in an ARN: policies name roles, functions and keys by name or by ARN. */
function shortId(kind: ResourceKind, id: string): string {
  // Lambda also accepts parts of an ARN, e.g. `<account>:function:<name>`.
  if (kind === "function")
    return /^(?:arn:[^:]*:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?([^:]+)/.exec(id)?.[1] ?? id;
  const { service, resource = "" } = parseArn(id) ?? {};
  if (kind === "role" && service === "iam" && resource.startsWith("role/"))
    return resource.split("/").at(-1) || id;
  if (kind === "key" && service === "kms" && resource.startsWith("key/"))
    return resource.slice("key/".length) || id;
  return id;
}
