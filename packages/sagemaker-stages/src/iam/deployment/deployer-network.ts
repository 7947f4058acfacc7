import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** What a new VPC is made of, by EC2's resource types, and what makes each. EC2 makes the ids up. */
const MADE_BY: Readonly<Record<string, readonly string[]>> = {
  "route-table": ["CreateRouteTable"],
  "security-group": ["CreateSecurityGroup"],
  "security-group-rule": ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"],
  subnet: ["CreateSubnet"],
  vpc: ["CreateVpc"],
  "vpc-endpoint": ["CreateVpcEndpoint"],
};

/** What Lambda asks as who deploys a function into a network (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html). */
const ASKED_BY_LAMBDA = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];

/**
 * The environment's network. What is made gets the tag `Environment` as it is made, and by that tag it is told from
 * then on: a subnet is made in the environment's own VPC alone, and so on. Of an existing network nothing is changed.
 */
export function networkStatements(arns: EnvironmentArns): Statement[] {
  const { network } = arns.environment;
  if (network === undefined) return [];
  // EC2 defines no resource types for what only looks, here and below.
  if ("existing" in network) return [allow("LookAtNetworks", ASKED_BY_LAMBDA, ["*"])];
  const all = Object.keys(MADE_BY).map((type) => arns.arn("ec2", `${type}/*`));
  const itsTag = { "aws:RequestTag/Environment": arns.prefix };
  const itsOwn = { "aws:ResourceTag/Environment": arns.prefix };
  return [
    allow(
      "LookAtNetworks",
      [
        ...ASKED_BY_LAMBDA,
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribePrefixLists",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeVpcEndpoints",
      ],
      ["*"],
    ),
    // Each alone: a subnet that gets the tag says nothing of the VPC that it is put into.
    ...Object.entries(MADE_BY).map(([type, actions]) =>
      allow(
        `Make${camelCase(type)}s`,
        actions.map((action) => `ec2:${action}`),
        [arns.arn("ec2", `${type}/*`)],
        { StringEquals: itsTag },
      ),
    ),
    allow("TagWhatIsMade", ["ec2:CreateTags"], all, {
      StringEquals: { ...itsTag, "ec2:CreateAction": Object.values(MADE_BY).flat() },
    }),
    // AWS makes this group with the VPC, and without tags: until it has one, no name and no id tells it from others.
    allow("TakeDefaultSecurityGroup", ["ec2:CreateTags"], [arns.arn("ec2", "security-group/*")], {
      StringEquals: itsTag,
      Null: { "aws:ResourceTag/Environment": "true" },
    }),
    allow(
      "KeepNetwork",
      [
        "ec2:AssociateRouteTable",
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateRouteTable",
        "ec2:CreateSecurityGroup",
        "ec2:CreateSubnet",
        "ec2:CreateVpcEndpoint",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:DescribeVpcAttribute",
        "ec2:DisassociateRouteTable",
        // A new version of the stack with other rules.
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
      ],
      all,
      { StringEquals: itsOwn },
    ),
    allow("TagNetwork", ["ec2:CreateTags", "ec2:DeleteTags"], all, {
      StringEquals: itsOwn,
      StringEqualsIfExists: itsTag,
    }),
    // What Lambda left of its interfaces keeps their subnet and group: Terraform deletes it. They have no tags, and
    // EC2 deletes none that is in use.
    allow("DeleteLeftInterfaces", ["ec2:DeleteNetworkInterface"], [arns.arn("ec2", "network-interface/*")], {
      Null: { "aws:ResourceTag/Environment": "true" },
    }),
  ];
}

/** `RouteTable` of `route-table` */
function camelCase(type: string): string {
  return type.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
}
