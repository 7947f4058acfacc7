import { buildSync, formatMessagesSync } from "esbuild";
import { appFolder } from "../lib/app-folder";
import { engineSource } from "../paths";

/**
 * Writes `programs/pipeline.cjs` and `programs/smoke.cjs`: the steps of the workflows' jobs with credentials. Each program is
 * one file, so that these jobs install no packages.
 *
 * @throws Error of esbuild if a file of the app cannot be bundled; `toLoadFailure` explains the error
 */
export function bundlePrograms(): void {
  bundle("pipeline", `import ${JSON.stringify(engineSource("pipeline/privileged-main"))};`);
  bundle(
    "smoke",
    `import { environments } from "./environments";
import { models } from "./functions";
import { runSmokeTest } from ${JSON.stringify(engineSource("smoke/program"))};

void runSmokeTest({ environments, models });`,
  );
}

/** Writes one program. The file must not depend on the app's location, because another job compares its digest. */
function bundle(name: string, contents: string): void {
  const { warnings } = buildSync({
    absWorkingDir: appFolder(),
    stdin: { contents, resolveDir: appFolder(), sourcefile: `${name}.ts`, loader: "ts" },
    outfile: `programs/${name}.cjs`,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    // The command prints errors, in the same format as every other command.
    logLevel: "silent",
    alias: { "sagemaker-stages/model": engineSource("model.ts") },
  });
  for (const warning of formatMessagesSync([...warnings], { kind: "warning" })) console.error(warning);
}
