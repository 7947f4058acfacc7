import { Wafv2WebAcl, type Wafv2WebAclRule } from "@cdktf/provider-aws/lib/wafv2-web-acl";
import { Wafv2WebAclAssociation } from "@cdktf/provider-aws/lib/wafv2-web-acl-association";
import { Construct } from "constructs";
import { DEFAULT_WINDOW_IN_SECONDS, type ParsedFirewallSettings } from "../../environment/settings/firewall";
import { forCloudFront } from "../terraform/aws-providers";

/** Props of {@link Firewall}. */
export interface FirewallProps {
  /** Name of the web ACL and of its metrics, e.g. `<prefix>-stage`. */
  readonly name: string;
  /** `REGIONAL` for the stage of an API, `CLOUDFRONT` for a distribution. */
  readonly scope: "REGIONAL" | "CLOUDFRONT";
  readonly settings: ParsedFirewallSettings;
  /**
   * The parts of a valid request that can be larger than the common rule set permits. AWS WAF only counts these parts, see
   * {@link SIZE_RULES}.
   */
  readonly largeParts: readonly LargePart[];
}

const COMMON_RULE_SET = "AWSManagedRulesCommonRuleSet";

/**
 * The rules of the common rule set that refuse bodies of more than 8 KB (8,192 bytes) and query strings of more than 2,048 bytes
 * (https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html#aws-managed-rule-groups-baseline-crs).
 */
const SIZE_RULES = { body: "SizeRestrictions_BODY", queryString: "SizeRestrictions_QUERYSTRING" } as const;

/** A part of a request whose size the common rule set limits. */
type LargePart = keyof typeof SIZE_RULES;

/**
 * A firewall: a web ACL of AWS WAF with AWS's managed rule groups and a rate rule. Requests that match no rule are permitted.
 * AWS WAF does not keep samples of requests, because samples contain the headers of callers, e.g. their keys.
 */
export class Firewall extends Construct {
  /** ARN of the web ACL. */
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, { name, scope: of, settings, largeParts }: FirewallProps) {
    super(scope, id);
    const acl = new Wafv2WebAcl(this, "web-acl", {
      name,
      scope: of,
      defaultAction: { allow: {} },
      rule: rulesOf(settings, name, largeParts),
      visibilityConfig: visibility(name),
      ...(of === "CLOUDFRONT" ? forCloudFront(this) : {}),
    });
    this.webAclArn = acl.arn;
  }

  /** Attaches the web ACL to the stage of an API. A distribution names its web ACL itself. */
  protectStage(stageArn: string): void {
    new Wafv2WebAclAssociation(this, "association", { resourceArn: stageArn, webAclArn: this.webAclArn });
  }
}

/**
 * The rules in the order of their evaluation. The rate rule is the first rule, so that a flood from one address does not use
 * the other rules.
 */
function rulesOf(
  { mode, managedRules, rate }: ParsedFirewallSettings,
  aclName: string,
  largeParts: readonly LargePart[],
): Wafv2WebAclRule[] {
  const counts = mode === "count";
  const rateRules =
    rate === undefined
      ? []
      : [
          {
            name: "rate",
            action: counts ? { count: {} } : { block: {} },
            // The arguments of statements are Terraform's: the provider's bindings have no type for them.
            statement: {
              rate_based_statement: {
                limit: rate.requests,
                aggregate_key_type: "IP",
                // Some regions do not support the argument, and have AWS's default
                // (https://aws.amazon.com/about-aws/whats-new/2024/03/aws-waf-rate-based-rules-configurable-time-windows/).
                ...(rate.windowInSeconds === DEFAULT_WINDOW_IN_SECONDS
                  ? {}
                  : { evaluation_window_sec: rate.windowInSeconds }),
              },
            },
          },
        ];
  const managed = managedRules.map((name) => ({
    name,
    overrideAction: counts ? { count: {} } : { none: {} },
    statement: {
      managed_rule_group_statement: {
        name,
        vendor_name: "AWS",
        ...(name === COMMON_RULE_SET && largeParts.length > 0
          ? {
              rule_action_override: largeParts.map((part) => ({
                name: SIZE_RULES[part],
                action_to_use: { count: {} },
              })),
            }
          : {}),
      },
    },
  }));
  return [...rateRules, ...managed].map((one, priority) => ({
    ...one,
    priority,
    visibilityConfig: visibility(`${aclName}-${one.name}`),
  }));
}

function visibility(metricName: string): Wafv2WebAclRule["visibilityConfig"] {
  return { cloudwatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}
