import { type PolicyDocument, policyDocument } from "../policy-document";
import { type InvokedEndpoint, invokeEndpoint } from "./invoke-endpoint";

/**
 * Who may assume the role of a route: API Gateway.
 *
 * The trust has no condition on `aws:SourceAccount` or `aws:SourceArn`: API Gateway sends neither key when it assumes the
 * role of an integration, so that a condition refuses every request
 * (https://github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/pull/479). What
 * keeps others from the role is that API Gateway takes no role of another account for an integration ("Cross-account pass
 * role is not allowed", https://github.com/amazon-archives/aws-apigateway-importer/issues/25), and that within the
 * account an integration with the role can only be made by a principal with `iam:PassRole` on the role
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html).
 */
export function gatewayRoleTrust(): PolicyDocument {
  return policyDocument({
    Sid: "ApiGateway",
    Effect: "Allow",
    Principal: { Service: "apigateway.amazonaws.com" },
    Action: ["sts:AssumeRole"],
  });
}

/** What API Gateway may do with the role of a route: invoke one endpoint, or the part of the endpoint that is named. */
export function gatewayRolePolicy(endpoint: InvokedEndpoint): PolicyDocument {
  return policyDocument(invokeEndpoint("InvokeEndpoint", endpoint));
}
