import { GATEWAY_TIMEOUT_IN_SECONDS } from "../../aws/time-budget";
import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import {
  authorizationState,
  isSameAuthorization,
  isUndetermined,
  isWeaker,
  readsAlike,
  refusesCallers,
  STRENGTH,
} from "./authorization";
import {
  type Finding,
  isSameState,
  note,
  type SurfaceNote,
  type SurfaceState,
  type SurfaceSubject,
  type TargetName,
  undetermined,
} from "./change";
import { corsChange, NO_CORS } from "./cors";
import { type ApiSurface, answeringRoute, NO_ROUTES, type Route, readSurface } from "./open-api";
import { ownAuthorizerUri } from "./own-authorizer";
import { isSharedKeyMoved } from "./shared-key";

const ALL_ROUTES: SurfaceSubject = { kind: "all routes" };

/** Changes of a REST API's routes, their authorization and CORS, and the API's address. */
export function restApiChanges(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = deployedValues(resource);
  const address =
    before !== undefined && after !== undefined ? addressChanges(before, after, surfaceOf(after)) : [];
  const own = ownAuthorizerUri(plan);
  const acceptsKeys = isSharedKeyMoved(before, plan) ? own : undefined;
  return [...documentChanges(before, after, own, acceptsKeys), ...address];
}

/**
 * Changes of the routes that an API's document describes.
 *
 * @param ownAuthorizer - see {@link readSurface}
 * @param acceptsKeys - see {@link refusesCallers}
 */
export function documentChanges(
  before: Values | undefined,
  after: Values | undefined,
  ownAuthorizer?: string,
  acceptsKeys?: string,
): Finding[] {
  const was = surfaceOf(before, ownAuthorizer);
  const is = surfaceOf(after, ownAuthorizer);
  if (isSame(before?.body ?? null, after?.body ?? null)) return [];
  if (typeof was === "string" && after === undefined) {
    return [{ subject: ALL_ROUTES, kind: "removed", before: note(was), after: undefined }];
  }
  if (typeof was === "string" || typeof is === "string") {
    return [undetermined(ALL_ROUTES, stateOf(was, before), stateOf(is, after))];
  }
  // A merge removes no route.
  const staying = after?.put_rest_api_mode === "merge" ? merged(was, is) : is;
  const isPublic = after !== undefined && !isPrivate(after);
  const wasPublic = before !== undefined && !isPrivate(before);
  return [
    ...routeChanges(was, staying, { wasPublic, isPublic, acceptsKeys }),
    ...transferChanges(was, staying),
    ...(before === undefined || after === undefined ? [] : corsChanges(was, staying)),
  ];
}

/** The surface of an API's document, or why the surface is undetermined. @param ownAuthorizer - see {@link readSurface} */
export function surfaceOf(values: Values | undefined, ownAuthorizer?: string): ApiSurface | SurfaceNote {
  const body = values?.body ?? null;
  if (body === null) return NO_ROUTES;
  const text = textOf(body);
  if (text === undefined) {
    return body === UNKNOWN ? "document known after apply" : "document masked";
  }
  return readSurface(text, ownAuthorizer) ?? "document not OpenAPI";
}

function stateOf(surface: ApiSurface | SurfaceNote, values: Values | undefined): SurfaceState | undefined {
  if (values === undefined) return undefined;
  return typeof surface === "string" ? note(surface) : { kind: "route count", count: surface.routes.size };
}

function merged(was: ApiSurface, is: ApiSurface): ApiSurface {
  return {
    routes: new Map([...was.routes, ...is.routes]),
    cors: new Map([...was.cors, ...is.cors]),
    gatewayResponsesCors: is.gatewayResponsesCors,
  };
}

/** What applies to all routes of an API. */
interface OfApi {
  readonly wasPublic: boolean;
  readonly isPublic: boolean;
  /** See {@link refusesCallers}. */
  readonly acceptsKeys: string | undefined;
}

function routeChanges(
  was: ApiSurface,
  is: ApiSurface,
  { wasPublic, isPublic, acceptsKeys }: OfApi,
): Finding[] {
  const names = [...new Set([...was.routes.keys(), ...is.routes.keys()])].sort();
  return names.flatMap((name): Finding[] => {
    const subject: SurfaceSubject = { kind: "route", route: name };
    const old = was.routes.get(name);
    const now = is.routes.get(name);
    const route = now ?? old;
    if (route === undefined) return [];
    const oldAnswer = answeringRoute(was, route);
    const newAnswer = answeringRoute(is, route);
    const isUndeterminedChange =
      oldAnswer !== undefined &&
      newAnswer !== undefined &&
      isUndetermined(oldAnswer.authorization, newAnswer.authorization);
    // The route that answers in place of a removed route could be called before.
    const hasNewTarget =
      oldAnswer === undefined || (now !== undefined && oldAnswer.target.key !== now.target.key);
    const requiresLess =
      oldAnswer !== undefined &&
      newAnswer !== undefined &&
      isWeaker(oldAnswer.authorization, newAnswer.authorization);
    const flags = {
      opened: requiresLess || isUndeterminedChange || (isOpen(newAnswer) && hasNewTarget),
      public:
        isPublic &&
        (isUndeterminedChange || (isOpen(newAnswer) && (hasNewTarget || !wasPublic || !isOpen(oldAnswer)))),
      undetermined: isUndeterminedChange,
      refuses:
        oldAnswer !== undefined &&
        newAnswer !== undefined &&
        refusesCallers(oldAnswer.authorization, newAnswer.authorization, acceptsKeys),
    };
    const before = answerState(oldAnswer, old, was);
    const after = answerState(newAnswer, now, is);
    if (old === undefined) return [{ subject, kind: "added", before, after, ...flags }];
    if (now === undefined) {
      return [{ subject, kind: flags.opened ? "authorization changed" : "removed", before, after, ...flags }];
    }
    if (isSameAuthorization(old.authorization, now.authorization)) {
      const isShown = isOpen(now) || changesIntegration(old.target, now.target);
      return isShown && hasNewTarget ? [targetChange(subject, old, now, flags)] : [];
    }
    const isRedefined = readsAlike(old.authorization, now.authorization);
    return [
      {
        subject,
        kind: "authorization changed",
        before: authorizationState(old.authorization),
        after: authorizationState(now.authorization, isRedefined ? { differs: "definition" } : {}),
        ...flags,
      },
    ];
  });
}

