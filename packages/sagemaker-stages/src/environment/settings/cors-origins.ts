import * as z from "zod";
import { raw } from "../fault-collector";
import { ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE } from "../patterns";
import { listOf, rule, text, textLike } from "./setting";

/**
 * The maximum number of origins in a list. Each function has the list in one of its environment variables, and all variables
 * of a function have at most 4 KB (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). 10 origins with
 * host names of the maximum length, 253 characters, have 2.7 KB.
 */
export const MAX_CORS_ORIGINS = 10;

/** A label of a host name in lower case, because browsers send host names in lower case. */
const LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";

/**
 * An origin as a browser sends it: https, or http on the own machine; a host name in lower case; a port without leading zeros
 * (https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin).
 */
const LISTED_ORIGIN = new RegExp(
  `^(?:https://${LABEL}(?:\\.${LABEL})*|http://(?:localhost|127\\.0\\.0\\.1))(?::[1-9]\\d{0,4})?$`,
);

const MAX_PORT = 65_535;
const MAX_HOST_CHARACTERS = 253;

/** Whether an origin has the form in which browsers send it. */
export function isListedOrigin(origin: string): boolean {
  if (!LISTED_ORIGIN.test(origin) || !URL.canParse(`${origin}/`)) return false;
  const { host, hostname, port } = new URL(`${origin}/`);
  // A browser omits the default port, so that an origin with the default port allows no page.
  return origin.endsWith(`//${host}`) && Number(port) <= MAX_PORT && hostname.length <= MAX_HOST_CHARACTERS;
}

/** Description of {@link isListedOrigin}. */
export const LISTED_ORIGIN_ALLOWED =
  "an origin as browsers send it, e.g. https://app.example.com or http://localhost:8080: https (http only for localhost and 127.0.0.1), a host name in lower case, a port only if it is not the default port, no path and no slash at the end; * only as the single origin";
/** The source of {@link isListedOrigin}. */
export const LISTED_ORIGIN_SOURCE =
  "https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin";

const listedOrigin = rule(text, {
  holds: isListedOrigin,
  allowed: LISTED_ORIGIN_ALLOWED,
  source: LISTED_ORIGIN_SOURCE,
});

/** One origin, `*`, or a list of origins. */
export const corsOrigins: z.ZodUnion<readonly [z.ZodString, z.ZodReadonly<z.ZodArray<z.ZodString>>]> =
  z.union(
    [
      textLike(ORIGIN, ORIGIN_ALLOWED, ORIGIN_SOURCE),
      rule(
        listOf(listedOrigin),
        {
          holds: ({ length }) => length >= 1 && length <= MAX_CORS_ORIGINS,
          allowed: `1–${MAX_CORS_ORIGINS} origins`,
          source:
            "each function has the list in an environment variable: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
          got: (origins) => (origins.length === 0 ? origins : raw(`${origins.length} origins`)),
        },
        {
          holds: (origins) => new Set(origins).size === origins.length,
          allowed: "each origin once",
          source: "a duplicate has no effect",
        },
      ),
    ],
    `*, one origin, or a list of 1–${MAX_CORS_ORIGINS} origins`,
  );

/** The origins of the setting `stage.corsAllowOrigin`, as a list. */
export function originsOf(setting: string | readonly string[]): readonly string[] {
  return typeof setting === "string" ? [setting] : setting;
}
