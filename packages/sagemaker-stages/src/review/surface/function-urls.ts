import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, textOf, UNKNOWN, type Value, type Values } from "../values";
import { type Finding, unjudged } from "./change";
import { type Cors, cors, corsInWords, isWider, NO_CORS } from "./cors";

/** What changes of a function URL, its authorization and CORS. */
export function functionUrlChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const what = `function URL of ${textOf((after ?? before)?.function_name) ?? resource.path}`;
  const was = authorizationOf(before);
  const is = authorizationOf(after);
  const flags = { opened: is === "NONE", public: is === "NONE" };
  if (before === undefined || after === undefined) {
    const inWords = (authorization: string | undefined, values: Values | undefined) =>
      authorization && `${authorization}; ${corsInWords(corsOf(values))}`;
    const kind = before === undefined ? "added" : "removed";
    if (is === KNOWN_LATER) return [unjudged(what, undefined, is)];
    return [{ what, kind, before: inWords(was, before), after: inWords(is, after), ...flags }];
  }
  return [
    ...authorizationChange(what, was, is, flags),
    ...(isSame(before.cors ?? null, after.cors ?? null) ? [] : corsChange(what, before, after)),
  ];
}

const KNOWN_LATER = "known after apply";

function authorizationChange(
  what: string,
  before: string | undefined,
  after: string | undefined,
  flags: Pick<Finding, "opened" | "public">,
): Finding[] {
  if (before === after) return [];
  if (after === KNOWN_LATER) return [unjudged(what, before, after)];
  return [{ what, kind: "authorization changed", before, after, ...flags }];
}

function corsChange(what: string, before: Values, after: Values): Finding[] {
  const was = corsOf(before);
  const is = corsOf(after);
  const words = { before: corsInWords(was), after: corsInWords(is) };
  if (words.before === words.after) return [];
  return [{ what, kind: "CORS changed", ...words, widenedCors: isWider(was, is) }];
}

function authorizationOf(values: Values | undefined): string | undefined {
  if (values === undefined) return undefined;
  return textOf(values.authorization_type) ?? KNOWN_LATER;
}

function corsOf(values: Values | undefined): Cors {
  const block = at(values, "cors", 0);
  if (block === undefined) return values?.cors === UNKNOWN ? cors([KNOWN_LATER], [], false) : NO_CORS;
  return cors(
    texts(at(block, "allow_origins")),
    texts(at(block, "allow_methods")),
    at(block, "allow_credentials") === true,
  );
}

/** What is not known yet stands among the rest, so that it shows as a change. */
function texts(values: Value | undefined): string[] {
  if (!Array.isArray(values)) return values === UNKNOWN ? [KNOWN_LATER] : [];
  return values.map((value: Value) => textOf(value) ?? KNOWN_LATER);
}
