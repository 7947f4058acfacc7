import { describe, expect, it } from "@jest/globals";
import { domain } from "../../examples/domain";
import { examples } from "../../examples/index";
import { signIn } from "../../examples/sign-in";
import type { Environment } from "../../src/environment/environment";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { rolePolicies } from "../../src/iam/deployment/pipeline-policies";
import { MAX_CHARACTERS, sizeOf } from "../../src/iam/iam-limits";
import type { PolicyDocument } from "../../src/iam/policy-document";
import type { AuthorizationCheck } from "../deploy/support/authorization";
import { devWithCaller, everything, withFirewalls, withObjectives } from "../deploy/support/environments";
import { isAllowed } from "../deploy/support/evaluation";
import { readRecording } from "../deploy/support/recordings";
import { prod } from "../fixtures/app/environments/prod";

const ACCOUNT = "111122223333";

/** A copy that GitHub's workflows can deploy: with a boundary of its roles. */
function deployable(environment: Environment): Environment {
  const models = Object.entries(environment.models).map(([model, settings]) => [
    model,
    // The deployer's policies must name the role of an existing function.
    settings.existingFunction === undefined
      ? settings
      : { ...settings, existingFunctionRole: settings.existingFunctionRole ?? "scoring" },
  ]);
  return { ...environment, permissionsBoundary: true, models: Object.fromEntries(models) };
}

/** Every request that a document's statements allow, with the document's own patterns as resources and values. */
function allowedBy({ Statement }: PolicyDocument): AuthorizationCheck[] {
  return Statement.flatMap(({ Action, Resource = [], Condition = {} }) => {
    const keys = Object.entries(Condition).flatMap(([operator, byKey]) =>
      Object.entries(byKey).flatMap(([key, values]): [string, string][] => {
        const value = [values].flat()[0] ?? "";
        if (operator === "Null") return value === "false" ? [[key, "any value"]] : [];
        return operator.includes("Not") ? [] : [[key, value]];
      }),
    );
    return Action.flatMap((action) =>
      Resource.map((resource) => ({ action, resource, context: Object.fromEntries(keys) })),
    );
  });
}

/** Both firewalls, domain names in two hosted zones and a sign-in, with long names. */
const manyParts: Environment = {
  ...signIn,
  name: "production",
  project: "recommendation",
  region: "ap-southeast-1",
  state: { s3: { bucket: "recommendation-terraform-states", key: "stages/production.tfstate" } },
  stage: {
    ...signIn.stage,
    firewall: {},
    domain: { name: "api.recommendation.example.com", hostedZone: { id: "Z0123456789ABCDEFGHIJ" } },
  },
  website: {
    ...signIn.website,
    firewall: {},
    domain: { name: "recommendation.example.org", hostedZone: { id: "Z9876543210ABCDEFGHIJ" } },
  },
};

describe.each(
  [...examples, devWithCaller, everything, prod, manyParts].map((one) => [one.name, one] as const),
)("the boundary of the deploy role of %s", (_, example) => {
  const environment = deployable(example);
  const limits = deployLimits(environment, ACCOUNT);

  it("allows every request that the deployer's policies allow", () => {
    // Prepare
    const requested = rolePolicies("deployer", environment, ACCOUNT).flatMap(({ policy }) =>
      allowedBy(policy),
    );

    // Act
    const denied = requested.filter((one) => !isAllowed([limits], one));

    // Assess
    expect(requested.length).toBeGreaterThan(100);
    expect(denied).toEqual([]);
  });

  it("has a size that IAM accepts", () => {
    // Act
    const size = sizeOf(limits);

    // Assess
    expect(size).toBeLessThanOrEqual(MAX_CHARACTERS);
  });
});

