import { allow, type Statement } from "../policy-document";
import type { EnvironmentArns } from "./environment-arns";

/**
 * Permissions for the page's sign-in. Cognito assigns the ids of user pools and identity pools, so that conditions identify the
 * pools by the tag `Environment`. Clients and domains belong to a user pool, and have its ARN
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitoidentity.html).
 */
export function signInStatements(arns: EnvironmentArns): Statement[] {
  if (!arns.hasSignIn) return [];
  const pools = arns.signInPools();
  const withRequestTag = { StringEquals: { "aws:RequestTag/Environment": arns.prefix } };
  const withResourceTag = { StringEquals: { "aws:ResourceTag/Environment": arns.prefix } };
  return [
    // Cognito defines no resource types for these actions.
    allow("CreateSignInPools", ["cognito-idp:CreateUserPool", "cognito-identity:CreateIdentityPool"], ["*"], {
      ...withRequestTag,
    }),
    // CreateUserPool and CreateIdentityPool with tags also authorize TagResource (the tables "API operations" of
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_cognito-idp.html, list_cognito-identity.html).
    // Pools with the tag of another environment are excluded. No condition key separates a new pool from an existing pool
    // without the tag: docs/security.md names the consequence.
    allow("TagNewSignInPools", ["cognito-idp:TagResource", "cognito-identity:TagResource"], pools, {
      ...withRequestTag,
      StringEqualsIfExists: withResourceTag.StringEquals,
    }),
    allow(
      "ManageSignInPools",
      [
        "cognito-identity:DeleteIdentityPool",
        "cognito-identity:DescribeIdentityPool",
        "cognito-identity:GetIdentityPoolRoles",
        "cognito-identity:ListTagsForResource",
        "cognito-identity:TagResource",
        "cognito-identity:UntagResource",
        "cognito-identity:UpdateIdentityPool",
        "cognito-idp:CreateUserPoolClient",
        "cognito-idp:CreateUserPoolDomain",
        "cognito-idp:DeleteUserPool",
        "cognito-idp:DeleteUserPoolClient",
        "cognito-idp:DeleteUserPoolDomain",
        "cognito-idp:DescribeUserPool",
        "cognito-idp:DescribeUserPoolClient",
        "cognito-idp:GetUserPoolMfaConfig",
        "cognito-idp:ListTagsForResource",
        "cognito-idp:SetUserPoolMfaConfig",
        "cognito-idp:TagResource",
        "cognito-idp:UntagResource",
        "cognito-idp:UpdateUserPool",
        "cognito-idp:UpdateUserPoolClient",
        "cognito-idp:UpdateUserPoolDomain",
      ],
      pools,
      withResourceTag,
    ),
    // Cognito defines no resource types for these actions. The deployer may pass only the role of this environment, whose trust
    // policy names only the identity pool of this environment.
    allow(
      "ConnectSignIn",
      ["cognito-identity:SetIdentityPoolRoles", "cognito-idp:DescribeUserPoolDomain"],
      ["*"],
    ),
  ];
}
