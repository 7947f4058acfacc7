import { describe, expect, it } from "@jest/globals";
import { findPrice } from "../../src/aws/prices";
import type { Environment } from "../../src/environment/environment";
import {
  capacityOf,
  describePrice,
  FIREWALL_PRICES,
  type FirewallSettings,
  firewallSettings,
} from "../../src/environment/settings/firewall";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import type { JsonObject } from "../../src/testing/terraform";
import { example, exampleModel, named } from "./support/environments";
import { parseEmbedded, synthesize } from "./support/synthesized";

const { corsAllowOrigin: _, ...stage } = example.stage;

function withFirewall(firewall: FirewallSettings, page?: FirewallSettings): Environment {
  return {
    ...example,
    stage: { ...stage, firewall },
    ...(page === undefined ? {} : { website: { firewall: page } }),
    models: { "loan-default": { ...exampleModel, access: "PUBLIC" } },
  };
}

const BOTH = withFirewall(
  { rate: { requests: 500, windowInSeconds: 60 } },
  { mode: "count", managedRules: ["AWSManagedRulesCommonRuleSet"] },
);
const synthesized = synthesize([
  example,
  named("both", BOTH),
  named("count", withFirewall({ mode: "count", rate: { requests: 10 } })),
  named("queried", {
    ...withFirewall({}),
    models: { "language-check": { existingEndpoint: "shared", access: "PUBLIC" } },
  }),
  named("mixed", {
    ...withFirewall({}),
    models: {
      "language-check": { existingEndpoint: "shared", access: "PUBLIC" },
      "loan-default": { ...exampleModel, access: "PUBLIC" },
    },
  }),
  named("virginia", { ...BOTH, region: "us-east-1" }),
]);

/** The web ACLs of a stack by their scopes. */
function aclsOf(name: string): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    synthesized
      .stack(name)
      .resources("aws_wafv2_web_acl")
      .map(({ address, values }) => [String(values.scope), { address, ...values }]),
  );
}

describe("an environment without a firewall", () => {
  it("has neither a web ACL nor the response for its refusals", () => {
    // Act
    const { text } = synthesized.stack("test");

    // Assess
    expect(text).not.toMatch(/wafv2|WAF_FILTERED/);
  });
});

