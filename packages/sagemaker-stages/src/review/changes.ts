import { type AttributeChange, attributeChanges } from "./attributes";
import type { Plan } from "./plan";
import type { PlannedResource } from "./planned-resource";
import { isRolledOut } from "./resource-types";
import { textOf, type Values } from "./values";

/** What becomes of a resource. */
export type Kind =
  /** It comes to exist. */
  | "create"
  /** It stays, with other attributes. */
  | "update"
  /** Its tags alone change. */
  | "tags"
  /** A new one is created, what uses it moves over, the old one goes: nothing is ever missing. */
  | "rollout"
  /** What a rollout that failed left behind goes; its successor serves. */
  | "leftover"
  /** It goes, and another one comes: what has only the old one's name, content or id loses it. */
  | "replace"
  /** It goes. */
  | "destroy"
  /** Terraform forgets it; it stays in AWS. */
  | "forget"
  /** It is there already, and comes under Terraform's care. */
  | "import"
  /** It has another address in the configuration, no more. */
  | "move";

/** A resource that does not stay as it is. */
export interface Change {
  readonly kind: Kind;
  /** Of its construct, or its address. */
  readonly path: string;
  readonly address: string;
  readonly type: string;
  /** Whether it exists in AWS, and Terraform manages it from this plan on. */
  readonly imported: boolean;
  /** Why, in words; undefined where the kind says it all. */
  readonly why: string | undefined;
  /** Attributes that force a replacement. */
  readonly forcedBy: readonly string[];
  readonly changed: readonly AttributeChange[];
  readonly tags: readonly AttributeChange[];
  readonly knownAfterApply: readonly string[];
}

/** Every resource that does not stay as it is, by path. */
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

/** Compares by code units, which no setting of the machine changes. */
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

/** Addresses of the objects that are created, by what {@link successionOf} answers. */
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

/** An object whose address follows its content is succeeded by another one of the same bucket, as a model is. */
function hasSuccessor({ type, address, before }: PlannedResource, successors: Successors): boolean {
  const succession = successionOf(type, address, before);
  const addresses = succession === undefined ? undefined : successors.get(succession);
  return addresses !== undefined && (addresses.size > 1 || !addresses.has(address));
}

/** The same for an object and what succeeds it; undefined for what nothing succeeds. */
function successionOf(type: string, address: string, values: Values | undefined): string | undefined {
  if (type !== "aws_s3_object") return undefined;
  const [name, bucket] = [withoutContent(address), textOf(values?.bucket)];
  return name === undefined || bucket === undefined ? undefined : JSON.stringify([name, bucket]);
}

/** An address without the digits that follow the content, and without CDKTF's; undefined where it has none. */
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
    why: whyOf(resource, kind, lost),
    forcedBy: resource.replacePaths.map(inName),
    ...attributeChanges(resource),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: "its creation failed before, or it was marked as tainted",
  replace_by_request: "asked for with -replace",
  replace_by_triggers: "asked for by replace_triggered_by",
  delete_because_no_resource_config: "no longer in the configuration",
  delete_because_no_module: "its module is no longer in the configuration",
  delete_because_wrong_repetition: "count or for_each no longer has it",
  delete_because_count_index: "count no longer has it",
  delete_because_each_key: "for_each no longer has it",
  delete_because_no_move_target: "it was moved to where nothing is",
};

function whyOf(resource: PlannedResource, kind: Kind, lost: ReadonlySet<string>): string | undefined {
  if (resource.deposed !== undefined) return "left over from a rollout that failed";
  if (kind === "create" && lost.has(resource.address))
    return "deleted outside of Terraform since the last apply";
  if (resource.previousAddress !== undefined) return `moved from ${resource.previousAddress}`;
  if (kind === "rollout" && isOnly(resource.actions, "delete")) return "succeeded by another one";
  return resource.reason === undefined ? undefined : REASONS[resource.reason];
}

function isOnly(actions: PlannedResource["actions"], action: string): boolean {
  return actions.length === 1 && actions[0] === action;
}

/** `["vpc_config", 0, "subnets"]` is `vpc_config[0].subnets`. */
function inName(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${step}`))
    .join("");
}
