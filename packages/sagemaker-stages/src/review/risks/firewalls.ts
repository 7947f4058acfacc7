import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { at, type Value } from "../values";
import type { Finding } from "./risk";

const FIREWALL = "aws_wafv2_web_acl";

/** Rules of a firewall (web ACL) that are removed: what each of them kept out comes in. */
export function firewallRisks(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  if (resource.type !== FIREWALL || before === undefined || after === undefined) return [];
  const [old, next] = [before.rule ?? [], after.rule ?? []];
  if (!Array.isArray(old) || !Array.isArray(next)) return [];
  const kept = new Set((next as readonly Value[]).map((rule) => at(rule, "name")));
  // Whether a rule of an unknown name is one of the old rules, nobody can say.
  const isUncertain = [...kept].some((name) => typeof name !== "string");
  const gone = (old as readonly Value[]).flatMap((rule) => {
    const name = at(rule, "name");
    return typeof name === "string" && !kept.has(name) && keepsOut(rule) ? name : [];
  });
  if (gone.length === 0) return [];
  return [
    {
      kind: "exposure",
      direction: isUncertain ? "undetermined" : "worse",
      gates: ["widen"],
      says: `no longer has the rule ${gone.slice(0, 3).join(", ")}`,
      attribute: "rule",
      before: gone.join(", "),
      after: "(none)",
    },
  ];
}

/** Whether a rule is there to stop requests: not one that lets them through, or only counts them. */
function keepsOut(rule: Value): boolean {
  return !["allow", "count"].some((action) =>
    ["action", "override_action"].some((block) => {
      const value = at(rule, block, 0, action);
      return Array.isArray(value) && value.length > 0;
    }),
  );
}
