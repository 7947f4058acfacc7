import { renameSync } from "node:fs";
import { buildSync } from "esbuild";
import { engineSource } from "../paths";

/** The source of the program that each process of a function in Node.js runs. */
export const FUNCTION_PROGRAM = "local/lambda/bootstrap.ts";

/**
 * Bundles a program of the local stage to plain JavaScript, so that its process needs neither tsx nor packages. Replaces
 * an existing bundle at once: a process that starts meanwhile reads a complete program.
 *
 * @param source - the path of the source from the engine's `src`
 * @param outfile - the path of the bundle
 */
export function bundleProgram(source: string, outfile: string): void {
  const unfinished = `${outfile}.${process.pid}`;
  buildSync({
    entryPoints: [engineSource(source)],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    outfile: unfinished,
    logLevel: "silent",
  });
  renameSync(unfinished, outfile);
}
