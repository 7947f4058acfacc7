import { readFileSync } from "node:fs";
import { buildSync } from "esbuild";
import { engineSource } from "../paths";
import type { PageParts } from "./page-parts";

/** A file of the website. */
export interface WebsiteFile {
  /** Its name beside `index.html`, e.g. `page.js`. */
  readonly name: string;
  /** Value of Content-Type. */
  readonly contentType: string;
  /** UTF-8. */
  readonly body: string;
}

/** What an app's page is made from. */
export interface WebsiteSources {
  /** The page's heading and the name of its tab, as plain text. */
  readonly title: string;
  /**
   * The app's own views by the name of the model: the paths of the files, each of which exports a `ModelView`
   * (`browser/view.ts`) as its default export.
   */
  readonly views: ReadonlyMap<string, string>;
  /** The parts that the forms need. */
  readonly parts: PageParts;
}

/** Stands in `index.html` for the stage's origin, e.g. `https://api.example.com`. Each server of the page replaces it. */
export const STAGE_ORIGIN = "__STAGE_ORIGIN__";

/** Stands in `index.html` for the title. */
const PAGE_TITLE = "__PAGE_TITLE__";

/**
 * The files of the page, without the stage's origin (`STAGE_ORIGIN`). The page also fetches `config.json`
 * (`WebsiteConfig`) and `openapi.json` (`PublicDocument`) from its own folder. The same sources give the same bytes in
 * every folder.
 *
 * @throws Error of esbuild, with file and line, where the sources do not build
 */
export function buildWebsite({ title, ...sources }: WebsiteSources): WebsiteFile[] {
  const { script, stylesheet } = bundle(sources);
  const html = read("index.html").replaceAll(PAGE_TITLE, () => escapeHtml(title));
  return [
    { name: "favicon.svg", contentType: "image/svg+xml", body: read("favicon.svg") },
    { name: "index.html", contentType: "text/html; charset=utf-8", body: html },
    { name: "page.js", contentType: "text/javascript; charset=utf-8", body: script },
    { name: "style.css", contentType: "text/css; charset=utf-8", body: stylesheet },
  ];
}

function read(name: string): string {
  return readFileSync(engineSource(`page/${name}`), "utf8");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

interface Bundle {
  readonly script: string;
  readonly stylesheet: string;
}

/** One process bundles the same sources once: environments share them. */
const bundles = new Map<string, Bundle>();

function bundle(sources: Omit<WebsiteSources, "title">): Bundle {
  const entry = entryOf(sources);
  const known = bundles.get(entry);
  if (known !== undefined) return known;
  const { outputFiles } = buildSync({
    // Errors name files from the app's folder.
    absWorkingDir: process.cwd(),
    stdin: { contents: entry, resolveDir: engineSource("page"), sourcefile: "page.js" },
    // esbuild writes a stylesheet beside the script only where it has a folder for both.
    outdir: "website",
    bundle: true,
    write: false,
    platform: "browser",
    // Browsers of 2022 and later.
    target: ["es2022", "chrome103", "firefox103", "safari16"],
    format: "iife",
    charset: "utf8",
    minify: true,
    // A view imports the engine by its name: from the engine that bundles the view, of which the page has one copy.
    alias: { "sagemaker-stages/page": engineSource("page/browser/view.ts") },
    // Otherwise the nearest tsconfig.json would change the bytes.
    tsconfigRaw: { compilerOptions: { strict: true } },
    legalComments: "none",
    logLevel: "silent",
  });
  const textOf = (extension: string) => {
    const file = outputFiles.find(({ path }) => path.endsWith(extension));
    if (file === undefined) throw new Error(`esbuild wrote no ${extension} file for the page`);
    return file.text;
  };
  const built = { script: textOf(".js"), stylesheet: textOf(".css") };
  bundles.set(entry, built);
  return built;
}

/**
 * The script of the page. The engine comes first: the page starts before the views' scripts run, and a view's stylesheet
 * can override the engine's.
 */
function entryOf({ views, parts }: Omit<WebsiteSources, "title">): string {
  const pathOf = (name: string) => JSON.stringify(engineSource(`page/${name}`));
  const sorted = [...views].sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    `import ${pathOf("style.css")};`,
    `import { useViews } from ${pathOf("browser/page.ts")};`,
    // Before the views: where a view's script throws, every other form is complete.
    ...(parts.rows ? [`import ${pathOf("rows.css")};`, `import ${pathOf("browser/rows-part.ts")};`] : []),
    ...(parts.bytes ? [`import ${pathOf("bytes.css")};`, `import ${pathOf("browser/bytes-part.ts")};`] : []),
    ...sorted.map(([, file], index) => `import view${index} from ${JSON.stringify(file)};`),
    `useViews({ ${sorted.map(([model], index) => `${JSON.stringify(model)}: view${index}`).join(", ")} });`,
  ].join("\n");
}
