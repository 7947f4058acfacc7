import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, textOf, type Value, type Values } from "../values";
import {
  type Authorization,
  isSameAuthorization,
  isUnjudged,
  isWeaker,
  requirementOf,
  STRENGTH,
} from "./authorization";
import { type Finding, unjudged } from "./change";
import { isPrivate } from "./rest-apis";

const KNOWN_LATER = "known after apply";

/** What changes of a method of a REST API that is a resource of its own (`aws_api_gateway_method`). */
export function methodChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = inAws(resource);
  const values = after ?? before;
  const method = textOf(values?.http_method) ?? KNOWN_LATER;
  const what = `${method} ${pathOf(values, plan) ?? resource.path}`;
  // A preflight asks nobody who they are.
  if (
    method === "OPTIONS" &&
    authorizationOf(after ?? before)?.weakest === STRENGTH.NONE &&
    before === undefined
  )
    return [];
  return routeChanges(what, before, after, { isReachable: !isOfPrivateApi(values, plan) });
}

/** What changes of a route of an HTTP or WebSocket API (`aws_apigatewayv2_route`). */
export function httpRouteChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const key = textOf((after ?? before)?.route_key) ?? KNOWN_LATER;
  // Of a WebSocket API, the connection alone is authorized.
  if (/^\$(?!connect|default)|^(?!\$)[^ ]+$/.test(key) && key !== KNOWN_LATER) return [];
  return routeChanges(`${key}`, before, after, { isReachable: true });
}

function routeChanges(
  what: string,
  before: Values | undefined,
  after: Values | undefined,
  { isReachable }: { readonly isReachable: boolean },
): Finding[] {
  const [was, is] = [authorizationOf(before), authorizationOf(after)];
  if (after === undefined) return [{ what, kind: "removed", before: was?.words, after: undefined }];
  if (is === undefined) return isSame(before, after) ? [] : [unjudged(what, was?.words, KNOWN_LATER)];
  const isOpen = is.weakest === STRENGTH.NONE;
  if (before === undefined) {
    const flags = { opened: isOpen, public: isOpen && isReachable };
    return [{ what, kind: "added", before: undefined, after: is.words, ...flags }];
  }
  const kind = "authorization changed";
  if (was === undefined) {
    const flags = { opened: isOpen, public: isOpen && isReachable };
    return [{ what, kind, before: KNOWN_LATER, after: is.words, ...flags }];
  }
  if (isSameAuthorization(was, is)) return [];
  if (isUnjudged(was, is)) return [{ ...unjudged(what, was.words, is.words), kind }];
  const wasOpen = was.weakest === STRENGTH.NONE;
  // An API key says which plan a request counts for, and not who calls.
  const losesIdentity = was.weakest === STRENGTH.IDENTITY && is.weakest < STRENGTH.IDENTITY;
  const flags = {
    opened: isWeaker(was, is),
    public: ((isOpen && !wasOpen) || losesIdentity) && isReachable,
  };
  const words = was.words === is.words ? `${is.words}, defined otherwise` : is.words;
  return [{ what, kind, before: was.words, after: words, ...flags }];
}

/** Undefined where nobody can read what is asked. */
function authorizationOf(values: Values | undefined): Authorization | undefined {
  if (values === undefined) return undefined;
  const type = values.authorization ?? values.authorization_type ?? "NONE";
  const key = values.api_key_required ?? false;
  if (typeof type !== "string" || typeof key !== "boolean") return undefined;
  const scopes = at(values, "authorization_scopes");
  const authorizer = textOf(values.authorizer_id) ?? KNOWN_LATER;
  return requirementOf(type, key, authorizer, textsIn(scopes));
}

function textsIn(value: Value | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Value[]).map((one) => textOf(one) ?? KNOWN_LATER) : [];
}

/** The path of a method's resource; undefined where it is not in the plan. */
function pathOf(values: Values | undefined, plan: Plan): string | undefined {
  const id = values?.resource_id;
  if (typeof id !== "string") return undefined;
  for (const one of plan.resources) {
    const { before, after } = inAws(one);
    if (one.type === "aws_api_gateway_resource" && (after?.id ?? before?.id) === id) {
      return textOf((after ?? before)?.path);
    }
    if (one.type === "aws_api_gateway_rest_api" && (after ?? before)?.root_resource_id === id) return "/";
  }
  return undefined;
}

function isOfPrivateApi(values: Values | undefined, plan: Plan): boolean {
  return plan.resources.some((one) => {
    const { after } = inAws(one);
    if (one.type !== "aws_api_gateway_rest_api" || after === undefined) return false;
    return typeof after.id === "string" && after.id === values?.rest_api_id && isPrivate(after);
  });
}
