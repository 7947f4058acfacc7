import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { environments } from "../../examples/storyteller/environments";
import { models } from "../../examples/storyteller/functions";
import { defineModels, passThrough } from "../../src/model";
import { type Request, send } from "./support/client";
import { devWith, Storyteller } from "./support/storyteller";

/** The header of a browser that opens a page. */
const NAVIGATION = {
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
};

/** A model whose texts contain markup. */
const marked = defineModels({
  marked: passThrough({
    title: `<b>"Fish" & 'chips'</b>`,
    takes: "application/json",
    example: { request: { text: "</pre><script>alert('1')</script>" }, answer: 1 },
  }),
});

let app: Storyteller;

beforeAll(async () => {
  app = new Storyteller(undefined, {
    models: { ...models, ...marked },
    environments: [...environments, devWith("marked")],
  });
  await app.start();
}, 60_000);

afterAll(async () => {
  await app?.close();
});

const open = (request: Partial<Request> = {}) =>
  send(app.url, { path: "/", method: "GET", headers: NAVIGATION, ...request });

describe("the address of the local stage in a browser", () => {
  it("is a page with the environments, their routes and requests, and links to pages and documents", async () => {
    // Act
    const { status, headers, body } = await open();

    // Assess
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(body).toContain('<h2 id="environment-dev">dev</h2>');
    expect(body).toContain('<h2 id="environment-prod">prod</h2>');
    expect(body).toContain("<h3><code>POST /dev/v1/chat/completions</code></h3>");
    expect(body).toContain("Storyteller (API key of acme, globex)");
    expect(body).toContain(
      `curl --no-buffer '${app.url}/dev/v1/chat/completions' -H`.replaceAll("&", "&amp;"),
    );
    expect(body).toContain('<a href="/website/dev/">');
    expect(body).toContain('<a href="/website/dev/openapi.json">');
  });

  it("has links that the local stage answers", async () => {
    // Prepare
    const { body } = await open();
    const paths = [...body.matchAll(/href="([^"]+)"/g)].map(([, path = ""]) => path);

    // Act
    const statuses = await Promise.all(paths.map(async (path) => (await open({ path })).status));

    // Assess
    expect(paths.length).toBeGreaterThanOrEqual(6);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it("shows texts of the app as text, and allows no script", async () => {
    // Act
    const { headers, body } = await open();

    // Assess
    expect(body).toContain("&lt;b&gt;&quot;Fish&quot; &amp; 'chips'&lt;/b&gt; (public)");
    expect(body).toContain("&lt;/pre&gt;&lt;script&gt;alert(");
    expect(body).not.toMatch(/<script|<b>/);
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri/,
    );
  });

  it("is refused as on API Gateway for every other client", async () => {
    // Act
    const answers = await Promise.all([
      open({ headers: {} }),
      open({ headers: { accept: "*/*" } }),
      open({ headers: { accept: "application/json, text/plain" } }),
      open({ method: "POST", body: "{}" }),
      open({ path: "/?page" }),
      open({ path: "//" }),
    ]);

    // Assess
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 200, 403]);
    expect(answers[1]?.body).toBe('{"message":"Forbidden"}');
    expect(answers[1]?.headers["x-amzn-errortype"]).toBe("ForbiddenException");
  });
});
