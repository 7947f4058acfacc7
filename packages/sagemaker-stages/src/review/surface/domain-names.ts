import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import { type Finding, note, type SurfaceState, type SurfaceSubject, undetermined } from "./change";
import { isOpen, isPrivate, surfaceOf } from "./rest-apis";

/** Arguments that restrict who can reach a domain name, and that the review does not compare. */
const RESTRICTIONS = ["endpoint_configuration", "mutual_tls_authentication", "policy"] as const;

/**
 * Changes of a domain name of API Gateway itself. A name without a mapping reaches no API, so that only the mapping is an
 * address. The review does not compare client certificates and policies of private names.
 */
export function domainNameChanges({ path, ...resource }: PlannedResource): Finding[] {
  const { before, after } = deployedValues({ path, ...resource });
  const changed = RESTRICTIONS.filter(
    (argument) => !isSame(restriction(before, argument), restriction(after, argument)),
  );
  if (changed.length === 0 || (before === undefined && isPlain(after)) || after === undefined) return [];
  const subject = subjectOf(textOf((after ?? before)?.domain_name));
  return [
    undetermined(
      subject,
      before && note("exists"),
      note(before === undefined ? "new, not supported" : "changed, not supported"),
    ),
  ];
}

/** A Regional name without a client certificate and without a policy. */
function isPlain(values: Values | undefined): boolean {
  return RESTRICTIONS.every((argument) => isSame(restriction(values, argument), PLAIN[argument]));
}

const PLAIN: Readonly<Record<(typeof RESTRICTIONS)[number], Value>> = {
  endpoint_configuration: "REGIONAL",
  mutual_tls_authentication: null,
  policy: null,
};

function restriction(values: Values | undefined, argument: (typeof RESTRICTIONS)[number]): Value {
  const value = values?.[argument] ?? null;
  if (argument === "endpoint_configuration") return at(value, 0, "types", 0) ?? null;
  // Terraform writes an absent block as an empty list, and an absent policy as an empty text.
  const isEmpty = value === "" || (Array.isArray(value) && value.length === 0);
  // AWS computes the policy of a new name that has none.
  return isEmpty || (argument === "policy" && value === UNKNOWN) ? null : value;
}

/**
 * Whether a domain name is a new address of an API, or no longer an address. The name opens an API only if the API's default
 * address is disabled: at an enabled default address, the same callers reach the same routes.
 */
export function mappingChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  if (isSame(before, after)) return [];
  const [was, is] = [stateOf(before), stateOf(after)];
  const subject = subjectOf(textOf((after ?? before)?.domain_name));
  if (after === undefined) return [{ subject, kind: "removed", before: was, after: undefined }];
  const kind = before === undefined ? "added" : "address changed";
  const refuses = before !== undefined && !isSame(addressOf(before), addressOf(after));
  if (before !== undefined && isSame(targetOf(before), targetOf(after))) {
    return [{ subject, kind, before: was, after: is, refuses }];
  }
  const apis = plan.resources.filter(({ type }) => type === "aws_api_gateway_rest_api").map(deployedValues);
  // An API whose id is known after apply is new, and the review shows its routes with the API.
  if (after.api_id === UNKNOWN && apis.some((api) => api.after?.id === UNKNOWN)) {
    return [{ subject, kind, before: was, after: is, refuses }];
  }
  const id = textOf(after.api_id);
  const api = apis.find((one) => id !== undefined && one.after?.id === id);
  if (api?.after === undefined) return [undetermined(subject, was, note("stage of an unknown API"))];
  const opened = api.before?.disable_execute_api_endpoint === true;
  return [
    {
      subject,
      kind,
      before: was,
      after: is,
      opened,
      public: opened && hasOpenRoute(api.after) && !isPrivate(api.after),
      refuses,
    },
  ];
}

/** Whether anyone can call a route. An API whose routes are undetermined can have an open route. */
function hasOpenRoute(api: Values): boolean {
  const surface = surfaceOf(api);
  return typeof surface === "string" || [...surface.routes.values()].some(isOpen);
}

function subjectOf(name: string | undefined): SurfaceSubject {
  return { kind: "domain name", name: name ?? "known after apply" };
}

/** The API and the stage of a mapping. */
function targetOf({ api_id = null, stage_name = null, domain_name = null }: Values): Value {
  return [api_id, stage_name, domain_name];
}

/** The part of a mapping that callers write. Terraform writes an absent base path as an empty text. */
function addressOf({ domain_name = null, base_path }: Values): Value {
  return [domain_name, base_path ?? ""];
}

function stateOf(mapping: Values | undefined): SurfaceState | undefined {
  if (mapping === undefined) return undefined;
  const { stage_name, base_path } = mapping;
  return {
    kind: "mapping",
    stage: textOf(stage_name) ?? "known after apply",
    basePath: textOf(base_path) ?? "",
  };
}
