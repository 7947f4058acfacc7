import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTempFolder } from "../../../src/testing/temp-folder";
import { startLauncher } from "./launcher";
import { programEnvironment, requirePrograms } from "./programs";
import { PROVIDER_VERSION } from "./project";

/**
 * Runs once before all tests: checks the programs, starts the launcher of emulators, and downloads the provider, because
 * two concurrent downloads fail.
 */
export default async function setup(): Promise<void> {
  requirePrograms();
  const launcherStarts = startLauncher();
  inTempFolder((folder) => {
    const home = join(folder, "home");
    mkdirSync(home);
    writeFileSync(
      join(folder, "main.tf.json"),
      JSON.stringify({
        terraform: { required_providers: { aws: { source: "hashicorp/aws", version: PROVIDER_VERSION } } },
      }),
    );
    const { status, stdout, stderr } = spawnSync("terraform", ["init", "-input=false", "-no-color"], {
      cwd: folder,
      env: programEnvironment(home, "http://127.0.0.1:9"),
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`terraform cannot get the provider of AWS:\n${stdout}${stderr}`);
  });
  await launcherStarts;
}
