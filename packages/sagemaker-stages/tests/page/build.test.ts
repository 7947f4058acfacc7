import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it, jest } from "@jest/globals";
import { buildWebsite, STAGE_ORIGIN, type WebsiteFile } from "../../src/page/build";

/** The timeout of a process that compiles the engine's sources on a busy machine. */
jest.setTimeout(30_000);

const ENGINE = join(__dirname, "../..");
const PACKAGES = join(ENGINE, "../../node_modules");

/** The page must fit into the first round trip, in which a server sends ten packets of 1,460 bytes. */
const MAX_COMPRESSED_BYTES = 14_600;
/** The limit of a page with a table of rows and files: two packets more. */
const MAX_COMPRESSED_BYTES_OF_EVERYTHING = 17_520;
/** The limit of a page with a table and the code that shows and announces a text as it arrives: two packets more. */
const MAX_COMPRESSED_BYTES_WITH_STREAMS = 17_520;
/** The limit of a page with a conversation: three packets more. */
const MAX_COMPRESSED_BYTES_WITH_CHAT = 18_980;
/** A page with a sign-in can have one more round trip. */
const MAX_COMPRESSED_BYTES_WITH_SIGN_IN = 20_000;
/** Files, and the code that draws boxes over an image. */
const MAX_COMPRESSED_BYTES_WITH_BOXES = 15_500;

const run = promisify(execFile);

const folder = realpathSync(mkdtempSync(join(tmpdir(), "website-")));

afterAll(() => rmSync(folder, { recursive: true }));

const WITHOUT_VIEWS = {
  title: "Try the models",
  views: new Map<string, string>(),
  parts: { rows: false, bytes: false },
};

/** A page with every part for forms and answers. */
const EVERYTHING = { ...WITHOUT_VIEWS, parts: { rows: true, bytes: true, stream: true, chat: true } };

/** Writes a view and its stylesheet into a new folder. */
function writeView(name: string, text: string, stylesheet?: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  const file = join(folder, name, "page.ts");
  writeFileSync(file, text);
  if (stylesheet !== undefined) writeFileSync(join(folder, name, "style.css"), stylesheet);
  return file;
}

/** A view with a stylesheet. A test can find their texts in the bundle. */
function viewOf(model: string): [string, string] {
  const text = `
    import { h, type ModelView } from "sagemaker-stages/page";
    import "./style.css";
    export default {
      introduction: "introduction of ${model}",
      show: () => ({ content: [h("p", {}, "shown")], spoken: "shown" }),
    } satisfies ModelView;
  `;
  return [model, writeView(model, text, `.own-${model} { color: var(--accent); }`)];
}

/** The hashes of files by name, so that a failure prints the name and not the content. */
function hashes(files: readonly WebsiteFile[]): Record<string, string> {
  const hash = (file: WebsiteFile) => createHash("sha256").update(JSON.stringify(file)).digest("hex");
  return Object.fromEntries(files.map((file) => [file.name, hash(file)]));
}

function textOf(name: string, files: readonly WebsiteFile[] = buildWebsite(WITHOUT_VIEWS)): string {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`the website has no ${name}`);
  return file.body;
}

describe("the website", () => {
  it("the website has four files, each with its media type", () => {
    // Act
    const files = buildWebsite(WITHOUT_VIEWS);

    // Assess
    expect(files.map(({ name, contentType }) => [name, contentType])).toEqual([
      ["favicon.svg", "image/svg+xml"],
      ["index.html", "text/html; charset=utf-8"],
      ["page.js", "text/javascript; charset=utf-8"],
      ["style.css", "text/css; charset=utf-8"],
    ]);
  });

  it("the website is the same, byte for byte, when the engine and the views are in another folder", async () => {
    // Prepare
    const views = new Map([viewOf("loan-default"), viewOf("ticket-urgency")]);
    const elsewhere = join(folder, "a folder with spaces");
    mkdirSync(elsewhere);
    cpSync(join(ENGINE, "src"), join(elsewhere, "src"), { recursive: true });
    symlinkSync(PACKAGES, join(elsewhere, "node_modules"), "dir");
    for (const model of views.keys())
      cpSync(join(folder, model), join(elsewhere, model), { recursive: true });
    const moved = [...views.keys()].map((model) => [model, join(elsewhere, model, "page.ts")]);
    const print = `
      const sources = { ...${JSON.stringify(EVERYTHING)}, views: new Map(${JSON.stringify(moved)}) };
      process.stdout.write(JSON.stringify(require("./src/page/build").buildWebsite(sources)));
    `;

    // Act
    const { stdout } = await run(process.execPath, ["--import", "tsx", "-e", print], { cwd: elsewhere });

    // Assess
    expect(hashes(JSON.parse(stdout))).toEqual(hashes(buildWebsite({ ...EVERYTHING, views })));
  });

  it.each([
    ["no table of rows and no files", { rows: false, bytes: false }, MAX_COMPRESSED_BYTES],
    ["a table of rows", { rows: true, bytes: false }, MAX_COMPRESSED_BYTES],
    ["files", { rows: false, bytes: true }, MAX_COMPRESSED_BYTES],
    [
      "files and boxes over an image",
      { rows: false, bytes: true, boxes: true },
      MAX_COMPRESSED_BYTES_WITH_BOXES,
    ],
    ["a table of rows and files", { rows: true, bytes: true }, MAX_COMPRESSED_BYTES_OF_EVERYTHING],
    [
      "streams and a table of rows",
      { rows: true, bytes: false, stream: true },
      MAX_COMPRESSED_BYTES_WITH_STREAMS,
    ],
    ["a chat", { rows: false, bytes: false, stream: true, chat: true }, MAX_COMPRESSED_BYTES_WITH_CHAT],
    ["a sign-in", { rows: false, bytes: false, signIn: true }, MAX_COMPRESSED_BYTES_WITH_SIGN_IN],
    [
      "a sign-in, a table of rows and files",
      { rows: true, bytes: true, signIn: true },
      MAX_COMPRESSED_BYTES_WITH_SIGN_IN,
    ],
  ])("the website with %s and without a view is small", (_, parts, most) => {
    // Act
    const bytes = buildWebsite({ ...WITHOUT_VIEWS, parts }).map(({ body }) => gzipSync(body).length);

    // Assess
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(most);
  });

  it.each([
    ["the table of rows", { rows: true, bytes: false }, "Add row", ".cells"],
    ["the field for a file", { rows: false, bytes: true }, "createObjectURL", ".preview"],
    ["the text as it arrives", { rows: false, bytes: false, stream: true }, "text/event-stream", ".arriving"],
    ["a conversation", { rows: false, bytes: false, stream: true, chat: true }, "New chat", ".composer"],
    ["the sign-in", { rows: false, bytes: false, signIn: true }, "AWS4-HMAC-SHA256", ".sign-in"],
  ])("contains %s only when a public model needs it", (_, parts, inScript, inStylesheet) => {
    // Act
    const [small, large] = [buildWebsite(WITHOUT_VIEWS), buildWebsite({ ...WITHOUT_VIEWS, parts })];

    // Assess
    expect(textOf("page.js", small)).not.toContain(inScript);
    expect(textOf("style.css", small)).not.toContain(inStylesheet);
    expect(textOf("page.js", large)).toContain(inScript);
    expect(textOf("style.css", large)).toContain(inStylesheet);
  });
});

