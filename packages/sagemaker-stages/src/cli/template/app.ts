import { type AppFiles, readTemplate } from "./files";
import { type AppIdentity, type Manifest, printManifest, toAppManifest } from "./manifest";

/**
 * The files of an app with the template's content.
 *
 * @throws Error where a file of the template is missing
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

/** The settings without the excluded files of the repository's packages: they are lines before the app's files. */
function withoutPackages(settings: string): string {
  return settings.replace(/^ *"packages\/.*",\n/gm, "");
}
