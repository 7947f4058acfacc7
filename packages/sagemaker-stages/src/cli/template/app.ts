import { type AppFiles, readTemplate } from "./files";
import { type AppIdentity, type Manifest, printManifest, toAppManifest } from "./manifest";

/**
 * The template's files for one app.
 *
 * @throws Error if a file of the template is missing
 */
export function templateOfApp(identity: AppIdentity): AppFiles {
  const files = readTemplate();
  const repository: Manifest = JSON.parse(files.get("package.json") ?? "{}");
  return new Map([
    ...files,
    ["package.json", printManifest(toAppManifest(repository, identity))],
    ["tsconfig.json", withoutPackages(files.get("tsconfig.json") ?? "")],
  ]);
}

/** Removes the lines that exclude the files of the repository's packages. */
function withoutPackages(settings: string): string {
  return settings.replace(/^ *"packages\/.*",\n/gm, "");
}