/**
 * Routes whose mode or timeout changes, and new routes that wait longer than API Gateway's default. The subject of a long wait
 * is the bill: a caller can let the function wait for the whole time.
 */
function transferChanges(was: ApiSurface, is: ApiSurface): Finding[] {
  return [...is.routes].sort().flatMap(([name, { transfer: now }]): Finding[] => {
    const old = was.routes.get(name)?.transfer;
    const [before = GATEWAY_TIMEOUT_IN_SECONDS, after = GATEWAY_TIMEOUT_IN_SECONDS] = [old, now].map(
      (transfer) => transfer?.timeoutInSeconds,
    );
    const raisedTimeout = after > Math.max(before, GATEWAY_TIMEOUT_IN_SECONDS);
    if (old === undefined ? !raisedTimeout : isSameState(old, now)) return [];
    return [
      {
        subject: { kind: "route", route: name },
        kind: "transfer changed",
        before: old,
        after: now,
        raisedTimeout,
      },
    ];
  });
}

/** Whether API Gateway invokes an endpoint in place of a function, or a function in place of an endpoint. */
function changesIntegration(old: Route["target"], now: Route["target"]): boolean {
  return old.kind !== now.kind && old.kind !== "other" && now.kind !== "other";
}

/** The change of the target of an open route, or of a route that changes between a function and an endpoint. */
function targetChange(subject: SurfaceSubject, old: Route, now: Route, flags: Partial<Finding>): Finding {
  const before = authorizationState(old.authorization, { target: nameOf(old) });
  const after = authorizationState(now.authorization, { target: nameOf(now) });
  return {
    subject,
    kind: "target changed",
    before,
    after: isSameState(before, after) ? { ...after, differs: "target" } : after,
    ...flags,
  };
}

function nameOf({ target: { key: _, ...name } }: Route): TargetName {
  return name;
}

/** Whether anyone can call the route. */
export function isOpen(route: Route | undefined): boolean {
  return route?.authorization.weakest === STRENGTH.NONE;
}

/** The state of a route that is added or removed, with its CORS; or of the route that answers in its place. */
function answerState(
  answer: Route | undefined,
  own: Route | undefined,
  api: ApiSurface,
): SurfaceState | undefined {
  if (answer === undefined) return undefined;
  if (own === undefined) {
    return authorizationState(answer.authorization, { answeredBy: `${answer.method} ${answer.path}` });
  }
  return authorizationState(answer.authorization, { cors: api.cors.get(own.path) ?? NO_CORS });
}

/** Changes of paths that exist before and after. The CORS of others is shown with their routes. */
function corsChanges(was: ApiSurface, is: ApiSurface): Finding[] {
  const pathsOf = ({ routes }: ApiSurface) => new Set([...routes.values()].map(({ path }) => path));
  const oldPaths = pathsOf(was);
  const staying = [...pathsOf(is)].filter((path) => oldPaths.has(path)).sort();
  return [
    ...staying.flatMap((path) =>
      corsChange({ kind: "path", path }, was.cors.get(path) ?? NO_CORS, is.cors.get(path) ?? NO_CORS),
    ),
    ...corsChange({ kind: "gateway responses" }, was.gatewayResponsesCors, is.gatewayResponsesCors),
  ];
}

function addressChanges(before: Values, after: Values, api: ApiSurface | SurfaceNote): Finding[] {
  // An API whose routes are undetermined can have an open route.
  const hasOpenRoute = typeof api === "string" || [...api.routes.values()].some(isOpen);
  const findings: Finding[] = [];
  const types = { before: typesState(before), after: typesState(after) };
  if (!isSameState(types.before, types.after)) {
    const opened = isPrivate(before) && !isPrivate(after);
    findings.push({
      subject: { kind: "endpoint type" },
      kind: "address changed",
      ...types,
      opened,
      public: opened && hasOpenRoute,
      refuses: isPrivate(after) && !isPrivate(before),
    });
  }
  const wasOff = before.disable_execute_api_endpoint === true;
  const isOff = after.disable_execute_api_endpoint === true;
  if (wasOff !== isOff) {
    findings.push({
      subject: { kind: "default address" },
      kind: "address changed",
      before: note(wasOff ? "disabled" : "enabled"),
      after: note(isOff ? "disabled" : "enabled"),
      opened: wasOff,
      public: wasOff && hasOpenRoute && !isPrivate(after),
      refuses: isOff,
    });
  }
  return findings;
}

function typesOf(values: Values): readonly Value[] {
  const types = at(values, "endpoint_configuration", 0, "types");
  return Array.isArray(types) ? types : [];
}

/** Whether an API is only reachable from VPCs. */
export function isPrivate(values: Values): boolean {
  return typesOf(values).includes("PRIVATE");
}

function typesState(values: Values): SurfaceState {
  if (values.endpoint_configuration === UNKNOWN) return note("known after apply");
  const types = typesOf(values).map((type) => (typeof type === "string" ? type : "known after apply"));
  return { kind: "endpoint types", types: types.sort() };
}
