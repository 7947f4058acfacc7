import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ParsedEnvironment } from "../../environment/environment";
import { appFolder } from "../../lib/app-folder";
import { toLoadFailure } from "../../lib/load-failure";
import { UserError } from "../../lib/user-error";
import type { Models } from "../../models";
import { buildWebsite, type WebsiteFile } from "../../page/build";
import { pageParts } from "../../page/page-parts";
import { pageModels, publicRoutes } from "./public-routes";

/**
 * The files of an environment's page, with the views of the models that have a form on the page. Views of other models are
 * not included, because everything on the page is public.
 *
 * @param title - the page's heading
 * @param environment - the environment's models and page
 * @param models - the app's models
 * @throws LoadFailure with the model, the file and the line, if a view does not build
 * @throws UserError if a view has no default export
 */
export function pageFiles(
  title: string,
  environment: Pick<ParsedEnvironment, "models" | "website">,
  models: Models,
): WebsiteFile[] {
  const hasSignIn = environment.website?.signIn !== undefined;
  const parts = pageParts(publicRoutes(environment, models), hasSignIn);
  try {
    return buildWebsite({ title, views: findViews(pageModels(environment)), parts });
  } catch (error) {
    throw readMissingExport(error) ?? toLoadFailure(error) ?? error;
  }
}

/** The files of the models' views, by the name of the model. */
function findViews(models: readonly string[]): Map<string, string> {
  return new Map(
    models
      .map((model) => [model, join(appFolder(), "functions", model, "page.ts")] as const)
      .filter(([, file]) => existsSync(file)),
  );
}

/** Translates a message of esbuild. The message names the generated script that imports the view. */
function readMissingExport(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, model] =
    /No matching export in ".*functions\/([^/"]+)\/page\.ts" for import "default"/.exec(error.message) ?? [];
  if (model === undefined) return undefined;
  return new UserError(
    `the model ${model} could not be loaded:\n  functions/${model}/page.ts: got no default export; allowed: a view as the default export (ModelView of sagemaker-stages/page). Write the view, or delete the file.`,
  );
}
