import { parseJson } from "../../lib/json";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { at, isValues, textOf, type Value } from "../values";
import { accessListOf } from "./access-lists";
import { isDocument, readParsed } from "./document";
import { grant } from "./grant";
import { kmsGrantOf } from "./kms-grant";
import { permissionOf, urlPermissionOf } from "./lambda-permission";
import { isNotUnderstood, notUnderstood } from "./not-understood";
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
  unreadable,
} from "./policy";
import { publicAccessBlockOf } from "./public-access-block";
import { ingressOf } from "./security-groups";
import { attribute, valuesOn } from "./side";
import { type ThingKind, type Things, unnamed } from "./things";

/** Resources that are policies of others: which, by which attribute. */
const OF_OTHERS: ReadonlyMap<string, { readonly kind: ThingKind; readonly by: string }> = new Map([
  ["aws_s3_bucket_policy", { kind: "bucket", by: "bucket" }],
  ["aws_api_gateway_rest_api_policy", { kind: "API", by: "rest_api_id" }],
  ["aws_vpc_endpoint_policy", { kind: "VPC endpoint", by: "vpc_endpoint_id" }],
  ["aws_kms_key_policy", { kind: "key", by: "key_id" }],
  ["aws_sqs_queue_policy", { kind: "queue", by: "queue_url" }],
  ["aws_sns_topic_policy", { kind: "topic", by: "arn" }],
  ["aws_ecr_repository_policy", { kind: "repository", by: "repository" }],
  ["aws_secretsmanager_secret_policy", { kind: "secret", by: "secret_arn" }],
]);

/** Read by identity-policies.ts. */
const IDENTITIES = /^aws_iam_(?:role|user|group)?_?policy(?:_attachment)?$/;

/** Identities, and what runs with the rights of one: read by identity-policies.ts, too. */
function isRunner(type: string): boolean {
  return /^aws_iam_(?:role|user|group|instance_profile|(?:user_)?group_membership)$/.test(type);
}

/** Resources that say who may do what, in another way than by a document. */
const READERS: ReadonlyMap<string, (resource: PlannedResource, things: Things) => Policy[]> = new Map([
  ["aws_kms_grant", (resource, things) => [kmsGrantOf(resource, things)]],
  ["aws_cloudwatch_event_permission", organizationPermissionOf],
  ["aws_lambda_layer_version_permission", organizationPermissionOf],
  ["aws_lambda_function_url", urlPermissionOf],
  ["aws_lambda_permission", (resource, things) => [permissionOf(resource, things)]],
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

/** Whether the type says who may do what, also where nobody understands how. */
export function isReadForAccess(type: string): boolean {
  return (
    READERS.has(type) ||
    OF_OTHERS.has(type) ||
    IDENTITIES.test(type) ||
    isNotUnderstood(type) ||
    isRunner(type)
  );
}

/** Attributes that hold a policy by their name, also where nobody can read them. */
const POLICY_NAME = /^(?:policy|access_policies|policy_document|.*_policy|.*_policy_document)$/;

/** Attributes that hold one by their type. */
const POLICY_BY_TYPE: ReadonlyMap<string, string> = new Map([["aws_organizations_policy", "content"]]);

/** Types and attributes whose policies are of something else than access: retries, filters, scaling, backups, TLS. */
const OTHER_TYPE =
  /_(?:lifecycle|scaling|autoscaling|appautoscaling|backup|data_protection|ssl|tls|load_balancer|stickiness|ciphers)_policy$|^aws_(?:autoscaling|appautoscaling)_policy$/;
const OTHER_NAME =
  /^(?:redrive(?:_allow)?|delivery|filter|lifecycle|retry|backup|scaling|data_protection|archive|ssl|tls|security|deletion|update|restart|viewer_protocol|restriction|placement|eviction)_policy$/;

/** What an API's document calls its policy (https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-policy.html). */
const POLICY_OF_API = "x-amazon-apigateway-policy";

/** Who may do what with resources: trust of roles, every attribute that holds a policy, and what is as good as one. */
export function resourcePolicies(plan: Plan, things: Things): Policy[] {
  return plan.resources.flatMap((resource) =>
    valuesOn(resource, things.side) === undefined ? [] : policiesOf(resource, things),
  );
}

function policiesOf(resource: PlannedResource, things: Things): Policy[] {
  const { type } = resource;
  const reader = READERS.get(type);
  if (reader !== undefined) return reader(resource, things);
  if (isNotUnderstood(type)) return notUnderstood(resource, things.side);
  if (!/^aws(?:cc)?_/.test(type) || IDENTITIES.test(type) || OTHER_TYPE.test(type)) return [];

  const found: Policy[] = type === "aws_s3_bucket" ? accessListOf(resource, things) : [];
  for (const [name, value] of Object.entries(valuesOn(resource, things.side) ?? {})) {
    if (attribute(resource, things.side, name) === undefined) continue;
    if (type === "aws_iam_role" && name !== "assume_role_policy") continue;
    const subject = subjectOfAttribute(resource, name, things);
    if (type === "aws_api_gateway_rest_api" && name === "body") {
      found.push(...policyOfBody(value, subject, resource, things));
    } else {
      const named = POLICY_BY_TYPE.get(type) === name ? "policy" : name;
      found.push(...inside(value, named).map((one) => policyFrom(one, subject, resource, things.side)));
    }
  }
  return found;
}

/** The policies in a value of an attribute, however deep. */
function inside(value: Value, name: string): Value[] {
  const isNamed = POLICY_NAME.test(name) && !OTHER_NAME.test(name);
  if (typeof value === "string") {
    return isDocument(value) || (isNamed && isBroken(value)) ? [value] : [];
  }
  if (typeof value === "symbol") return isNamed ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one: Value) => inside(one, name));
  if (isValues(value)) return Object.entries(value).flatMap(([inner, one]) => inside(one, inner));
  return [];
}

