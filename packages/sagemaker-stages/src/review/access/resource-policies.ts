import { parseJson } from "../../lib/json";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isValues, textOf, type Value } from "../reading/values";
import { accessListOf } from "./access-lists";
import { isDocument, readParsed } from "./document";
import { grant } from "./grant";
import { kmsGrantOf } from "./kms-grant";
import { permissionOf, urlPermissionOf } from "./lambda-permission";
import { organizationPermissionOf } from "./organization-permissions";
import {
  type Policy,
  type PolicyKind,
  placeOf,
  policyFrom,
  principalOf,
  resourceOf,
  type Subject,
  subjectOf,
  undeterminedPolicy,
} from "./policy";
import { publicAccessBlockOf } from "./public-access-block";
import { type ResourceIndex, type ResourceKind, unnamed } from "./resource-index";
import { ingressOf } from "./security-groups";
import { attribute, valuesOn } from "./side";
import { isUnsupported, unsupportedPolicies } from "./unsupported-policies";

/**
 * Types that are policies of another resource: the kind of that resource, and the attribute that names the resource.
 */
const POLICY_RESOURCES: ReadonlyMap<string, { readonly kind: ResourceKind; readonly by: string }> = new Map([
  ["aws_s3_bucket_policy", { kind: "bucket", by: "bucket" }],
  ["aws_api_gateway_rest_api_policy", { kind: "API", by: "rest_api_id" }],
  ["aws_vpc_endpoint_policy", { kind: "VPC endpoint", by: "vpc_endpoint_id" }],
  ["aws_kms_key_policy", { kind: "key", by: "key_id" }],
  ["aws_sqs_queue_policy", { kind: "queue", by: "queue_url" }],
  ["aws_sns_topic_policy", { kind: "topic", by: "arn" }],
  ["aws_ecr_repository_policy", { kind: "repository", by: "repository" }],
  ["aws_secretsmanager_secret_policy", { kind: "secret", by: "secret_arn" }],
]);

/** Types that identity-policies.ts reads. */
const IDENTITIES = /^aws_iam_(?:role|user|group)?_?policy(?:_attachment)?$/;

/** Identities, and resources that run with their permissions. identity-policies.ts reads these types, too. */
function isIdentityOrRoleUser(type: string): boolean {
  return /^aws_iam_(?:role|user|group|instance_profile|(?:user_)?group_membership)$/.test(type);
}

/** Types that grant access without a policy document. */
const READERS: ReadonlyMap<string, (resource: PlannedResource, index: ResourceIndex) => Policy[]> = new Map([
  ["aws_kms_grant", (resource, index) => [kmsGrantOf(resource, index)]],
  ["aws_cloudwatch_event_permission", organizationPermissionOf],
  ["aws_lambda_layer_version_permission", organizationPermissionOf],
  ["aws_lambda_function_url", urlPermissionOf],
  ["aws_lambda_permission", (resource, index) => [permissionOf(resource, index)]],
  ["aws_s3_bucket_acl", accessListOf],
  ["aws_s3_object", accessListOf],
  ["aws_s3_bucket_object", accessListOf],
  ["aws_s3_object_copy", accessListOf],
  ["aws_s3_account_public_access_block", publicAccessBlockOf],
  ["aws_s3_bucket_public_access_block", publicAccessBlockOf],
  ["aws_ec2_managed_prefix_list", ingressOf],
  ["aws_ec2_managed_prefix_list_entry", ingressOf],
  ["aws_lightsail_instance_public_ports", ingressOf],
  ["aws_default_security_group", ingressOf],
  ["aws_security_group", ingressOf],
  ["aws_security_group_rule", ingressOf],
  ["aws_vpc_security_group_ingress_rule", ingressOf],
]);

/** Whether the review reads the type for access changes. The result can be undetermined. */
export function isReadForAccess(type: string): boolean {
  return (
    READERS.has(type) ||
    POLICY_RESOURCES.has(type) ||
    IDENTITIES.test(type) ||
    isUnsupported(type) ||
    isIdentityOrRoleUser(type)
  );
}

/** Names of attributes that contain a policy, even if the value is unknown or masked. */
const POLICY_NAME = /^(?:policy|access_policies|policy_document|.*_policy|.*_policy_document)$/;

/** Attributes that contain a policy, by type. */
const POLICY_BY_TYPE: ReadonlyMap<string, string> = new Map([["aws_organizations_policy", "content"]]);

/** Types and attributes whose policies do not control access: retries, filters, scaling, backups, TLS. */
const OTHER_TYPE =
  /_(?:lifecycle|scaling|autoscaling|appautoscaling|backup|data_protection|ssl|tls|load_balancer|stickiness|ciphers)_policy$|^aws_(?:autoscaling|appautoscaling)_policy$/;
const OTHER_NAME =
  /^(?:redrive(?:_allow)?|delivery|filter|lifecycle|retry|backup|scaling|data_protection|archive|ssl|tls|security|deletion|update|restart|viewer_protocol|restriction|placement|eviction)_policy$/;

/**
 * The member of an API's document that contains its policy
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-policy.html).
 */
const POLICY_OF_API = "x-amazon-apigateway-policy";

