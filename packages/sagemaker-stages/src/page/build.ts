import { readFileSync } from "node:fs";
import { buildSync } from "esbuild";
import { engineSource } from "../paths";

/** A file of the website. */
export interface WebsiteFile {
  /** Its name beside `index.html`, e.g. `page.js`. */
  readonly name: string;
  /** Value of Content-Type. */
  readonly contentType: string;
  /** UTF-8. */
  readonly body: string;
}

/** Stands in `index.html` where whoever serves it puts the stage's origin, e.g. `https://api.example.com`. */
export const STAGE_ORIGIN = "__STAGE_ORIGIN__";

/**
 * The files of the page: the same for every environment but for `STAGE_ORIGIN`. The page also fetches
 * `config.json` (`WebsiteConfig`) and `openapi.json` (`PublicDocument`) from the folder that it is served from.
 * The same sources give the same bytes, wherever the project lies.
 *
 * @throws Error of esbuild, naming file and line, where the sources do not build
 */
export function buildWebsite(): WebsiteFile[] {
  return [
    { name: "favicon.svg", contentType: "image/svg+xml", body: read("favicon.svg") },
    { name: "index.html", contentType: "text/html; charset=utf-8", body: read("index.html") },
    {
      name: "page.js",
      contentType: "text/javascript; charset=utf-8",
      body: bundle("browser/page.ts"),
    },
    { name: "style.css", contentType: "text/css; charset=utf-8", body: bundle("style.css") },
  ];
}

function read(name: string): string {
  return readFileSync(engineSource(`page/${name}`), "utf8");
}

function bundle(entryPoint: string): string {
  const { outputFiles } = buildSync({
    absWorkingDir: engineSource("page"),
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    platform: "browser",
    // Browsers of 2022 and later; the page's CSS needs no older ones either.
    target: entryPoint.endsWith(".ts") ? "es2022" : ["chrome103", "firefox103", "safari16"],
    format: "iife",
    charset: "utf8",
    minify: true,
    // Else the nearest tsconfig.json above would have a say in the bytes.
    tsconfigRaw: { compilerOptions: { strict: true } },
    legalComments: "none",
    logLevel: "silent",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild wrote nothing for ${entryPoint}`);
  return output.text;
}
