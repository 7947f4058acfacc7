import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, type Value, type Values } from "../reading/values";
import {
  type Authorization,
  authorizationState,
  isSameAuthorization,
  isUndetermined,
  isWeaker,
  methodAuthorization,
  readsAlike,
  refusesCallers,
  STRENGTH,
} from "./authorization";
import { type Finding, note, type SurfaceSubject, undetermined } from "./change";
import { isPrivate } from "./rest-apis";

const KNOWN_LATER = "known after apply";

/** Changes of a method of a REST API that is a separate resource (`aws_api_gateway_method`). */
export function methodChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  const values = after ?? before;
  const method = textOf(values?.http_method) ?? KNOWN_LATER;
  const subject: SurfaceSubject = {
    kind: "route",
    route: `${method} ${pathOf(values, plan) ?? resource.path}`,
  };
  // A preflight request has no credentials.
  if (
    method === "OPTIONS" &&
    authorizationOf(after ?? before)?.weakest === STRENGTH.NONE &&
    before === undefined
  )
    return [];
  return routeChanges(subject, before, after, { isReachable: !isOfPrivateApi(values, plan) });
}

/** Changes of a route of an HTTP or WebSocket API (`aws_apigatewayv2_route`). */
export function httpRouteChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const key = textOf((after ?? before)?.route_key) ?? KNOWN_LATER;
  // In a WebSocket API, only the connection is authorized.
  if (/^\$(?!connect|default)|^(?!\$)[^ ]+$/.test(key) && key !== KNOWN_LATER) return [];
  return routeChanges({ kind: "route", route: key }, before, after, { isReachable: true });
}

function routeChanges(
  subject: SurfaceSubject,
  before: Values | undefined,
  after: Values | undefined,
  { isReachable }: { readonly isReachable: boolean },
): Finding[] {
  const [was, is] = [authorizationOf(before), authorizationOf(after)];
  const oldState = was && authorizationState(was);
  if (after === undefined) return [{ subject, kind: "removed", before: oldState, after: undefined }];
  if (is === undefined) {
    return isSame(before, after) ? [] : [undetermined(subject, oldState, note(KNOWN_LATER))];
  }
  const newState = authorizationState(is);
  const isOpen = is.weakest === STRENGTH.NONE;
  if (before === undefined) {
    const flags = { opened: isOpen, public: isOpen && isReachable };
    return [{ subject, kind: "added", before: undefined, after: newState, ...flags }];
  }
  const kind = "authorization changed";
  if (was === undefined) {
    const flags = { opened: isOpen, public: isOpen && isReachable };
    return [{ subject, kind, before: note(KNOWN_LATER), after: newState, ...flags }];
  }
  if (isSameAuthorization(was, is)) return [];
  const refuses = refusesCallers(was, is);
  if (isUndetermined(was, is)) return [{ ...undetermined(subject, oldState, newState), kind, refuses }];
  const wasOpen = was.weakest === STRENGTH.NONE;
  // An API key identifies a usage plan, and no caller.
  const losesIdentity = was.weakest === STRENGTH.IDENTITY && is.weakest < STRENGTH.IDENTITY;
  const flags = {
    opened: isWeaker(was, is),
    public: ((isOpen && !wasOpen) || losesIdentity) && isReachable,
    refuses,
  };
  const now = readsAlike(was, is) ? authorizationState(is, { differs: "definition" }) : newState;
  return [{ subject, kind, before: oldState, after: now, ...flags }];
}

/** Undefined where the authorization is not known yet. */
function authorizationOf(values: Values | undefined): Authorization | undefined {
  if (values === undefined) return undefined;
  const type = values.authorization ?? values.authorization_type ?? "NONE";
  const key = values.api_key_required ?? false;
  if (typeof type !== "string" || typeof key !== "boolean") return undefined;
  const scopes = at(values, "authorization_scopes");
  const authorizer = textOf(values.authorizer_id) ?? KNOWN_LATER;
  return methodAuthorization(type, key, authorizer, textsIn(scopes));
}

function textsIn(value: Value | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Value[]).map((one) => textOf(one) ?? KNOWN_LATER) : [];
}

/** The path of a method's resource; undefined where it is not in the plan. */
function pathOf(values: Values | undefined, plan: Plan): string | undefined {
  const id = values?.resource_id;
  if (typeof id !== "string") return undefined;
  for (const one of plan.resources) {
    const { before, after } = deployedValues(one);
    if (one.type === "aws_api_gateway_resource" && (after?.id ?? before?.id) === id) {
      return textOf((after ?? before)?.path);
    }
    if (one.type === "aws_api_gateway_rest_api" && (after ?? before)?.root_resource_id === id) return "/";
  }
  return undefined;
}

function isOfPrivateApi(values: Values | undefined, plan: Plan): boolean {
  return plan.resources.some((one) => {
    const { after } = deployedValues(one);
    if (one.type !== "aws_api_gateway_rest_api" || after === undefined) return false;
    return typeof after.id === "string" && after.id === values?.rest_api_id && isPrivate(after);
  });
}
