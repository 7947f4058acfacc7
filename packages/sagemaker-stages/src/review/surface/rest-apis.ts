import { counted } from "../counted";
import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../values";
import { isSameAuthorization, isUnjudged, isWeaker, STRENGTH } from "./authorization";
import { type Finding, unjudged } from "./change";
import { corsInWords, isWider, NO_CORS } from "./cors";
import { type ApiSurface, answering, NO_ROUTES, type Route, readSurface } from "./open-api";

const EVERY_ROUTE = "every route of the API";

/** What changes of a REST API's routes, their authorization and CORS, and the API's address. */
export function restApiChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const address =
    before !== undefined && after !== undefined ? addressChanges(before, after, surfaceOf(after)) : [];
  return [...documentChanges(before, after), ...address];
}

/** What changes of the routes that an API's document describes. */
export function documentChanges(before: Values | undefined, after: Values | undefined): Finding[] {
  const was = surfaceOf(before);
  const is = surfaceOf(after);
  if (isSame(before?.body ?? null, after?.body ?? null)) return [];
  if (typeof was === "string" && after === undefined) {
    return [{ what: EVERY_ROUTE, kind: "removed", before: was, after: undefined }];
  }
  if (typeof was === "string" || typeof is === "string") {
    return [unjudged(EVERY_ROUTE, inWords(was, before), inWords(is, after))];
  }
  // What is merged into an API takes nothing away from it.
  const staying = after?.put_rest_api_mode === "merge" ? merged(was, is) : is;
  const isPublic = after !== undefined && !isPrivate(after);
  const wasPublic = before !== undefined && !isPrivate(before);
  return [
    ...routeChanges(was, staying, wasPublic, isPublic),
    ...(before === undefined || after === undefined ? [] : corsChanges(was, staying)),
  ];
}

/** The surface of an API's document, or why it cannot be told. */
export function surfaceOf(values: Values | undefined): ApiSurface | string {
  const body = values?.body ?? null;
  if (body === null) return NO_ROUTES;
  const text = textOf(body);
  if (text === undefined) {
    return body === UNKNOWN
      ? "the API's document is known after apply: its routes cannot be reviewed"
      : "the API's document is masked: its routes cannot be reviewed";
  }
  return readSurface(text) ?? "the API's document is no OpenAPI in JSON: its routes cannot be reviewed";
}

function inWords(surface: ApiSurface | string, values: Values | undefined): string | undefined {
  if (values === undefined) return undefined;
  return typeof surface === "string" ? surface : counted(surface.routes.size, "route");
}

function merged(was: ApiSurface, is: ApiSurface): ApiSurface {
  return {
    routes: new Map([...was.routes, ...is.routes]),
    cors: new Map([...was.cors, ...is.cors]),
    ownAnswersCors: is.ownAnswersCors,
  };
}

function routeChanges(was: ApiSurface, is: ApiSurface, wasPublic: boolean, isPublic: boolean): Finding[] {
  const names = [...new Set([...was.routes.keys(), ...is.routes.keys()])].sort();
  return names.flatMap((what): Finding[] => {
    const old = was.routes.get(what);
    const now = is.routes.get(what);
    const route = now ?? old;
    if (route === undefined) return [];
    const oldAnswer = answering(was, route);
    const newAnswer = answering(is, route);
    const isUnjudgedChange =
      oldAnswer !== undefined &&
      newAnswer !== undefined &&
      isUnjudged(oldAnswer.authorization, newAnswer.authorization);
    // Where a route goes, what answers in its place could be called before.
    const isElsewhere =
      oldAnswer === undefined || (now !== undefined && oldAnswer.target.key !== now.target.key);
    const isLessAsked =
      oldAnswer !== undefined &&
      newAnswer !== undefined &&
      isWeaker(oldAnswer.authorization, newAnswer.authorization);
    const flags = {
      opened: isLessAsked || isUnjudgedChange || (isOpen(newAnswer) && isElsewhere),
      public:
        isPublic &&
        (isUnjudgedChange || (isOpen(newAnswer) && (isElsewhere || !wasPublic || !isOpen(oldAnswer)))),
      unjudged: isUnjudgedChange,
    };
    const before = answerInWords(oldAnswer, old, was);
    const after = answerInWords(newAnswer, now, is);
    if (old === undefined) return [{ what, kind: "added", before, after, ...flags }];
    if (now === undefined) {
      return [{ what, kind: flags.opened ? "authorization changed" : "removed", before, after, ...flags }];
    }
    if (isSameAuthorization(old.authorization, now.authorization)) {
      const isShown = isOpen(now) || invokesOtherwise(old.target, now.target);
      return isShown && isElsewhere ? [targetChange(what, old, now, flags)] : [];
    }
    const sameWords = old.authorization.words === now.authorization.words;
    return [
      {
        what,
        kind: "authorization changed",
        before: old.authorization.words,
        after: sameWords ? `${now.authorization.words}, defined otherwise` : now.authorization.words,
        ...flags,
      },
    ];
  });
}

