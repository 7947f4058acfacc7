/** The folder in `src` of the sources that are only bundled for the browser. */
export const BROWSER = "page/browser/";

/** The parts of a `package.json` that packaging reads or writes. */
export interface Manifest {
  readonly exports: Readonly<Record<string, string | CompiledEntry>>;
  readonly [field: string]: unknown;
}

/** The files of one export of the compiled package. Paths are relative to the package's folder. */
export interface CompiledEntry {
  /** Declarations, e.g. `./dist/index.d.ts`. */
  readonly types: string;
  /** CommonJS, e.g. `./dist/index.js`; for browser code the TypeScript source, which esbuild bundles. */
  readonly default: string;
}

/**
 * The `package.json` of the published package. In the repository, the exports are TypeScript sources.
 *
 * @throws Error if the exports are already compiled files
 */
export function toPublishedManifest(manifest: Manifest): Manifest {
  const entries = Object.entries(manifest.exports).map(
    ([name, target]) => [name, toCompiledEntry(name, target)] as const,
  );
  const exports = Object.fromEntries(entries);
  const { ".": main } = exports;
  if (main === undefined || typeof main === "string") {
    throw new Error('package.json: exports["."]: got no TypeScript source; allowed: ./src/<file>.ts');
  }
  return { ...manifest, main: main.default, types: main.types, exports };
}

/** Paths of the files that the exports of a published package refer to. */
export function exportedFiles({ exports }: Manifest): string[] {
  return Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [target] : [target.types, target.default],
  );
}

function toCompiledEntry(name: string, target: string | CompiledEntry): string | CompiledEntry {
  if (typeof target !== "string") {
    throw new Error(
      `package.json: exports["${name}"]: got ${JSON.stringify(target)}; allowed: a path, as in the repository. Restore package.json from Git.`,
    );
  }
  const [, file] = /^\.\/src\/(.+)\.ts$/.exec(target) ?? [];
  if (file === undefined) return target;
  const types = `./dist/${file}.d.ts`;
  return { types, default: `${file}.ts`.startsWith(BROWSER) ? target : `./dist/${file}.js` };
}
