/** Two years, which the preload lists of browsers recommend (https://hstspreload.org). */
const HSTS_MAX_AGE_IN_SECONDS = 63_072_000;

/**
 * The security headers of every file of the website.
 *
 * @param connectSources - the origins, besides its own, that the page may fetch from: CSP sources, e.g. the stage's origin
 * @param shownMediaTypes - the media types of files and of answers that the page shows: of images and of audio the page
 * makes addresses (`blob:`), which no other page needs
 * @throws Error where a source would end its directive and begin another
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
      // The browser refuses markup from text.
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
    "Strict-Transport-Security": `max-age=${HSTS_MAX_AGE_IN_SECONDS}`,
    "X-Content-Type-Options": "nosniff",
    // For browsers that do not know frame-ancestors.
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  };
}
