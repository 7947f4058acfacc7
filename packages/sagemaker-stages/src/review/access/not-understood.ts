import type { PlannedResource } from "../planned-resource";
import { withoutTags } from "../tags";
import { at, isSame } from "../values";
import { type Policy, placeOf, subjectOf } from "./policy";
import type { Side } from "./side";
import { unnamed } from "./things";

/** What gives rights, or credentials, without a policy document, and is not read here. */
const NOT_UNDERSTOOD = new RegExp(
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

/** Of these, everyone can be among those to whom they give something. */
const FOR_EVERYONE = /^aws(?:cc)?_opensearchserverless_(?:access|security)_policy /;

/** Whether a thing whose policies nobody reads here can give something to everyone. */
export function canBeForEveryone(label: string): boolean {
  return FOR_EVERYONE.test(label);
}

/** Whether the type is one that gives rights and is not read here. */
export function isNotUnderstood(type: string): boolean {
  return NOT_UNDERSTOOD.test(type);
}

/** That a resource gives something, and nobody reads here what; nothing where it stays as it is. */
export function notUnderstood(resource: PlannedResource, side: Side): Policy[] {
  const { before, after, actions, address } = resource;
  if (actions.includes("forget") || isWithoutAcls(resource)) return [];
  if (before !== undefined && after !== undefined && isSame(withoutTags(before), withoutTags(after)))
    return [];
  const subject = subjectOf("other", unnamed(resource));
  const sameAs = `${side} in ${address}`;
  return [{ subject, places: [placeOf(resource)], grants: undefined, unjudged: "not understood", sameAs }];
}

/** Whether a bucket knows no access lists afterwards: nobody gets anything by that. */
function isWithoutAcls({ type, after }: PlannedResource): boolean {
  return (
    type === "aws_s3_bucket_ownership_controls" &&
    at(after, "rule", 0, "object_ownership") === "BucketOwnerEnforced"
  );
}
