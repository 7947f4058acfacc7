import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { buildSync } from "esbuild";
import { appFolder } from "../../lib/app-folder";
import type { SourceFile } from "./patterns";

/**
 * The source files of a model's contract: `functions/<model>/contract.ts` and every TypeScript file of the app that the
 * contract imports. Files of packages are omitted.
 *
 * @param model - a model of the app in the current folder
 */
export function sourcesOfContract(model: string): SourceFile[] {
  const folder = appFolder();
  const { metafile } = buildSync({
    absWorkingDir: folder,
    entryPoints: [join("functions", model, "contract.ts")],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    tsconfigRaw: {},
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  return Object.keys(metafile.inputs)
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .map((file) => ({
      file: relative(folder, join(folder, file)),
      code: readFileSync(join(folder, file), "utf8"),
    }))
    .sort((one, other) => (one.file < other.file ? -1 : 1));
}
