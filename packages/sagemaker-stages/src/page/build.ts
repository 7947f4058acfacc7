import { readFileSync } from "node:fs";
import { buildSync } from "esbuild";
import { engineSource } from "../paths";
import { escapeHtml } from "./escape-html";
import type { PageParts } from "./page-parts";

/** A file of the website. */
export interface WebsiteFile {
  /** The name of the file, e.g. `page.js`. The file is in the same folder as `index.html`. */
  readonly name: string;
  /** Value of Content-Type. */
  readonly contentType: string;
  /** The content, as UTF-8. */
  readonly body: string;
}

/** The sources of an app's page. */
export interface WebsiteSources {
  /** The page's heading, and the title of its browser tab, as plain text. */
  readonly title: string;
  /**
   * The paths of the app's own views, by the model's name. Each file exports a `ModelView` (`browser/view.ts`) as its
   * default export.
   */
  readonly views: ReadonlyMap<string, string>;
  /** The parts that the forms need. */
  readonly parts: PageParts;
}

/**
 * The placeholder in `index.html` for the stage's origin, e.g. `https://api.example.com`. Each server of the page replaces
 * the placeholder.
 */
export const STAGE_ORIGIN = "__STAGE_ORIGIN__";

/** The placeholder in `index.html` for the title. */
const PAGE_TITLE = "__PAGE_TITLE__";

/**
 * Builds the files of the page, with a placeholder for the stage's origin (`STAGE_ORIGIN`). The page also fetches
 * `config.json` (`WebsiteConfig`) and `openapi.json` (`PublicDocument`) from its own folder. The same sources give the
 * same bytes in every folder.
 *
 * @throws Error of esbuild, with file and line, if the sources do not build
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

interface Bundle {
  readonly script: string;
  readonly stylesheet: string;
}

/** The bundles by their sources. Environments of an app share a bundle. */
const bundles = new Map<string, Bundle>();

function bundle(sources: Omit<WebsiteSources, "title">): Bundle {
  const entry = entryOf(sources);
  const known = bundles.get(entry);
  if (known !== undefined) return known;
  const { outputFiles } = buildSync({
    // Paths in errors are relative to the app's folder.
    absWorkingDir: process.cwd(),
    stdin: { contents: entry, resolveDir: engineSource("page"), sourcefile: "page.js" },
    // esbuild separates the stylesheet from the script only if an output folder is set.
    outdir: "website",
    bundle: true,
    write: false,
    platform: "browser",
    // The oldest supported browsers are of 2022.
    target: ["es2022", "chrome103", "firefox103", "safari16"],
    format: "iife",
    charset: "utf8",
    minify: true,
    // Replaces the browser's `fetch` in the whole script.
    ...(sources.parts.signIn === true ? { inject: [engineSource("page/browser/sign-in-fetch.ts")] } : {}),
    // A view imports the engine by its name. The alias ensures that the page contains only one copy of the engine.
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
 * The script of the page. The engine is imported first, so that the page starts before the views' scripts run, and a
 * view's stylesheet can override the engine's stylesheet.
 */
function entryOf({ views, parts }: Omit<WebsiteSources, "title">): string {
  const pathOf = (name: string) => JSON.stringify(engineSource(`page/${name}`));
  const sorted = [...views].sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    `import ${pathOf("style.css")};`,
    `import { useViews } from ${pathOf("browser/page.ts")};`,
    // The parts are imported before the views: if a view's script throws, every other form is complete.
    ...(parts.rows ? [`import ${pathOf("rows.css")};`, `import ${pathOf("browser/rows-part.ts")};`] : []),
    ...(parts.bytes ? [`import ${pathOf("bytes.css")};`, `import ${pathOf("browser/bytes-part.ts")};`] : []),
    ...(parts.boxes === true
      ? [`import ${pathOf("boxes.css")};`, `import ${pathOf("browser/boxes-part.ts")};`]
      : []),
    ...(parts.stream === true
      ? [`import ${pathOf("stream.css")};`, `import ${pathOf("browser/stream-part.ts")};`]
      : []),
    ...(parts.chat === true
      ? [`import ${pathOf("chat.css")};`, `import ${pathOf("browser/chat-part.ts")};`]
      : []),
    ...(parts.signIn === true ? [`import ${pathOf("sign-in.css")};`] : []),
    ...sorted.map(([, file], index) => `import view${index} from ${JSON.stringify(file)};`),
    `useViews({ ${sorted.map(([model], index) => `${JSON.stringify(model)}: view${index}`).join(", ")} });`,
  ].join("\n");
}
