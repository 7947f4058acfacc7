import { withoutTags } from "../changes/tags";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame } from "../reading/values";
import { type Policy, placeOf, subjectOf } from "./policy";
import { unnamed } from "./resource-index";
import type { Side } from "./side";

/** Types that grant permissions or credentials without a policy document, and that the review does not support. */
const UNSUPPORTED = new RegExp(
  `^aws(?:cc)?_(?:${[
    "cognito_identity_pool_roles_attachment",
    "eks_access_(?:entry|policy_association)",
    "eks_pod_identity_association",
    "iam_access_key",
    "iam_(?:openid_connect|saml)_provider",
    "iam_(?:role|user|group)_policies_exclusive",
    "iam_service_specific_credential",
    "iam_user_(?:login_profile|ssh_key)",
    "lakeformation_(?:data_lake_settings|opt_in|permissions)",
    "opensearch_authorize_vpc_endpoint_access",
    "opensearchserverless_(?:access|security)_policy",
    "organizations_policy_attachment",
    "ram_(?:principal_association|resource_association|resource_share)",
    "redshift_endpoint_authorization",
    "rolesanywhere_(?:profile|trust_anchor)",
    "s3_bucket_ownership_controls",
    "s3control_access_grant",
    "ssoadmin_(?:account_assignment|managed_policy_attachment|permissions_boundary_attachment)",
    "ssoadmin_customer_managed_policy_attachment",
    "vpc_security_group_vpc_association",
  ].join("|")})$`,
);

/** Unsupported types that can grant permissions to the public. */
const CAN_BE_PUBLIC = /^aws(?:cc)?_opensearchserverless_(?:access|security)_policy /;

/** Whether a resource of an unsupported type can grant permissions to the public. */
export function canBePublic(label: string): boolean {
  return CAN_BE_PUBLIC.test(label);
}

/** Whether the type grants permissions in a way that the review does not support. */
export function isUnsupported(type: string): boolean {
  return UNSUPPORTED.test(type);
}

/** An undetermined policy for a resource of an unsupported type; none if the resource does not change. */
export function unsupportedPolicies(resource: PlannedResource, side: Side): Policy[] {
  const { before, after, actions, address } = resource;
  if (actions.includes("forget") || isWithoutAcls(resource)) return [];
  if (before !== undefined && after !== undefined && isSame(withoutTags(before), withoutTags(after)))
    return [];
  const subject = subjectOf("other", unnamed(resource));
  const sameAs = `${side} in ${address}`;
  return [{ subject, places: [placeOf(resource)], grants: undefined, undetermined: "unsupported", sameAs }];
}

/** Whether the setting disables the access lists of a bucket, which grants no permission. */
function isWithoutAcls({ type, after }: PlannedResource): boolean {
  return (
    type === "aws_s3_bucket_ownership_controls" &&
    at(after, "rule", 0, "object_ownership") === "BucketOwnerEnforced"
  );
}
