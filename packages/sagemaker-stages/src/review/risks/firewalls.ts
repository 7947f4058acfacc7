import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, type Value } from "../reading/values";
import { NONE } from "../rendering/phrases/values";
import type { Finding } from "./risk";

const FIREWALL = "aws_wafv2_web_acl";

/** Removed rules of a firewall (web ACL): requests that a rule blocked are permitted. */
export function firewallRisks(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  if (resource.type !== FIREWALL || before === undefined || after === undefined) return [];
  const [old, next] = [before.rule ?? [], after.rule ?? []];
  if (!Array.isArray(old) || !Array.isArray(next)) return [];
  const kept = new Set((next as readonly Value[]).map((rule) => at(rule, "name")));
  // A rule whose name is known after apply can be one of the old rules.
  const isUncertain = [...kept].some((name) => typeof name !== "string");
  const gone = (old as readonly Value[]).flatMap((rule) => {
    const name = at(rule, "name");
    return typeof name === "string" && !kept.has(name) && blocks(rule) ? name : [];
  });
  if (gone.length === 0) return [];
  return [
    {
      kind: "exposure",
      direction: isUncertain ? "undetermined" : "worse",
      gates: ["widen"],
      risk: "firewall rules",
      details: { kind: "names", names: gone },
      attribute: "rule",
      before: gone.join(", "),
      after: NONE,
    },
  ];
}

/** Whether a rule blocks requests: neither permits nor only counts requests. */
function blocks(rule: Value): boolean {
  return !["allow", "count"].some((action) =>
    ["action", "override_action"].some((block) => {
      const value = at(rule, block, 0, action);
      return Array.isArray(value) && value.length > 0;
    }),
  );
}
