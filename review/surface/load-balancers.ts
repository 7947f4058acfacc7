import { inAws } from "../in-aws";
import type { PlannedResource } from "../plan";
import { isSame, textOf, type Values } from "../values";
import { type Finding, unjudged } from "./change";

/** What says who reaches a load balancer, and what it leads to. */
const SETTINGS = [
  "internal",
  "security_groups",
  "subnets",
  "subnet_mapping",
  "listener",
  "ip_address_type",
] as const;

/**
 * Whether a load balancer comes to be reachable from elsewhere. What it leads to is said by listeners, which are not
 * read: one that faces the internet is for a person to judge.
 */
export function loadBalancerChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const what = `load balancer ${textOf((after ?? before)?.name) ?? resource.path}`;
  if (after === undefined) return [{ what, kind: "removed", before: facingOf(before), after: undefined }];
  const changed = SETTINGS.filter((name) => !isSame(before?.[name] ?? null, after[name] ?? null));
  if (after.internal === true || (before !== undefined && changed.length === 0)) return [];
  return [unjudged(what, facingOf(before), `${facingOf(after)}: look at its listeners and security groups`)];
}

function facingOf(values: Values | undefined): string | undefined {
  if (values === undefined) return undefined;
  return values.internal === true ? "internal" : "faces the internet";
}
