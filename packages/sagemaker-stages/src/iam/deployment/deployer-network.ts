import { allow, camelCase, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/** Actions that create the parts of a new VPC, by EC2's resource types. EC2 assigns the ids. */
const CREATE_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  "route-table": ["CreateRouteTable"],
  "security-group": ["CreateSecurityGroup"],
  "security-group-rule": ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"],
  subnet: ["CreateSubnet"],
  vpc: ["CreateVpc"],
  "vpc-endpoint": ["CreateVpcEndpoint"],
};

/** Actions that Lambda calls with the deployer's permissions when a function is deployed into a network (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html). */
const LAMBDA_DESCRIBE_ACTIONS = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"];

/**
 * Permissions for the environment's network. Each new resource gets the tag `Environment` when it is created, and
 * conditions identify the resource by this tag: a subnet, for example, is created only in the environment's own VPC. An
 * existing network does not change.
 */
export function networkStatements(arns: EnvironmentArns): Statement[] {
  const { network } = arns.environment;
  if (network === undefined) return [];
  // EC2 defines no resource types for these Describe actions, here and below.
  if ("existing" in network) return [allow("DescribeNetwork", LAMBDA_DESCRIBE_ACTIONS, ["*"])];
  const all = Object.keys(CREATE_ACTIONS).map((type) => arns.arn("ec2", `${type}/*`));
  const requestTag = { "aws:RequestTag/Environment": arns.prefix };
  const resourceTag = { "aws:ResourceTag/Environment": arns.prefix };
  return [
    allow(
      "DescribeNetwork",
      [
        ...LAMBDA_DESCRIBE_ACTIONS,
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribePrefixLists",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeVpcEndpoints",
      ],
      ["*"],
    ),
    // One statement per type: the request tag of a new subnet does not limit the VPC in which the subnet is created.
    ...Object.entries(CREATE_ACTIONS).map(([type, actions]) =>
      allow(
        `Create${camelCase(type)}s`,
        actions.map((action) => `ec2:${action}`),
        [arns.arn("ec2", `${type}/*`)],
        { StringEquals: requestTag },
      ),
    ),
    allow("TagNewNetworkResources", ["ec2:CreateTags"], all, {
      StringEquals: { ...requestTag, "ec2:CreateAction": Object.values(CREATE_ACTIONS).flat() },
    }),
    // AWS creates the default group with the VPC, and without tags. Until it has a tag, no condition can identify it.
    allow("TagDefaultSecurityGroup", ["ec2:CreateTags"], [arns.arn("ec2", "security-group/*")], {
      StringEquals: requestTag,
      Null: { "aws:ResourceTag/Environment": "true" },
    }),
    allow(
      "ManageNetwork",
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
        // For a new version of the stack with other rules.
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
      ],
      all,
      { StringEquals: resourceTag },
    ),
    allow("TagNetwork", ["ec2:CreateTags", "ec2:DeleteTags"], all, {
      StringEquals: resourceTag,
      StringEqualsIfExists: requestTag,
    }),
    // Network interfaces that Lambda did not delete block the deletion of their subnet and group, so Terraform deletes these
    // interfaces. The interfaces have no tags. EC2 refuses to delete an interface that is in use.
    allow(
      "DeleteUnusedNetworkInterfaces",
      ["ec2:DeleteNetworkInterface"],
      [arns.arn("ec2", "network-interface/*")],
      {
        Null: { "aws:ResourceTag/Environment": "true" },
      },
    ),
  ];
}
