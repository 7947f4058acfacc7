import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const SOURCES = join(__dirname, "comparison");
/** These files pin the exact version of each package. */
const PINS = ["package.json", "package-lock.json"];

/**
 * Installs AWS CDK and serverless-offline from the npm registry, and returns the folder of the installation. The folder is in
 * the user's cache, separate from the project, and each set of versions has its own folder. A further call installs nothing.
 *
 * The versions: AWS CDK is Apache-2.0. Serverless Framework 4 needs a licence key
 * (https://www.serverless.com/framework/docs/guides/upgrading-v4), and serverless-offline 14 needs version 4. So the
 * comparison uses Serverless Framework 3 and serverless-offline 13, both MIT.
 *
 * @throws Error if npm cannot install the packages, e.g. without network
 */
export async function installComparison(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of PINS) hash.update(readFileSync(join(SOURCES, name)));
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(cache, "sagemaker-stages-bench", hash.digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;

  mkdirSync(dirname(folder), { recursive: true });
  // npm installs into another folder first, so that an interrupted installation is never used.
  const unfinished = mkdtempSync(`${folder}-`);
  try {
    for (const name of PINS) cpSync(join(SOURCES, name), join(unfinished, name));
    process.stdout.write(`Installing AWS CDK and serverless-offline into ${folder} (about 500 MB, once) …\n`);
    await npmInstall(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

/** Scripts of the packages are not run: no script is necessary. */
function npmInstall(folder: string): Promise<void> {
  const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "http"];
  return new Promise((resolve, reject) => {
    const npm = spawn("npm", words, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
    npm.on("error", reject);
    npm.on("close", (status) => {
      if (status === 0) return resolve();
      reject(
        new Error(
          `npm ci in ${folder} ended with status ${status}, see the messages above. The comparison needs the npm registry: check "npm config get registry" and the network. Without network, run only topics without a comparison: npm run bench -- handler review flood gateway`,
        ),
      );
    });
  });
}

/**
 * Copies one of the folders of `bench/comparison` into a folder whose `node_modules` is the installation's.
 *
 * @param target - a folder that does not exist
 */
export function copySources(name: "cdk" | "offline", target: string): void {
  cpSync(join(SOURCES, name), target, { recursive: true });
}
