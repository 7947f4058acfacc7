import { describe, expect, it } from "@jest/globals";
import { securityHeaders } from "../../src/page/headers";

function directives(connectSources: readonly string[], shown?: readonly string[]): Record<string, string> {
  const policy = securityHeaders(connectSources, shown)["Content-Security-Policy"] ?? "";
  return Object.fromEntries(policy.split("; ").map((directive) => directive.split(/ (.*)/s)));
}

describe("the security headers", () => {
  it("allow the page's own files, the stage, and nothing else", () => {
    // Act
    const policy = directives(["https://api.example.com"]);

    // Assess
    expect(policy).toMatchObject({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "img-src": "'self'",
      "connect-src": "'self' https://api.example.com",
      "frame-ancestors": "'none'",
      "form-action": "'none'",
      "base-uri": "'none'",
    });
    expect(Object.values(policy).join()).not.toMatch(/unsafe|\*|data:|blob:/);
  });

  it.each([
    ["images", ["application/x-npy", "image/png"], "'self' blob:", undefined],
    ["audio", ["audio/wav"], "'self'", "blob:"],
    ["neither images nor audio", ["application/x-npy", "text/csv"], "'self'", undefined],
  ])("allow addresses of files when the page shows %s", (_, shown, images, media) => {
    // Act
    const policy = directives([], shown);

    // Assess
    expect([policy["img-src"], policy["media-src"]]).toEqual([images, media]);
    expect([policy["default-src"], policy["script-src"], policy["connect-src"]]).toEqual([
      "'none'",
      "'self'",
      "'self'",
    ]);
  });

  it("make the browser refuse markup from strings", () => {
    // Act
    const policy = directives([]);

    // Assess
    expect(policy["require-trusted-types-for"]).toBe("'script'");
    expect(policy["trusted-types"]).toBe("'none'");
  });

  it("restrict referrers, frames, media types and devices", () => {
    // Act
    const headers = securityHeaders([]);

    // Assess
    expect(headers).toMatchObject({
      "Strict-Transport-Security": "max-age=63072000",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      "Referrer-Policy": "no-referrer",
    });
    expect(headers["Permissions-Policy"]).toContain("camera=()");
  });

  it.each(["", "https://a.example; script-src *", "https://a.example https://b.example", "a,b"])(
    "refuse %j as a source, which would change the policy",
    (source) => {
      // Act
      const act = () => securityHeaders([source]);

      // Assess
      expect(act).toThrow(`connectSources: got ${JSON.stringify(source)}; allowed: one CSP source`);
    },
  );
});
