import { describe, expect, it } from "@jest/globals";
import { websiteFor } from "../../src/local/website";
import { buildWebsite, STAGE_ORIGIN } from "../../src/page/build";
import { securityHeaders } from "../../src/page/headers";
import { publicDocument } from "../../src/page/public-document";
import { apiDocument } from "./support/documents";

const PAGE = buildWebsite({
  title: "Try the models",
  views: new Map(),
  parts: { rows: false, bytes: false },
});
const LOCAL_URL = "http://127.0.0.1:3000/dev";
const api = apiDocument({ "ticket-urgency": "PUBLIC", "loan-default": "API_KEY" });

describe("the page of a local stage", () => {
  it("the page has the website's files, the configuration and the OpenAPI document", () => {
    // Act
    const files = websiteFor(LOCAL_URL, api, PAGE);

    // Assess
    const names = [...PAGE.map(({ name }) => name), "config.json", "openapi.json"];
    expect([...files.keys()].sort()).toEqual(names.sort());
    expect([...files.values()].map(({ status }) => status)).toEqual(Array(names.length).fill(200));
  });

  it("the page has the URL of its stage and the public routes", () => {
    // Act
    const files = websiteFor(LOCAL_URL, api, PAGE);

    // Assess
    expect(files.get("config.json")?.body).toBe(JSON.stringify({ stageUrl: LOCAL_URL }));
    expect(JSON.parse(String(files.get("openapi.json")?.body))).toEqual(
      JSON.parse(JSON.stringify(publicDocument(api, LOCAL_URL))),
    );
  });

  it("the page has the reason why answers are not predictions, for a model with a stand-in", () => {
    // Prepare
    const caveats = { "ticket-urgency": "the echo stand-in answered" };

    // Act
    const files = websiteFor(LOCAL_URL, api, PAGE, caveats);

    // Assess
    expect(JSON.parse(String(files.get("config.json")?.body))).toEqual({ stageUrl: LOCAL_URL, caveats });
  });

  it("allows blob: addresses only when a public model accepts or answers files", () => {
    // Prepare
    const image = { "image/png": {} };
    const operation = { security: [], requestBody: { content: image }, responses: {} };
    const document = { openapi: "3.0.1", info: { title: "t", version: "1" } };
    const policies = [operation, { ...operation, security: [{ api_key: [] }] }].map((post) => {
      // Act
      const files = websiteFor(LOCAL_URL, { ...document, paths: { "/a": { post } } }, PAGE);
      return files.get("index.html")?.headers["Content-Security-Policy"];
    });

    // Assess
    expect(policies[0]).toContain("img-src 'self' blob:;");
    expect(policies[1]).toContain("img-src 'self';");
  });

  it("lets the page connect to its stage and to no other server", () => {
    // Act
    const html = String(websiteFor(LOCAL_URL, api, PAGE).get("index.html")?.body);

    // Assess
    expect(html).toContain(`content="connect-src 'self' http://127.0.0.1:3000"`);
    expect(html).not.toContain(STAGE_ORIGIN);
  });

  it("the page has the security headers and the right media type on every file", () => {
    // Act
    const files = [...websiteFor(LOCAL_URL, api, PAGE)];

    // Assess
    for (const [, { headers }] of files) {
      expect(headers).toMatchObject(securityHeaders(["http://127.0.0.1:3000"]));
      expect(headers["Cache-Control"]).toBe("no-cache");
    }
    expect(Object.fromEntries(files.map(([name, { headers }]) => [name, headers["Content-Type"]]))).toEqual({
      "favicon.svg": "image/svg+xml",
      "index.html": "text/html; charset=utf-8",
      "page.js": "text/javascript; charset=utf-8",
      "style.css": "text/css; charset=utf-8",
      "config.json": "application/json",
      "openapi.json": "application/json",
    });
  });
});
