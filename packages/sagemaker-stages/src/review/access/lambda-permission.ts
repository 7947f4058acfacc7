import type { PlannedResource } from "../planned-resource";
import { MASKED, UNKNOWN } from "../values";
import { type Condition, condition, inOrder } from "./condition";
import { awsPrincipal } from "./document";
import { grant, type Principal } from "./grant";
import { type Policy, placeOf, resourceOf, subjectOf, unreadable } from "./policy";
import { attribute, type Side } from "./side";
import { labelOfUnknown } from "./text";
import type { Thing, Things } from "./things";

/** What an argument of `aws_lambda_permission` becomes in the function's policy (https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html). */
const CONDITIONS: readonly (readonly [argument: string, operator: string, key: string])[] = [
  ["source_arn", "ArnLike", "aws:SourceArn"],
  ["source_account", "StringEquals", "aws:SourceAccount"],
  ["principal_org_id", "StringEquals", "aws:PrincipalOrgID"],
  ["event_source_token", "StringEquals", "lambda:EventSourceToken"],
  ["function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"],
  ["invoked_via_function_url", "Bool", "lambda:InvokedViaFunctionUrl"],
];

/** The one statement of a function's policy that an `aws_lambda_permission` is. */
export function permissionOf(resource: PlannedResource, things: Things): Policy {
  const { side } = things;
  const subject = subjectOf("resource", functionOf(resource, things));
  const principal = attribute(resource, side, "principal");
  const action = attribute(resource, side, "action");
  if (typeof principal !== "string" || typeof action !== "string") {
    return unreadable(UNKNOWN, subject, resource, side);
  }
  const places = [placeOf(resource)];
  const one = grant({
    effect: "Allow",
    principal: principalFrom(principal),
    action: { kind: "one", text: action },
    resource: { kind: "one", text: resourceOf(subject) + qualifierOf(resource, side) },
    conditions: inOrder(CONDITIONS.flatMap((parts) => conditionOf(resource, side, ...parts))),
    places,
  });
  return { subject, places, grants: [one] };
}

/**
 * A function URL without authorization: Terraform's provider then adds a public permission of its own, which no plan
 * shows (https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/lambda_function_url).
 */
export function urlPermissionOf(resource: PlannedResource, things: Things): Policy[] {
  const type = attribute(resource, things.side, "authorization_type");
  const subject = subjectOf("resource", functionOf(resource, things));
  if (typeof type !== "string") return [unreadable(type ?? UNKNOWN, subject, resource, things.side)];
  if (type !== "NONE") return [];
  const places = [placeOf(resource)];
  const one = grant({
    effect: "Allow",
    principal: { kind: "anyone", name: "*" },
    action: { kind: "one", text: "lambda:InvokeFunctionUrl" },
    resource: { kind: "one", text: resourceOf(subject) + qualifierOf(resource, things.side) },
    conditions: [condition("StringEquals", "lambda:FunctionUrlAuthType", ["NONE"])],
    places,
  });
  return [{ subject, places, grants: [one] }];
}

function functionOf(resource: PlannedResource, things: Things): Thing {
  const { address, path } = resource;
  return (
    things.namedBy(resource, "function_name", "function") ?? {
      key: `function:@${address}`,
      label: labelOfUnknown("function", path),
    }
  );
}

/** A permission of a version or an alias is none of the function as a whole, and the other way around. */
function qualifierOf(resource: PlannedResource, side: Side): string {
  const qualifier = attribute(resource, side, "qualifier");
  if (qualifier === undefined) return "";
  return typeof qualifier === "string" ? `:${qualifier}` : ":(known after apply)";
}

/** Whom AWS names in one text: a service by its domain, an account, an ARN, everybody. */
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
  // What is hidden is the same as what is hidden elsewhere only where the plan says so.
  const hidden = value === UNKNOWN ? "known after apply" : "masked";
  const id = value === MASKED ? resource.address : `${side} ${resource.address}`;
  return [condition(operator, key, [id], hidden)];
}
