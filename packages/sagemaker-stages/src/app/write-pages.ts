import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pageFiles } from "../constructs/website/page-files";
import type { ParsedEnvironment } from "../environment/environment";
import { LOCAL_WEBSITE } from "../environment/settings/website";
import type { Models } from "../models";

/**
 * Writes the page of each environment to `<outdir>/pages/<environment>.json`, a list of `WebsiteFile`. The local stage serves
 * a page for every environment, including environments without a `website`, whose Terraform contains no page.
 *
 * @param models - the app's models
 * @throws the errors of `pageFiles`
 */
export function writePages(environments: readonly ParsedEnvironment[], models: Models, outdir: string): void {
  const folder = join(outdir, "pages");
  mkdirSync(folder, { recursive: true });
  for (const environment of environments) {
    const { name, website: { title } = LOCAL_WEBSITE } = environment;
    const file = join(folder, `${name}.json`);
    // Atomic: another process reads either the old list or the new list.
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, JSON.stringify(pageFiles(title, environment, models)));
    renameSync(unfinished, file);
  }
}
