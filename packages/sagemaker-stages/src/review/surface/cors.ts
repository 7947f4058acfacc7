import { type Cors, type Finding, isSameState, type SurfaceSubject } from "./change";

/** Browsers permit no page. */
export const NO_CORS: Cors = { origins: [], methods: [], credentials: false };

/** CORS from lists that can contain duplicates. */
export function cors(origins: readonly string[], methods: readonly string[], credentials: boolean): Cors {
  return { origins: sorted(origins), methods: sorted(methods), credentials };
}

/** The change of a subject's CORS, if there is one. */
export function corsChange(subject: SurfaceSubject, before: Cors, after: Cors): Finding[] {
  const states = { before: corsState(before), after: corsState(after) };
  if (isSameState(states.before, states.after)) return [];
  const widenedCors = isWider(before, after);
  return [{ subject, kind: "CORS changed", ...states, widenedCors, refuses: isWider(after, before) }];
}

function corsState(value: Cors): NonNullable<Finding["after"]> {
  // Without origins, methods and credentials have no effect.
  return { kind: "CORS", cors: value.origins.length === 0 ? NO_CORS : value };
}

/** Whether a browser permits more after than before. */
function isWider(before: Cors, after: Cors): boolean {
  if (after.origins.length === 0) return false;
  return (
    hasMore(before.origins, after.origins) ||
    hasMore(before.methods, after.methods) ||
    (after.credentials && !before.credentials)
  );
}

function hasMore(before: readonly string[], after: readonly string[]): boolean {
  return !before.includes("*") && after.some((one) => !before.includes(one));
}

function sorted(list: readonly string[]): string[] {
  return [...new Set(list)].sort();
}