describe("the firewall of a stage", () => {
  it("has the rate rule first, then the managed rules, and refuses matching requests", () => {
    // Act
    const { name, default_action, rule } = aclsOf("both").REGIONAL ?? {};

    // Assess
    expect({ name, default_action }).toEqual({ name: "both-stage", default_action: { allow: {} } });
    expect(rule).toMatchObject([
      {
        name: "rate",
        priority: 0,
        action: { block: {} },
        statement: {
          rate_based_statement: { limit: 500, aggregate_key_type: "IP", evaluation_window_sec: 60 },
        },
      },
      { name: "AWSManagedRulesCommonRuleSet", priority: 1, override_action: { none: {} } },
      { name: "AWSManagedRulesKnownBadInputsRuleSet", priority: 2, override_action: { none: {} } },
      { name: "AWSManagedRulesAmazonIpReputationList", priority: 3, override_action: { none: {} } },
    ]);
  });

  it("refuses nothing when the mode is count", () => {
    // Act
    const { rule } = aclsOf("count").REGIONAL ?? {};

    // Assess
    expect(JSON.stringify(rule)).not.toMatch(/"block"|"none"/);
    expect(rule).toMatchObject([
      { name: "rate", action: { count: {} } },
      { override_action: { count: {} } },
      { override_action: { count: {} } },
      { override_action: { count: {} } },
    ]);
  });

  it.each([
    ["both", ["SizeRestrictions_BODY"]],
    ["queried", ["SizeRestrictions_QUERYSTRING"]],
    ["mixed", ["SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING"]],
  ])(
    "only counts bodies or query strings that are too large for the common rule set: %s",
    (name, counted) => {
      // Act
      const rules = (aclsOf(name).REGIONAL?.rule ?? []) as readonly JsonObject[];
      const common = rules.find((rule) => rule.name === "AWSManagedRulesCommonRuleSet");

      // Assess
      expect(common?.statement).toEqual({
        managed_rule_group_statement: {
          name: "AWSManagedRulesCommonRuleSet",
          vendor_name: "AWS",
          rule_action_override: counted.map((rule) => ({ name: rule, action_to_use: { count: {} } })),
        },
      });
    },
  );

  it("keeps no samples of requests, which contain headers", () => {
    // Act
    const { text } = synthesized.stack("both");

    // Assess
    expect(text).not.toMatch(/"sampled_requests_enabled": true/);
    expect(text.match(/"sampled_requests_enabled": false/g)).toHaveLength(7);
  });

  it("is attached to the stage, and its refusals are problem documents", () => {
    // Prepare
    const stack = synthesized.stack("both");
    const [association] = stack.resources("aws_wafv2_web_acl_association");

    // Act
    const document = parseEmbedded(stack.one("aws_api_gateway_rest_api").values.body, "body") as JsonObject;
    const responses = document["x-amazon-apigateway-gateway-responses"] as JsonObject;

    // Assess
    expect(association?.values).toMatchObject({
      resource_arn: `\${${stack.one("aws_api_gateway_stage").address}.arn}`,
      web_acl_arn: `\${${aclsOf("both").REGIONAL?.address}.arn}`,
    });
    expect(responses.WAF_FILTERED).toMatchObject({
      statusCode: "403",
      responseParameters: { "gatewayresponse.header.Content-Type": "'application/problem+json'" },
      responseTemplates: {
        "application/json": expect.stringMatching(/^\{"type":"about:blank".*"status":403.*firewall/),
      },
    });
  });
});

describe("the firewall of a page", () => {
  it("is in us-east-1, and the distribution names it", () => {
    // Prepare
    const stack = synthesized.stack("both");
    const acl = aclsOf("both").CLOUDFRONT;

    // Act
    const { values } = stack.one("aws_cloudfront_distribution");

    // Assess
    expect(acl).toMatchObject({ name: "both-website", provider: "aws.us_east_1" });
    expect(values).toMatchObject({ web_acl_id: `\${${acl?.address}.arn}` });
  });

  it("keeps every rule of the common rule set", () => {
    // Act
    const { rule } = aclsOf("both").CLOUDFRONT ?? {};

    // Assess
    expect(rule).toMatchObject([{ name: "AWSManagedRulesCommonRuleSet" }]);
    expect(JSON.stringify(rule)).not.toContain("rule_action_override");
  });

  it("uses the provider of the stack when the stack is in us-east-1", () => {
    // Act
    const acl = aclsOf("virginia").CLOUDFRONT;

    // Assess
    expect(acl).not.toHaveProperty("provider");
  });

  it("answers with a problem document in place of CloudFront's page, and CloudFront keeps no refusal", () => {
    // Prepare
    const stack = synthesized.stack("both");

    // Act
    const { values } = stack.one("aws_cloudfront_distribution");
    const file = stack.resources("aws_s3_object").find((object) => object.values.key === "refused.json");

    // Assess
    expect(values).toMatchObject({
      custom_error_response: [
        {
          error_code: 403,
          response_code: 403,
          response_page_path: "/refused.json",
          error_caching_min_ttl: 0,
        },
      ],
    });
    expect(file?.values.content_type).toBe("application/problem+json");
    expect(JSON.parse(String(file?.values.content))).toMatchObject({
      type: "about:blank",
      status: 403,
      detail: expect.stringContaining("firewall"),
    });
  });
});

describe("the price of a firewall", () => {
  it.each<[FirewallSettings, string]>([
    [{}, "$8 a month (web ACL $5, 3 rules $3) and $0.60 per million requests"],
    [
      { managedRules: [], rate: { requests: 10 } },
      "$6 a month (web ACL $5, 1 rule $1) and $0.60 per million requests",
    ],
  ])("is the sum of the web ACL and its rules: %j", (settings, expected) => {
    // Act
    const price = describePrice(firewallSettings.parse(settings));

    // Assess
    expect(price).toBe(expected);
  });

  it("is the price that the review counts", () => {
    // Act
    const prices = ["web-acl", "rule", "request"].map((item) => findPrice("us-east-1", `waf:${item}`)?.usd);

    // Assess
    const { webAclPerMonth, rulePerMonth, millionRequests } = FIREWALL_PRICES;
    expect(prices).toEqual([webAclPerMonth, rulePerMonth, millionRequests]);
  });

  it("does not rise with the capacity of the default rules", () => {
    // Act
    const capacity = capacityOf({ rate: { requests: 10 } });

    // Assess
    expect(capacity).toBe(927);
  });
});

describe("the deployer of an environment with firewalls", () => {
  const policies = deployerPolicies(BOTH, "111122223333");

  it("may change only the web ACLs of the environment", () => {
    // Act
    const resources = policies.stage.Statement.filter(({ Sid }) => Sid === "ManageFirewalls").flatMap(
      ({ Resource }) => Resource,
    );

    // Assess
    expect(resources).toEqual([
      "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/test-stage/*",
      "arn:aws:wafv2:us-east-1:111122223333:global/webacl/test-website/*",
    ]);
  });

  it("may attach a web ACL only to a stage with the environment's name", () => {
    // Act
    const resources = policies.stage.Statement.filter(({ Action }) =>
      Action.includes("apigateway:SetWebACL"),
    ).flatMap(({ Resource }) => Resource);

    // Assess
    expect(resources).toEqual(["arn:aws:apigateway:eu-central-1::/restapis/*/stages/test"]);
  });

  it("has no permission for web ACLs when the environment has no firewall", () => {
    // Act
    const text = JSON.stringify(deployerPolicies(example, "111122223333"));

    // Assess
    expect(text).not.toMatch(/wafv2|SetWebACL/);
  });

  it("plans with permissions that only read", () => {
    // Act
    const actions = Object.values(plannerPolicies(BOTH, "111122223333"))
      .flatMap(({ Statement }) => Statement)
      .flatMap(({ Action }) => Action)
      .filter((action) => /wafv2|SetWebACL/.test(action));

    // Assess
    expect(actions.sort()).toEqual([
      "wafv2:GetWebACL",
      "wafv2:GetWebACLForResource",
      "wafv2:ListTagsForResource",
    ]);
  });
});
