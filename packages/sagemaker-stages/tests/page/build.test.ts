import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { buildWebsite, STAGE_ORIGIN, type WebsiteFile } from "../../src/page/build";

const PROJECT = join(__dirname, "../../../..");

/** All of it in one round trip: what a server sends at first fits into ten packets of 1,460 bytes. */
const MOST_BYTES_COMPRESSED = 14_600;

const run = promisify(execFile);

/** Where they differ, a failure names the file and does not print it. */
function hashes(files: readonly WebsiteFile[]): Record<string, string> {
  const hash = (file: WebsiteFile) => createHash("sha256").update(JSON.stringify(file)).digest("hex");
  return Object.fromEntries(files.map((file) => [file.name, hash(file)]));
}

function textOf(name: string): string {
  const file = buildWebsite().find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`the website has no ${name}`);
  return file.body;
}

describe("the website", () => {
  it("is four files, each with its media type", () => {
    // Act
    const files = buildWebsite();

    // Assess
    expect(files.map(({ name, contentType }) => [name, contentType])).toEqual([
      ["favicon.svg", "image/svg+xml"],
      ["index.html", "text/html; charset=utf-8"],
      ["page.js", "text/javascript; charset=utf-8"],
      ["style.css", "text/css; charset=utf-8"],
    ]);
  });

  it("is the same, byte for byte, at every build and in every folder", async () => {
    // Prepare
    const folder = mkdtempSync(join(tmpdir(), "website-"));
    const elsewhere = join(folder, "a folder with spaces");
    mkdirSync(elsewhere);
    cpSync(join(PROJECT, "website"), join(elsewhere, "website"), { recursive: true });
    symlinkSync(join(PROJECT, "node_modules"), join(elsewhere, "node_modules"), "dir");
    const print = "process.stdout.write(JSON.stringify(require('./website/build').buildWebsite()))";

    // Act
    const { stdout } = await run(process.execPath, ["--import", "tsx", "-e", print], { cwd: elsewhere });
    rmSync(folder, { recursive: true });

    // Assess
    expect(hashes(JSON.parse(stdout))).toEqual(hashes(buildWebsite()));
    expect(hashes(buildWebsite())).toEqual(hashes(buildWebsite()));
  });

  it("fits into what a server sends at first", () => {
    // Act
    const bytes = buildWebsite().map(({ body }) => gzipSync(body).length);

    // Assess
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(MOST_BYTES_COMPRESSED);
  });
});

describe("index.html", () => {
  it("has no script or style in it, which the content security policy would refuse", () => {
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

  it("labels its field and says what language it speaks", () => {
    // Act
    const html = textOf("index.html");

    // Assess
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('<label for="review">');
    expect(html).toMatch(/<textarea\s+id="review"/);
    expect(html).toContain('role="status"');
  });
});

describe("page.js", () => {
  it("turns no text into markup or code, and keeps nothing", () => {
    // Act
    const script = textOf("page.js");

    // Assess
    expect(script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function/,
    );
    expect(script).not.toMatch(/localStorage|sessionStorage|indexedDB|\.cookie|sendBeacon|console\./);
  });

  it("holds nothing that only builds need", () => {
    // Act
    const script = textOf("page.js");

    // Assess
    expect(script).not.toMatch(/zod|\brequire\(|process\.env|__dirname/i);
    expect(script).not.toContain(PROJECT);
  });
});