describe.each([
  { name: "dev", environment: devWithCaller, account: "123456789012" },
  { name: "prod", environment: prod, account: "444455556666" },
  { name: "everything", environment: everything, account: ACCOUNT },
  { name: "firewall", environment: withFirewalls, account: ACCOUNT },
  { name: "objectives", environment: withObjectives, account: ACCOUNT },
])("the boundary of the deploy role of the recorded $name", ({ name, environment, account }) => {
  it("allows everything that Terraform requested", () => {
    // Prepare
    const bound = environment.permissionsBoundary === true;
    const requested = readRecording(name).map((one) =>
      bound || !one.action.startsWith("iam:")
        ? one
        : {
            ...one,
            context: {
              ...one.context,
              "iam:PermissionsBoundary": `arn:aws:iam::${account}:policy/${name}-boundary`,
            },
          },
    );

    // Act
    const denied = requested.filter(
      (one) => !isAllowed([deployLimits({ ...environment, permissionsBoundary: true }, account)], one),
    );

    // Assess
    expect(requested.length).toBeGreaterThan(100);
    expect(denied).toEqual([]);
  });
});

describe("the boundary of the deploy role of an environment with firewalls", () => {
  const limits = [deployLimits(withFirewalls, ACCOUNT)];
  const regional = `arn:aws:wafv2:eu-central-1:${ACCOUNT}:regional`;

  it.each([
    ["another environment's web ACL", "wafv2:DeleteWebACL", `${regional}/webacl/other-stage/ID`],
    ["a web ACL with another name", "wafv2:UpdateWebACL", `${regional}/webacl/firewall-shared/ID`],
    [
      "a web ACL of CloudFront with the name of the stage's",
      "wafv2:UpdateWebACL",
      `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/firewall-stage/ID`,
    ],
    [
      "another environment's stage",
      "wafv2:DisassociateWebACL",
      "arn:aws:apigateway:eu-central-1::/restapis/ID/stages/other",
    ],
    [
      "a load balancer",
      "wafv2:AssociateWebACL",
      `arn:aws:elasticloadbalancing:eu-central-1:${ACCOUNT}:loadbalancer/app/other/ID`,
    ],
    ["a rule group", "wafv2:DeleteRuleGroup", `${regional}/rulegroup/firewall-stage/ID`],
    ["an IP set", "wafv2:UpdateIPSet", `${regional}/ipset/firewall-stage/ID`],
  ])("does not allow a change of %s", (_, action, resource) => {
    // Act
    const allowed = isAllowed(limits, { action, resource, context: {} });

    // Assess
    expect(allowed).toBe(false);
  });

  it("allows the same with fewer characters when it is too long for one policy", () => {
    // Prepare
    const limits = deployLimits(deployable(manyParts), ACCOUNT);
    const elsewhere = [
      ["iam:PutRolePolicy", `iam::${ACCOUNT}:role/recommendation-production-deploy`],
      ["lambda:UpdateFunctionCode", `lambda:ap-southeast-1:${ACCOUNT}:function:other-language-check`],
      ["apigateway:PATCH", "apigateway:ap-southeast-1::/account"],
      ["wafv2:AssociateWebACL", "apigateway:ap-southeast-1::/restapis/ID/stages/other"],
      ["s3:GetObject", "s3:::recommendation-terraform-states/other.tfstate"],
      ["s3:DeleteBucket", "s3:::recommendation-terraform-states"],
      ["route53:DeleteHostedZone", "route53:::hostedzone/Z0123456789ABCDEFGHIJ"],
    ];

    // Act
    const allowed = elsewhere.filter(([action = "", resource]) =>
      isAllowed([limits], { action, resource: `arn:aws:${resource}`, context: {} }),
    );

    // Assess
    expect(limits.Statement.map(({ Sid }) => Sid)).toContain("OwnResources");
    expect(allowed).toEqual([]);
  });

  it("does not allow web ACLs without a firewall", () => {
    // Act
    const text = JSON.stringify([domain, signIn].map((one) => deployLimits(one, ACCOUNT)));

    // Assess
    expect(text).not.toContain("wafv2");
  });
});