/** Of what cannot be read as JSON, nobody can tell that it is no policy. */
function isBroken(text: string): boolean {
  return text.trimStart().startsWith("{") && parseJson(text) === undefined;
}

function subjectOfAttribute(resource: PlannedResource, name: string, things: Things): Subject {
  const other = OF_OTHERS.get(resource.type);
  const thing =
    other === undefined ? things.itself(resource) : things.namedBy(resource, other.by, other.kind);
  return subjectOf(kindOf(resource, name), thing ?? unnamed(resource));
}

function kindOf({ type }: PlannedResource, name: string): PolicyKind {
  if (/^assume_role_policy(?:_document)?$/.test(name)) return "trust";
  return /^aws_(?:vpc_endpoint|api_gateway_rest_api)(?:_policy)?$/.test(type) ? "gate" : "resource";
}

function policyOfBody(value: Value, subject: Subject, resource: PlannedResource, things: Things): Policy[] {
  const text = textOf(value);
  if (text === undefined) return [unreadable(value, subject, resource, things.side)];
  if (!text.includes(POLICY_OF_API)) return [];
  const body = parseJson(text);
  const places = [placeOf(resource)];
  const document = typeof body === "object" && body !== null ? Reflect.get(body, POLICY_OF_API) : undefined;
  const standing = { principal: principalOf(subject), resource: resourceOf(subject), places };
  const grants = readParsed(document, standing);
  if (grants !== undefined) return [{ subject, places, grants }];
  return [
    { subject, places, grants: undefined, unjudged: "not understood", sameAs: `not understood: ${text}` },
  ];
}

/** What passes a gate that has no policy: everything that it leads to. */
export function openGate(subject: Subject, places: Policy["places"]): Policy {
  const action = subject.thing.key.startsWith("API:") ? "execute-api:Invoke" : "*";
  return {
    subject,
    places,
    grants: [
      grant({
        effect: "Allow",
        principal: { kind: "anyone", name: "*" },
        action: { kind: "one", text: action },
        resource: { kind: "one", text: "*" },
        conditions: [],
        places,
      }),
    ],
  };
}

/** A VPC endpoint that is made (anew) and has no policy lets everything pass; `others` are the policies on that side. */
export function newOpenGates(plan: Plan, things: Things, others: readonly Policy[]): Policy[] {
  if (things.side === "before") return [];
  const closed = new Set(others.map(({ subject }) => subject.key));
  return plan.resources.flatMap((resource) => {
    if (resource.type !== "aws_vpc_endpoint" || !resource.actions.includes("create")) return [];
    const thing = things.itself(resource);
    if (thing === undefined) return [];
    const subject = subjectOf("gate", thing);
    const takesPolicies = textOf(at(resource.after, "vpc_endpoint_type")) !== "GatewayLoadBalancer";
    return closed.has(subject.key) || !takesPolicies ? [] : [openGate(subject, [placeOf(resource)])];
  });
}
