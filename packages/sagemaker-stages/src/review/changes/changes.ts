import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { textOf, type Values } from "../reading/values";
import { type AttributeChange, attributeChanges } from "./attributes";
import { isRolledOut } from "./resource-types";

/** How a plan changes a resource. */
export type Kind =
  /** Created. */
  | "create"
  /** Attributes change in place. */
  | "update"
  /** Only tags change. */
  | "tags"
  /** Replaced without downtime: created, then used in place of the old resource, which is destroyed last. */
  | "rollout"
  /** The rest of a failed rollout is destroyed; its successor is in use. */
  | "leftover"
  /** Destroyed and created again: references to the old id, name or content break. */
  | "replace"
  /** Destroyed. */
  | "destroy"
  /** No longer managed by Terraform; the resource stays in AWS. */
  | "forget"
  /** Exists in AWS; managed by Terraform from this plan on. */
  | "import"
  /** Only the address in the configuration changes. */
  | "move";

/** Why a resource changes. */
export interface ChangeReason {
  readonly kind: "deleted outside of Terraform" | "failed rollout" | "moved" | "successor" | TerraformReason;
  /** The previous address of a moved resource. */
  readonly address?: string;
}

/** A resource that changes. */
export interface Change {
  readonly kind: Kind;
  /** Path of the construct, or the address. */
  readonly path: string;
  readonly address: string;
  readonly type: string;
  /** Whether the resource exists in AWS and Terraform manages it from this plan on. */
  readonly imported: boolean;
  /** Undefined where the kind is sufficient. */
  readonly reason: ChangeReason | undefined;
  /** Attributes that force a replacement. */
  readonly forcedBy: readonly string[];
  readonly changed: readonly AttributeChange[];
  readonly tags: readonly AttributeChange[];
  readonly knownAfterApply: readonly string[];
}

/** All resources that change, by path. */
export function changesOf(plan: Plan): readonly Change[] {
  const successors = successorsIn(plan);
  const lost = new Set(
    plan.drift.filter(({ actions }) => isOnly(actions, "delete")).map(({ address }) => address),
  );
  return plan.resources
    .flatMap((resource) => {
      const kind = kindOf(resource, successors);
      return kind === undefined ? [] : [changeOf(resource, kind, lost)];
    })
    .sort((one, other) => compareTexts(one.path, other.path) || compareTexts(one.address, other.address));
}

/** Compares by code units, independent of the machine's locale. */
export function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function kindOf(resource: PlannedResource, successors: Successors): Kind | undefined {
  const { actions, type, deposed } = resource;
  const [first, second] = actions;
  if (second !== undefined) {
    return first === "create" && isRolledOut(type) ? "rollout" : "replace";
  }
  switch (first) {
    case "create":
      return "create";
    case "delete":
      if (deposed !== undefined && isRolledOut(type)) return "leftover";
      return hasSuccessor(resource, successors) ? "rollout" : "destroy";
    case "forget":
      return "forget";
    case "update": {
      const { changed, tags, knownAfterApply } = attributeChanges(resource);
      return changed.length === 0 && knownAfterApply.length === 0 && tags.length > 0 ? "tags" : "update";
    }
    default:
      if (resource.imported) return "import";
      return resource.previousAddress === undefined ? undefined : "move";
  }
}

/** Addresses of created objects, by the key of {@link successionOf}. */
type Successors = ReadonlyMap<string, ReadonlySet<string>>;

function successorsIn({ resources }: Plan): Successors {
  const found = new Map<string, Set<string>>();
  for (const { type, address, actions, after } of resources) {
    const succession = actions.includes("create") ? successionOf(type, address, after) : undefined;
    if (succession === undefined) continue;
    found.set(succession, (found.get(succession) ?? new Set()).add(address));
  }
  return found;
}

/** Whether another object of the bucket succeeds an object whose address contains a hash of its content. */
function hasSuccessor({ type, address, before }: PlannedResource, successors: Successors): boolean {
  const succession = successionOf(type, address, before);
  const addresses = succession === undefined ? undefined : successors.get(succession);
  return addresses !== undefined && (addresses.size > 1 || !addresses.has(address));
}

/** A key that an object and its successor share; undefined for objects without a successor. */
function successionOf(type: string, address: string, values: Values | undefined): string | undefined {
  if (type !== "aws_s3_object" && type !== "aws_s3_object_copy") return undefined;
  const [name, bucket] = [withoutContent(address), textOf(values?.bucket)];
  if (name === undefined || bucket === undefined) return undefined;
  // The artifact of a release is a copy, and can succeed an upload.
  return JSON.stringify([name.replace(/^aws_s3_object_copy\./, "aws_s3_object."), bucket]);
}

/** An address without the hash of the content and without CDKTF's hash; undefined where there is none. */
function withoutContent(address: string): string | undefined {
  return /^(.+)-[0-9a-f]{16}_[0-9A-F]{8}$/.exec(address)?.[1];
}

function changeOf(resource: PlannedResource, kind: Kind, lost: ReadonlySet<string>): Change {
  return {
    kind,
    path: resource.path,
    address: resource.address,
    type: resource.type,
    imported: resource.imported,
    reason: reasonOf(resource, kind, lost),
    forcedBy: resource.replacePaths.map(inName),
    ...attributeChanges(resource),
  };
}

/** Terraform's reasons that the review shows (https://developer.hashicorp.com/terraform/internals/json-format). */
const TERRAFORM_REASONS = [
  "replace_because_tainted",
  "replace_by_request",
  "replace_by_triggers",
  "delete_because_no_resource_config",
  "delete_because_no_module",
  "delete_because_wrong_repetition",
  "delete_because_count_index",
  "delete_because_each_key",
  "delete_because_no_move_target",
] as const;

type TerraformReason = (typeof TERRAFORM_REASONS)[number];

function reasonOf(
  resource: PlannedResource,
  kind: Kind,
  lost: ReadonlySet<string>,
): ChangeReason | undefined {
  if (resource.deposed !== undefined) return { kind: "failed rollout" };
  if (kind === "create" && lost.has(resource.address)) return { kind: "deleted outside of Terraform" };
  if (resource.previousAddress !== undefined) return { kind: "moved", address: resource.previousAddress };
  if (kind === "rollout" && isOnly(resource.actions, "delete")) return { kind: "successor" };
  const reason = TERRAFORM_REASONS.find((known) => known === resource.reason);
  return reason === undefined ? undefined : { kind: reason };
}

function isOnly(actions: PlannedResource["actions"], action: string): boolean {
  return actions.length === 1 && actions[0] === action;
}

/** `["vpc_config", 0, "subnets"]` becomes `vpc_config[0].subnets`. */
function inName(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${step}`))
    .join("");
}
