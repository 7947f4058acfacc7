import type { PlannedResource } from "../planned-resource";
import { textOf, UNKNOWN, type Value } from "../values";
import { condition } from "./condition";
import { grant } from "./grant";
import { principalFrom } from "./lambda-permission";
import { type Policy, placeOf, resourceOf, subjectOf, unreadable } from "./policy";
import { attribute } from "./side";
import { type Things, unnamed } from "./things";

/** What an `aws_kms_grant` lets somebody do with a key (https://docs.aws.amazon.com/kms/latest/developerguide/grants.html). */
export function kmsGrantOf(resource: PlannedResource, things: Things): Policy {
  const { side } = things;
  const key = things.namedBy(resource, "key_id", "key");
  const subject = subjectOf("resource", key ?? unnamed(resource));
  const operations = attribute(resource, side, "operations");
  const actions = (Array.isArray(operations) ? operations : []).map((one: Value) => textOf(one));
  const grantee = textOf(attribute(resource, side, "grantee_principal"));
  if (grantee === undefined || actions.length === 0 || actions.includes(undefined)) {
    return unreadable(UNKNOWN, subject, resource, side);
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
        action: { kind: "one", text: `kms:${action}` },
        resource: { kind: "one", text: resourceOf(subject) },
        // What a key encrypts can be told by its context: that there is one says enough.
        conditions: isBare
          ? []
          : [condition("StringEquals", "kms:EncryptionContext", [JSON.stringify(constraints)], "masked")],
        places,
      }),
    ),
  };
}
