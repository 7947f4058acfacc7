import type { PlannedResource } from "../reading/planned-resource";
import { at, type Value } from "../reading/values";
import { type Grant, grant, type Place, type Principal } from "./grant";
import { type Policy, placeOf, resourceOf, type Subject, subjectOf, undeterminedPolicy } from "./policy";
import { type ResourceIndex, unnamed } from "./resource-index";
import { attribute, valuesOn } from "./side";

/** The attributes of a type of rule that contain sources and protocol. */
interface Spelling {
  readonly addresses: readonly string[];
  /** Attributes that name security groups and prefix lists. */
  readonly others: readonly (readonly [attribute: string, noun: string])[];
  readonly protocol: string;
}

const SINGLE: Spelling = {
  addresses: ["cidr_ipv4", "cidr_ipv6"],
  others: [
    ["referenced_security_group_id", "security group"],
    ["prefix_list_id", "prefix list"],
  ],
  protocol: "ip_protocol",
};
const LISTS: Spelling = {
  addresses: ["cidr_blocks", "ipv6_cidr_blocks"],
  others: [
    ["source_security_group_id", "security group"],
    ["security_groups", "security group"],
    ["prefix_list_ids", "prefix list"],
  ],
  protocol: "protocol",
};

const PREFIX_LIST: Spelling = { addresses: ["cidr"], others: [], protocol: "protocol" };
const PORTS: Spelling = { addresses: ["cidrs", "ipv6_cidrs"], others: [], protocol: "protocol" };

/** Blocks with addresses in types that are no security groups. */
const BLOCKS: Readonly<Record<string, readonly [block: string, spelling: Spelling]>> = {
  aws_ec2_managed_prefix_list: ["entry", PREFIX_LIST],
  aws_lightsail_instance_public_ports: ["port_info", PORTS],
};

/** The sources that security groups allow: addresses, other security groups and prefix lists. */
export function ingressOf(resource: PlannedResource, index: ResourceIndex): Policy[] {
  const { side } = index;
  const values = valuesOn(resource, side) ?? {};
  switch (resource.type) {
    case "aws_vpc_security_group_ingress_rule":
      return ruleIn(values, SINGLE, groupSubject(resource, index), resource, index);
    case "aws_security_group_rule":
      if (at(values, "type") === "egress") return [];
      return ruleIn(values, LISTS, groupSubject(resource, index), resource, index);
    case "aws_security_group":
    case "aws_default_security_group": {
      const ingress = attribute(resource, side, "ingress");
      if (ingress === undefined) return [];
      const subject = subjectOf("resource", index.itself(resource) ?? unnamed(resource));
      if (!Array.isArray(ingress)) return [undeterminedPolicy(ingress as Value, subject, resource, side)];
      return ingress.flatMap((rule: Value) => ruleIn(rule, LISTS, subject, resource, index));
    }
    case "aws_ec2_managed_prefix_list_entry":
      return ruleIn(values, PREFIX_LIST, subjectOf("resource", unnamed(resource)), resource, index);
    default:
      return blocksIn(resource, index);
  }
}

function blocksIn(resource: PlannedResource, index: ResourceIndex): Policy[] {
  const [name, spelling] = Object.hasOwn(BLOCKS, resource.type) ? (BLOCKS[resource.type] ?? []) : [];
  if (name === undefined || spelling === undefined) return [];
  const blocks = attribute(resource, index.side, name);
  if (blocks === undefined) return [];
  const subject = subjectOf("resource", unnamed(resource));
  if (!Array.isArray(blocks)) return [undeterminedPolicy(blocks as Value, subject, resource, index.side)];
  return blocks.flatMap((block: Value) => ruleIn(block, spelling, subject, resource, index));
}

function groupSubject(resource: PlannedResource, index: ResourceIndex): Subject {
  const group = index.namedBy(resource, "security_group_id", "security group");
  return subjectOf("resource", group ?? unnamed(resource));
}

function ruleIn(
  rule: Value,
  { addresses, others, protocol }: Spelling,
  subject: Subject,
  resource: PlannedResource,
  { side }: ResourceIndex,
): Policy[] {
  if (typeof rule === "symbol") return [undeterminedPolicy(rule, subject, resource, side)];
  const valuesAt = (name: string): readonly Value[] => {
    const value = at(rule, name);
    return Array.isArray(value)
      ? value
      : value === null || value === undefined || value === ""
        ? []
        : [value];
  };
  const sources = addresses.flatMap(valuesAt);
  const places = [placeOf(resource)];
  const ports = portsOf(at(rule, protocol), at(rule, "from_port"), at(rule, "to_port"));
  const admitted = (principal: Principal, text: string): Policy => {
    return { subject, places, grants: [admission(principal, text, subject, places)] };
  };
  return [
    ...sources.map((source): Policy => {
      if (typeof source === "symbol") return undeterminedPolicy(source, subject, resource, side);
      const address = String(source);
      return admitted(principalOf(address), address.includes(":") ? `${ports} over IPv6` : ports);
    }),
    // A security group or a prefix list is never public.
    ...others.flatMap(([name, noun]) =>
      valuesAt(name).map((source) => {
        const id = typeof source === "symbol" ? `known after apply, in ${resource.path}` : String(source);
        return admitted({ kind: "network", name: `${noun} ${id}` }, ports);
      }),
    ),
  ];
}

function admission(principal: Principal, text: string, subject: Subject, places: readonly Place[]): Grant {
  return grant({
    effect: "Allow",
    principal,
    action: { kind: "reference", what: "network", text },
    resource: { kind: "pattern", text: resourceOf(subject) },
    conditions: [],
    places,
  });
}

/** A very large range is public: no organization owns such a range. */
function principalOf(source: string): Principal {
  return isPublicRange(source) ? { kind: "anyone", name: "*" } : { kind: "network", name: source };
}

/** IANA assigned no larger network to an organization (https://www.iana.org/assignments/ipv4-address-space). */
const MIN_PREFIX_LENGTH = 8;

/** Whether a range of addresses is too large for one organization. */
export function isPublicRange(range: string): boolean {
  const prefix = /\/(\d+)$/.exec(range)?.[1];
  return prefix !== undefined && Number(prefix) < MIN_PREFIX_LENGTH;
}

/** `tcp 443`, `udp 1000-2000`, `every protocol` */
function portsOf(protocol: Value | undefined, from: Value | undefined, to: Value | undefined): string {
  const name = nameOf(protocol);
  if (name === "-1" || name === "all" || name === "") return "every protocol";
  const [first, last] = [nameOf(from), nameOf(to)];
  if (first === "" && last === "") return name;
  return first === last ? `${name} ${first}` : `${name} ${first}-${last}`;
}

function nameOf(value: Value | undefined): string {
  if (typeof value === "symbol") return "(known after apply)";
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
