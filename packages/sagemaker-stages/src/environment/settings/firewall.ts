import type * as z from "zod";
import { listOf, number, oneOf, optional, rule, settings, textOf, wholeNumber, withDefault } from "./setting";

const BASELINE = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html";

/**
 * AWS's managed rule groups without an additional price, with their capacity in web ACL capacity units (WCU)
 * (https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html,
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-use-case.html,
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html). The groups for bots, accounts
 * and DDoS have an additional price and need the integration of a page.
 */
export const MANAGED_RULES = {
  AWSManagedRulesCommonRuleSet: 700,
  AWSManagedRulesKnownBadInputsRuleSet: 200,
  AWSManagedRulesAmazonIpReputationList: 25,
  AWSManagedRulesAnonymousIpList: 50,
  AWSManagedRulesAdminProtectionRuleSet: 100,
  AWSManagedRulesSQLiRuleSet: 200,
  AWSManagedRulesLinuxRuleSet: 200,
  AWSManagedRulesUnixRuleSet: 100,
  AWSManagedRulesWindowsRuleSet: 200,
  AWSManagedRulesPHPRuleSet: 100,
  AWSManagedRulesWordPressRuleSet: 100,
} as const;

/** The name of a managed rule group. */
export type ManagedRules = keyof typeof MANAGED_RULES;

const NAMES = Object.keys(MANAGED_RULES) as ManagedRules[];

/** The managed rule groups of a firewall without the setting `managedRules`. */
export const DEFAULT_MANAGED_RULES: readonly ManagedRules[] = [
  "AWSManagedRulesCommonRuleSet",
  "AWSManagedRulesKnownBadInputsRuleSet",
  "AWSManagedRulesAmazonIpReputationList",
];

/**
 * The capacity that the price of a web ACL includes. A higher capacity costs more for each request
 * (https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html).
 */
export const MAX_CAPACITY = 1_500;

/** The capacity of a rate rule that counts by IP address. */
const RATE_RULE_CAPACITY = 2;

const CAPACITY_SOURCE = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html";
const RATE_SOURCE =
  "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html";

const WINDOWS_IN_SECONDS = [60, 120, 300, 600];

/** AWS's window if a rate rule names none. */
export const DEFAULT_WINDOW_IN_SECONDS = 300;

/** Settings of a firewall's rate rule. */
export const rateRuleSettings = settings({
  /**
   * Requests from one IP address within the window, 10–2,000,000,000. AWS WAF refuses further requests of the address until
   * its rate is lower again. AWS WAF estimates the rate every few seconds, so that more requests can pass before the first
   * refusal. Callers behind one NAT gateway or proxy have one address.
   */
  requests: wholeNumber(10, 2_000_000_000, RATE_SOURCE),

  /**
   * The length of the window in seconds: 60, 120, 300 or 600
   * (https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html).
   *
   * @default 300
   */
  windowInSeconds: withDefault(
    rule(number, {
      holds: (seconds) => WINDOWS_IN_SECONDS.includes(seconds),
      allowed: WINDOWS_IN_SECONDS.join(", "),
      source: RATE_SOURCE,
    }),
    DEFAULT_WINDOW_IN_SECONDS,
  ),
});

const group = settings({
  /**
   * `count`: AWS WAF counts the requests that match a rule and refuses none. Use `count` first, and read the metrics
   * `CountedRequests` of the rules in CloudWatch: managed rules can refuse valid requests of a model, for example texts with
   * markup. `block`: AWS WAF refuses matching requests.
   *
   * @default "block"
   */
  mode: withDefault(
    oneOf(["block", "count"], "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing.html"),
    "block",
  ),

  /**
   * AWS's managed rule groups by their names
   * (https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html), each once, in the order in
   * which AWS WAF evaluates them. Their capacity, with 2 for a rate rule, is at most 1,500.
   *
   * @default ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet",
   * "AWSManagedRulesAmazonIpReputationList"]
   */
  managedRules: withDefault(
    rule(
      listOf(
        rule(textOf<ManagedRules>(), {
          holds: (name) => NAMES.includes(name),
          allowed: NAMES.join(", "),
          source: BASELINE,
        }),
      ),
      {
        holds: (names) => new Set(names).size === names.length,
        allowed: "each managed rule group once",
        source: "a group that occurs twice has no further effect, and costs its price twice",
      },
    ),
    [...DEFAULT_MANAGED_RULES],
  ),

  /**
   * A limit for the requests of one IP address, in addition to the stage's throttling, which counts the requests of all
   * callers together.
   *
   * @default - no limit
   */
  rate: optional(rateRuleSettings),
});

/**
 * Settings of a firewall: a web ACL of AWS WAF. It costs $5 a month, $1 a month for each rule (a managed rule group or the
 * rate rule), and $0.60 per million requests (https://aws.amazon.com/waf/pricing/). With the defaults, a firewall costs $8 a
 * month.
 */
export const firewallSettings: typeof group = rule(
  group,
  {
    holds: ({ managedRules = DEFAULT_MANAGED_RULES, rate }) => managedRules.length > 0 || rate !== undefined,
    allowed: "at least one managed rule group or a rate rule",
    source: "a web ACL without rules refuses nothing, and costs $5 a month",
  },
  {
    holds: (settings) => capacityOf(settings) <= MAX_CAPACITY,
    allowed: `managed rule groups with a capacity of at most ${MAX_CAPACITY} WCU in total: ${NAMES.map((name) => `${name} ${MANAGED_RULES[name]}`).join(", ")}; a rate rule ${RATE_RULE_CAPACITY}`,
    source: CAPACITY_SOURCE,
  },
);

/** Settings of a rate rule. */
export type RateRuleSettings = z.input<typeof rateRuleSettings>;

/** Settings of a firewall. */
export type FirewallSettings = z.input<typeof group>;

/** {@link FirewallSettings} with defaults. */
export type ParsedFirewallSettings = z.output<typeof group>;

/** The capacity of a firewall's rules in WCU. The name of an unknown group already has a fault, and is not counted. */
export function capacityOf({ managedRules = DEFAULT_MANAGED_RULES, rate }: FirewallSettings): number {
  const capacities = new Map<string, number>(Object.entries(MANAGED_RULES));
  const managed = managedRules.reduce((sum, name) => sum + (capacities.get(name) ?? 0), 0);
  return managed + (rate === undefined ? 0 : RATE_RULE_CAPACITY);
}

/** AWS's prices of a firewall in US dollars, without taxes (https://aws.amazon.com/waf/pricing/). */
export const FIREWALL_PRICES = { webAclPerMonth: 5, rulePerMonth: 1, millionRequests: 0.6 } as const;

/** The price of a firewall as a text, e.g. `$8 a month (web ACL $5, 3 rules $3) and $0.60 per million requests`. */
export function describePrice({ managedRules, rate }: ParsedFirewallSettings): string {
  const rules = managedRules.length + (rate === undefined ? 0 : 1);
  const { webAclPerMonth, rulePerMonth, millionRequests } = FIREWALL_PRICES;
  const month = webAclPerMonth + rules * rulePerMonth;
  const parts = `web ACL $${webAclPerMonth}, ${rules} ${rules === 1 ? "rule" : "rules"} $${rules * rulePerMonth}`;
  return `$${month} a month (${parts}) and $${millionRequests.toFixed(2)} per million requests`;
}
