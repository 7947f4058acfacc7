import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, type Value, type Values } from "../values";
import type { Finding, Gate, RiskKind } from "./risk";

/** A resource that protects another one for as long as it is there. */
interface Protector {
  /** The attribute that names the other one; nothing for the account as a whole. */
  readonly of: string | undefined;
  readonly kind: RiskKind;
  readonly gates: readonly Gate[];
  readonly gone: string;
  readonly added: string;
}

const FIREWALL: Protector = {
  of: "resource_arn",
  kind: "exposure",
  gates: ["widen"],
  gone: "is removed: what it protected has no firewall (web ACL) any more",
  added: "puts a firewall (web ACL) before a resource",
};

function weaker(of: string | undefined, gone: string, added: string): Protector {
  return { of, kind: "weaker protection", gates: [], gone, added };
}

const PROTECTORS: Readonly<Record<string, Protector>> = {
  aws_wafv2_web_acl_association: FIREWALL,
  aws_wafregional_web_acl_association: FIREWALL,
  aws_shield_protection: weaker("resource_arn", "is removed", "protects a resource"),
  aws_cloudtrail: weaker(undefined, "no longer records what is done", "records what is done"),
  aws_guardduty_detector: weaker(undefined, "no longer finds threats", "finds threats"),
  aws_config_configuration_recorder: weaker(undefined, "no longer records changes", "records changes"),
  aws_securityhub_account: weaker(undefined, "no longer finds risks", "finds risks"),
  aws_backup_selection: weaker(
    undefined,
    "is removed: what it selected is no longer backed up",
    "backs up resources",
  ),
  aws_backup_vault_lock_configuration: weaker(
    "backup_vault_name",
    "is removed: backups can be deleted early",
    "keeps backups from being deleted early",
  ),
  aws_s3_bucket_object_lock_configuration: weaker(
    "bucket",
    "is removed: objects can be deleted early",
    "keeps objects from being deleted early",
  ),
  aws_s3_bucket_server_side_encryption_configuration: weaker(
    "bucket",
    "is removed: new objects have S3's default encryption",
    "encrypts new objects",
  ),
  aws_s3_bucket_logging: weaker(
    "bucket",
    "is removed: nobody records who reads the bucket",
    "records who reads the bucket",
  ),
  aws_flow_log: weaker(undefined, "no longer records connections", "records connections"),
};

/** Whether a type protects another resource. */
export function isProtector(type: string): boolean {
  return Object.hasOwn(PROTECTORS, type);
}

/** What is no longer protected because its protector goes, and stays itself. */
export function protectorRisks(resource: PlannedResource, plan: Plan): Finding[] {
  const protector = isProtector(resource.type) ? PROTECTORS[resource.type] : undefined;
  const { before, after } = inAws(resource);
  if (protector === undefined || (before === undefined) === (after === undefined)) return [];
  const { of, kind, gates, gone, added } = protector;
  const owner = of === undefined ? undefined : (before ?? after)?.[of];
  const texts = { attribute: of ?? resource.type, before: textIn(owner), after: textIn(owner) };
  if (after !== undefined) {
    return [{ kind, direction: "better", gates: [], says: added, ...texts, before: "(none)" }];
  }
  if (owner !== undefined && (goesToo(owner, plan) || hasSuccessor(resource, of, owner, plan))) return [];
  return [{ kind, direction: "worse", gates, says: gone, ...texts, after: "(none)" }];
}

function textIn(value: Value | undefined): string {
  return typeof value === "string" ? value : "there";
}

function goesToo(owner: Value, plan: Plan): boolean {
  return plan.resources.some((one) => {
    const { before, after } = inAws(one);
    return after === undefined && before !== undefined && isNamed(before, owner);
  });
}

function isNamed(values: Values, owner: Value): boolean {
  return ["arn", "id", "bucket", "name"].some((name) => isSame(at(values, name), owner));
}

/** Another resource of the type that protects the same. */
function hasSuccessor({ type }: PlannedResource, of: string | undefined, owner: Value, plan: Plan): boolean {
  return plan.resources.some(
    (one) => one.type === type && of !== undefined && isSame(inAws(one).after?.[of], owner),
  );
}
