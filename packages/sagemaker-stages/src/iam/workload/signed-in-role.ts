import { type PolicyDocument, policyDocument } from "../policy-document";
import { callerPolicy } from "./caller";

/**
 * Trust policy of the role of signed-in users: the identity pool of this environment, for users that have signed in. Without
 * the condition `aud`, an identity pool of any AWS account could assume the role; without the condition `amr`, a visitor who
 * has not signed in could (https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html).
 *
 * @param identityPoolId - e.g. `eu-central-1:12345678-1234-1234-1234-123456789012`
 */
export function signedInRoleTrust(identityPoolId: string): PolicyDocument {
  return policyDocument({
    Sid: "AllowSignedInUsersToAssumeRole",
    Effect: "Allow",
    Principal: { Federated: "cognito-identity.amazonaws.com" },
    Action: ["sts:AssumeRoleWithWebIdentity"],
    Condition: {
      StringEquals: { "cognito-identity.amazonaws.com:aud": identityPoolId },
      "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
    },
  });
}

/** Permissions of signed-in users: call these routes and function URLs, each by its ARN, with signed requests. */
export function signedInRolePolicy(invoked: {
  /** `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>` */
  readonly routeArns: readonly string[];
  /** ARNs of functions whose URLs the users may call. */
  readonly functionArns: readonly string[];
}): PolicyDocument {
  return callerPolicy({ ...invoked, endpoints: [] });
}
