import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The names of the framework's library and of the provider's bindings, on CDKTF and on CDK Terrain. */
const FRAMEWORKS = ["@cdktf/provider-aws", "@cdktn/provider-aws", "cdktf", "cdktn"];

/**
 * The copies of the framework and of the provider's bindings that an app has installed, also below other packages.
 *
 * @returns the path below `node_modules`, and the name and version of the package there, e.g. `cdktf: cdktn 0.24.0`; sorted
 */
export function frameworksIn(app: string): string[] {
  const modules = join(app, "node_modules");
  return packagesIn(modules)
    .flatMap((path) => {
      const { name, version } = JSON.parse(readFileSync(join(modules, path, "package.json"), "utf8"));
      return FRAMEWORKS.includes(name) ? [`${path}: ${name} ${version}`] : [];
    })
    .toSorted();
}

/**
 * The copies of {@link frameworksIn} that the app and the engine can import. The packages of cdktf's command line depend on the
 * library of the same version, so npm installs this library below them.
 */
export function importableFrameworksIn(app: string): string[] {
  const ofCommandLine = /^(cdktf-cli|@cdktf\/(cli-core|commons|hcl2cdk))\/node_modules\/cdktf: /;
  return frameworksIn(app).filter((found) => !ofCommandLine.test(found));
}

/** The paths of all packages in a folder `node_modules`, without links to other folders. */
function packagesIn(modules: string, below = ""): string[] {
  return foldersIn(join(modules, below)).flatMap((name) => {
    const path = below === "" ? name : `${below}/${name}`;
    if (name.startsWith("@")) return packagesIn(modules, path);
    const nested = `${path}/node_modules`;
    const isPackage = existsSync(join(modules, path, "package.json"));
    return [
      ...(isPackage ? [path] : []),
      ...(existsSync(join(modules, nested)) ? packagesIn(modules, nested) : []),
    ];
  });
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name);
}
