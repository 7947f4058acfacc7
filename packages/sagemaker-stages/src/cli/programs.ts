import { buildSync } from "esbuild";
import { appFolder } from "../lib/app-folder";
import { parseArguments } from "../lib/arguments";
import type { Command } from "../lib/command";
import { engineSource } from "../paths";

const USAGE = `usage: npm run programs

Writes programs/pipeline.cjs and programs/smoke.cjs: the steps of the workflows that run beside credentials, each in one
file that needs no packages.`;

/** Bundles the programs that run beside credentials, so that these jobs install no packages. */
export const programs: Command = {
  name: "programs",
  summary: "bundle the workflows' steps that run beside credentials",
  run(words) {
    const { values } = parseArguments(words, { help: { type: "boolean", short: "h" } }, USAGE);
    if (values.help === true) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    bundle("pipeline", `import ${JSON.stringify(engineSource("pipeline/privileged-main"))};`);
    bundle(
      "smoke",
      `import { environments } from "./environments";
import { models } from "./functions";
import { runSmokeTest } from ${JSON.stringify(engineSource("smoke/program"))};

runSmokeTest({ environments, models });`,
    );
    return 0;
  },
};

/** The file must be the same wherever the app lies: another job compares its digest. */
function bundle(name: string, contents: string): void {
  buildSync({
    absWorkingDir: appFolder(),
    stdin: { contents, resolveDir: appFolder(), sourcefile: `${name}.ts`, loader: "ts" },
    outfile: `programs/${name}.cjs`,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    logLevel: "warning",
    alias: { "sagemaker-stages/model": engineSource("model.ts") },
  });
}
