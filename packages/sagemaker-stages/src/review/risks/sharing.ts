import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { UNKNOWN, type Value, type Values } from "../values";
import { isHidden, pairsAt } from "./levels";
import type { Finding } from "./risk";

/** Attributes with those to whom something is given: accounts, principals, groups. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  aws_ami_launch_permission: ["account_id", "group", "organization_arn", "organizational_unit_arn"],
  aws_snapshot_create_volume_permission: ["account_id"],
  aws_db_snapshot: ["shared_accounts"],
  aws_db_snapshot_copy: ["shared_accounts"],
  aws_db_cluster_snapshot: ["shared_accounts"],
  aws_rds_cluster_snapshot_copy: ["shared_accounts"],
  aws_ssm_document: ["permissions.account_ids"],
  aws_vpc_endpoint_service: ["allowed_principals"],
  aws_vpc_endpoint_service_allowed_principal: ["principal_arn"],
  aws_fpga_image: ["shared_accounts"],
};

/** How AWS writes everyone, in whatever case. */
const EVERYONE: ReadonlySet<string> = new Set(["all", "*"]);

/** Whether a type gives something to those whom an attribute names. */
export function isShared(type: string): boolean {
  return Object.hasOwn(LISTS, type);
}

/** Snapshots, images and documents that are given to other accounts, or to everyone. */
export function sharingRisks(resource: PlannedResource): Finding[] {
  const attributes = isShared(resource.type) ? (LISTS[resource.type] ?? []) : [];
  const { before, after } = inAws(resource);
  if (after === undefined) return before === undefined ? [] : withdrawn(attributes, before);
  return attributes.flatMap((path) =>
    pairsAt(before, after, path).flatMap((pair): Finding[] => {
      const [old, next] = [textsIn(pair.before), textsIn(pair.after)];
      const texts = {
        attribute: pair.attribute,
        before: old.join(", ") || "(none)",
        after: next.join(", ") || "(none)",
      };
      const hidden = hasHidden(pair.after) && (before !== undefined || isConfigured(resource, path));
      if (hidden) {
        return [
          {
            kind: "exposure",
            direction: "undetermined",
            gates: ["widen", "public"],
            says: "may be shared with everyone",
            ...texts,
            after: "known after apply",
          },
        ];
      }
      const added = next.filter((one) => !old.includes(one));
      if (added.some((one) => EVERYONE.has(one.toLowerCase()))) {
        const gates = ["widen", "public"] as const;
        return [{ kind: "exposure", direction: "worse", gates, says: "is shared with everyone", ...texts }];
      }
      if (added.length > 0) {
        const says = `is shared with ${added.slice(0, 3).join(", ")}`;
        return [{ kind: "exposure", direction: "worse", gates: ["widen"], says, ...texts }];
      }
      const gone = old.filter((one) => !next.includes(one));
      if (gone.length === 0) return [];
      return [{ kind: "exposure", direction: "better", gates: [], says: goneFrom(gone), ...texts }];
    }),
  );
}

function withdrawn(attributes: readonly string[], before: Values): Finding[] {
  return attributes.flatMap((path) =>
    pairsAt(before, undefined, path).flatMap(({ attribute, before: value }): Finding[] => {
      const old = textsIn(value);
      if (old.length === 0) return [];
      const texts = { attribute, before: old.join(", "), after: "(none)" };
      return [{ kind: "exposure", direction: "better", gates: [], says: goneFrom(old), ...texts }];
    }),
  );
}

function goneFrom(names: readonly string[]): string {
  const isOfAll = names.some((one) => EVERYONE.has(one.toLowerCase()));
  return `is no longer shared with ${isOfAll ? "everyone" : names.slice(0, 3).join(", ")}`;
}

/** Lists, or accounts with commas between them. */
function textsIn(value: Value | undefined): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(textsIn);
  if (typeof value !== "string") return [];
  return value
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

function hasHidden(value: Value | undefined): boolean {
  return isHidden(value) || (Array.isArray(value) && (value as readonly Value[]).some(isHidden));
}

/** Of what nobody sets, AWS says after the apply what it is. */
function isConfigured({ configured, after }: PlannedResource, path: string): boolean {
  const [name = ""] = path.split(".");
  return configured === undefined ? after?.[name] !== UNKNOWN : Object.hasOwn(configured, name);
}
