import type { PlannedResource } from "../reading/planned-resource";
import { textOf } from "../reading/values";
import { type Condition, condition } from "./condition";
import { grant } from "./grant";
import { principalFrom } from "./lambda-permission";
import { type Policy, placeOf, resourceOf, subjectOf, undeterminedPolicy } from "./policy";
import { type ResourceIndex, unnamed } from "./resource-index";
import { attribute } from "./side";

/** By type: the attribute with the organization that limits a permission for everyone. */
const ORGANIZATION: Readonly<Record<string, string>> = {
  aws_cloudwatch_event_permission: "condition",
  aws_lambda_layer_version_permission: "organization_id",
};

/**
 * The statement of a layer's or an event bus's policy, for an account, for everyone, or for an organization
 * (https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html,
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html).
 */
export function organizationPermissionOf(resource: PlannedResource, index: ResourceIndex): Policy[] {
  const { side } = index;
  const subject = subjectOf("resource", unnamed(resource));
  const [principal, action] = ["principal", "action"].map((name) => attribute(resource, side, name));
  const name = textOf(principal);
  if (name === undefined) return [undeterminedPolicy(principal ?? null, subject, resource, side)];
  const places = [placeOf(resource)];
  const text = textOf(action) ?? "events:PutEvents";
  const one = grant({
    effect: "Allow",
    principal: principalFrom(name),
    action: { kind: "pattern", text },
    resource: { kind: "pattern", text: resourceOf(subject) },
    conditions: organizationIn(resource, index),
    places,
  });
  return [{ subject, places, grants: [one] }];
}

function organizationIn(resource: PlannedResource, { side }: ResourceIndex): Condition[] {
  const value = attribute(resource, side, ORGANIZATION[resource.type] ?? "");
  const block = Array.isArray(value) ? value[0] : value;
  if (block === undefined) return [];
  const id = typeof block === "object" && block !== null && "value" in block ? block.value : block;
  if (typeof id === "string") return [condition("StringEquals", "aws:PrincipalOrgID", [id])];
  return [condition("StringEquals", "aws:PrincipalOrgID", [resource.address], "known after apply")];
}
