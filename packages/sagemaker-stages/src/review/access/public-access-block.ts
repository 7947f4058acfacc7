import type { PlannedResource } from "../planned-resource";
import { grant } from "./grant";
import { type Policy, placeOf, resourceOf, subjectOf } from "./policy";
import { attribute } from "./side";
import { type Things, unnamed } from "./things";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
const SETTINGS = [
  "block_public_acls",
  "block_public_policy",
  "ignore_public_acls",
  "restrict_public_buckets",
];

/** The one that keeps the public out whatever the bucket's policy says. */
export const RESTRICTS_POLICIES = "restrict_public_buckets";

/** The one that keeps the public out whatever access lists say. */
export const IGNORES_LISTS = "ignore_public_acls";

/** What the settings that keep the public out of a bucket deny; a setting that nobody knows is none. */
export function publicAccessBlockOf(resource: PlannedResource, things: Things): Policy[] {
  const subject = subjectOf("resource", things.namedBy(resource, "bucket", "bucket") ?? unnamed(resource));
  const places = [placeOf(resource)];
  const set = SETTINGS.filter((setting) => attribute(resource, things.side, setting) === true);
  const grants = set.map((text) =>
    grant({
      effect: "Deny",
      principal: { kind: "anyone", name: "*" },
      action: { kind: "by", what: "public access block", text },
      resource: { kind: "one", text: resourceOf(subject) },
      conditions: [],
      places,
    }),
  );
  return [{ subject, places, grants }];
}
