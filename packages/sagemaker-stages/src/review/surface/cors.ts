/** Which pages a browser lets through. */
export interface Cors {
  /** Sorted, each once; empty where no page is let through. */
  readonly origins: readonly string[];
  /** Sorted, each once; empty where nothing is said of methods. */
  readonly methods: readonly string[];
  /** Whether a page's cookies go along. */
  readonly credentials: boolean;
}

/** No page is let through. */
export const NO_CORS: Cors = { origins: [], methods: [], credentials: false };

/** CORS of lists that may hold the same thing twice. */
export function cors(origins: readonly string[], methods: readonly string[], credentials: boolean): Cors {
  return { origins: sorted(origins), methods: sorted(methods), credentials };
}

/** E.g. `https://example.com (OPTIONS, POST)`. */
export function corsInWords({ origins, methods, credentials }: Cors): string {
  if (origins.length === 0) return "no CORS";
  const allowed = methods.length === 0 ? "" : ` (${methods.join(", ")})`;
  return `CORS ${origins.join(", ")}${allowed}${credentials ? " with credentials" : ""}`;
}

/** Whether a browser lets something through after, and not before. */
export function isWider(before: Cors, after: Cors): boolean {
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
