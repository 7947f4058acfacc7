import { type PolicyDocument, policyDocument } from "../policy-document";
import { type InvokedEndpoint, invokeEndpoint } from "./invoke-endpoint";

/**
 * Trust policy of a route's role: API Gateway.
 *
 * The trust has no condition on `aws:SourceAccount` or `aws:SourceArn`: API Gateway sends neither key when it assumes the
 * role of an integration, so a condition would refuse every request
 * (https://github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/pull/479). Two
 * rules protect the role from other principals. API Gateway refuses a role of another account for an integration
 * ("Cross-account pass role is not allowed", https://github.com/amazon-archives/aws-apigateway-importer/issues/25). Within
 * the account, only a principal with `iam:PassRole` on the role can create an integration with the role
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html).
 */
export function gatewayRoleTrust(): PolicyDocument {
  return policyDocument({
    Sid: "AllowApiGatewayToAssumeRole",
    Effect: "Allow",
    Principal: { Service: "apigateway.amazonaws.com" },
    Action: ["sts:AssumeRole"],
  });
}

/** Permissions of a route's role: invoke one endpoint, or the part of the endpoint that the target names. */
export function gatewayRolePolicy(endpoint: InvokedEndpoint): PolicyDocument {
  return policyDocument(invokeEndpoint("InvokeEndpoint", endpoint));
}
