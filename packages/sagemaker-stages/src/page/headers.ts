import type { SignInConfig } from "./config";

/** Two years, the recommendation of the browsers' preload lists (https://hstspreload.org). */
const HSTS_MAX_AGE_IN_SECONDS = 63_072_000;

/**
 * The security headers of every file of the website.
 *
 * @param connectSources - the further origins that the page can fetch from, as CSP sources, e.g. the stage's origin
 * @param shownMediaTypes - the media types of files and of answers that the page shows. A page with images or audio needs
 * `blob:` addresses; no other page does.
 * @throws Error if a source would end its directive and begin another directive
 */
export function securityHeaders(
  connectSources: readonly string[],
  shownMediaTypes: readonly string[] = [],
): Record<string, string> {
  const wrong = connectSources.find((source) => source === "" || /[\s;,]/.test(source));
  if (wrong !== undefined) {
    throw new Error(
      `connectSources: got ${JSON.stringify(wrong)}; allowed: one CSP source, e.g. https://example.com`,
    );
  }
  const shows = (kind: "image" | "audio") => shownMediaTypes.some((type) => type.startsWith(`${kind}/`));
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `img-src 'self'${shows("image") ? " blob:" : ""}`,
      ...(shows("audio") ? ["media-src blob:"] : []),
      `connect-src ${["'self'", ...connectSources].join(" ")}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      // The browser refuses markup from strings.
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
    "Strict-Transport-Security": `max-age=${HSTS_MAX_AGE_IN_SECONDS}`,
    "X-Content-Type-Options": "nosniff",
    // For browsers that do not support frame-ancestors.
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  };
}

/** The addresses to which a page with a sign-in connects in addition to the stage, as CSP sources. */
export function signInSources(signIn: SignInConfig | undefined): string[] {
  if (signIn === undefined) return [];
  const { domainUrl, identityPoolUrl, targets } = signIn;
  // A source whose path ends with a slash includes every path below.
  const functionUrls = Object.values(targets).flatMap(({ service, url }) =>
    service === "lambda" ? [url] : [],
  );
  return [domainUrl, identityPoolUrl, ...functionUrls];
}