describe("a view", () => {
  it("the view is in the script and the stylesheet, after the engine's rules", () => {
    // Prepare
    const views = new Map([viewOf("loan-default")]);

    // Act
    const files = buildWebsite({ ...WITHOUT_VIEWS, views });

    // Assess
    expect(textOf("page.js", files)).toContain("introduction of loan-default");
    expect(textOf("style.css", files)).toMatch(/^:root\{.*\.own-loan-default\{color:var\(--accent\)\}\s*$/s);
    expect(textOf("page.js")).not.toContain("introduction of");
  });

  it("gives the same bytes in every order of the models", () => {
    // Prepare
    const views = [viewOf("loan-default"), viewOf("ticket-urgency")];

    // Act
    const files = buildWebsite({ ...WITHOUT_VIEWS, views: new Map(views) });
    const reversed = buildWebsite({ ...WITHOUT_VIEWS, views: new Map(views.toReversed()) });

    // Assess
    expect(hashes(reversed)).toEqual(hashes(files));
  });

  it("shares the engine's code with the page, so that the page has one copy", () => {
    // Prepare
    const views = new Map([viewOf("loan-default")]);

    // Act
    const script = textOf("page.js", buildWebsite({ ...WITHOUT_VIEWS, views }));

    // Assess
    expect(script.match(/createElementNS|\.createElement\(/g)).toEqual(
      textOf("page.js").match(/createElementNS|\.createElement\(/g),
    );
  });

  it("throws an error with file and line when it does not build", () => {
    // Prepare
    const views = new Map([["loan-default", writeView("broken", "export default {\n  show: (\n};")]]);

    // Act
    const act = () => buildWebsite({ ...WITHOUT_VIEWS, views });

    // Assess
    expect(act).toThrow(/broken\/page\.ts:3:0: ERROR/);
  });
});

describe("index.html", () => {
  it("the document has the title as its heading and the name of its tab, as plain text", () => {
    // Act
    const html = textOf("index.html", buildWebsite({ ...WITHOUT_VIEWS, title: `<b>"$&" & more</b>` }));

    // Assess
    const escaped = "&lt;b&gt;&quot;$&amp;&quot; &amp; more&lt;/b&gt;";
    expect(html).toContain(`<title>${escaped}</title>`);
    expect(html).toContain(`<h1>${escaped}</h1>`);
  });

  it("contains no inline script or style, which the content security policy would refuse", () => {
    // Act
    const html = textOf("index.html");

    // Assess
    const scripts = [...html.matchAll(/<script\b([^>]*)>([^<]*)<\/script>/g)];
    expect(scripts.map(([, attributes, body]) => [attributes, body])).toEqual([[' src="page.js" defer', ""]]);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
  });

  it("names the stage's origin once, and loads nothing of another origin", () => {
    // Act
    const html = textOf("index.html");

    // Assess
    expect(html.split(STAGE_ORIGIN)).toHaveLength(2);
    expect(html).toContain(`content="connect-src 'self' ${STAGE_ORIGIN}"`);
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it("states its language, and has an element for announcements", () => {
    // Act
    const html = textOf("index.html");

    // Assess
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('role="status"');
    expect(html).toContain('role="alert"');
  });
});

describe("page.js", () => {
  it("never interprets text as markup or code, and stores nothing", () => {
    // Act
    const script = textOf("page.js", buildWebsite(EVERYTHING));

    // Assess
    expect(script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function/,
    );
    expect(script).not.toMatch(/localStorage|sessionStorage|indexedDB|\.cookie|sendBeacon|console\./);
  });

  it("contains no path of the machine that built the page, and no code of Node.js", () => {
    // Act
    const script = textOf("page.js", buildWebsite(EVERYTHING));

    // Assess
    expect(script).not.toMatch(/zod|\brequire\(|process\.env|__dirname/i);
    expect(script).not.toContain(ENGINE);
  });
});