/** Whether API Gateway invokes an endpoint in place of a function, or the other way round. */
function invokesOtherwise(old: Route["target"], now: Route["target"]): boolean {
  return old.kind !== now.kind && old.kind !== "other" && now.kind !== "other";
}

/**
 * Of an open route, and of a route that changes between a function and an endpoint: what is behind other routes, those
 * who may call them are asked.
 */
function targetChange(what: string, old: Route, now: Route, flags: Partial<Finding>): Finding {
  const before = `${old.authorization.words}, to ${old.target.words}`;
  const after = `${now.authorization.words}, to ${now.target.words}`;
  return {
    what,
    kind: "target changed",
    before,
    after: before === after ? `${after}: another one` : after,
    ...flags,
  };
}

/** Whether anybody may call it. */
export function isOpen(route: Route | undefined): boolean {
  return route?.authorization.weakest === STRENGTH.NONE;
}

/** A route that comes or goes, with its CORS; or what answers in its place. */
function answerInWords(
  answer: Route | undefined,
  own: Route | undefined,
  api: ApiSurface,
): string | undefined {
  if (answer === undefined) return undefined;
  const { words } = answer.authorization;
  if (own === undefined) return `${words}, by ${answer.method} ${answer.path}`;
  return `${words}; ${corsInWords(api.cors.get(own.path) ?? NO_CORS)}`;
}

/** Of paths that stay; those that come or go tell theirs with their routes. */
function corsChanges(was: ApiSurface, is: ApiSurface): Finding[] {
  const pathsOf = ({ routes }: ApiSurface) => new Set([...routes.values()].map(({ path }) => path));
  const oldPaths = pathsOf(was);
  const staying = [...pathsOf(is)].filter((path) => oldPaths.has(path)).sort();
  const places = [
    ...staying.map((path) => ({ what: path, before: was.cors.get(path), after: is.cors.get(path) })),
    { what: "what API Gateway answers by itself", before: was.ownAnswersCors, after: is.ownAnswersCors },
  ];
  return places.flatMap(({ what, before = NO_CORS, after = NO_CORS }): Finding[] => {
    const words = { before: corsInWords(before), after: corsInWords(after) };
    if (words.before === words.after) return [];
    return [{ what, kind: "CORS changed", ...words, widenedCors: isWider(before, after) }];
  });
}

function addressChanges(before: Values, after: Values, api: ApiSurface | string): Finding[] {
  // An API whose routes cannot be told may have an open one.
  const hasOpenRoute = typeof api === "string" || [...api.routes.values()].some(isOpen);
  const findings: Finding[] = [];
  const types = { before: typesInWords(before), after: typesInWords(after) };
  if (types.before !== types.after) {
    const opened = isPrivate(before) && !isPrivate(after);
    findings.push({
      what: "the API's endpoint type",
      kind: "address changed",
      ...types,
      opened,
      public: opened && hasOpenRoute,
    });
  }
  const wasOff = before.disable_execute_api_endpoint === true;
  const isOff = after.disable_execute_api_endpoint === true;
  if (wasOff !== isOff) {
    findings.push({
      what: "the API's own address (execute-api)",
      kind: "address changed",
      before: wasOff ? "off" : "on",
      after: isOff ? "off" : "on",
      opened: wasOff,
      public: wasOff && hasOpenRoute && !isPrivate(after),
    });
  }
  return findings;
}

function typesOf(values: Values): readonly Value[] {
  const types = at(values, "endpoint_configuration", 0, "types");
  return Array.isArray(types) ? types : [];
}

/** Whether an API is reached from VPCs alone. */
export function isPrivate(values: Values): boolean {
  return typesOf(values).includes("PRIVATE");
}

function typesInWords(values: Values): string {
  if (values.endpoint_configuration === UNKNOWN) return "known after apply";
  return typesOf(values)
    .map((type) => (typeof type === "string" ? type : "known after apply"))
    .sort()
    .join(", ");
}
