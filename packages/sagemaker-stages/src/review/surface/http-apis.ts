import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import { stateOfRequirement } from "./authorization";
import { type Cors, type Finding, note } from "./change";
import { cors, corsChange, NO_CORS } from "./cors";
import { documentChanges } from "./rest-apis";

const KNOWN_LATER = "known after apply";

/** Changes of an HTTP or WebSocket API: its document, CORS, its default address, and the route of a quick create. */
export function httpApiChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const api = textOf((after ?? before)?.name) ?? resource.path;
  return [
    ...documentChanges(before, after),
    ...corsChanges(api, before, after),
    ...addressChanges(api, before, after),
    ...quickRouteChanges(api, before, after),
  ];
}

function corsChanges(api: string, before: Values | undefined, after: Values | undefined): Finding[] {
  if (before === undefined || after === undefined) return [];
  return corsChange(
    { kind: "API", api },
    corsOf(before.cors_configuration),
    corsOf(after.cors_configuration),
  );
}

function corsOf(blocks: Value | undefined): Cors {
  if (blocks === UNKNOWN) return cors([KNOWN_LATER], [], false);
  const block = at(blocks, 0);
  if (block === undefined) return NO_CORS;
  const credentials = at(block, "allow_credentials") === true;
  return cors(textsIn(at(block, "allow_origins")), textsIn(at(block, "allow_methods")), credentials);
}

function textsIn(value: Value | undefined): string[] {
  if (value === UNKNOWN) return [KNOWN_LATER];
  return Array.isArray(value) ? (value as readonly Value[]).map((one) => textOf(one) ?? KNOWN_LATER) : [];
}

function addressChanges(api: string, before: Values | undefined, after: Values | undefined): Finding[] {
  if (before === undefined || after === undefined) return [];
  const wasOff = before.disable_execute_api_endpoint === true;
  const isOff = after.disable_execute_api_endpoint === true;
  if (wasOff === isOff) return [];
  return [
    {
      subject: { kind: "default address", api },
      kind: "address changed",
      before: note(wasOff ? "disabled" : "enabled"),
      after: note(isOff ? "disabled" : "enabled"),
      opened: wasOff,
      public: wasOff,
      refuses: isOff,
    },
  ];
}

/** An API that is created with a target has a route that anyone can call. */
function quickRouteChanges(api: string, before: Values | undefined, after: Values | undefined): Finding[] {
  const [old, next] = [before, after].map((values) => values?.target ?? null);
  if (isSame(old, next) || next === null || next === undefined || next === "") return [];
  const route = textOf(after?.route_key) ?? "$default";
  return [
    {
      subject: { kind: "route", route, api },
      kind: old === null ? "added" : "target changed",
      before: old === null ? undefined : NONE,
      after: NONE,
      opened: true,
      public: true,
    },
  ];
}

const NONE = stateOfRequirement({ kind: "NONE" });
