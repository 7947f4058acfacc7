import type { PlannedResource } from "../reading/planned-resource";
import { grant } from "./grant";
import { type Policy, placeOf, resourceOf, subjectOf } from "./policy";
import { type ResourceIndex, unnamed } from "./resource-index";
import { attribute } from "./side";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
const SETTINGS = [
  "block_public_acls",
  "block_public_policy",
  "ignore_public_acls",
  "restrict_public_buckets",
];

/** The setting that excludes the public even if the bucket's policy allows public access. */
export const RESTRICTS_POLICIES = "restrict_public_buckets";

/** The setting that excludes the public even if access lists allow public access. */
export const IGNORES_LISTS = "ignore_public_acls";

/** The denials of the settings that block public access. A setting that is known after apply denies nothing. */
export function publicAccessBlockOf(resource: PlannedResource, index: ResourceIndex): Policy[] {
  const subject = subjectOf("resource", index.namedBy(resource, "bucket", "bucket") ?? unnamed(resource));
  const places = [placeOf(resource)];
  const set = SETTINGS.filter((setting) => attribute(resource, index.side, setting) === true);
  const grants = set.map((text) =>
    grant({
      effect: "Deny",
      principal: { kind: "anyone", name: "*" },
      action: { kind: "reference", what: "public access block", text },
      resource: { kind: "pattern", text: resourceOf(subject) },
      conditions: [],
      places,
    }),
  );
  return [{ subject, places, grants }];
}
