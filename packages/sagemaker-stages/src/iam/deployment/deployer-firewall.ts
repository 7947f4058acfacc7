import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** ARN patterns of the web ACLs, of the rules that they use, and of the stage that has a web ACL. Empty without a firewall. */
export function firewallResources(
  arns: EnvironmentArns,
): Readonly<Record<"acls" | "managedRules" | "stages", readonly string[]>> {
  const { stage, website } = arns.environment;
  const protectedParts = [
    ...(stage.firewall === undefined ? [] : (["stage"] as const)),
    ...(website?.firewall === undefined ? [] : (["website"] as const)),
  ];
  return {
    acls: protectedParts.map((part) => arns.webAcl(part)),
    managedRules: protectedParts.map((part) => arns.managedRules(part)),
    stages: stage.firewall === undefined ? [] : [arns.stage()],
  };
}

/**
 * The permissions for the web ACLs of the environment's firewalls
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html).
 */
export function firewallStatements(arns: EnvironmentArns): Statement[] {
  const { acls, managedRules, stages } = firewallResources(arns);
  if (acls.length === 0) return [];
  return [
    allow(
      "ManageFirewalls",
      [
        "wafv2:CreateWebACL",
        "wafv2:DeleteWebACL",
        // CloudFront requires this permission for a distribution with a web ACL
        // (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cf-api-permissions-ref.html).
        "wafv2:GetWebACL",
        "wafv2:ListTagsForResource",
        "wafv2:TagResource",
        "wafv2:UntagResource",
        "wafv2:UpdateWebACL",
      ],
      acls,
    ),
    // AWS WAF authorizes a web ACL with managed rule groups on these groups, too.
    allow("UseManagedRules", ["wafv2:CreateWebACL", "wafv2:UpdateWebACL"], managedRules),
    ...(stages.length === 0 ? [] : attachStatements(arns)),
  ];
}

/** A web ACL is attached to a stage with permissions on both. A distribution names its web ACL itself. */
function attachStatements(arns: EnvironmentArns): Statement[] {
  return [
    allow(
      "AttachFirewallToStage",
      ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACLForResource"],
      [arns.webAcl("stage"), arns.stage()],
    ),
    allow("SetFirewallOfStage", ["apigateway:SetWebACL"], [arns.stage()]),
  ];
}
