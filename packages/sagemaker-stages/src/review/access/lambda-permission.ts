import type { PlannedResource } from "../reading/planned-resource";
import { MASKED, UNKNOWN } from "../reading/values";
import { labelOfUnknown } from "../rendering/phrases/text";
import { type Condition, condition, inOrder } from "./condition";
import { awsPrincipal } from "./document";
import { grant, type Principal } from "./grant";
import { type Policy, placeOf, resourceOf, subjectOf, undeterminedPolicy } from "./policy";
import type { ResourceIndex, ResourceRef } from "./resource-index";
import { attribute, type Side } from "./side";

/**
 * The conditions that the arguments of `aws_lambda_permission` add to the function's policy
 * (https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html).
 */
const CONDITIONS: readonly (readonly [argument: string, operator: string, key: string])[] = [
  ["source_arn", "ArnLike", "aws:SourceArn"],
  ["source_account", "StringEquals", "aws:SourceAccount"],
  ["principal_org_id", "StringEquals", "aws:PrincipalOrgID"],
  ["event_source_token", "StringEquals", "lambda:EventSourceToken"],
  ["function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"],
  ["invoked_via_function_url", "Bool", "lambda:InvokedViaFunctionUrl"],
];

/** The statement that an `aws_lambda_permission` adds to the function's policy. */
export function permissionOf(resource: PlannedResource, index: ResourceIndex): Policy {
  const { side } = index;
  const subject = subjectOf("resource", functionOf(resource, index));
  const principal = attribute(resource, side, "principal");
  const action = attribute(resource, side, "action");
  if (typeof principal !== "string" || typeof action !== "string") {
    return undeterminedPolicy(UNKNOWN, subject, resource, side);
  }
  const places = [placeOf(resource)];
  const one = grant({
    effect: "Allow",
    principal: principalFrom(principal),
    action: { kind: "pattern", text: action },
    resource: { kind: "pattern", text: resourceOf(subject) + qualifierOf(resource, side) },
    conditions: inOrder(CONDITIONS.flatMap((parts) => conditionOf(resource, side, ...parts))),
    places,
  });
  return { subject, places, grants: [one] };
}

/**
 * The permission of a function URL without authorization. Terraform's provider adds a public permission that no plan
 * shows (https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/lambda_function_url).
 */
export function urlPermissionOf(resource: PlannedResource, index: ResourceIndex): Policy[] {
  const type = attribute(resource, index.side, "authorization_type");
  const subject = subjectOf("resource", functionOf(resource, index));
  if (typeof type !== "string") return [undeterminedPolicy(type ?? UNKNOWN, subject, resource, index.side)];
  if (type !== "NONE") return [];
  const places = [placeOf(resource)];
  const one = grant({
    effect: "Allow",
    principal: { kind: "anyone", name: "*" },
    action: { kind: "pattern", text: "lambda:InvokeFunctionUrl" },
    resource: { kind: "pattern", text: resourceOf(subject) + qualifierOf(resource, index.side) },
    conditions: [condition("StringEquals", "lambda:FunctionUrlAuthType", ["NONE"])],
    places,
  });
  return [{ subject, places, grants: [one] }];
}

function functionOf(resource: PlannedResource, index: ResourceIndex): ResourceRef {
  const { address, path } = resource;
  return (
    index.namedBy(resource, "function_name", "function") ?? {
      key: `function:@${address}`,
      label: labelOfUnknown("function", path),
    }
  );
}

/** A permission of a version or an alias does not apply to the whole function, and vice versa. */
function qualifierOf(resource: PlannedResource, side: Side): string {
  const qualifier = attribute(resource, side, "qualifier");
  if (qualifier === undefined) return "";
  return typeof qualifier === "string" ? `:${qualifier}` : ":(known after apply)";
}

/** The principal of a text: the domain of a service, an account, an ARN, or `*`. */
export function principalFrom(name: string): Principal {
  return /^[\w-]+(?:\.[\w-]+)+$/.test(name) ? { kind: "service", name } : awsPrincipal(name);
}

function conditionOf(
  resource: PlannedResource,
  side: Side,
  argument: string,
  operator: string,
  key: string,
): Condition[] {
  const value = attribute(resource, side, argument);
  if (value === undefined || value === false) return [];
  if (typeof value === "string" || value === true) return [condition(operator, key, [String(value)])];
  // Two hidden values are equal only if the plan shows that they are equal.
  const hidden = value === UNKNOWN ? "known after apply" : "masked";
  const id = value === MASKED ? resource.address : `${side} ${resource.address}`;
  return [condition(operator, key, [id], hidden)];
}
