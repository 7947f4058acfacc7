import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { UNKNOWN, type Value, type Values } from "../reading/values";
import { KNOWN_AFTER_APPLY, NONE } from "../rendering/phrases/values";
import { isHidden, pairsAt } from "./levels";
import type { Finding } from "./risk";

/** Attributes that list accounts, principals or groups with access. */
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

/** How AWS writes "anyone", in lower case. */
const EVERYONE: ReadonlySet<string> = new Set(["all", "*"]);

/** Whether a type shares a resource. */
export function isShared(type: string): boolean {
  return Object.hasOwn(LISTS, type);
}

/** Snapshots, images and documents that are shared with other accounts, or with the public. */
export function sharingRisks(resource: PlannedResource): Finding[] {
  const attributes = isShared(resource.type) ? (LISTS[resource.type] ?? []) : [];
  const { before, after } = deployedValues(resource);
  if (after === undefined) return before === undefined ? [] : withdrawn(attributes, before);
  return attributes.flatMap((path) =>
    pairsAt(before, after, path).flatMap((pair): Finding[] => {
      const [old, next] = [textsIn(pair.before), textsIn(pair.after)];
      const texts = {
        attribute: pair.attribute,
        before: old.join(", ") || NONE,
        after: next.join(", ") || NONE,
      };
      const hidden = hasHidden(pair.after) && (before !== undefined || isConfigured(resource, path));
      if (hidden) {
        return [
          {
            kind: "exposure",
            direction: "undetermined",
            gates: ["widen", "public"],
            risk: "public sharing",
            ...texts,
            after: KNOWN_AFTER_APPLY,
          },
        ];
      }
      const added = next.filter((one) => !old.includes(one));
      if (added.some((one) => EVERYONE.has(one.toLowerCase()))) {
        const gates = ["widen", "public"] as const;
        return [{ kind: "exposure", direction: "worse", gates, risk: "public sharing", ...texts }];
      }
      if (added.length > 0) {
        const details = { kind: "names", names: added } as const;
        return [
          { kind: "exposure", direction: "worse", gates: ["widen"], risk: "sharing", details, ...texts },
        ];
      }
      const gone = old.filter((one) => !next.includes(one));
      if (gone.length === 0) return [];
      return [{ kind: "exposure", direction: "better", gates: [], ...endedSharing(gone), ...texts }];
    }),
  );
}

function withdrawn(attributes: readonly string[], before: Values): Finding[] {
  return attributes.flatMap((path) =>
    pairsAt(before, undefined, path).flatMap(({ attribute, before: value }): Finding[] => {
      const old = textsIn(value);
      if (old.length === 0) return [];
      const texts = { attribute, before: old.join(", "), after: NONE };
      return [{ kind: "exposure", direction: "better", gates: [], ...endedSharing(old), ...texts }];
    }),
  );
}

function endedSharing(names: readonly string[]): Pick<Finding, "risk" | "details"> {
  const wasPublic = names.some((one) => EVERYONE.has(one.toLowerCase()));
  return wasPublic ? { risk: "public sharing" } : { risk: "sharing", details: { kind: "names", names } };
}

/** The texts of a list, or of accounts separated by commas. */
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

/** Whether the configuration sets the attribute. AWS sets the others, and their values are known after apply. */
function isConfigured({ configured, after }: PlannedResource, path: string): boolean {
  const [name = ""] = path.split(".");
  return configured === undefined ? after?.[name] !== UNKNOWN : Object.hasOwn(configured, name);
}
