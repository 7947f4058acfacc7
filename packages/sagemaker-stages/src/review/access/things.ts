import { parseArn } from "../../aws/arn";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { at, textOf } from "../values";
import { attribute, referencesOf, type Side, valuesOn } from "./side";

/** What may do something, or what something is done with. */
export type ThingKind =
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

/** A thing on one side of a plan. */
export interface Thing {
  /** The same on both sides for the same thing. */
  readonly key: string;
  /** For people, e.g. `role dev-ticket-urgency-function`. */
  readonly label: string;
}

/** By type of resource: what it is, by which attribute others name it, and which is its name for people. */
const OWNERS: ReadonlyMap<string, { readonly kind: ThingKind; readonly id: string; readonly name: string }> =
  new Map([
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

/** The things of a plan on one side. */
export class Things {
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
        // A policy of another thing says nothing of whether that is there.
        const { key, label } = unnamed(resource);
        if (!/_policy(?:_attachment)?$/.test(resource.type)) this.labels.set(key, label);
        continue;
      }
      const id = textOf(at(values, owner.id));
      const key = id === undefined ? keyOf(owner.kind, `@${resource.address}`) : keyOf(owner.kind, id);
      const name = textOf(at(values, owner.name));
      this.labels.set(key, `${owner.kind} ${name === undefined || name === "" ? resource.path : name}`);
      // Of one that was left over, the address is another's.
      if (resource.deposed === undefined) this.byAddress.set(resource.address, key);
    }
  }

  /** Whether the plan has it on this side. */
  has(key: string): boolean {
    return this.labels.has(key);
  }

  /** The thing that the resource itself is. */
  itself(resource: PlannedResource): Thing | undefined {
    const owner = OWNERS.get(resource.type);
    const values = valuesOn(resource, this.side);
    if (owner === undefined || values === undefined) return undefined;
    return this.of(owner.kind, textOf(at(values, owner.id)) ?? `@${resource.address}`);
  }

  /** The thing that a resource's attribute names; undefined where nobody knows which. */
  namedBy(resource: PlannedResource, name: string, kind: ThingKind): Thing | undefined {
    const text = textOf(attribute(resource, this.side, name));
    if (text !== undefined) return this.of(kind, text);
    const [found, ...others] = this.referred(resource, name, kind);
    return others.length === 0 ? found : undefined;
  }

  /** The things to which an attribute refers whose value is known after the apply alone. */
  referred(resource: PlannedResource, name: string, kind: ThingKind): Thing[] {
    return referencesOf(resource, this.side, name).flatMap((address) => {
      // Terraform's references are those of one module; `count` and `for_each` are not told apart.
      const key = this.byAddress.get(address);
      return key?.startsWith(`${kind}:`) === true ? [this.withKey(key)] : [];
    });
  }

  /** The thing by what AWS calls it: its name, id or ARN. */
  of(kind: ThingKind, id: string): Thing {
    return this.withKey(keyOf(kind, id));
  }

  private withKey(key: string): Thing {
    const label = this.labels.get(key);
    return { key, label: label ?? key.replace(":", " ") };
  }
}

/** What is named anew with each revision, and is the same thing all the same. */
const REVISED: ReadonlyMap<string, string> = new Map([["aws_sagemaker_model", "model"]]);

/** A thing that is known by the resource's address alone. */
export function unnamed({ address, path, type }: PlannedResource): Thing {
  return { key: `${type}:@${address}`, label: `${REVISED.get(type) ?? type} ${path}` };
}

function keyOf(kind: ThingKind, id: string): string {
  return `${kind}:${shortId(kind, id)}`;
}

/** Roles, functions and keys are named by ARNs as well. */
function shortId(kind: ThingKind, id: string): string {
  // Lambda also takes parts of an ARN, e.g. `<account>:function:<name>`.
  if (kind === "function")
    return /^(?:arn:[^:]*:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?([^:]+)/.exec(id)?.[1] ?? id;
  const { service, resource = "" } = parseArn(id) ?? {};
  if (kind === "role" && service === "iam" && resource.startsWith("role/"))
    return resource.split("/").at(-1) || id;
  if (kind === "key" && service === "kms" && resource.startsWith("key/"))
    return resource.slice("key/".length) || id;
  return id;
}
