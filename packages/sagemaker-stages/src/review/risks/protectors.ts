import type { Gate } from "../../lib/gates";
import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, type Value, type Values } from "../reading/values";
import type { RiskId } from "../rendering/phrases/risks";
import { EXISTS, NONE } from "../rendering/phrases/values";
import type { Finding, RiskKind } from "./risk";

/** A resource that protects another resource as long as it exists. */
interface Protector {
  readonly risk: RiskId;
  /** The attribute that names the protected resource; undefined where the whole account is protected. */
  readonly of: string | undefined;
  readonly kind: RiskKind;
  readonly gates: readonly Gate[];
}

const FIREWALL: Protector = {
  risk: "removed firewall",
  of: "resource_arn",
  kind: "exposure",
  gates: ["widen"],
};

function weaker(risk: RiskId, of?: string): Protector {
  return { risk, of, kind: "weaker protection", gates: [] };
}

const PROTECTORS: Readonly<Record<string, Protector>> = {
  aws_wafv2_web_acl_association: FIREWALL,
  aws_wafregional_web_acl_association: FIREWALL,
  aws_shield_protection: weaker("removed DDoS protection", "resource_arn"),
  aws_cloudtrail: weaker("removed trail"),
  aws_guardduty_detector: weaker("removed threat detection"),
  aws_config_configuration_recorder: weaker("removed recorder"),
  aws_securityhub_account: weaker("removed Security Hub"),
  aws_backup_selection: weaker("removed backup selection"),
  aws_backup_vault_lock_configuration: weaker("removed backup lock", "backup_vault_name"),
  aws_s3_bucket_object_lock_configuration: weaker("removed object lock", "bucket"),
  aws_s3_bucket_server_side_encryption_configuration: weaker("removed bucket encryption", "bucket"),
  aws_s3_bucket_logging: weaker("removed access log", "bucket"),
  aws_flow_log: weaker("removed flow log"),
};

/** Whether a type protects another resource. */
export function isProtector(type: string): boolean {
  return Object.hasOwn(PROTECTORS, type);
}

/** Resources that stay and lose their protector, and resources that gain one. */
export function protectorRisks(resource: PlannedResource, plan: Plan): Finding[] {
  const protector = isProtector(resource.type) ? PROTECTORS[resource.type] : undefined;
  const { before, after } = deployedValues(resource);
  if (protector === undefined || (before === undefined) === (after === undefined)) return [];
  const { risk, of, kind, gates } = protector;
  const owner = of === undefined ? undefined : (before ?? after)?.[of];
  const texts = { attribute: of ?? resource.type, before: textIn(owner), after: textIn(owner) };
  if (after !== undefined) {
    return [{ kind, direction: "better", gates: [], risk, ...texts, before: NONE }];
  }
  if (owner !== undefined && (isDestroyed(owner, plan) || hasSuccessor(resource, of, owner, plan))) return [];
  return [{ kind, direction: "worse", gates, risk, ...texts, after: NONE }];
}

function textIn(value: Value | undefined): string {
  return typeof value === "string" ? value : EXISTS;
}

function isDestroyed(owner: Value, plan: Plan): boolean {
  return plan.resources.some((one) => {
    const { before, after } = deployedValues(one);
    return after === undefined && before !== undefined && isNamed(before, owner);
  });
}

function isNamed(values: Values, owner: Value): boolean {
  return ["arn", "id", "bucket", "name"].some((name) => isSame(at(values, name), owner));
}

/** Whether another resource of the type protects the same resource. */
function hasSuccessor({ type }: PlannedResource, of: string | undefined, owner: Value, plan: Plan): boolean {
  return plan.resources.some(
    (one) => one.type === type && of !== undefined && isSame(deployedValues(one).after?.[of], owner),
  );
}