/** The resource-based policies of a plan: trust policies, attributes with a policy, and equivalents of a policy. */
export function resourcePolicies(plan: Plan, index: ResourceIndex): Policy[] {
  return plan.resources.flatMap((resource) =>
    valuesOn(resource, index.side) === undefined ? [] : policiesOf(resource, index),
  );
}

function policiesOf(resource: PlannedResource, index: ResourceIndex): Policy[] {
  const { type } = resource;
  const reader = READERS.get(type);
  if (reader !== undefined) return reader(resource, index);
  if (isUnsupported(type)) return unsupportedPolicies(resource, index.side);
  if (!/^aws(?:cc)?_/.test(type) || IDENTITIES.test(type) || OTHER_TYPE.test(type)) return [];

  const found: Policy[] = type === "aws_s3_bucket" ? accessListOf(resource, index) : [];
  for (const [name, value] of Object.entries(valuesOn(resource, index.side) ?? {})) {
    if (attribute(resource, index.side, name) === undefined) continue;
    if (type === "aws_iam_role" && name !== "assume_role_policy") continue;
    const subject = subjectOfAttribute(resource, name, index);
    if (type === "aws_api_gateway_rest_api" && name === "body") {
      found.push(...policyOfBody(value, subject, resource, index));
    } else {
      const named = POLICY_BY_TYPE.get(type) === name ? "policy" : name;
      found.push(...policiesIn(value, named).map((one) => policyFrom(one, subject, resource, index.side)));
    }
  }
  return found;
}

/** The policies in the value of an attribute, at any depth. */
function policiesIn(value: Value, name: string): Value[] {
  const isNamed = POLICY_NAME.test(name) && !OTHER_NAME.test(name);
  if (typeof value === "string") {
    return isDocument(value) || (isNamed && isBroken(value)) ? [value] : [];
  }
  if (typeof value === "symbol") return isNamed ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one: Value) => policiesIn(one, name));
  if (isValues(value)) return Object.entries(value).flatMap(([inner, one]) => policiesIn(one, inner));
  return [];
}

/** Whether the text is invalid JSON, and can be a policy. */
function isBroken(text: string): boolean {
  return text.trimStart().startsWith("{") && parseJson(text) === undefined;
}

function subjectOfAttribute(resource: PlannedResource, name: string, index: ResourceIndex): Subject {
  const other = POLICY_RESOURCES.get(resource.type);
  const ref = other === undefined ? index.itself(resource) : index.namedBy(resource, other.by, other.kind);
  return subjectOf(kindOf(resource, name), ref ?? unnamed(resource));
}

function kindOf({ type }: PlannedResource, name: string): PolicyKind {
  if (/^assume_role_policy(?:_document)?$/.test(name)) return "trust";
  return /^aws_(?:vpc_endpoint|api_gateway_rest_api)(?:_policy)?$/.test(type)
    ? "endpoint-policy"
    : "resource";
}

function policyOfBody(
  value: Value,
  subject: Subject,
  resource: PlannedResource,
  index: ResourceIndex,
): Policy[] {
  const text = textOf(value);
  if (text === undefined) return [undeterminedPolicy(value, subject, resource, index.side)];
  if (!text.includes(POLICY_OF_API)) return [];
  const body = parseJson(text);
  const places = [placeOf(resource)];
  const document = typeof body === "object" && body !== null ? Reflect.get(body, POLICY_OF_API) : undefined;
  const context = { principal: principalOf(subject), resource: resourceOf(subject), places };
  const grants = readParsed(document, context);
  if (grants !== undefined) return [{ subject, places, grants }];
  return [
    { subject, places, grants: undefined, undetermined: "unsupported", sameAs: `not understood: ${text}` },
  ];
}

/** The default policy of a VPC endpoint or an API without a policy: every request passes. */
export function defaultEndpointPolicy(subject: Subject, places: Policy["places"]): Policy {
  const action = subject.resource.key.startsWith("API:") ? "execute-api:Invoke" : "*";
  return {
    subject,
    places,
    grants: [
      grant({
        effect: "Allow",
        principal: { kind: "anyone", name: "*" },
        action: { kind: "pattern", text: action },
        resource: { kind: "pattern", text: "*" },
        conditions: [],
        places,
      }),
    ],
  };
}

/** The default policies of VPC endpoints that the plan creates. `others` are all other policies after the plan. */
export function newDefaultEndpointPolicies(
  plan: Plan,
  index: ResourceIndex,
  others: readonly Policy[],
): Policy[] {
  if (index.side === "before") return [];
  const closed = new Set(others.map(({ subject }) => subject.key));
  return plan.resources.flatMap((resource) => {
    if (resource.type !== "aws_vpc_endpoint" || !resource.actions.includes("create")) return [];
    const ref = index.itself(resource);
    if (ref === undefined) return [];
    const subject = subjectOf("endpoint-policy", ref);
    const takesPolicies = textOf(at(resource.after, "vpc_endpoint_type")) !== "GatewayLoadBalancer";
    return closed.has(subject.key) || !takesPolicies
      ? []
      : [defaultEndpointPolicy(subject, [placeOf(resource)])];
  });
}
