import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../values";
import type { Finding } from "./change";
import { type Cors, cors, corsInWords, isWider, NO_CORS } from "./cors";
import { documentChanges } from "./rest-apis";

const KNOWN_LATER = "known after apply";

/** What changes of an HTTP or WebSocket API: its document, CORS, its own address, and the route of a quick create. */
export function httpApiChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const what = `API ${textOf((after ?? before)?.name) ?? resource.path}`;
  return [
    ...documentChanges(before, after),
    ...corsChanges(what, before, after),
    ...addressChanges(what, before, after),
    ...quickRouteChanges(what, before, after),
  ];
}

function corsChanges(what: string, before: Values | undefined, after: Values | undefined): Finding[] {
  if (before === undefined || after === undefined) return [];
  const [was, is] = [corsOf(before.cors_configuration), corsOf(after.cors_configuration)];
  const words = { before: corsInWords(was), after: corsInWords(is) };
  if (words.before === words.after) return [];
  return [{ what, kind: "CORS changed", ...words, widenedCors: isWider(was, is) }];
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

function addressChanges(what: string, before: Values | undefined, after: Values | undefined): Finding[] {
  if (before === undefined || after === undefined) return [];
  const wasOff = before.disable_execute_api_endpoint === true;
  const isOff = after.disable_execute_api_endpoint === true;
  if (wasOff === isOff) return [];
  return [
    {
      what: `${what}, its own address (execute-api)`,
      kind: "address changed",
      before: wasOff ? "off" : "on",
      after: isOff ? "off" : "on",
      opened: wasOff,
      public: wasOff,
    },
  ];
}

/** An API that is made with a target has a route that everybody can call. */
function quickRouteChanges(what: string, before: Values | undefined, after: Values | undefined): Finding[] {
  const [old, next] = [before, after].map((values) => values?.target ?? null);
  if (isSame(old, next) || next === null || next === undefined || next === "") return [];
  const route = textOf(after?.route_key) ?? "$default";
  return [
    {
      what: `${route} of ${what}`,
      kind: old === null ? "added" : "target changed",
      before: old === null ? undefined : "NONE",
      after: "NONE",
      opened: true,
      public: true,
    },
  ];
}
