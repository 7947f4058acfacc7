import type { PlannedResource } from "../reading/planned-resource";
import { at, isValues, textOf, type Value } from "../reading/values";
import { AUTHENTICATED, grant, type Principal } from "./grant";
import { type Policy, placeOf, resourceOf, subjectOf, undeterminedPolicy } from "./policy";
import { type ResourceIndex, unnamed } from "./resource-index";
import { attribute } from "./side";

/** An entry of an access control list: a grantee and a permission. */
interface Entry {
  readonly principal: Principal;
  readonly permission: string;
}

const ANYONE: Principal = { kind: "anyone", name: "*" };
const EVERY_ACCOUNT: Principal = { kind: "anyone", name: AUTHENTICATED };
const LOG_DELIVERY: Principal = { kind: "service", name: "logging.s3.amazonaws.com" };

/**
 * The permissions of S3's canned access lists for grantees other than the owner
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl).
 */
const CANNED: ReadonlyMap<string, readonly Entry[]> = new Map([
  ["private", []],
  ["bucket-owner-read", []],
  ["bucket-owner-full-control", []],
  ["public-read", [{ principal: ANYONE, permission: "READ" }]],
  [
    "public-read-write",
    [
      { principal: ANYONE, permission: "READ" },
      { principal: ANYONE, permission: "WRITE" },
    ],
  ],
  ["authenticated-read", [{ principal: EVERY_ACCOUNT, permission: "READ" }]],
  ["aws-exec-read", [{ principal: { kind: "service", name: "ec2.amazonaws.com" }, permission: "READ" }]],
  [
    "log-delivery-write",
    [
      { principal: LOG_DELIVERY, permission: "WRITE" },
      { principal: LOG_DELIVERY, permission: "READ_ACP" },
    ],
  ],
]);

/** Predefined groups of S3, by the end of their URI. */
const GROUPS: ReadonlyMap<string, Principal> = new Map([
  ["AllUsers", ANYONE],
  ["AuthenticatedUsers", EVERY_ACCOUNT],
  ["LogDelivery", LOG_DELIVERY],
]);

/** The permissions of a bucket's or an object's access list for grantees other than the owner. */
export function accessListOf(resource: PlannedResource, index: ResourceIndex): Policy[] {
  const { side } = index;
  const isObject = /_object(?:_copy)?$/.test(resource.type);
  const canned = attribute(resource, side, "acl");
  const listed = attribute(resource, side, "access_control_policy") ?? attribute(resource, side, "grant");
  if (canned === undefined && listed === undefined) return [];

  const ref = isObject
    ? unnamed(resource)
    : (index.itself(resource) ?? index.namedBy(resource, "bucket", "bucket") ?? unnamed(resource));
  const subject = subjectOf("resource", ref);
  const entries =
    typeof canned === "string" ? CANNED.get(canned) : canned === undefined ? entriesIn(listed) : undefined;
  if (entries === undefined) return [undeterminedPolicy(canned ?? listed ?? null, subject, resource, side)];
  const places = [placeOf(resource)];
  const grants = entries.map(({ principal, permission }) =>
    grant({
      effect: "Allow",
      principal,
      action: {
        kind: "reference",
        what: "access list",
        text: isObject && permission === "READ" ? "READ of the object" : permission,
      },
      resource: { kind: "pattern", text: resourceOf(subject) },
      conditions: [],
      places,
    }),
  );
  return [{ subject, places, grants }];
}

/** Entries of `access_control_policy` and of a bucket's `grant`; undefined if the plan does not show the entries. */
function entriesIn(listed: Value | undefined): readonly Entry[] | undefined {
  if (!Array.isArray(listed)) return undefined;
  const found: Entry[] = [];
  for (const block of listed as readonly Value[]) {
    if (!isValues(block)) return undefined;
    const owner = textOf(at(block, "owner", 0, "id"));
    const grants = Object.hasOwn(block, "grant") ? block.grant : [block];
    if (!Array.isArray(grants)) return undefined;
    for (const one of grants as readonly Value[]) {
      const entries = entriesOf(one, owner);
      if (entries === undefined) return undefined;
      found.push(...entries);
    }
  }
  return found;
}

function entriesOf(one: Value, owner: string | undefined): readonly Entry[] | undefined {
  const grantee = at(one, "grantee", 0) ?? one;
  const permissions = textsIn(at(one, "permission") ?? at(one, "permissions"));
  const principal = principalOf(grantee);
  if (principal === undefined || permissions === undefined) return undefined;
  if (principal.kind === "canonical user" && principal.name === owner) return [];
  return permissions
    .flatMap((permission) => (permission === "FULL_CONTROL" ? FULL_CONTROL : permission))
    .map((permission) => ({ principal, permission }));
}

function textsIn(value: Value | undefined): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return undefined;
  const texts = (value as readonly Value[]).flatMap((one) => (typeof one === "string" ? one : []));
  return texts.length === value.length ? texts : undefined;
}

/** The permissions that FULL_CONTROL contains. */
const FULL_CONTROL: readonly string[] = ["READ", "WRITE", "READ_ACP", "WRITE_ACP"];

function principalOf(grantee: Value): Principal | undefined {
  const known = ["uri", "id", "email_address"].map((name) => nameIn(grantee, name));
  const [uri, id, email] = known;
  if (known.includes(undefined)) return undefined;
  if (uri !== undefined && uri !== "") return GROUPS.get(uri.split("/").at(-1) ?? "");
  const name = id === "" ? email : id;
  return name === undefined || name === "" ? undefined : { kind: "canonical user", name };
}

/** Empty if the grantee has no such name, undefined if the plan does not show the name. */
function nameIn(grantee: Value, name: string): string | undefined {
  const value = at(grantee, name);
  return value === undefined || value === null ? "" : textOf(value);
}
