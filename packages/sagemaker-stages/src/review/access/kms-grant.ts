import type { PlannedResource } from "../reading/planned-resource";
import { textOf, UNKNOWN, type Value } from "../reading/values";
import { condition } from "./condition";
import { grant } from "./grant";
import { principalFrom } from "./lambda-permission";
import { type Policy, placeOf, resourceOf, subjectOf, undeterminedPolicy } from "./policy";
import { type ResourceIndex, unnamed } from "./resource-index";
import { attribute } from "./side";

/**
 * The permissions of an `aws_kms_grant` for a key (https://docs.aws.amazon.com/kms/latest/developerguide/grants.html).
 */
export function kmsGrantOf(resource: PlannedResource, index: ResourceIndex): Policy {
  const { side } = index;
  const key = index.namedBy(resource, "key_id", "key");
  const subject = subjectOf("resource", key ?? unnamed(resource));
  const operations = attribute(resource, side, "operations");
  const actions = (Array.isArray(operations) ? operations : []).map((one: Value) => textOf(one));
  const grantee = textOf(attribute(resource, side, "grantee_principal"));
  if (grantee === undefined || actions.length === 0 || actions.includes(undefined)) {
    return undeterminedPolicy(UNKNOWN, subject, resource, side);
  }
  const places = [placeOf(resource)];
  const constraints = attribute(resource, side, "constraints");
  const isBare = constraints === undefined || (Array.isArray(constraints) && constraints.length === 0);
  return {
    subject,
    places,
    grants: actions.map((action) =>
      grant({
        effect: "Allow",
        principal: principalFrom(grantee),
        action: { kind: "pattern", text: `kms:${action}` },
        resource: { kind: "pattern", text: resourceOf(subject) },
        // An encryption context can identify the encrypted data: the review only shows that a context is required.
        conditions: isBare
          ? []
          : [condition("StringEquals", "kms:EncryptionContext", [JSON.stringify(constraints)], "masked")],
        places,
      }),
    ),
  };
}
